//! What makes an item of a list the same one in the three versions of it.
use std::collections::BTreeSet;

use serde_json::Value;

/// What names an item, in this order. Kubernetes, Compose, workflows, Prometheus rules and our own `stackwright.yaml` use these.
const NAMES: [&str; 18] = [
    "id",
    "name",
    "key",
    "alert",
    "record",
    "component",
    "mountPath",
    "containerPort",
    "port",
    "host",
    "hostname",
    "path",
    "target",
    "topic",
    "secretName",
    "uses",
    "type",
    "image",
];

/// The identity of each item of each list, when all have one and no two of a list have the same.
pub(super) fn of_lists(lists: [&[Value]; 3]) -> Option<[Vec<String>; 3]> {
    let by = |rule: &dyn Fn(&Value) -> Option<String>| {
        let [base, yours, new] = lists.map(|items| distinct(items.iter().map(rule).collect()));
        Some([base?, yours?, new?])
    };
    by(&of_item).or_else(|| NAMES.iter().find_map(|name| by(&|item| of_field(item, name))))
}

fn distinct(names: Option<Vec<String>>) -> Option<Vec<String>> {
    names.filter(|names| names.iter().collect::<BTreeSet<_>>().len() == names.len())
}

fn of_item(item: &Value) -> Option<String> {
    of_object(item).or_else(|| of_reference(item)).or_else(|| NAMES.iter().find_map(|name| of_field(item, name)))
}

/// The identity of an object of Kubernetes: its kind without the version, and its name. A file holds no two of one name in
/// different namespaces; one that does is merged by lines.
pub(super) fn of_object(object: &Value) -> Option<String> {
    let text = |path: &str| object.pointer(path).and_then(Value::as_str);
    let (kind, name) = (text("/kind")?, text("/metadata/name")?);
    let group = text("/apiVersion").and_then(|version| version.rsplit_once('/')).map_or("", |(group, _)| group);
    Some(format!("{kind}.{group} {name}"))
}

/// Items that name something else: `configMapRef: { name: … }`, a metric of a scaler, the target of a patch.
fn of_reference(item: &Value) -> Option<String> {
    let fields = item.as_object()?;
    let reference =
        |field: &str| item.get(field).and_then(|inner| inner.get("name")).map(|name| format!("{field} {name}"));
    let kind = fields.get("type").and_then(Value::as_str).map(str::to_lowercase);
    let target = fields.get("target").filter(|target| target.is_object()).map(ToString::to_string);
    ["configMapRef", "secretRef"].iter().find_map(|field| reference(field)).or_else(|| reference(&kind?)).or(target)
}

fn of_field(item: &Value, name: &str) -> Option<String> {
    let value = item.get(name).filter(|value| is_plain(value))?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    // A newer version of an action is the same step.
    let text = if name == "uses" { text.split('@').next().unwrap_or_default().to_owned() } else { text };
    let more = |field: &str| item.get(field).and_then(Value::as_str).unwrap_or_default();
    Some(format!("{name} {text} {} {}", more("kind"), more("protocol")))
}

/// How an item is called in a message.
pub(super) fn shown(item: &Value) -> String {
    let name = NAMES.iter().find_map(|name| item.get(*name).filter(|value| is_plain(value)));
    match name.unwrap_or(item) {
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) => of_object(item).unwrap_or_else(|| "item".to_owned()),
        other => other.to_string(),
    }
}

fn is_plain(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_))
}
