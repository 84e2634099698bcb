//! The catalog and what is made with it.
use std::path::{Path, PathBuf};

use super::output::Output;
use super::{Failure, memory};
use crate::blueprint::Blueprint;
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::directory;
use crate::render::Engine;

/// The largest blueprint file that is read.
const MAX_BLUEPRINT: u64 = 4 << 20;
/// How many replaced files are named.
const OVERRIDES_SHOWN: usize = 10;

/// A catalog with its engine.
pub(super) struct Workbench {
    pub(super) catalog: Catalog,
    pub(super) engine: Engine,
}

impl Workbench {
    /// The embedded catalog with those directories over it.
    pub(super) fn open(directories: &[PathBuf]) -> Result<Self, Failure> {
        for directory in directories {
            std::fs::symlink_metadata(directory).map_err(|error| Failure::unreadable(directory, &error))?;
        }
        if !directories.is_empty() {
            memory::watch();
        }
        let catalog = load(directories)?;
        let engine = crate::engine(&catalog);
        Ok(Self { catalog, engine })
    }

    /// Says which embedded files the user's own ones replace: whoever looks for a fault should know.
    pub(super) fn tell_overrides(&self, output: &Output) {
        let overrides: Vec<_> = self.catalog.overrides().collect();
        let count = overrides.len();
        if count == 0 {
            return;
        }
        let files = if count == 1 { "file replaces an embedded one" } else { "files replace embedded ones" };
        let mut note = Diagnostic::new(crate::diagnostic::Severity::Note, format!("{count} {files}"));
        for (path, directory) in overrides.iter().take(OVERRIDES_SHOWN) {
            note = note.note(format!("{path}, from {directory}"));
        }
        if count > OVERRIDES_SHOWN {
            note = note.note(format!("and {} more", count - OVERRIDES_SHOWN));
        }
        output.problems([&note]);
    }

    /// The blueprint of that id, or in that file.
    pub(super) fn blueprint(&self, id_or_path: &str) -> Result<(Blueprint, Source), Failure> {
        if !is_path(id_or_path) {
            return Ok(Blueprint::of(&self.catalog, id_or_path)?);
        }
        blueprint_file(id_or_path, &self.catalog)
    }
}

/// The catalog over those directories; everything that can't be read of them at once.
fn load(directories: &[PathBuf]) -> Result<Catalog, Diagnostics> {
    let mut problems = Diagnostics::new();
    let own: Vec<_> = directories.iter().filter_map(|path| problems.absorb(directory::catalog(path))).collect();
    problems.into_result(())?;
    Catalog::load(&own)
}

/// The blueprint in that file.
pub(super) fn blueprint_file(path: &str, catalog: &Catalog) -> Result<(Blueprint, Source), Failure> {
    memory::watch();
    let source = Source::new(path, read(Path::new(path))?);
    Ok((Blueprint::parse(&source, catalog)?, source))
}

/// Whether a blueprint is named by its file.
pub(super) fn is_path(blueprint: &str) -> bool {
    let extension = Path::new(blueprint).extension().and_then(|extension| extension.to_str());
    blueprint.contains('/') || matches!(extension, Some("yaml" | "yml"))
}

/// A text that the user named; links are not followed, as in a catalog.
fn read(path: &Path) -> Result<String, Failure> {
    let refuse = |why: String| Failure::input(Diagnostic::error(why));
    let shown = path.display();
    let found = std::fs::symlink_metadata(path).map_err(|error| Failure::unreadable(path, &error))?;
    if found.is_symlink() {
        return Err(refuse(format!("`{shown}` is a symbolic link; name the blueprint's own file")));
    }
    if !found.is_file() {
        return Err(refuse(format!("`{shown}` is not a file")));
    }
    if found.len() > MAX_BLUEPRINT {
        return Err(refuse(format!(
            "`{shown}`: {} bytes are more than a blueprint may have ({MAX_BLUEPRINT})",
            found.len()
        )));
    }
    let bytes = std::fs::read(path).map_err(|error| Failure::unreadable(path, &error))?;
    String::from_utf8(bytes).map_err(|_| refuse(format!("`{shown}` is not UTF-8 text")))
}
