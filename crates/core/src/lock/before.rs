//! The record of format 1: one JSON map, without bases.
use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Lock, LockError, LockedFile};
use crate::tree::{Ownership, RelPath};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    version: u64,
    tool: String,
    #[serde(default)]
    catalog: Option<String>,
    files: BTreeMap<RelPath, File>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    owner: Ownership,
    component: String,
    template: String,
    sha256: String,
}

pub(super) fn parse(text: &str) -> Result<Lock, LockError> {
    let whole: Whole = serde_json::from_str(text).map_err(|source| LockError::Json { line: source.line(), source })?;
    if whole.version != 1 {
        return Err(LockError::Version(whole.version));
    }
    let files = whole.files.into_iter().map(|(path, File { owner, component, template, sha256 })| {
        (path, LockedFile { owner, component, template, moved: None, sha256, base: None })
    });
    Ok(Lock { tool: whole.tool, catalog: whole.catalog, files: files.collect(), doubles: Vec::new() })
}
