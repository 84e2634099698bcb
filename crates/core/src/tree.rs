//! The rendered repository in memory: which files, with what in them, and who put them there.
//!
//! A [`FileTree`] can only hold what can be written safely on every system: its paths are [`RelPath`]s, no two of
//! them differ by letter case alone, and none is at once a file and a directory.
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};

mod digest;
mod glob;
mod path;

pub use digest::digest;
pub use glob::Glob;
pub use path::{PathError, RelPath};

/// Where the lock lies. It is written last and describes all other files, so no template may plan it.
pub const LOCK_PATH: &str = ".stackwright/lock.jsonl";

/// Where the record of format 1 lies.
pub const LOCK_BEFORE: &str = ".stackwright/lock.json";

/// Who looks after a file once it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ownership {
    /// Kept up to date from the stack; an edit is merged or reported.
    Managed,
    /// Written once, then the user's own.
    Seeded,
}

/// The component and template that a file was rendered from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The component's (or target's) id.
    pub component: String,
    /// The template's path inside the catalog.
    pub template: String,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.template, self.component)
    }
}

/// One rendered file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// The whole text.
    pub contents: String,
    /// Who looks after it once it is written.
    pub owner: Ownership,
    /// What it was rendered from.
    pub origin: Origin,
}

impl RenderedFile {
    /// Embedding keeps no modes, so a file is executable when it names its interpreter.
    pub fn is_executable(&self) -> bool {
        self.contents.starts_with("#!")
    }
}

/// Why a file cannot join the tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// Two templates plan one path.
    #[error("`{path}` is written twice: by {first} and by {second}")]
    Duplicate {
        /// The path.
        path: RelPath,
        /// Who planned it first.
        first: Origin,
        /// Who planned it again.
        second: Origin,
    },
    /// Two paths differ by letter case alone, which is one path on macOS and Windows.
    #[error("{second} and {first} differ by letter case alone: they are one path on macOS and Windows")]
    Case {
        /// The spelling that was there first.
        first: Box<Planned>,
        /// The other spelling.
        second: Box<Planned>,
    },
    /// One path is both a file and a directory.
    #[error("`{path}` would be both a file and a directory: {first} and {second} disagree")]
    FileAndDirectory {
        /// The path in question.
        path: String,
        /// Who planned it first.
        first: Origin,
        /// Who planned the opposite.
        second: Origin,
    },
    /// The lock is not a template's business.
    #[error("{origin} writes `{LOCK_PATH}`, which stackwright itself writes")]
    Lock {
        /// Who planned it.
        origin: Origin,
    },
}

/// A path, or the directory part of one, and who planned it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The path.
    pub path: String,
    /// Who planned it.
    pub origin: Origin,
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` from {}", self.path, self.origin)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Directory,
}

/// What a path, with letter case folded, already stands for.
#[derive(Debug, Clone)]
struct Taken {
    spelling: String,
    kind: Kind,
    by: RelPath,
}

/// The rendered repository: files by path, sorted.
#[derive(Debug, Clone, Default)]
pub struct FileTree {
    files: BTreeMap<RelPath, RenderedFile>,
    taken: HashMap<String, Taken>,
}

impl FileTree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or says which other file it collides with. A refused file leaves the tree as it was.
    pub fn insert(&mut self, path: RelPath, file: RenderedFile) -> Result<(), TreeError> {
        if path.as_str().eq_ignore_ascii_case(LOCK_PATH) {
            return Err(TreeError::Lock { origin: file.origin });
        }
        for (part, kind) in prefixes(path.as_str()) {
            self.admit(part, kind, &file.origin)?;
        }
        for (part, kind) in prefixes(path.as_str()).rev() {
            // From the whole path up: once a directory is known, those above it are too.
            let Entry::Vacant(place) = self.taken.entry(part.to_lowercase()) else {
                break;
            };
            place.insert(Taken { spelling: part.to_owned(), kind, by: path.clone() });
        }
        self.files.insert(path, file);
        Ok(())
    }

    fn admit(&self, part: &str, kind: Kind, origin: &Origin) -> Result<(), TreeError> {
        let Some(taken) = self.taken.get(&part.to_lowercase()) else {
            return Ok(());
        };
        let first = || self.files[&taken.by].origin.clone();
        if taken.spelling != part {
            let planned = |path: &str, origin| {
                let path = path.to_owned();
                Box::new(Planned { path, origin })
            };
            return Err(TreeError::Case {
                first: planned(&taken.spelling, first()),
                second: planned(part, origin.clone()),
            });
        }
        match (taken.kind, kind) {
            (Kind::Directory, Kind::Directory) => Ok(()),
            (Kind::File, Kind::File) => {
                Err(TreeError::Duplicate { path: taken.by.clone(), first: first(), second: origin.clone() })
            }
            _ => Err(TreeError::FileAndDirectory { path: part.to_owned(), first: first(), second: origin.clone() }),
        }
    }

    /// The file at a path.
    pub fn get(&self, path: &str) -> Option<&RenderedFile> {
        self.files.get(path)
    }

    /// Every file in path order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&RelPath, &RenderedFile)> {
        self.files.iter()
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

/// `a/b/c` gives the directories `a`, `a/b` and the file `a/b/c`.
fn prefixes(path: &str) -> impl DoubleEndedIterator<Item = (&str, Kind)> {
    path.match_indices('/').map(|(end, _)| (&path[..end], Kind::Directory)).chain(std::iter::once((path, Kind::File)))
}

#[cfg(test)]
mod tests;
