//! The specimens of `docs/components.md` are components that load, and every key of the form is on one of them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use bench::Bench;
use schemars::SchemaGenerator;
use serde_json::Value;
use stackwright::catalog::{Component, PinsFile};
use stackwright::diagnostic::Source;
use stackwright::{author, yaml};

/// The blocks of YAML on the page.
fn blocks() -> Vec<String> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/components.md")).unwrap();
    let blocks = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    blocks.map(str::to_owned).collect()
}

/// The components on the page, by id.
fn specimens() -> BTreeMap<String, String> {
    let blocks = blocks();
    let named = blocks.iter().filter_map(|block| {
        let first = block.lines().next()?.strip_prefix("id: ")?;
        Some((first.split('#').next()?.trim().to_owned(), block.clone()))
    });
    named.collect()
}

/// The keys of each form of a schema that a value has, as `Form.key`.
fn keys(value: &Value, schema: &Value, form: &str, root: &Value, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.rsplit('/').next().unwrap();
        return keys(value, &root["$defs"][name], name, root, found);
    }
    for choice in ["anyOf", "oneOf"].iter().filter_map(|key| schema[*key].as_array()).flatten() {
        keys(value, choice, form, root, found);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| keys(item, &schema["items"], form, root, found)),
        Value::Object(map) => {
            for (key, inner) in map {
                if let Some(property) = schema["properties"].get(key) {
                    found.insert(format!("{form}.{key}"));
                    keys(inner, property, form, root, found);
                } else if schema["additionalProperties"].is_object() {
                    keys(inner, &schema["additionalProperties"], form, root, found);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn the_specimens_load_and_show_every_key_of_the_form() {
    let specimens = specimens();
    let mut own = BTreeMap::new();
    for file in ["app/lib/metrics/usage.rb", "scripts/resize", "ci.yaml", "kubernetes/quota.yaml"] {
        own.insert(format!("components/images/{file}"), "text\n".to_owned());
    }
    for (id, text) in &specimens {
        own.insert(format!("components/{id}/component.yaml"), text.clone());
        own.insert(format!("components/{id}/README.md"), id.clone());
        let contributed =
            text.split("from: contributes/").skip(1).filter_map(|rest| rest.split([' ', ',', '}']).next());
        for file in contributed {
            own.insert(format!("components/{id}/contributes/{file}"), "text\n".to_owned());
        }
    }
    let Bench { catalog, engine } = Bench::with(own).unwrap();
    let problems = author::descriptions(&catalog, &engine);
    assert!(problems.is_empty(), "{problems}");

    let root = SchemaGenerator::default().into_root_schema_for::<Component>().to_value();
    let mut found = BTreeSet::new();
    for (id, text) in &specimens {
        catalog.component(id).unwrap();
        let node = yaml::parse_one(&Source::new(id.as_str(), text.as_str())).unwrap();
        keys(&node.to_json(), &root, "Component", &root, &mut found);
    }
    complete(&root, "Component", &found);
}

/// Every key of every form of a schema is among those that were found.
fn complete(root: &Value, form: &str, found: &BTreeSet<String>) {
    let inner = root["$defs"].as_object().unwrap().iter().map(|(form, schema)| (form.as_str(), schema));
    // A question has a page of its own.
    let forms = inner.chain([(form, root)]).filter(|(form, _)| !["Question", "ParamRef"].contains(form));
    let wanted = forms.flat_map(|(form, schema)| {
        let keys = schema["properties"].as_object().into_iter().flat_map(|keys| keys.keys());
        keys.map(move |key| format!("{form}.{key}")).collect::<Vec<_>>()
    });
    let absent: Vec<String> = wanted.filter(|key| !found.contains(key)).collect();
    assert!(absent.is_empty(), "docs/components.md explains no {absent:#?}");
}

#[test]
fn the_pins_on_the_page_load_and_show_every_key_of_the_form() {
    let blocks = blocks();
    let text = blocks.iter().find(|block| block.starts_with("images:")).unwrap();
    let Bench { catalog, .. } = Bench::with(BTreeMap::from([("pins.yaml".into(), text.clone())])).unwrap();
    assert!(catalog.pins().image("postgres-18").is_some());
    let root = SchemaGenerator::default().into_root_schema_for::<PinsFile>().to_value();
    let mut found = BTreeSet::new();
    let node = yaml::parse_one(&Source::new("pins.yaml", text.as_str())).unwrap();
    keys(&node.to_json(), &root, "PinsFile", &root, &mut found);
    complete(&root, "PinsFile", &found);
}
