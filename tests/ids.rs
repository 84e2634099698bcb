//! No component, target or shared template knows another component: whatever it has to know is a fact of a capability or
//! a contribution. So an id of the catalog is nowhere but in its own folder and where one component names another on purpose.
//!
//! What counts as naming a component:
//! - in a template, a text literal inside `@{ … }@` or `@% … %@` that is an id, or a path into another component's folder.
//!   What a template prints is prose or the language of some product: `argocd.argoproj.io` in a manifest names nothing.
//! - in `component.yaml` and `target.yaml`, the same inside templates and bare expressions, and a scalar that is an id.
//!
//! What doesn't:
//! - under `requires`, `on`, `extends`, `needs` and `excludes` components are named on purpose; blueprints choose them;
//! - `dependencies` are names of packages; `facts` and the `value` of a contribution are words of whoever reads them, which is
//!   no comparison with an id; `help` and `because` are prose; arguments of `image` and `pin` are names of pins;
//! - a word that a component declares itself: a parameter's default or choice, an endpoint, a process, an alias.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;

use std::collections::BTreeSet;

use bench::Bench;
use serde_json::Value;
use stackwright::diagnostic::Source;

/// Keys of a description whose values name components on purpose.
const NAMED_ON_PURPOSE: &[&str] = &["excludes", "extends", "needs"];
/// Keys of a description below which a plain word is somebody else's; templates in it count.
const WORDS: &[&str] = &["because", "dependencies", "facts", "help", "value"];
/// Keys of a description that hold a bare expression.
const EXPRESSIONS: &[&str] = &["each", "that", "when"];
/// Functions whose arguments are names of pins.
const OF_PINS: &[&str] = &["image(", "pin("];

/// The code in a template: what stands between its delimiters, comments left out.
fn code(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = ["@{", "@%", "@#"].iter().filter_map(|open| rest.find(open)).min() {
        let close = match &rest[at..at + 2] {
            "@{" => "}@",
            "@%" => "%@",
            _ => "#@",
        };
        let inner = &rest[at + 2..];
        let end = inner.find(close).unwrap_or(inner.len());
        if close != "#@" {
            found.push(&inner[..end]);
        }
        rest = inner.get(end + 2..).unwrap_or_default();
    }
    found
}

/// The text literals of an expression, but for names of pins.
fn literals(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = code[at..].find(['"', '\'']).map(|found| found + at) {
        let quote = code.as_bytes()[open] as char;
        let end = code[open + 1..].find(quote).map_or(code.len(), |found| found + open + 1);
        if !OF_PINS.iter().any(|function| code[..open].trim_end().ends_with(function)) {
            found.push(&code[open + 1..end]);
        }
        at = (end + 1).min(code.len());
    }
    found
}

/// Whether a literal names one of the components: by its id, or by a path into its folder.
fn names(literal: &str, ids: &BTreeSet<&str>) -> bool {
    let folder = literal.strip_prefix("components/").and_then(|path| path.split('/').next());
    ids.contains(literal) || folder.is_some_and(|folder| ids.contains(folder))
}

/// The words that a description declares itself: values of parameters, endpoints, processes, aliases.
fn declared(description: &Value) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut of = |part: &Value| {
        for key in ["endpoints", "processes", "requires", "params"] {
            words.extend(part[key].as_object().into_iter().flat_map(|entries| entries.keys().cloned()));
        }
        for param in part["params"].as_object().into_iter().flat_map(|params| params.values()) {
            let choices = param["choices"].as_array().into_iter().flatten().chain([&param["default"]]);
            words.extend(choices.filter_map(Value::as_str).map(str::to_owned));
        }
    };
    of(description);
    description["on"].as_object().into_iter().flat_map(|on| on.values()).for_each(of);
    words
}

/// The texts of a description that may name a component: code of templates and expressions, and plain scalars.
fn texts(value: &Value, key: &str, words: bool, found: &mut Vec<String>) {
    match value {
        Value::String(text) if EXPRESSIONS.contains(&key) => {
            found.extend(literals(text).into_iter().map(str::to_owned));
        }
        Value::String(text) => {
            found.extend((!words).then(|| text.clone()));
            found.extend(code(text).into_iter().flat_map(literals).map(str::to_owned));
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, key, words, found)),
        Value::Object(entries) => {
            let entries = entries.iter().filter(|(key, _)| !NAMED_ON_PURPOSE.contains(&key.as_str()));
            entries.for_each(|(key, value)| texts(value, key, words || WORDS.contains(&key.as_str()), found));
        }
        _ => {}
    }
}

#[test]
fn templates_and_descriptions_are_read_as_their_definition_says() {
    assert_eq!(code("a @{ b }@ @# 'c' #@ @% if d %@"), [" b ", " if d "]);
    assert_eq!(literals("x == 'one' and image(\"two\") or pin('three') ~ \"four\""), ["one", "four"]);
    let ids = BTreeSet::from(["kafka"]);
    assert!(names("kafka", &ids) && names("components/kafka/a.yaml", &ids));
    assert!(!names("deploy/kafka", &ids) && !names("kafka:9092", &ids));
}

#[test]
fn no_component_and_no_target_names_another_component() {
    let catalog = Bench::embedded().catalog;
    let all: BTreeSet<&str> = catalog.component_ids().into_iter().collect();
    let mut named = Vec::new();
    for (path, text) in catalog.files() {
        let mut parts = path.split('/');
        let (kind, owner) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if !["components", "shared", "targets"].contains(&kind) || path.ends_with("README.md") {
            continue;
        }
        let mut ids = all.clone();
        let mut own = BTreeSet::new();
        if kind == "components" {
            ids.remove(owner);
            let description = catalog.source(&format!("components/{owner}/component.yaml"));
            own = declared(&stackwright::yaml::parse_one(&description).unwrap().to_json());
        }
        let mut found = Vec::new();
        if path.ends_with("/component.yaml") || path.ends_with("/target.yaml") {
            let tree = stackwright::yaml::parse_one(&Source::new(path, text.text.to_string())).unwrap().to_json();
            texts(&tree, "", false, &mut found);
        } else {
            found.extend(code(&text.text).into_iter().flat_map(literals).map(str::to_owned));
        }
        let wrong = found.iter().filter(|literal| names(literal, &ids) && !own.contains(*literal));
        named.extend(wrong.map(|literal| format!("{path}: {literal:?}")));
    }
    named.sort();
    named.dedup();
    assert!(named.is_empty(), "{} places name another component:\n{}", named.len(), named.join("\n"));
}
