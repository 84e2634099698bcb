//! A clone that holds only what a forge puts into a new repository: the generated entries are moved in beside it.
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, FileType, RenameFlags};
use rustix::io::Errno;
use serde::Serialize;

use super::destination::names;
use crate::tree::{FileTree, LOCK_PATH};

/// An entry of the clone that is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// What it was called.
    pub name: String,
    /// What it is called now: another name where the repository has an entry of that name.
    pub now: String,
}

/// Whether a directory is a clone with nothing in it but what a forge offers to begin with.
pub(super) fn is_new(directory: &OwnedFd, names: &[String]) -> bool {
    let file = |name: &str| {
        let stat = rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW);
        stat.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile)
    };
    let offered = |name: &str| {
        let stem = name.split('.').next().unwrap_or_default().to_uppercase();
        let text = ["README", "LICENSE", "LICENCE", "COPYING", "NOTICE"].contains(&stem.as_str());
        // What an earlier run put aside is not put aside again.
        (text || name == ".gitignore") && !name.contains(".before") && file(name)
    };
    names.iter().any(|name| name == ".git") && names.iter().all(|name| name == ".git" || offered(name))
}

/// What stays of a clone's entries, and under which name.
pub(super) fn kept(names: &[String], tree: &FileTree) -> Vec<Kept> {
    let generated = |name: &str| {
        tree.iter().any(|(path, _)| {
            path.as_str().strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    let kept = names.iter().map(|name| {
        let now = if generated(name) { aside(name) } else { name.clone() };
        Kept { name: name.clone(), now }
    });
    kept.collect()
}

/// `README.md` becomes `README.before.md`, `LICENSE` becomes `LICENSE.before`.
fn aside(name: &str) -> String {
    let path = Path::new(name);
    match (path.file_stem(), path.extension()) {
        (Some(stem), Some(extension)) => {
            format!("{}.before.{}", stem.to_string_lossy(), extension.to_string_lossy())
        }
        _ => format!("{name}.before"),
    }
}

/// Moves everything from the stage into the clone, the lock's directory last. On an error what was moved goes back.
pub(super) fn move_in(stage: &OwnedFd, clone: &OwnedFd, kept: &[Kept]) -> Result<(), Errno> {
    let last = LOCK_PATH.split('/').next().unwrap_or_default();
    let mut entries = names(stage)?;
    entries.sort_by_key(|name| name == last);
    let mut moved: Vec<(&OwnedFd, &str, &OwnedFd, &str)> = Vec::new();
    let asides = kept.iter().filter(|kept| kept.name != kept.now);
    let asides = asides.map(|kept| (clone, kept.name.as_str(), clone, kept.now.as_str()));
    for step in asides.chain(entries.iter().map(|name| (stage, name.as_str(), clone, name.as_str()))) {
        let (from, old, to, new) = step;
        if let Err(error) = rename(from, old, to, new) {
            for (from, old, to, new) in moved.into_iter().rev() {
                // Nothing has taken the old name meanwhile, or it is left where it is found.
                let _ = rename(to, new, from, old);
            }
            return Err(error);
        }
        moved.push(step);
    }
    Ok(())
}

/// Renames, and never replaces.
fn rename(from: impl AsFd + Copy, old: &str, to: impl AsFd + Copy, new: &str) -> Result<(), Errno> {
    match rustix::fs::renameat_with(from, old, to, new, RenameFlags::NOREPLACE) {
        // Not every file system can refuse to replace.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
            match rustix::fs::statat(to, new, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(_) => Err(Errno::EXIST),
                Err(Errno::NOENT) => rustix::fs::renameat(from, old, to, new),
                Err(error) => Err(error),
            }
        }
        result => result,
    }
}
