//! Who talks to whom: what both diagrams draw as lines.
use std::collections::BTreeMap;

use crate::stack::{OUTSIDE, Stack};

/// Who is outside, where a conversation begins there and where it ends there.
pub(super) const VISITORS: &str = "visitors";
pub(super) const INTERNET: &str = "internet";

/// The ports of every conversation, by both ends; `end` names a process in the diagram.
pub(super) fn between(stack: &Stack, end: impl Fn(&str) -> String) -> BTreeMap<(String, String), Vec<String>> {
    let mut talks: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for edge in &stack.edges {
        let name = |process: &str, outside: &str| if process == OUTSIDE { outside.to_owned() } else { end(process) };
        let ports = talks.entry((name(&edge.from, VISITORS), name(&edge.to, INTERNET))).or_default();
        let port = edge.port.to_string();
        if !ports.contains(&port) {
            ports.push(port);
        }
    }
    talks
}
