//! Go: one module for all services; its requirements and sums were resolved for every set of dependency groups.
//!
//! A closure can't be computed from one full resolution: which versions are selected depends on the set.
use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// Kept resolutions (`templates/locks/go.json`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolution {
    /// The language version of the `go` line.
    pub(super) go: String,
    /// The modules of each group, for whoever resolves anew.
    #[serde(rename = "groups")]
    _groups: BTreeMap<String, Vec<String>>,
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

/// `go.mod` after its `module` line and `go.sum` for those groups, or the set that nobody resolved.
pub(super) fn module(resolution: &Resolution, groups: &BTreeSet<String>) -> Result<BTreeMap<String, String>, String> {
    let key = groups.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    let set = resolution.sets.get(&key).ok_or_else(|| format!("the Go groups {key}"))?;
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
