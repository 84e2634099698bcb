//! Config maps from literals, and the suffix that renames them when their contents change.
use super::Rendered;
use crate::tree::digest;
use crate::yaml::{Entry, Kind, Node};

/// Makes, merges or replaces the config maps that a kustomization generates.
pub(super) fn config_maps(kustomization: &Node, objects: &mut Vec<Node>, out: &mut Rendered) {
    let everywhere =
        kustomization.at(&["generatorOptions", "disableNameSuffixHash"]).and_then(Node::bool).unwrap_or(false);
    for item in kustomization.list_at(&["configMapGenerator"]) {
        let Some(name) = item.get("name").and_then(Node::as_str) else { continue };
        for entry in item.entries() {
            if !["name", "namespace", "behavior", "literals", "options"].contains(&entry.name()) {
                let file = out.used.last().cloned().unwrap_or_default();
                out.unknown(file, entry.here(), format!("`{}` of the config map `{name}`", entry.name()));
            }
        }
        let data = literals(item, out);
        let own = item.at(&["options", "disableNameSuffixHash"]).and_then(Node::bool).unwrap_or(everywhere);
        let known = objects.iter_mut().find(|object| {
            object.text_at(&["kind"]) == Some("ConfigMap") && object.text_at(&["metadata", "name"]) == Some(name)
        });
        match (item.text_at(&["behavior"]), known) {
            (Some("merge"), Some(object)) => {
                for Entry { key, value } in data {
                    object.child("data").set(key.as_str().unwrap_or_default(), value);
                }
                item.get("options").into_iter().for_each(|options| describe(object, options));
            }
            (Some("replace"), Some(object)) => {
                let at = item.here();
                object.set("data", Node::mapping(at, data));
            }
            (Some(behavior @ ("merge" | "replace")), None) => {
                let message = format!("the config map `{name}` is to {behavior} one that does not exist");
                out.problem("R070", item.place(&["behavior"]), message);
            }
            (_, Some(_)) => {
                let message = format!("the config map `{name}` exists already; say `behavior: merge`");
                out.problem("R070", item.place(&["name"]), message);
            }
            (_, None) => {
                let mut object = config_map(item, data);
                for options in [kustomization.get("generatorOptions"), item.get("options")].into_iter().flatten() {
                    describe(&mut object, options);
                }
                objects.push(object);
                if !own {
                    out.generated.insert(name.to_owned());
                }
            }
        }
    }
}

fn config_map(item: &Node, data: Vec<Entry>) -> Node {
    let at = item.place(&["name"]);
    let mut object = Node::mapping(at, Vec::new());
    object.set("apiVersion", Node::text(at, "v1"));
    if !data.is_empty() {
        object.set("data", Node::mapping(item.place(&["literals"]), data));
    }
    object.set("kind", Node::text(at, "ConfigMap"));
    if let Some(name) = item.get("name") {
        object.child("metadata").set("name", name.clone());
    }
    object
}

/// Gives a config map the labels and annotations of its options.
fn describe(object: &mut Node, options: &Node) {
    for key in ["labels", "annotations"] {
        for entry in options.entries_at(&[key]) {
            let mut value = entry.value.clone();
            value.move_to(entry.here());
            object.child("metadata").child(key).set(entry.name(), value);
        }
    }
}

fn literals(item: &Node, out: &mut Rendered) -> Vec<Entry> {
    let mut data = Vec::new();
    for literal in item.list_at(&["literals"]) {
        let Some((key, value)) = literal.as_str().and_then(|text| text.split_once('=')) else {
            out.problem("R077", literal.here(), "a literal must be `KEY=value`");
            continue;
        };
        let quoted =
            value.len() > 1 && ['"', '\''].iter().any(|quote| value.starts_with(*quote) && value.ends_with(*quote));
        if quoted {
            out.problem("R077", literal.here(), format!("the quotes around the value of `{key}` become part of it"));
        }
        let value = Node::text(literal.here(), value);
        data.push(Entry { key: Node::text(literal.here(), key), value });
    }
    data.sort_by(|a, b| a.name().cmp(b.name()));
    data
}

/// Gives the generated config maps their suffix, and everything that refers to them the new name.
pub(super) fn rename(rendered: &mut Rendered) {
    for name in std::mem::take(&mut rendered.generated) {
        let found = rendered.objects.iter().find(|object| {
            object.text_at(&["kind"]) == Some("ConfigMap") && object.text_at(&["metadata", "name"]) == Some(&name)
        });
        let Some(object) = found else { continue };
        let renamed = format!("{name}-{}", suffix(object.entries_at(&["data"])));
        for object in &mut rendered.objects {
            refer(object, &name, &renamed);
        }
    }
}

fn refer(node: &mut Node, name: &str, renamed: &str) {
    let own = node.text_at(&["kind"]) == Some("ConfigMap");
    match &mut node.kind {
        Kind::Scalar(_) => {}
        Kind::Sequence(items) => items.iter_mut().for_each(|item| refer(item, name, renamed)),
        Kind::Mapping(entries) => {
            for entry in entries {
                let named = match entry.name() {
                    "configMapRef" | "configMapKeyRef" | "configMap" => true,
                    "metadata" => own,
                    _ => false,
                };
                if named && entry.value.text_at(&["name"]) == Some(name) {
                    let at = entry.value.place(&["name"]);
                    entry.value.set("name", Node::text(at, renamed));
                }
                refer(&mut entry.value, name, renamed);
            }
        }
    }
}

/// The suffix that `kustomize` computes: SHA-256 of the contents as Go's JSON, with letters that make no words.
/// The name does not take part.
fn suffix(data: &[Entry]) -> String {
    let mut sorted: Vec<&Entry> = data.iter().collect();
    sorted.sort_by(|a, b| a.name().cmp(b.name()));
    let pairs: Vec<String> = sorted
        .iter()
        .map(|entry| format!("{}:{}", go_json(entry.name()), go_json(entry.value.as_str().unwrap_or_default())))
        .collect();
    let data = if pairs.is_empty() { "\"\"".to_owned() } else { format!("{{{}}}", pairs.join(",")) };
    let text = format!("{{\"data\":{data},\"kind\":\"ConfigMap\",\"name\":\"\"}}");
    let hex = digest(text.as_bytes());
    hex.chars()
        .take(10)
        .map(|c| match c {
            '0' => 'g',
            '1' => 'h',
            '3' => 'k',
            'a' => 'm',
            'e' => 't',
            other => other,
        })
        .collect()
}

fn go_json(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}
