//! Components that are another one with some things different.
use std::collections::{BTreeMap, BTreeSet};

use super::{Catalog, Text};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml::{Entry, Kind, Node};

/// Gives every component that extends another the files that it doesn't have itself.
pub(super) fn inherit(files: &mut BTreeMap<String, Text>) {
    let ids: Vec<String> = files
        .keys()
        .filter_map(|path| path.strip_prefix("components/")?.strip_suffix("/component.yaml"))
        .filter(|id| !id.contains('/'))
        .map(str::to_owned)
        .collect();
    for id in ids {
        let mut seen = BTreeSet::from([id.clone()]);
        let mut next = extended(files, &id);
        while let Some(base) = next.filter(|base| seen.insert(base.clone())) {
            let folder = format!("components/{base}/");
            let inside = files.range(folder.clone()..).take_while(|(path, _)| path.starts_with(&folder));
            let inherited: Vec<(String, Text)> = inside
                .map(|(path, text)| (format!("components/{id}/{}", &path[folder.len()..]), text.clone()))
                .filter(|(path, _)| !files.contains_key(path))
                .collect();
            files.extend(inherited);
            next = extended(files, &base);
        }
    }
}

/// The component that another says it extends, read without the rest.
fn extended(files: &BTreeMap<String, Text>, id: &str) -> Option<String> {
    let text = files.get(&format!("components/{id}/component.yaml"))?;
    let line = text.text.lines().find_map(|line| line.strip_prefix("extends:"))?;
    let name = line.split(" #").next().unwrap_or(line);
    Some(name.trim().trim_matches(['"', '\'']).to_owned())
}

/// What a component's file says, over what the component says that it extends.
pub(super) fn whole(catalog: &Catalog, node: Node, source: &Source, above: &[&str]) -> Result<Node, Diagnostics> {
    let Some(named) = node.get("extends") else { return Ok(node) };
    let base = named.as_str().unwrap_or_default();
    let fault = |why: String| Diagnostics::from(Diagnostic::error(why).at(source, named.span));
    if above.contains(&base) {
        return Err(fault(format!("`{base}` extends itself, by way of {}", above.join(", "))));
    }
    let path = format!("components/{base}/component.yaml");
    if catalog.text(&path).is_none() {
        let problem = Diagnostic::error(format!("it extends `{base}`, which is no component")).at(source, named.span);
        return Err(problem.guess(base, catalog.component_ids()).into());
    }
    let document = catalog.document(&path)?;
    let above: Vec<&str> = above.iter().copied().chain([base]).collect();
    let base = whole(catalog, document.root.clone(), &document.source, &above)?;
    Ok(overlay(base, &node))
}

/// One tree over another: mappings key by key, a null takes a key away, anything else takes the place of what is below.
pub(super) fn overlay(below: Node, above: &Node) -> Node {
    let (Kind::Mapping(mut entries), Kind::Mapping(own)) = (below.kind, &above.kind) else { return above.clone() };
    for Entry { key, value } in own {
        let known = entries.iter().position(|known| known.key.as_str() == key.as_str());
        match known {
            Some(at) if value.is_null() => drop(entries.remove(at)),
            Some(at) => {
                let old = entries.remove(at).value;
                entries.insert(at, Entry { key: key.clone(), value: overlay(old, value) });
            }
            None => entries.push(Entry { key: key.clone(), value: value.clone() }),
        }
    }
    Node { span: above.span, end: above.end, file: above.file, kind: Kind::Mapping(entries), tag: below.tag }
}
