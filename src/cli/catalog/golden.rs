//! Files that are kept to be compared with what is made.
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::own::unwritable;
use crate::author::Suite;
use crate::cli::Failure;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::directory;

/// What differs between the files of a suite and those that are kept of it.
pub(super) fn differences(suite: &Suite, directory: &Path) -> Result<Diagnostics, Failure> {
    let folder = directory.join(name(suite));
    let kept = directory::repository(&folder)?;
    let fault = |path: &str, why: &str| Diagnostic::error(why).file(folder.join(path).display().to_string());
    let mut problems = Diagnostics::new();
    for (path, made) in &suite.files {
        match kept.text(path) {
            None => problems.push(fault(path, "this file is made and not kept")),
            Some(text) if text != made => problems.push(fault(path, "this file is made otherwise than it is kept")),
            Some(_) => {}
        }
    }
    let stale = kept.iter().map(|(path, _)| path).filter(|path| !suite.files.contains_key(*path));
    problems.extend(stale.map(|path| fault(path, "this file is kept and not made any more")));
    let help = "look at the difference; `--bless` keeps what is made now";
    Ok(problems.into_iter().map(|problem| problem.help(help)).collect())
}

/// Keeps the files of a suite instead of those that are kept of it.
pub(super) fn keep(suite: &Suite, directory: &Path) -> Result<(), Failure> {
    let folder = directory.join(name(suite));
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(unwritable(&folder, &error)),
        _ => {}
    }
    for (path, text) in &suite.files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(&folder);
        let written = fs::create_dir_all(parent).and_then(|()| fs::write(&path, text));
        written.map_err(|error| unwritable(&path, &error))?;
    }
    Ok(())
}

/// The folder of a suite: `metrics-on-api`.
fn name(suite: &Suite) -> String {
    suite.id.replace(' ', "-")
}
