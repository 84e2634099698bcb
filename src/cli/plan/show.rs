//! A plan as text, Markdown and JSON.
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Prepared, Reasoned};
use crate::STACK_PATH;
use crate::cli::output::count;
use crate::plan::{Change, Class, unified};

/// The version of the JSON. It only grows.
const VERSION: u32 = 1;
const CLASSES: [Class; 8] =
    [Class::Conflict, Class::New, Class::Clean, Class::Merged, Class::Gone, Class::Stale, Class::Yours, Class::Missing];

/// How many files there are of each class: `2 clean, 1 merged`.
pub(in crate::cli) fn summary(prepared: &Prepared) -> String {
    let counted = CLASSES.map(|class| (prepared.plan.count(class), class.name()));
    let parts: Vec<_> =
        counted.iter().filter(|(count, _)| *count > 0).map(|(count, name)| format!("{count} {name}")).collect();
    parts.join(", ")
}

/// Everything, for people.
pub(in crate::cli) fn text(prepared: &Prepared) -> String {
    let changes = &prepared.plan.changes;
    if changes.is_empty() {
        return "nothing would change\n".to_owned();
    }
    let conflicts = Reasoned::all(prepared);
    let mut out = format!("{}: {}\n\n", count(changes.len(), "file"), summary(prepared));
    for change in changes {
        let _ = writeln!(out, "  {:<9} {}", change.class.name(), moved(change));
        let _ = writeln!(out, "            {} ({})", change.why, change.template);
        for conflict in of(&conflicts, change) {
            let _ = writeln!(out, "            conflict {}", conflict.told());
            conflict.reasons().iter().for_each(|reason| out.push_str(&format!("              {reason}\n")));
        }
    }
    if !prepared.facts.is_empty() {
        out.push_str("\nFacts of the stack:\n\n");
        prepared.facts.iter().for_each(|fact| out.push_str(&format!("  {}\n", fact.told())));
    }
    let diffs = diffs(prepared);
    if !diffs.is_empty() {
        let _ = write!(out, "\n{diffs}");
    }
    out
}

/// The unified diffs; the record of the resolved stack is told by its facts.
pub(super) fn diffs(prepared: &Prepared) -> String {
    shown(prepared).map(unified).collect()
}

fn shown(prepared: &Prepared) -> impl Iterator<Item = &Change> {
    prepared.plan.writes().filter(|change| change.path.as_str() != STACK_PATH)
}

/// The conflicts of one file.
fn of<'a>(conflicts: &'a [Reasoned], change: &'a Change) -> impl Iterator<Item = &'a Reasoned> {
    conflicts.iter().filter(|conflict| conflict.path == change.path.as_str())
}

fn moved(change: &Change) -> String {
    change.from.as_ref().map_or_else(|| change.path.to_string(), |from| format!("{from} -> {}", change.path))
}

/// The description of a pull request.
pub(super) fn markdown(prepared: &Prepared) -> String {
    let changes = &prepared.plan.changes;
    if changes.is_empty() {
        return "Nothing would change.\n".to_owned();
    }
    let mut out =
        format!("{}: {}\n\n| file | | why |\n|---|---|---|\n", count(changes.len(), "file"), summary(prepared));
    for change in changes {
        let _ = writeln!(out, "| `{}` | {} | {} |", moved(change), change.class.name(), change.why);
    }
    out.push_str(&conflicts_of(prepared));
    if !prepared.facts.is_empty() {
        out.push_str("\nFacts of the stack:\n\n");
        prepared.facts.iter().for_each(|fact| out.push_str(&format!("- {}\n", fact.told())));
    }
    for change in shown(prepared) {
        let diff = unified(change);
        let fence = fence(&diff);
        let path = moved(change);
        let _ = write!(out, "\n<details><summary>{path}</summary>\n\n{fence}diff\n{diff}{fence}\n\n</details>\n");
    }
    out
}

/// The conflicts with their reasons, as Markdown; nothing where there is none.
fn conflicts_of(prepared: &Prepared) -> String {
    let conflicts = Reasoned::all(prepared);
    let mut out = String::from(if conflicts.is_empty() { "" } else { "\nConflicts:\n\n" });
    for conflict in &conflicts {
        let _ = writeln!(out, "- `{}`: {}\n\n  ```text", conflict.path, conflict.told());
        conflict.reasons().iter().for_each(|reason| out.push_str(&format!("  {reason}\n")));
        out.push_str("  ```\n");
    }
    out
}

/// Backticks that the text does not hold in a row.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

/// Everything, for programs.
pub(super) fn json(prepared: &Prepared) -> Value {
    let conflicts = Reasoned::all(prepared);
    let change = |change: &Change| {
        let mut value = serde_json::to_value(change).unwrap_or_default();
        if let Value::Object(map) = &mut value {
            if !change.conflicts.is_empty() {
                let reasoned: Vec<_> = of(&conflicts, change).collect();
                map.insert("conflicts".into(), serde_json::to_value(reasoned).unwrap_or_default());
            }
            map.insert("diff".into(), unified(change).into());
        }
        value
    };
    json!({
        "version": VERSION,
        "changes": prepared.plan.changes.iter().map(change).collect::<Vec<_>>(),
        "facts": prepared.facts,
    })
}
