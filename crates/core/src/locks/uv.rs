//! Python packages are resolved by uv, whose lock has the graph as well as the digests.
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::ask::{Part, Question, listed};
use super::join::Entry as _;
use super::python::{FILE, Package, Resolution, kept, reached};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::yaml;

/// The groups of `dependencies` that name Python packages.
const GROUPS: [&str; 2] = ["python", "python-dev"];

/// What the file says about itself.
const HEADER: &str = "# Written by `stackwright catalog lock`; docs/components.md says what it holds.\n";

/// What uv is asked, when anything is. What components outside `anew` keep stays at its version.
pub(super) fn question(catalog: &Catalog, parts: &[Part], anew: &[&str]) -> Result<Option<Question>, Diagnostics> {
    let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for part in parts.iter().filter(|part| !listed(&part.own, &GROUPS).is_empty()) {
        wanted.entry(part.component.clone()).or_default().extend(listed(&part.own, &GROUPS));
    }
    if wanted.is_empty() {
        return Ok(None);
    }
    let (all, fixed) = (kept(catalog, &[])?, kept(catalog, anew)?);
    let direct = parts.iter().flat_map(|part| [listed(&part.own, &GROUPS), listed(&part.host, &GROUPS)]).flatten();
    let direct: BTreeSet<String> = direct.collect();
    let pinned = fixed.packages.iter().map(|(name, package)| format!("{name}=={}", package.version));
    let constraints: Vec<String> = all.constraints.keys().cloned().chain(pinned).collect();
    let mut project = json!({ "name": "union", "version": "0", "dependencies": direct });
    if let Some(versions) = &all.requires_python {
        project["requires-python"] = versions.as_str().into();
    }
    let versions = all.requires_python.as_deref().unwrap_or_default();
    let needs = format!("a Python {versions} on the PATH, and the package index").replace("  ", " ");
    let manifest = json!({ "project": project, "tool": { "uv": { "constraint-dependencies": constraints } } });
    let manifest = toml::to_string(&manifest).map_err(|error| Diagnostic::error(error.to_string()))?;
    let parts: Vec<Asked> = parts.iter().filter(|part| wanted.contains_key(&part.component)).map(Asked::of).collect();
    let own = constraints_of(catalog, &parts)?;
    Ok(Some(Question {
        program: "uv",
        arguments: &["lock", "--quiet"],
        environment: &[],
        runs: vec![BTreeMap::from([("pyproject.toml", manifest)])],
        answers: &["uv.lock"],
        install: "`pip install uv`, or see https://docs.astral.sh/uv",
        needs,
        wanted,
        reader: Box::new(move |answers| files(&answers.concat().concat(), &parts, &all, &own)),
    }))
}

/// What one component asks for beside what its service has.
struct Asked {
    component: String,
    own: Vec<String>,
    host: Vec<String>,
}

impl Asked {
    fn of(part: &Part) -> Self {
        Self { component: part.component.clone(), own: listed(&part.own, &GROUPS), host: listed(&part.host, &GROUPS) }
    }
}

/// The bounds that the components' own files say, which stay in them.
fn constraints_of(
    catalog: &Catalog,
    parts: &[Asked],
) -> Result<BTreeMap<String, BTreeMap<String, String>>, Diagnostics> {
    let mut found: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for file in catalog.kept(FILE).flatten() {
        if let Some(id) = file.component.filter(|id| parts.iter().any(|part| part.component == *id)) {
            let own: Resolution = yaml::decode(&yaml::parse_one(&file.source)?, &file.source)?;
            found.entry(id).or_default().extend(own.constraints);
        }
    }
    Ok(found)
}

