//! A node as the JSON that its schema wants: text where text is wanted, although `1.10` alone would be a number.
use serde_json::{Map, Value};

use crate::yaml::{Entry, Kind, Node};

/// How many references and alternatives are followed at one place.
const MAX_STEPS: usize = 32;

/// The node as JSON, each scalar typed by what the schema allows at its place.
pub(in crate::yaml) fn json(node: &Node, root: &Value) -> Value {
    value(node, &[root], root)
}

fn value(node: &Node, schemas: &[&Value], root: &Value) -> Value {
    let mut allowed = Vec::new();
    for schema in schemas {
        expand(schema, node, root, &mut allowed, MAX_STEPS);
    }
    match &node.kind {
        Kind::Scalar(scalar) => {
            let core = node.to_json();
            let wants = |name: &str| allowed.iter().any(|schema| permits(schema, name));
            let fits = match &core {
                Value::Bool(_) => wants("boolean"),
                Value::Number(number) => wants("number") || !number.is_f64() && wants("integer"),
                _ => true,
            };
            if !fits && wants("string") { Value::String(scalar.text.clone()) } else { core }
        }
        Kind::Sequence(items) => {
            let inner: Vec<&Value> = allowed.iter().filter_map(|schema| schema.get("items")).collect();
            let item = |(index, item): (usize, &Node)| {
                let tuple = allowed.iter().filter_map(|schema| schema.get("prefixItems")?.get(index));
                value(item, &tuple.chain(inner.iter().copied()).collect::<Vec<_>>(), root)
            };
            items.iter().enumerate().map(item).collect()
        }
        Kind::Mapping(entries) => {
            let entry = |entry: &Entry| {
                let key = entry.name();
                let schemas: Vec<&Value> = allowed.iter().flat_map(|schema| of_key(schema, key)).collect();
                (key.to_owned(), value(&entry.value, &schemas, root))
            };
            Value::Object(entries.iter().map(entry).collect::<Map<_, _>>())
        }
    }
}

/// The schemas that an object schema has for a key.
fn of_key<'s>(schema: &'s Value, key: &str) -> Vec<&'s Value> {
    if let Some(named) = schema.get("properties").and_then(|properties| properties.get(key)) {
        return vec![named];
    }
    let patterns = schema.get("patternProperties").and_then(Value::as_object);
    let patterns = patterns.into_iter().flat_map(|patterns| patterns.values());
    patterns.chain(schema.get("additionalProperties")).collect()
}

/// Collects the schemas that apply at a place: through references and all alternatives that can be meant.
fn expand<'s>(schema: &'s Value, node: &Node, root: &'s Value, out: &mut Vec<&'s Value>, steps: usize) {
    if steps == 0 || is_other_variant(schema, node) {
        return;
    }
    out.push(schema);
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
    if let Some(target) = target.and_then(|pointer| root.pointer(pointer)) {
        expand(target, node, root, out, steps - 1);
    }
    for name in ["anyOf", "oneOf", "allOf"] {
        for inner in schema.get(name).and_then(Value::as_array).into_iter().flatten() {
            expand(inner, node, root, out, steps - 1);
        }
    }
}

/// Whether this is the schema of a variant whose tag (`type: choice`) says that it is not meant.
fn is_other_variant(schema: &Value, node: &Node) -> bool {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().any(|(key, property)| {
        let wanted = property.get("const").and_then(Value::as_str);
        let present = node.get(key).and_then(Node::as_str);
        wanted.is_some_and(|wanted| present.is_some_and(|present| present != wanted))
    })
}

/// Whether a schema names a type as possible.
fn permits(schema: &Value, name: &str) -> bool {
    let is_text = |value: &Value| name == "string" && value.is_string();
    match schema.get("type") {
        Some(Value::String(one)) => one == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => {
            schema.get("const").is_some_and(is_text)
                || schema.get("enum").and_then(Value::as_array).is_some_and(|all| all.iter().any(is_text))
        }
    }
}
