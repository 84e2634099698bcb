//! What the review list of `go-platform` asks for and neither a rule nor a validator looks at, in the rendered example.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use stackwright::diagnostic::Source;
use stackwright::yaml;

mod cluster;
mod delivery;
mod services;

/// The rendered repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/go-platform/repository")
}

/// A file of it.
fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files below a directory of it, with their paths.
fn files(directory: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut pending = vec![root().join(directory)];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                pending.push(path);
            } else if name.ends_with(extension) {
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "no {extension} below {directory}");
    found.sort();
    found
}

/// The objects of the manifests below a directory of it.
fn objects(directory: &str) -> Vec<Value> {
    let documents = files(directory, ".yaml").into_iter().flat_map(|(name, text)| {
        let source = Source::new(name, text);
        let nodes = yaml::parse(&source).unwrap_or_else(|problems| panic!("{problems:?}"));
        nodes.into_iter().map(|node| node.to_json()).collect::<Vec<_>>()
    });
    documents.filter(|document| document["kind"].is_string()).collect()
}

fn of_kind(directory: &str, kind: &str) -> Vec<Value> {
    let found: Vec<Value> = objects(directory).into_iter().filter(|object| object["kind"] == kind).collect();
    assert!(!found.is_empty(), "no {kind} below {directory}");
    found
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The seconds of a Go constant such as `Name = 25 * time.Second`.
fn seconds(go: &str, constant: &str) -> i64 {
    let (_, rest) = go.split_once(&format!("{constant} = ")).unwrap_or_else(|| panic!("no {constant}"));
    rest.split_once(" * time.Second").unwrap().0.parse().unwrap()
}
