//! The stack as a diagram: every process and every conversation.
use std::fmt::Write as _;

use super::talks::{self, INTERNET, VISITORS};
use crate::stack::{Stack, UnitKind};

pub(super) fn diagram(stack: &Stack) -> String {
    let mut out = String::from("flowchart LR\n");
    for (index, unit) in stack.units.iter().enumerate() {
        let _ = writeln!(out, "  subgraph unit{index}[\"{}\"]", label(&format!("{}: {}", unit.name, unit.title)));
        for process in &unit.processes {
            let (open, close) = if unit.kind == UnitKind::Resource { ("[(", ")]") } else { ("[", "]") };
            let _ = writeln!(out, "    {}{open}\"{}\"{close}", node(process.id.as_str()), label(process.id.as_str()));
        }
        out.push_str("  end\n");
    }
    let talks = talks::between(stack, node);
    for id in [VISITORS, INTERNET] {
        if talks.keys().any(|(from, to)| from == id || to == id) {
            let _ = writeln!(out, "  {id}([\"{id}\"])");
        }
    }
    for ((from, to), ports) in talks {
        let _ = writeln!(out, "  {from} -->|\"{}\"| {to}", ports.join(", "));
    }
    out
}

/// An id that is no word of the diagram language.
fn node(process: &str) -> String {
    let id: String = process.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("p_{id}")
}

/// Text inside quotes.
fn label(text: &str) -> String {
    text.replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;")
}
