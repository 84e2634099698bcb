//! The user's own catalog that a command writes a component into.
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::catalog::Folder;
use crate::cli::Failure;
use crate::cli::output::Output;
use crate::diagnostic::Diagnostic;

/// The last directory after `--catalog`.
pub(super) fn directory(catalogs: &[PathBuf]) -> Result<&Path, Failure> {
    let Some(last) = catalogs.last() else {
        let problem = Diagnostic::error("there is no catalog of your own to write into");
        return Err(Failure::input(
            problem.help("name its directory with `--catalog DIR`; it is made when it isn't there"),
        ));
    };
    Ok(last)
}

/// Those directories of the user's that can be read: the one that is written into may be made yet.
pub(super) fn readable(catalogs: &[PathBuf]) -> &[PathBuf] {
    match catalogs.split_last() {
        Some((last, others)) if last.symlink_metadata().is_err() => others,
        _ => catalogs,
    }
}

/// Writes a component's folder, whole or not at all, and prints its paths. One that is there already is refused.
pub(super) fn write(catalog: &Path, id: &str, files: &Folder, output: &Output) -> Result<(), Failure> {
    let components = catalog.join("components");
    let folder = components.join(id);
    if folder.symlink_metadata().is_ok() {
        let problem = Diagnostic::error(format!("`{}` is there already", folder.display()));
        return Err(Failure::input(problem.help("remove it first, or write into another directory after `--catalog`")));
    }
    // Reading leaves out what begins with a dot, so half a component is none.
    let stage = components.join(format!(".{id}.stage"));
    let done = fill(&stage, files).and_then(|()| fs::rename(&stage, &folder));
    if let Err(error) = done {
        let _ = fs::remove_dir_all(&stage);
        return Err(unwritable(&folder, &error));
    }
    files.keys().try_for_each(|path| output.text(&format!("{}\n", folder.join(path).display())))
}

fn fill(stage: &Path, files: &Folder) -> io::Result<()> {
    match fs::remove_dir_all(stage) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    for (path, text) in files {
        let path = stage.join(path);
        fs::create_dir_all(path.parent().unwrap_or(stage))?;
        fs::write(path, text)?;
    }
    Ok(())
}

pub(super) fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::io(Diagnostic::error(format!("can't write `{}`: {error}", path.display())))
}
