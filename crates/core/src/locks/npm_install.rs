//! npm packages are resolved by npm itself, which leaves what is locked where it is.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::ask::{Part, Question, mapped};
use super::npm::{FILE, Resolution, edges_of, find, kept, package_lock};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The groups of `dependencies` that name npm packages.
const GROUPS: [&str; 2] = ["npm", "npm-dev"];

/// Keys of a locked package that depend on who asks, or on where it comes from.
const LEFT_OUT: [&str; 6] = ["dev", "optional", "devOptional", "peer", "extraneous", "resolved"];

/// What npm is asked, when anything is. What components outside `anew` keep stays at its version.
pub(super) fn question(catalog: &Catalog, parts: &[Part], anew: &[&str]) -> Result<Option<Question>, Diagnostics> {
    let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for part in parts.iter().filter(|part| !mapped(&part.own, &GROUPS).is_empty()) {
        let names = mapped(&part.own, &GROUPS).into_keys();
        wanted.entry(part.component.clone()).or_default().extend(names);
    }
    if wanted.is_empty() {
        return Ok(None);
    }
    let (all, fixed) = (kept(catalog, &[])?, kept(catalog, anew)?);
    let direct = direct(parts)?;
    let manifest = json!({ "name": "union", "version": "0.0.0", "dependencies": direct, "overrides": all.overrides });
    let known = direct.iter().filter(|(name, _)| find(&fixed.packages, "", name).is_some());
    let known: BTreeMap<String, String> = known.map(|(name, version)| (name.clone(), version.clone())).collect();
    let mut files = BTreeMap::from([("package.json", format!("{manifest:#}\n"))]);
    if !known.is_empty() {
        let lock = package_lock(&fixed, &manifest, &known, &BTreeMap::new());
        files.insert("package-lock.json", lock.map_err(|gone| Diagnostic::error(format!("no {FILE} holds {gone}")))?);
    }
    let parts: Vec<Asked> = parts.iter().filter(|part| wanted.contains_key(&part.component)).map(Asked::of).collect();
    let heads = heads(catalog, &parts)?;
    Ok(Some(Question {
        program: "npm",
        arguments: &[
            "install",
            "--package-lock-only",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            "--omit-lockfile-registry-resolved",
        ],
        environment: &[],
        runs: vec![files],
        answers: &["package-lock.json"],
        install: "it comes with Node.js, https://nodejs.org",
        needs: "the package registry".to_owned(),
        wanted,
        reader: Box::new(move |answers| texts(&answers.concat().concat(), &parts, &heads)),
    }))
}

/// Every package that is asked for, in the one version that all agree on.
fn direct(parts: &[Part]) -> Result<BTreeMap<String, String>, Diagnostics> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    let mut problems = Diagnostics::new();
    for (name, version) in
        parts.iter().flat_map(|part| [mapped(&part.own, &GROUPS), mapped(&part.host, &GROUPS)]).flatten()
    {
        match all.get(&name) {
            Some(other) if *other != version => {
                let message = format!("`{name}` is wanted as {other} and as {version}, and a service has one of them");
                problems.push(Diagnostic::error(message).help("write the same version in both components"));
            }
            _ => drop(all.insert(name, version)),
        }
    }
    problems.into_result(all)
}

/// What one component asks for beside what its service has.
struct Asked {
    component: String,
    own: Vec<String>,
    host: Vec<String>,
    engines: BTreeMap<String, String>,
}

impl Asked {
    fn of(part: &Part) -> Self {
        let names = |versions: BTreeMap<String, String>| versions.into_keys().collect();
        Self {
            component: part.component.clone(),
            own: names(mapped(&part.own, &GROUPS)),
            host: names(mapped(&part.host, &GROUPS)),
            engines: mapped(&part.own, &["npm-engines"]),
        }
    }
}

/// The overrides that the components' own files say, which stay in them.
fn heads(catalog: &Catalog, parts: &[Asked]) -> Result<BTreeMap<String, Map<String, Value>>, Diagnostics> {
    let mut found: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for file in catalog.kept(FILE).flatten() {
        if let Some(id) = file.component.filter(|id| parts.iter().any(|part| part.component == *id)) {
            found.entry(id).or_default().extend(super::parsed::<Resolution>(&file.source)?.overrides);
        }
    }
    Ok(found)
}

/// The components' files: each has what its service lacks, one package a line.
fn texts(
    answer: &str,
    parts: &[Asked],
    overrides: &BTreeMap<String, Map<String, Value>>,
) -> Result<BTreeMap<String, String>, Diagnostics> {
    let packages = packages(answer)?;
    let lacking = |gone: String| Diagnostic::error(format!("npm's answer lacks {gone}"));
    let mut added: BTreeMap<&str, (BTreeSet<&str>, BTreeMap<String, String>)> = BTreeMap::new();
    for part in parts {
        let there = closure(&packages, &part.host).map_err(lacking)?;
        let needed = closure(&packages, &part.own).map_err(lacking)?;
        let (paths, engines) = added.entry(&part.component).or_default();
        paths.extend(needed.difference(&there));
        engines.extend(part.engines.clone());
    }
    let text = |(id, (paths, engines)): (&str, (BTreeSet<&str>, BTreeMap<String, String>))| {
        let mut head = String::new();
        if !engines.is_empty() {
            head.push_str(&format!("\"engines\": {},\n", json!(engines)));
        }
        if let Some(overrides) = overrides.get(id).filter(|overrides| !overrides.is_empty()) {
            head.push_str(&format!("\"overrides\": {},\n", json!(overrides)));
        }
        let lines: Vec<String> = paths.iter().map(|path| format!("{}: {}", json!(path), packages[*path])).collect();
        (format!("components/{id}/{FILE}"), format!("{{{head}\"packages\": {{\n{}\n}}}}\n", lines.join(",\n")))
    };
    Ok(added.into_iter().map(text).collect())
}

/// What npm resolved, without what a repository of other choices would have otherwise.
fn packages(answer: &str) -> Result<BTreeMap<String, Value>, Diagnostics> {
    let lock: Resolution = serde_json::from_str::<Value>(answer)
        .map(|mut lock| Resolution {
            packages: serde_json::from_value(lock["packages"].take()).unwrap_or_default(),
            ..Resolution::default()
        })
        .map_err(|error| Diagnostic::error(format!("package-lock.json: {error}")))?;
    let mut problems = Diagnostics::new();
    let mut found = BTreeMap::new();
    for (path, mut package) in lock.packages.into_iter().filter(|(path, _)| !path.is_empty()) {
        if let Some(package) = package.as_object_mut() {
            package.retain(|key, _| !LEFT_OUT.contains(&key.as_str()));
        }
        if package.get("version").is_none() || package.get("integrity").is_none() {
            problems.push(Diagnostic::error(format!("{path}: npm gives no version or no digest")));
        }
        found.insert(path, package);
    }
    problems.into_result(found)
}

/// The paths of everything that those packages bring in.
fn closure<'a>(packages: &'a BTreeMap<String, Value>, direct: &[String]) -> Result<BTreeSet<&'a str>, String> {
    let roots = direct.iter().map(|name| find(packages, "", name).ok_or_else(|| name.clone()));
    let mut todo: Vec<&str> = roots.collect::<Result<_, _>>()?;
    let mut reached = BTreeSet::new();
    while let Some(path) = todo.pop() {
        if reached.insert(path) {
            todo.extend(edges_of(packages, path)?.into_iter().filter(|edge| edge.pulls).map(|edge| edge.to));
        }
    }
    Ok(reached)
}
