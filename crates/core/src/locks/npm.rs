//! `package-lock.json` (lock file version 3) as the closure of the direct dependencies in a kept resolution.
//!
//! The resolution is a whole tree, `node_modules` paths included. What is reached from the direct dependencies, by Node's
//! look-up, stays where it is; the flags `dev`, `optional`, `devOptional` and `peer` are computed anew, the way npm does.
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::join::{Entry, join};
use super::parsed;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;

/// Where a component's packages stand in its folder.
pub(super) const FILE: &str = "locks/npm.json";

/// The form of `locks/npm.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolution {
    /// The `engines` of the manifest.
    #[serde(default)]
    pub(super) engines: BTreeMap<String, String>,
    /// The `overrides` that every resolution keeps.
    #[serde(default)]
    pub(super) overrides: Map<String, Value>,
    /// The `packages` of a lock file of version 3, without addresses and the flags that depend on who asks.
    pub(super) packages: BTreeMap<String, Value>,
}

impl Entry for Value {
    fn unite(&mut self, other: &Self) -> bool {
        self == other
    }
}

/// What is kept of all components but those.
pub(super) fn kept(catalog: &Catalog, but: &[&str]) -> Result<Resolution, Diagnostics> {
    let mut all = Resolution::default();
    all.packages = join(catalog, FILE, but, parsed::<Resolution>, |own| {
        all.engines.extend(own.engines);
        all.overrides.extend(own.overrides);
        own.packages
    })?;
    Ok(all)
}

/// What a package asks for, and how.
pub(super) struct Edge<'a> {
    pub(super) to: &'a str,
    dev: bool,
    optional: bool,
    peer: bool,
    /// Whether it brings the package in; an optional peer only uses what is there.
    pub(super) pulls: bool,
}

/// Why a package is there; every flag holds until a way to the package disproves it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Flags {
    dev: bool,
    optional: bool,
    dev_optional: bool,
    peer: bool,
}

/// The root of the tree, whose flags are all false.
const ROOT: &str = "";

/// The lock file for those direct dependencies, or the package that the resolution lacks.
pub(super) fn package_lock(
    resolution: &Resolution,
    manifest: &Value,
    runtime: &BTreeMap<String, String>,
    dev: &BTreeMap<String, String>,
) -> Result<String, String> {
    let packages = &resolution.packages;
    let mut edges: BTreeMap<&str, Vec<Edge>> = BTreeMap::new();
    let direct = runtime.keys().map(|name| (name, false)).chain(dev.keys().map(|name| (name, true)));
    let mut roots = Vec::new();
    for (name, dev) in direct {
        let to = find(packages, ROOT, name).ok_or_else(|| name.clone())?;
        roots.push(Edge { to, dev, optional: false, peer: false, pulls: true });
    }
    let mut todo: Vec<&str> = roots.iter().map(|edge| edge.to).collect();
    edges.insert(ROOT, roots);
    while let Some(path) = todo.pop() {
        if edges.contains_key(path) {
            continue;
        }
        let out = edges_of(packages, path)?;
        todo.extend(out.iter().filter(|edge| edge.pulls).map(|edge| edge.to));
        edges.insert(path, out);
    }
    let flags = flags(&edges);
    let mut locked = Map::new();
    locked.insert(ROOT.into(), manifest.clone());
    for path in edges.keys().filter(|path| **path != ROOT) {
        locked.insert((*path).to_owned(), entry(&packages[*path], flags[path]));
    }
    let lock = json!({
        "name": manifest["name"], "version": manifest["version"],
        "lockfileVersion": 3, "requires": true, "packages": locked,
    });
    serde_json::to_string_pretty(&lock).map_err(|error| error.to_string())
}

/// The path at which the package at `from` finds `name`: its own `node_modules` first, then its parents'.
pub(super) fn find<'a>(packages: &'a BTreeMap<String, Value>, from: &str, name: &str) -> Option<&'a str> {
    let mut base = from;
    loop {
        let slash = if base.is_empty() { "" } else { "/" };
        if let Some((path, _)) = packages.get_key_value(&format!("{base}{slash}node_modules/{name}")) {
            return Some(path);
        }
        if base.is_empty() {
            return None;
        }
        base = base.rfind("/node_modules/").map_or("", |at| &base[..at]);
    }
}

pub(super) fn edges_of<'a>(packages: &'a BTreeMap<String, Value>, path: &'a str) -> Result<Vec<Edge<'a>>, String> {
    let package = packages.get(path).ok_or_else(|| path.to_owned())?;
    let names = |key: &str| {
        let map = package.get(key).and_then(Value::as_object);
        map.into_iter().flat_map(|map| map.keys()).cloned().collect::<BTreeSet<String>>()
    };
    let optional = names("optionalDependencies");
    let mut edges = Vec::new();
    for name in names("dependencies").union(&optional) {
        let optional = optional.contains(name);
        match find(packages, path, name) {
            Some(to) => edges.push(Edge { to, dev: false, optional, peer: false, pulls: true }),
            None if optional => {}
            None => return Err(format!("{name}, which {path} needs")),
        }
    }
    for name in names("peerDependencies") {
        let meta = package.get("peerDependenciesMeta").and_then(|meta| meta.get(&name)?.get("optional"));
        let optional = meta.and_then(Value::as_bool).unwrap_or(false);
        if let Some(to) = find(packages, path, &name) {
            edges.push(Edge { to, dev: false, optional, peer: true, pulls: !optional });
        }
    }
    Ok(edges)
}

