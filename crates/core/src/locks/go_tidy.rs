//! Go modules are resolved by `go mod tidy`, once for each set of groups that a stack can have.
use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::ask::{Part, Question};
use super::go::{FILE, Resolution};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::yaml;

/// Where a component says what its groups stand for.
const GROUPS: &str = "locks/go.yaml";
/// More groups have more sets than anybody waits for.
const MOST_GROUPS: usize = 14;

/// The form of `locks/go.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct GroupsFile {
    /// The language version of the `go` line.
    #[serde(default)]
    go: Option<String>,
    /// What the groups stand for, by name.
    groups: BTreeMap<String, Group>,
}

/// What a group of `dependencies` stands for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Group {
    /// Groups that are there whenever this one is.
    #[serde(default)]
    needs: Vec<String>,
    /// What templates import.
    #[serde(default)]
    packages: Vec<String>,
    /// Programs that a repository runs with `go tool`.
    #[serde(default)]
    tools: Vec<String>,
    /// The release of each module that these are in.
    modules: BTreeMap<String, String>,
}

/// All groups of a catalog.
#[derive(Default)]
struct Groups {
    go: String,
    groups: BTreeMap<String, Group>,
    /// The component that says what a group stands for.
    owners: BTreeMap<String, String>,
}

/// What Go is asked, when those components have groups of their own: one run for each set with one of them
/// that isn't kept, or for all of them `anew`.
pub(super) fn question(catalog: &Catalog, parts: &[Part], anew: bool) -> Result<Option<Question>, Diagnostics> {
    let all = groups(catalog)?;
    let ids: BTreeSet<&str> = parts.iter().map(|part| part.component.as_str()).collect();
    let own = |group: &&String| all.owners.get(*group).is_some_and(|owner| ids.contains(owner.as_str()));
    let own: BTreeSet<&String> = all.groups.keys().filter(own).collect();
    if own.is_empty() {
        return Ok(None);
    }
    let kept = super::go::kept(catalog)?;
    let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut sets = Vec::new();
    for set in sets_with(&all, &own)? {
        let modules = modules(&all, &set)?;
        if anew || !kept.iter().any(|kept| kept.holds(&set.join(","), &modules)) {
            let owner = set.iter().find(|group| own.contains(group)).and_then(|group| all.owners.get(group));
            let owner = owner.cloned().unwrap_or_default();
            wanted.entry(owner.clone()).or_default().extend(set.iter().filter(|group| own.contains(group)).cloned());
            sets.push((owner, set, modules));
        }
    }
    if sets.is_empty() {
        return Ok(None);
    }
    let runs = sets.iter().map(|(_, set, modules)| program(&all, set, modules)).collect();
    let before = before(catalog, wanted.keys())?;
    Ok(Some(Question {
        program: "go",
        arguments: &["mod", "tidy"],
        environment: &[("GOFLAGS", "-mod=mod"), ("GOTOOLCHAIN", "local")],
        runs,
        answers: &["go.mod", "go.sum"],
        install: "https://go.dev/dl",
        needs: "the module proxy".to_owned(),
        wanted,
        reader: Box::new(move |answers| files(answers, &sets, &all.go, &before)),
    }))
}

fn groups(catalog: &Catalog) -> Result<Groups, Diagnostics> {
    let mut all = Groups::default();
    for file in catalog.kept(GROUPS).flatten() {
        let own: GroupsFile = yaml::decode(&yaml::parse_one(&file.source)?, &file.source)?;
        all.go = own.go.unwrap_or(all.go);
        let owner = file.component.unwrap_or_default();
        all.owners.extend(own.groups.keys().map(|group| (group.clone(), owner.clone())));
        all.groups.extend(own.groups);
    }
    Ok(all)
}

/// Every set that has all that its groups need, and one of those.
fn sets_with(all: &Groups, own: &BTreeSet<&String>) -> Result<Vec<Vec<String>>, Diagnostics> {
    let names: Vec<&String> = all.groups.keys().collect();
    if names.len() > MOST_GROUPS {
        let problem = format!("{} groups of Go packages have too many sets; {MOST_GROUPS} are the most", names.len());
        return Err(Diagnostic::error(problem).help("join groups that are always used together").into());
    }
    let chosen = |bits: u32| -> Vec<String> {
        let held = names.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
        held.map(|(_, name)| (*name).clone()).collect()
    };
    let whole =
        |set: &Vec<String>| set.iter().all(|group| all.groups[group].needs.iter().all(|need| set.contains(need)));
    let sets = (1..1u32 << names.len()).map(chosen);
    Ok(sets.filter(|set| whole(set) && set.iter().any(|group| own.contains(group))).collect())
}

