//! What git holds of files, read from its index: no other program is run.
use std::path::{Path, PathBuf};

use gix_index::hash::Kind;

use crate::diagnostic::Diagnostic;

/// Those of the files whose text is not in the index of the git repository around `root`: neither committed nor staged.
/// Without a git repository, none.
pub fn uncommitted<'a>(
    root: &Path,
    files: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Vec<String>, Box<Diagnostic>> {
    let Some((top, directory)) = find(root) else { return Ok(Vec::new()) };
    let unreadable = |error: String| Box::new(Diagnostic::error(format!("can't read git's index: {error}")));
    let options = gix_index::decode::Options::default();
    let index = gix_index::File::at_or_default(directory.join("index"), Kind::Sha1, true, options)
        .map_err(|error| unreadable(error.to_string()))?;
    let root = root.canonicalize().map_err(|error| unreadable(error.to_string()))?;
    let inside = root.strip_prefix(&top).unwrap_or(Path::new("")).to_path_buf();
    let mut found = Vec::new();
    for (path, text) in files {
        let id = gix_object::compute_hash(Kind::Sha1, gix_object::Kind::Blob, text.as_bytes())
            .map_err(|error| unreadable(error.to_string()))?;
        let known = index.entry_by_path(inside.join(path).to_string_lossy().as_bytes().into());
        if known.is_none_or(|entry| entry.id != id) {
            found.push(path.to_owned());
        }
    }
    Ok(found)
}

/// The working tree around a directory, and its git directory.
fn find(root: &Path) -> Option<(PathBuf, PathBuf)> {
    let root = root.canonicalize().ok()?;
    root.ancestors().find_map(|top| {
        let git = top.join(".git");
        if git.is_dir() {
            return Some((top.to_owned(), git));
        }
        // A worktree or a submodule names the directory in a file.
        let text = std::fs::read_to_string(&git).ok()?;
        Some((top.to_owned(), top.join(text.strip_prefix("gitdir:")?.trim())))
    })
}
