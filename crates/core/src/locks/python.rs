//! `requirements.txt` with hashes, as the closure of the direct requirements in a kept resolution.
//!
//! Markers follow the dependency specifiers of `PyPA`; the condition of a package is the disjunction, over all ways to it, of
//! the markers on the way.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::join::{Entry, join};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Source};
use crate::yaml;

/// Where a component's packages stand in its folder.
pub(super) const FILE: &str = "locks/python.yaml";

/// The form of `locks/python.yaml`.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Resolution {
    /// The versions of Python that it holds for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) requires_python: Option<String>,
    /// Bounds that every resolution keeps: a requirement with versions, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) constraints: BTreeMap<String, String>,
    /// The packages, by normalised name.
    pub(super) packages: BTreeMap<String, Package>,
}

/// A package in its one version.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Package {
    /// The one version.
    pub(super) version: String,
    /// SHA-256 of each file of that version, sorted.
    pub(super) hashes: Vec<String>,
    /// What it needs: `name`, `name[extra,extra]` and, after ` ; `, an environment marker.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) dependencies: Vec<String>,
    /// What each of its extras needs in addition, in the same form.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) extras: BTreeMap<String, Vec<String>>,
}

impl Entry for Package {
    /// Two files agree on the same release; each has the extras that its component asks for.
    fn unite(&mut self, other: &Self) -> bool {
        let same =
            (&self.version, &self.hashes, &self.dependencies) == (&other.version, &other.hashes, &other.dependencies);
        if same {
            self.extras.extend(other.extras.clone());
        }
        same
    }
}

/// What is kept of all components but those.
pub(super) fn kept(catalog: &Catalog, but: &[&str]) -> Result<Resolution, Diagnostics> {
    let mut all = Resolution::default();
    let read = |source: &Source| -> Result<Resolution, Diagnostics> { yaml::decode(&yaml::parse_one(source)?, source) };
    all.packages = join(catalog, FILE, but, read, |own| {
        all.requires_python = own.requires_python.or(all.requires_python.take());
        all.constraints.extend(own.constraints);
        own.packages
    })?;
    Ok(all)
}

/// Ways to a package: each a conjunction of markers; the empty one is unconditional.
pub(super) type Ways = BTreeSet<BTreeSet<String>>;

/// The requirements file for those direct requirements, or the name that the resolution lacks.
pub(super) fn requirements(resolution: &Resolution, direct: &[String]) -> Result<String, String> {
    let mut text = String::new();
    for (name, ways) in closure(resolution, direct)? {
        let package = resolution.packages.get(&name).ok_or_else(|| name.clone())?;
        let marker = marker(&ways);
        let condition = if marker.is_empty() { String::new() } else { format!(" ; {marker}") };
        let _ = write!(text, "{name}=={}{condition}", package.version);
        for hash in &package.hashes {
            let _ = write!(text, " \\\n    --hash=sha256:{hash}");
        }
        text.push('\n');
    }
    Ok(text)
}

/// The direct requirements as items of a TOML list, each with the bound that the resolution keeps and why.
pub(super) fn direct(resolution: &Resolution, direct: &[String]) -> String {
    let name =
        |requirement: &str| requirement.split(['[', '<', '>', '=', '!', '~']).next().unwrap_or_default().to_owned();
    let mut lines: Vec<String> = Vec::new();
    for requirement in direct {
        let bound = resolution.constraints.iter().find(|(bound, _)| name(bound) == name(requirement));
        lines.push(match bound {
            Some((bound, because)) => {
                format!("\"{requirement}{}\", # {because}", bound.trim_start_matches(&name(bound)))
            }
            None => format!("\"{requirement}\","),
        });
    }
    lines.sort();
    lines.join("\n")
}

/// Every package that is reached, with the ways to it.
fn closure(resolution: &Resolution, direct: &[String]) -> Result<BTreeMap<String, Ways>, String> {
    let reached = reached(resolution, direct)?.into_iter();
    Ok(reached.filter(|((_, extra), _)| extra.is_none()).map(|((name, _), ways)| (name, ways)).collect())
}

