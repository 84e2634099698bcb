//! Config maps from literals, and the suffix that renames them when their contents change.
use super::Rendered;
use crate::check::NotAnalysed;
use crate::check::node::{Entry, Node, Value};
use crate::tree::digest;

/// Makes, merges or replaces the config maps that a kustomization generates.
pub(super) fn config_maps(kustomization: &Node, objects: &mut Vec<Node>, out: &mut Rendered) {
    let everywhere =
        kustomization.path(&["generatorOptions", "disableNameSuffixHash"]).and_then(Node::bool).unwrap_or(false);
    for item in kustomization.list_at(&["configMapGenerator"]) {
        let Some(name) = item.get("name").and_then(Node::str) else { continue };
        for entry in item.entries() {
            if !["name", "namespace", "behavior", "literals", "options"].contains(&entry.key.as_str()) {
                out.not_analysed.push(NotAnalysed {
                    file: out.used.last().cloned().unwrap_or_default(),
                    line: Some(entry.at.line as usize),
                    what: format!("`{}` of the config map `{name}`", entry.key),
                });
            }
        }
        let data = literals(item, out);
        let own = item.path(&["options", "disableNameSuffixHash"]).and_then(Node::bool).unwrap_or(everywhere);
        let known = objects.iter_mut().find(|object| {
            object.text_at(&["kind"]) == Some("ConfigMap") && object.text_at(&["metadata", "name"]) == Some(name)
        });
        match (item.text_at(&["behavior"]), known) {
            (Some("merge"), Some(object)) => {
                for entry in data {
                    object.child("data").set(&entry.key, entry.value);
                }
                item.get("options").into_iter().for_each(|options| describe(object, options));
            }
            (Some("replace"), Some(object)) => {
                let at = item.at;
                object.set("data", Node { at, value: Value::Map(data) });
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
    let mut object = Node { at, value: Value::Map(Vec::new()) };
    object.set("apiVersion", Node::text(at, "v1"));
    if !data.is_empty() {
        object.set("data", Node { at: item.place(&["literals"]), value: Value::Map(data) });
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
            value.at = entry.at;
            object.child("metadata").child(key).set(&entry.key, value);
        }
    }
}

fn literals(item: &Node, out: &mut Rendered) -> Vec<Entry> {
    let mut data = Vec::new();
    for literal in item.list_at(&["literals"]) {
        let Some((key, value)) = literal.str().and_then(|text| text.split_once('=')) else {
            out.problem("R077", literal.at, "a literal must be `KEY=value`");
            continue;
        };
        let quoted =
            value.len() > 1 && ['"', '\''].iter().any(|quote| value.starts_with(*quote) && value.ends_with(*quote));
        if quoted {
            out.problem("R077", literal.at, format!("the quotes around the value of `{key}` become part of it"));
        }
        let value = Node::text(literal.at, value);
        data.push(Entry { key: key.to_owned(), at: literal.at, value });
    }
    data.sort_by(|a, b| a.key.cmp(&b.key));
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
    if let Value::Map(entries) = &mut node.value {
        for entry in entries {
            let named = match entry.key.as_str() {
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
    } else if let Value::List(items) = &mut node.value {
        items.iter_mut().for_each(|item| refer(item, name, renamed));
    }
}

/// The suffix that `kustomize` computes: SHA-256 of the contents as Go's JSON, with letters that make no words.
/// The name does not take part.
fn suffix(data: &[Entry]) -> String {
    let mut sorted: Vec<&Entry> = data.iter().collect();
    sorted.sort_by(|a, b| a.key.cmp(&b.key));
    let pairs: Vec<String> = sorted
        .iter()
        .map(|entry| format!("{}:{}", go_json(&entry.key), go_json(entry.value.str().unwrap_or_default())))
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

/// The value as JSON, plain scalars typed as YAML 1.2 does.
pub(super) fn to_json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Text { text, plain: true } => typed(text),
        Value::Text { text, plain: false } => text.as_str().into(),
        Value::List(items) => items.iter().map(to_json).collect(),
        Value::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), to_json(&entry.value))).collect(),
    }
}

fn typed(text: &str) -> serde_json::Value {
    if let Ok(number) = text.parse::<i64>() {
        return number.into();
    }
    match text {
        "true" => true.into(),
        "false" => false.into(),
        _ => text.parse::<f64>().map_or_else(|_| text.into(), Into::into),
    }
}
