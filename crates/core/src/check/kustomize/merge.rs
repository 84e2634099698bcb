//! Strategic-merge patches: mappings merge, lists merge by the key that Kubernetes gives them, other lists are replaced.
use regex::Regex;

use crate::yaml::{Kind, Node};

/// Groups whose kinds have a published merge strategy; everything else is merged as JSON.
const BUILT_IN: &[&str] =
    &["", "apps", "batch", "autoscaling", "policy", "networking.k8s.io", "rbac.authorization.k8s.io"];

/// Applies a patch to the objects it names; false if there are none.
pub(super) fn patch(objects: &mut Vec<Node>, patch: &Node, target: Option<&Node>) -> bool {
    let mut hit = false;
    objects.retain_mut(|object| {
        let wanted = target.map_or_else(|| same(object, patch), |target| targeted(object, target));
        if !wanted {
            return true;
        }
        hit = true;
        if patch.text_at(&["$patch"]) == Some("delete") {
            return false;
        }
        let api = object.text_at(&["apiVersion"]).unwrap_or_default();
        let group = api.split_once('/').map_or("", |(group, _)| group);
        let keyed = BUILT_IN.contains(&group);
        let (name, kind) = (object.at(&["metadata", "name"]).cloned(), object.get("kind").cloned());
        merge(object, patch, "", keyed);
        if let (Some(name), Some(kind)) = (name, kind) {
            object.child("metadata").set("name", name);
            object.set("kind", kind);
        }
        true
    });
    hit
}

fn same(object: &Node, patch: &Node) -> bool {
    let namespace = patch.text_at(&["metadata", "namespace"]);
    [&["apiVersion"][..], &["kind"], &["metadata", "name"]]
        .iter()
        .all(|path| patch.text_at(path).is_some() && object.text_at(path) == patch.text_at(path))
        && (namespace.is_none() || object.text_at(&["metadata", "namespace"]) == namespace)
}

fn targeted(object: &Node, target: &Node) -> bool {
    let api = object.text_at(&["apiVersion"]).unwrap_or_default();
    let (group, version) = api.split_once('/').unwrap_or(("", api));
    let matches = |key: &str, value: Option<&str>| {
        target.text_at(&[key]).is_none_or(|wanted| value.is_some_and(|value| fits(wanted, value)))
    };
    let labelled = target.text_at(&["labelSelector"]).is_none_or(|selector| {
        selector.split(',').all(|part| {
            part.split_once('=').is_some_and(|(key, value)| {
                object.at(&["metadata", "labels"]).and_then(|labels| labels.text_at(&[key.trim()]))
                    == Some(value.trim_start_matches('=').trim())
            })
        })
    });
    matches("group", Some(group))
        && matches("version", Some(version))
        && matches("kind", object.text_at(&["kind"]))
        && matches("name", object.text_at(&["metadata", "name"]))
        && matches("namespace", object.text_at(&["metadata", "namespace"]))
        && labelled
}

/// Whether a text fits one of a target's regular expressions as a whole.
fn fits(pattern: &str, text: &str) -> bool {
    // Nearly all of them are plain names.
    let plain = pattern.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    pattern == text || !plain && Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(text))
}

/// The field that identifies the items of a list.
fn merge_key(field: &str, items: &[Node]) -> Option<&'static str> {
    match field {
        "containers" | "initContainers" | "env" | "volumes" | "imagePullSecrets" | "secrets" => Some("name"),
        "volumeMounts" => Some("mountPath"),
        "topologySpreadConstraints" => Some("topologyKey"),
        "hostAliases" => Some("ip"),
        "ports" if items.iter().any(|item| item.get("containerPort").is_some()) => Some("containerPort"),
        "ports" => Some("port"),
        _ => None,
    }
}

fn merge(base: &mut Node, patch: &Node, field: &str, keyed: bool) {
    match (&mut base.kind, &patch.kind) {
        (Kind::Mapping(_), Kind::Mapping(entries)) => {
            if patch.text_at(&["$patch"]) == Some("replace") {
                let rest = entries.iter().filter(|entry| entry.name() != "$patch").cloned().collect();
                base.kind = Kind::Mapping(rest);
                return;
            }
            for entry in entries {
                let Kind::Mapping(known) = &mut base.kind else { return };
                if entry.value.is_null() {
                    known.retain(|one| one.name() != entry.name());
                    continue;
                }
                match known.iter_mut().find(|one| one.name() == entry.name()) {
                    Some(one) => {
                        if entry.value.as_scalar().is_some() {
                            one.key.move_to(entry.here());
                        }
                        if entry.value.text_at(&["$patch"]) == Some("delete") {
                            let key = one.name().to_owned();
                            known.retain(|other| other.name() != key);
                        } else {
                            merge(&mut one.value, &entry.value, entry.name(), keyed);
                        }
                    }
                    None => known.push(entry.clone()),
                }
            }
        }
        (Kind::Sequence(items), Kind::Sequence(changes)) => match merge_key(field, changes).filter(|_| keyed) {
            Some(key) => merge_items(items, changes, key, keyed),
            None => *base = patch.clone(),
        },
        _ => *base = patch.clone(),
    }
}

/// New items go before the known ones, as `kustomize` puts them.
fn merge_items(items: &mut Vec<Node>, changes: &[Node], key: &str, keyed: bool) {
    let mut added = Vec::new();
    for change in changes {
        let id = change.text_at(&[key]);
        let known = items.iter().position(|item| id.is_some() && item.text_at(&[key]) == id);
        match (known, change.text_at(&["$patch"])) {
            (Some(index), Some("delete")) => {
                items.remove(index);
            }
            (Some(index), _) => merge(&mut items[index], change, "", keyed),
            (None, Some("delete")) => {}
            (None, _) => added.push(change.clone()),
        }
    }
    items.splice(0..0, added);
}