/// Flags by path: a fixed point, because a flag once disproved stays so.
fn flags<'a>(edges: &BTreeMap<&'a str, Vec<Edge<'a>>>) -> BTreeMap<&'a str, Flags> {
    let all = Flags { dev: true, optional: true, dev_optional: true, peer: true };
    let none = Flags { dev: false, optional: false, dev_optional: false, peer: false };
    let mut flags: BTreeMap<&str, Flags> = edges.keys().map(|path| (*path, all)).collect();
    flags.insert(ROOT, none);
    loop {
        let mut changed = false;
        for (path, out) in edges {
            let from = flags[path];
            for edge in out {
                let Some(to) = flags.get_mut(edge.to) else { continue }; // an optional peer that nothing brings in
                let plain = !from.dev_optional && !from.dev && !from.optional && !edge.dev && !edge.optional;
                let next = Flags {
                    peer: to.peer && (from.peer || edge.peer),
                    dev_optional: to.dev_optional && !plain,
                    dev: to.dev && !plain && (from.dev || edge.dev),
                    optional: to.optional && !plain && (from.optional || edge.optional),
                };
                changed |= next != *to;
                *to = next;
            }
        }
        if !changed {
            return flags;
        }
    }
}

/// The package with its flags, its keys in npm's order, so that npm's next write changes nothing it need not change.
fn entry(package: &Value, flags: Flags) -> Value {
    const FIRST: [&str; 4] = ["name", "version", "resolved", "integrity"];
    let mut entry = package.as_object().cloned().unwrap_or_default();
    let shown = [
        ("dev", flags.dev),
        ("optional", flags.optional),
        ("devOptional", flags.dev_optional && !flags.dev && !flags.optional),
        ("peer", flags.peer),
    ];
    for (name, _) in shown.into_iter().filter(|(_, holds)| *holds) {
        entry.insert(name.into(), true.into());
    }
    let mut fields: Vec<(String, Value)> = entry.into_iter().collect();
    fields.sort_by_cached_key(|(key, value)| {
        let first = FIRST.iter().position(|known| known == key).unwrap_or(FIRST.len());
        (first, value.is_object(), key != "dependencies", key.clone())
    });
    Value::Object(fields.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(runtime: &[&str], dev: &[&str]) -> Result<Value, String> {
        let resolution = serde_json::from_value(json!({ "packages": {
            "node_modules/a": { "version": "1.0.0", "dependencies": { "b": "^1" } },
            "node_modules/b": { "version": "2.0.0", "optionalDependencies": { "o": "1" } },
            "node_modules/a/node_modules/b": { "version": "1.0.0" },
            "node_modules/d": { "version": "1.0.0", "dependencies": { "b": "^2" }, "peerDependencies": { "x": "*" },
                                "peerDependenciesMeta": { "x": { "optional": true } } },
            "node_modules/o": { "version": "1.0.0" },
            "node_modules/x": { "version": "1.0.0" },
        }}));
        let map = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "1".to_owned())).collect();
        let manifest = json!({ "name": "web", "version": "0.0.0" });
        let text = package_lock(&resolution.unwrap(), &manifest, &map(runtime), &map(dev))?;
        Ok(serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn looks_packages_up_as_node_does() {
        let lock = lock(&["a"], &[]).unwrap();
        let paths: Vec<_> = lock["packages"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(paths, ["", "node_modules/a", "node_modules/a/node_modules/b"]);
    }

    #[test]
    fn says_what_only_development_and_options_need() {
        let lock = lock(&["a"], &["d"]).unwrap();
        assert_eq!(lock["packages"]["node_modules/b"]["dev"], json!(true));
        assert_eq!(lock["packages"]["node_modules/o"]["optional"], json!(true));
        assert!(lock["packages"]["node_modules/a"].get("dev").is_none());
        assert!(lock["packages"].get("node_modules/x").is_none(), "an optional peer brings nothing in");
    }

    #[test]
    fn orders_keys_as_npm_does() {
        let package =
            json!({ "version": "1", "license": "MIT", "bin": { "a": "a.js" }, "dependencies": { "b": "^1" } });
        let flags = Flags { dev: true, optional: false, dev_optional: false, peer: false };
        let keys: Vec<_> = entry(&package, flags).as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["version", "dev", "license", "dependencies", "bin"]);
    }

    #[test]
    fn names_what_the_resolution_lacks() {
        assert_eq!(lock(&["gone"], &[]).unwrap_err(), "gone");
    }
}
