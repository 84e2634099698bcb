//! What a service says once about all of its processes of a role, those that features add among them.
use super::Catalog;
use crate::diagnostic::Diagnostics;
use crate::yaml::{Entry, Kind, Node};

use super::extends::{overlay, whole};

/// The same tree with the presets laid below every process.
pub(super) fn apply(catalog: &Catalog, mut node: Node) -> Result<Node, Diagnostics> {
    if let Some(presets) = node.get("presets").cloned() {
        processes(&mut node, &presets);
    }
    let Some(Kind::Mapping(hosts)) = node.get_mut("on").map(|on| &mut on.kind) else { return Ok(node) };
    for Entry { key: host, value: added } in hosts.iter_mut().filter(|added| added.value.get("processes").is_some()) {
        let id = host.as_str().unwrap_or_default();
        let path = format!("components/{id}/component.yaml");
        if catalog.text(&path).is_none_or(|text| text.text.is_empty()) {
            continue; // no such component: whoever uses the feature hears of it
        }
        let document = catalog.document(&path)?;
        let host = whole(catalog, document.root.clone(), &document.source, &[id])?;
        if let Some(presets) = host.get("presets") {
            processes(added, presets);
        }
    }
    Ok(node)
}

fn processes(node: &mut Node, presets: &Node) {
    let Some(Kind::Mapping(processes)) = node.get_mut("processes").map(|processes| &mut processes.kind) else { return };
    for Entry { value: process, .. } in processes {
        let preset = process.get("role").and_then(Node::as_str).and_then(|role| presets.get(role));
        if let Some(preset) = preset {
            *process = overlay(preset.clone(), process);
        }
    }
}
