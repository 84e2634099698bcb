//! The catalog and what is made with it.
use std::path::{Path, PathBuf};

use super::output::Output;
use super::{Failure, memory};
use crate::blueprint::Blueprint;
use crate::catalog::{Catalog, OwnFiles};
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
    /// The blueprint that was named by its file.
    given: Option<(Blueprint, Source)>,
}

impl Workbench {
    /// The embedded catalog with those directories over it.
    pub(super) fn open(directories: &[PathBuf]) -> Result<Self, Failure> {
        Self::with_blueprint(directories, None)
    }

    /// The same with a blueprint that may be named by its file: its own files lie in the folder beside it, of the same name.
    pub(super) fn with_blueprint(directories: &[PathBuf], named: Option<&str>) -> Result<Self, Failure> {
        for directory in directories {
            std::fs::symlink_metadata(directory).map_err(|error| Failure::unreadable(directory, &error))?;
        }
        if !directories.is_empty() {
            memory::watch();
        }
        let mut catalog = load(directories)?;
        let mut given = None;
        if let Some(file) = named.filter(|named| is_path(named)) {
            let (blueprint, source) = blueprint_file(file, &catalog)?;
            catalog = catalog.with(&files_of(&blueprint, file)?);
            blueprint.check_files(&source, &catalog)?;
            given = Some((blueprint, source));
        }
        let engine = crate::engine(&catalog);
        Ok(Self { catalog, engine, given })
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

    /// The blueprint of that id, or the one that was named by its file.
    pub(super) fn blueprint(&self, named: &str) -> Result<(Blueprint, Source), Failure> {
        match &self.given {
            Some(given) if is_path(named) => Ok(given.clone()),
            _ => Ok(Blueprint::of(&self.catalog, named)?),
        }
    }
}

/// The catalog over those directories; everything that can't be read of them at once.
fn load(directories: &[PathBuf]) -> Result<Catalog, Diagnostics> {
    let mut problems = Diagnostics::new();
    let own: Vec<_> = directories.iter().filter_map(|path| problems.absorb(directory::catalog(path))).collect();
    problems.into_result(())?;
    Catalog::load(&own)
}

/// The files of a blueprint that is given as a file, as a catalog would have them.
fn files_of(blueprint: &Blueprint, file: &str) -> Result<OwnFiles, Diagnostics> {
    let folder = Path::new(file).with_extension("");
    let files = directory::named(&folder, blueprint.files.iter().map(|file| file.from.as_str()))?;
    let files = files.into_iter().map(|(path, text)| (format!("blueprints/{}/{path}", blueprint.id), text));
    Ok(OwnFiles { directory: folder.display().to_string(), files: files.collect() })
}

/// The blueprint in that file.
fn blueprint_file(path: &str, catalog: &Catalog) -> Result<(Blueprint, Source), Failure> {
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
