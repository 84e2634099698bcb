//! The stack as a diagram: every process and every conversation.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::stack::{OUTSIDE, Stack, UnitKind};

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
    let mut talks: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for edge in &stack.edges {
        let from = if edge.from == OUTSIDE { "visitors".to_owned() } else { node(&edge.from) };
        let to = if edge.to == OUTSIDE { "internet".to_owned() } else { node(&edge.to) };
        let ports = talks.entry((from, to)).or_default();
        let port = edge.port.to_string();
        if !ports.contains(&port) {
            ports.push(port);
        }
    }
    for (id, there) in [
        ("visitors", stack.edges.iter().any(|edge| edge.from == OUTSIDE)),
        ("internet", stack.edges.iter().any(|edge| edge.to == OUTSIDE)),
    ] {
        if there {
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
