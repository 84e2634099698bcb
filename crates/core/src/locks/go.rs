//! Go: one module for all services; its requirements and sums were resolved for every set of dependency groups.
//!
//! A closure can't be computed from one full resolution: which versions are selected depends on the set.
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::parsed;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;

/// Where a component's sets of groups stand in its folder.
pub(super) const FILE: &str = "locks/go.json";

/// The form of `locks/go.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolution {
    /// The language version of the `go` line.
    go: String,
    /// Lines of `go.sum`.
    sums: Vec<String>,
    /// Resolutions by the groups they hold, sorted and joined with commas.
    sets: BTreeMap<String, Set>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    /// What follows the `module` line of `go.mod`.
    #[serde(rename = "mod")]
    requirements: String,
    /// Its lines of `go.sum`, as indices into `sums`.
    sum: Vec<usize>,
}

impl Resolution {
    /// Whether a set is kept with those releases.
    pub(super) fn holds(&self, set: &str, modules: &BTreeMap<String, String>) -> bool {
        let kept = self.sets.get(set);
        kept.is_some_and(|kept| modules.iter().all(|(module, version)| requires(&kept.requirements, module, version)))
    }

    /// What each set requires, and its lines of `go.sum`.
    pub(super) fn sets(self) -> BTreeMap<String, (String, Vec<String>)> {
        let lines = |sum: &[usize]| sum.iter().filter_map(|at| self.sums.get(*at).cloned()).collect();
        let sets = self.sets.iter();
        sets.map(|(key, set)| (key.clone(), (set.requirements.clone(), lines(&set.sum)))).collect()
    }
}

/// Whether a `go.mod` requires a module in that release.
pub(super) fn requires(manifest: &str, module: &str, version: &str) -> bool {
    manifest.lines().any(|line| {
        let mut words = line.trim().trim_start_matches("require ").split_whitespace();
        words.next() == Some(module) && words.next() == Some(version)
    })
}

/// The sets of groups in all folders that have some, the last catalog's first.
pub(super) fn kept(catalog: &Catalog) -> Result<Vec<Resolution>, Diagnostics> {
    let files: Vec<_> = catalog.kept(FILE).flatten().collect();
    files.iter().rev().map(|file| parsed(&file.source)).collect()
}

/// `go.mod` after its `module` line and `go.sum` for those groups, or the set that nobody resolved.
pub(super) fn module(kept: &[Resolution], groups: &BTreeSet<String>) -> Result<BTreeMap<String, String>, String> {
    let key = groups.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    let mut having = kept.iter().filter_map(|resolution| Some((resolution, resolution.sets.get(&key)?)));
    let (resolution, set) = having.next().ok_or_else(|| format!("the Go groups {key}"))?;
    let mut lines: Vec<&str> = Vec::new();
    for at in &set.sum {
        lines.push(resolution.sums.get(*at).ok_or_else(|| format!("line {at} of the sums"))?);
    }
    Ok(BTreeMap::from([
        ("go_mod".to_owned(), set.requirements.trim_end().to_owned()),
        ("go_sum".to_owned(), lines.join("\n")),
        ("go_version".to_owned(), resolution.go.clone()),
    ]))
}