/// The release of each module of a set.
fn modules(all: &Groups, set: &[String]) -> Result<BTreeMap<String, String>, Diagnostics> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (module, version) in set.iter().flat_map(|group| &all.groups[group].modules) {
        match found.get(module) {
            Some(other) if other != version => {
                let message = format!("`{module}` is wanted as {other} and as {version}");
                return Err(Diagnostic::error(message).help("write the same release in all locks/go.yaml").into());
            }
            _ => drop(found.insert(module.clone(), version.clone())),
        }
    }
    Ok(found)
}

/// A program that imports what the set's templates import.
fn program(all: &Groups, set: &[String], modules: &BTreeMap<String, String>) -> BTreeMap<&'static str, String> {
    let of = |list: fn(&Group) -> &Vec<String>| -> BTreeSet<&String> {
        set.iter().flat_map(|group| list(&all.groups[group])).collect()
    };
    let mut manifest = format!("module example.com/m\n\ngo {}\n", all.go);
    of(|group| &group.tools).into_iter().for_each(|tool| manifest.push_str(&format!("tool {tool}\n")));
    manifest.push_str("require (\n");
    modules.iter().for_each(|(module, version)| manifest.push_str(&format!("{module} {version}\n")));
    manifest.push_str(")\n");
    let mut main = "package main\n\n".to_owned();
    of(|group| &group.packages).into_iter().for_each(|name| main.push_str(&format!("import _ \"{name}\"\n")));
    main.push_str("\nfunc main() {}\n");
    BTreeMap::from([("go.mod", manifest), ("main.go", main)])
}

/// What the components' own files hold already: each set's requirements and sums.
type Sets = BTreeMap<String, (String, Vec<String>)>;

fn before<'a>(catalog: &Catalog, ids: impl Iterator<Item = &'a String>) -> Result<BTreeMap<String, Sets>, Diagnostics> {
    let mut found: BTreeMap<String, Sets> = ids.map(|id| (id.clone(), Sets::new())).collect();
    for file in catalog.kept(FILE).flatten() {
        if let Some(sets) = file.component.as_ref().and_then(|id| found.get_mut(id)) {
            sets.extend(super::parsed::<Resolution>(&file.source)?.sets());
        }
    }
    Ok(found)
}

type Asked = (String, Vec<String>, BTreeMap<String, String>);

/// The components' files with what was resolved now.
fn files(
    answers: &[Vec<String>],
    asked: &[Asked],
    go: &str,
    before: &BTreeMap<String, Sets>,
) -> Result<BTreeMap<String, String>, Diagnostics> {
    let mut all = before.clone();
    let mut problems = Diagnostics::new();
    for ((owner, set, modules), answer) in asked.iter().zip(answers) {
        let [manifest, sums] = answer.as_slice() else { continue };
        let requirements = manifest.split_once('\n').map_or("", |(_, rest)| rest).trim_start_matches('\n');
        for (module, version) in modules {
            if !super::go::requires(requirements, module, version) {
                let why = format!("{}: another requirement raises {module} over {version}", set.join(","));
                problems.push(Diagnostic::error(why).help("take the release that is needed, in locks/go.yaml"));
            }
        }
        let sums = sums.lines().map(str::to_owned).collect();
        all.entry(owner.clone()).or_default().insert(set.join(","), (requirements.to_owned(), sums));
    }
    problems.into_result(())?;
    Ok(all.iter().map(|(id, sets)| (format!("components/{id}/{FILE}"), text(go, sets))).collect())
}

/// A file: every line of `go.sum` once, and for each set which of them it has.
fn text(go: &str, sets: &Sets) -> String {
    let sums: BTreeSet<&String> = sets.values().flat_map(|(_, sums)| sums).collect();
    let at: BTreeMap<&String, usize> = sums.iter().enumerate().map(|(at, line)| (*line, at)).collect();
    let lines: Vec<String> = sums.iter().map(|line| format!(" {}", json!(line))).collect();
    let set = |(key, (requirements, sums)): (&String, &(String, Vec<String>))| {
        let sum: Vec<usize> = sums.iter().map(|line| at[line]).collect();
        format!("  {}: {}", json!(key), json!({ "mod": requirements, "sum": sum }))
    };
    let sets: Vec<String> = sets.iter().map(set).collect();
    let (lines, sets) = (lines.join(",\n"), sets.join(",\n"));
    format!("{{\n\"go\": {},\n\"sums\": [\n{lines}\n],\n\"sets\": {{\n{sets}\n}}\n}}\n", json!(go))
}