/// The components' files: each has what its service lacks.
fn files(
    answer: &str,
    parts: &[Asked],
    kept: &Resolution,
    constraints: &BTreeMap<String, BTreeMap<String, String>>,
) -> Result<BTreeMap<String, String>, Diagnostics> {
    let resolved = resolution(answer, kept)?;
    let lacking = |gone: String| Diagnostic::error(format!("uv's answer lacks {gone}"));
    let mut added: BTreeMap<&str, BTreeMap<String, Package>> = BTreeMap::new();
    for part in parts {
        let there = reached(&resolved, &part.host).map_err(lacking)?;
        let needed = reached(&resolved, &part.own).map_err(lacking)?;
        let names = needed.into_keys().filter(|reached| !there.contains_key(reached)).map(|(name, _)| name);
        let packages = names.filter_map(|name| Some((name.clone(), resolved.packages.get(&name)?.clone())));
        added.entry(&part.component).or_default().extend(packages);
    }
    let text = |(id, packages): (&str, BTreeMap<String, Package>)| {
        let constraints = constraints.get(id).cloned().unwrap_or_default();
        let file = Resolution { requires_python: kept.requires_python.clone(), constraints, packages };
        (format!("components/{id}/{FILE}"), format!("{HEADER}{}", yaml::to_string(&file)))
    };
    Ok(added.into_iter().map(text).collect())
}

/// `uv.lock`, as far as it is read.
#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Locked {
    name: String,
    #[serde(default)]
    version: String,
    source: BTreeMap<String, Value>,
    #[serde(default)]
    dependencies: Vec<Edge>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, Vec<Edge>>,
    sdist: Option<File>,
    #[serde(default)]
    wheels: Vec<File>,
}

#[derive(Deserialize)]
struct Edge {
    name: String,
    #[serde(default)]
    extra: Vec<String>,
    marker: Option<String>,
}

#[derive(Deserialize)]
struct File {
    hash: String,
}

/// What uv resolved. A release that is kept already stays as it is kept, whatever files came to it since.
fn resolution(answer: &str, kept: &Resolution) -> Result<Resolution, Diagnostics> {
    let lock: Lock = toml::from_str(answer).map_err(|error| Diagnostic::error(format!("uv.lock: {error}")))?;
    let mut found = Resolution::default();
    let mut problems = Diagnostics::new();
    let itself = |package: &Locked| package.source.contains_key("virtual") || package.source.contains_key("editable");
    for locked in lock.package.into_iter().filter(|package| !itself(package)) {
        let name = locked.name.clone();
        let mut package = Package::from(locked);
        if let Some(known) = kept.packages.get(&name).filter(|known| known.version == package.version) {
            let extras = std::mem::take(&mut package.extras);
            package = Package { extras, ..known.clone() };
            package.unite(known);
        }
        if found.packages.insert(name.clone(), package).is_some() {
            let twice = Diagnostic::error(format!("`{name}` is needed in more than one version"));
            problems.push(twice.help("bound it: an entry of `constraints` in the component's locks/python.yaml"));
        }
    }
    problems.into_result(found)
}

impl From<Locked> for Package {
    fn from(locked: Locked) -> Self {
        let files = locked.wheels.into_iter().chain(locked.sdist);
        let hashes: BTreeSet<String> = files.map(|file| file.hash.trim_start_matches("sha256:").to_owned()).collect();
        let extras = locked.optional_dependencies.iter().map(|(extra, needs)| (extra.clone(), edges(needs)));
        Self {
            version: locked.version,
            hashes: hashes.into_iter().collect(),
            dependencies: edges(&locked.dependencies),
            extras: extras.collect(),
        }
    }
}

/// `name[extra,extra] ; marker`, sorted.
fn edges(needs: &[Edge]) -> Vec<String> {
    let text = |edge: &Edge| {
        let mut extras = edge.extra.clone();
        extras.sort();
        let extras = if extras.is_empty() { String::new() } else { format!("[{}]", extras.join(",")) };
        let marker = edge.marker.as_ref().map(|marker| format!(" ; {marker}")).unwrap_or_default();
        format!("{}{extras}{marker}", edge.name)
    };
    let mut found: Vec<String> = needs.iter().map(text).collect();
    found.sort();
    found
}