/// Every package and every extra of one that is reached, with the ways to it.
pub(super) fn reached(
    resolution: &Resolution,
    direct: &[String],
) -> Result<BTreeMap<(String, Option<String>), Ways>, String> {
    let mut reached: BTreeMap<(String, Option<String>), Ways> = BTreeMap::new();
    let mut todo: Vec<(String, Option<String>, BTreeSet<String>)> = Vec::new();
    for requirement in direct {
        todo.extend(steps(requirement, &BTreeSet::new()));
    }
    while let Some((name, extra, way)) = todo.pop() {
        let ways = reached.entry((name.clone(), extra.clone())).or_default();
        if ways.iter().any(|known| known.is_subset(&way)) {
            continue; // a weaker condition is known already
        }
        ways.retain(|known| !way.is_subset(known));
        ways.insert(way.clone());
        let package = resolution.packages.get(&name).ok_or_else(|| name.clone())?;
        let next = match &extra {
            None => &package.dependencies,
            Some(extra) => package.extras.get(extra).ok_or_else(|| format!("{name}[{extra}]"))?,
        };
        for requirement in next {
            todo.extend(steps(requirement, &way));
        }
    }
    Ok(reached)
}

/// A requirement `name[extra,extra] ; marker` as steps to the package and to each of its extras.
fn steps(requirement: &str, way: &BTreeSet<String>) -> Vec<(String, Option<String>, BTreeSet<String>)> {
    let (what, marker) = requirement.split_once(" ; ").unwrap_or((requirement, ""));
    let mut way = way.clone();
    if !marker.is_empty() {
        way.insert(marker.trim().to_owned());
    }
    let (name, extras) = match what.trim().split_once('[') {
        Some((name, extras)) => (name, extras.trim_end_matches(']')),
        None => (what.trim(), ""),
    };
    let mut steps = vec![(name.to_owned(), None, way.clone())];
    for extra in extras.split(',').map(str::trim).filter(|extra| !extra.is_empty()) {
        steps.push((name.to_owned(), Some(extra.to_owned()), way.clone()));
    }
    steps
}

/// The disjunction of the ways; empty when one of them is unconditional.
fn marker(ways: &Ways) -> String {
    if ways.iter().any(BTreeSet::is_empty) {
        return String::new();
    }
    let several = ways.len() > 1;
    let way = |way: &BTreeSet<String>| {
        let grouped = way.iter().map(|marker| {
            let group = way.len() > 1 && marker.contains(" or ");
            if group { format!("({marker})") } else { marker.clone() }
        });
        let text = grouped.collect::<Vec<_>>().join(" and ");
        if several && way.len() > 1 { format!("({text})") } else { text }
    };
    ways.iter().map(way).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolution() -> Resolution {
        serde_json::from_value(serde_json::json!({ "packages": {
            "app": { "version": "1", "hashes": ["aa"], "dependencies": ["both", "zone ; sys_platform == 'win32'"] },
            "both": { "version": "2", "hashes": ["bb", "cc"], "dependencies": [], "extras": { "fast": ["speed ; implementation_name != 'pypy'"] } },
            "speed": { "version": "3", "hashes": ["dd"], "dependencies": ["zone"] },
            "zone": { "version": "4", "hashes": ["ee"] },
        }}))
        .unwrap()
    }

    #[test]
    fn takes_what_is_reached_and_no_more() {
        let text = requirements(&resolution(), &["app".into()]).unwrap();
        assert!(text.contains("both==2 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"), "{text}");
        assert!(text.contains("zone==4 ; sys_platform == 'win32'"), "{text}");
        assert!(!text.contains("speed"), "{text}");
    }

    #[test]
    fn joins_the_markers_of_all_ways() {
        let text = requirements(&resolution(), &["app".into(), "both[fast]".into()]).unwrap();
        assert!(text.contains("speed==3 ; implementation_name != 'pypy'"), "{text}");
        assert!(text.contains("zone==4 ; implementation_name != 'pypy' or sys_platform == 'win32'"), "{text}");
    }

    #[test]
    fn direct_requirements_carry_their_bounds() {
        let mut resolution = resolution();
        resolution.constraints.insert("both>=2,<3".into(), "3 is too new".into());
        let text = direct(&resolution, &["both[fast]".into(), "app".into()]);
        assert_eq!(text, "\"app\",\n\"both[fast]>=2,<3\", # 3 is too new");
    }

    #[test]
    fn names_what_the_resolution_lacks() {
        assert_eq!(requirements(&resolution(), &["gone".into()]), Err("gone".into()));
    }
}
