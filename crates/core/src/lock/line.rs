//! The lines of the record.
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::LockedFile;
use crate::tree::{Ownership, RelPath};

/// A line that was read.
pub(super) enum Line {
    /// What wrote the record.
    Head { version: u64, tool: String, catalog: Option<String> },
    /// A file.
    File(RelPath, LockedFile),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: u64,
    tool: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    catalog: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: RelPath,
    owner: Ownership,
    component: String,
    template: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    moved: Option<RelPath>,
    sha256: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<String>,
}

impl Line {
    /// Reads a line strictly. Of a version that is not known only the number counts.
    pub(super) fn parse(line: &str) -> Result<Self, serde_json::Error> {
        let value: Value = serde_json::from_str(line)?;
        if let Some(version) = value.get("version").and_then(Value::as_u64)
            && version != u64::from(super::VERSION)
        {
            return Ok(Self::Head { version, tool: String::new(), catalog: None });
        }
        if value.get("version").is_some() {
            let Head { version, tool, catalog } = serde_json::from_value(value)?;
            return Ok(Self::Head { version, tool, catalog });
        }
        let File { path, owner, component, template, moved, sha256, base } = serde_json::from_value(value)?;
        Ok(Self::File(path, LockedFile { owner, component, template, moved, sha256, base }))
    }
}

pub(super) fn head(version: u32, tool: &str, catalog: Option<&str>) -> String {
    json(&Head { version: version.into(), tool: tool.to_owned(), catalog: catalog.map(str::to_owned) })
}

pub(super) fn of(path: &RelPath, file: &LockedFile) -> String {
    let LockedFile { owner, component, template, moved, sha256, base } = file.clone();
    json(&File { path: path.clone(), owner, component, template, moved, sha256, base })
}

fn json(value: &impl Serialize) -> String {
    let mut line = serde_json::to_string(value).unwrap_or_default();
    line.push('\n');
    line
}
