//! A plan in a file: `apply` does exactly that, or refuses.
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Prepared;
use crate::cli::Failure;
use crate::diagnostic::Diagnostic;
use crate::tree::digest;

const VERSION: u32 = 1;

/// Digests of the three sides that a plan was made from.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli) struct Seal {
    version: u32,
    /// Of what was rendered before.
    base: String,
    /// Of the files on disk that a plan looks at.
    disk: String,
    /// Of what is rendered now.
    rendered: String,
}

impl Seal {
    pub(in crate::cli) fn of(prepared: &Prepared) -> Self {
        let paths = prepared.project.before.files.keys().chain(prepared.after.files.keys());
        let mut paths: Vec<&str> = paths.map(crate::tree::RelPath::as_str).collect();
        paths.extend(prepared.plan.changes.iter().map(|change| change.path.as_str()));
        paths.sort_unstable();
        paths.dedup();
        let mut disk = String::new();
        for path in paths {
            let text = prepared.disk().text(path).map(|text| digest(text.as_bytes()));
            disk.push_str(&format!("{path} {}\n", text.as_deref().unwrap_or("-")));
        }
        Self {
            version: VERSION,
            base: digest(prepared.project.before.to_text().as_bytes()),
            disk: digest(disk.as_bytes()),
            rendered: digest(prepared.after.to_text().as_bytes()),
        }
    }

    pub(in crate::cli) fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default() + "\n";
        std::fs::write(path, text)
            .map_err(|error| Failure::io(Diagnostic::error(format!("can't write `{}`: {error}", path.display()))))
    }

    pub(in crate::cli) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path).map_err(|error| Failure::unreadable(path, &error))?;
        serde_json::from_str(&text).map_err(|error| {
            let problem = Diagnostic::error(format!("it is no plan: {error}")).file(path.display().to_string());
            Failure::input(problem.help("`stackwright plan --out FILE` writes one"))
        })
    }

    /// Refuses where a side is not what it was when the plan was made.
    pub(in crate::cli) fn compare(&self, now: &Self) -> Result<(), Failure> {
        let sides = [
            (self.base == now.base, "the record of what was rendered before"),
            (self.disk == now.disk, "a file on disk"),
            (self.rendered == now.rendered, "what is rendered now: `stackwright.yaml`, the catalog or the program"),
        ];
        let moved: Vec<_> = sides.iter().filter(|(same, _)| !same).map(|(_, what)| *what).collect();
        if moved.is_empty() {
            return Ok(());
        }
        let mut problem = Diagnostic::error("the plan is no longer what would be done; nothing was written");
        for what in moved {
            problem = problem.note(format!("changed since: {what}"));
        }
        Err(Failure::input(problem.help("make it again: stackwright plan --out FILE")))
    }
}
