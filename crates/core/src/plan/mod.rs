//! What rendering a repository anew changes in it: each file's three versions are compared, and merged where both sides
//! changed one.
mod diff;
mod one;
mod paths;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::check::Files;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lock::{Lock, LockError, LockedFile};
use crate::merge::{Conflict, branches};
use crate::tree::{FileTree, LOCK_PATH, Ownership, RelPath, RenderedFile};
use crate::{SPEC_PATH, STACK_PATH};
pub use diff::unified;
use one::{Here, Was};
use paths::Paths;

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// It is not there yet.
    New,
    /// Nobody edited it: it becomes what is rendered now.
    Clean,
    /// Both sides changed it, in different places.
    Merged,
    /// Both sides changed the same place.
    Conflict,
    /// It is the user's own, and is left alone.
    Yours,
    /// Nothing generates it any more, and nobody edited it: it is removed.
    Gone,
    /// A seeded file that was edited: what changed in its template is left to the user.
    Stale,
    /// The user deleted it, and it stays deleted.
    Missing,
}

impl Class {
    /// Its name, as it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Clean => "clean",
            Self::Merged => "merged",
            Self::Conflict => "conflict",
            Self::Yours => "yours",
            Self::Gone => "gone",
            Self::Stale => "stale",
            Self::Missing => "missing",
        }
    }
}

/// What is done to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Becomes {
    /// Nothing.
    AsItIs,
    /// It holds this text.
    Text(String),
    /// It is removed.
    Removed,
}

/// A file whose rendering changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where it is afterwards.
    pub path: RelPath,
    /// Where it is now, if it moves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<RelPath>,
    /// What becomes of it.
    pub class: Class,
    /// Why, in a few words.
    pub why: &'static str,
    /// Who looks after it.
    pub owner: Ownership,
    /// The component that makes it.
    pub component: String,
    /// The template it is rendered from.
    pub template: String,
    /// What both sides changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// Its text now; none where it is absent.
    #[serde(skip)]
    pub before: Option<String>,
    /// What is written.
    #[serde(skip)]
    pub becomes: Becomes,
    /// Nothing renders it any more.
    #[serde(skip)]
    pub vanished: bool,
}

impl Change {
    /// Whether something is written or removed.
    pub fn writes(&self) -> bool {
        self.becomes != Becomes::AsItIs
    }

    fn is_edited_leftover(&self) -> bool {
        self.vanished && self.before.is_some() && self.becomes == Becomes::AsItIs
    }
}

/// What would change, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Every file whose rendering changed, whatever becomes of it.
    pub changes: Vec<Change>,
    /// Where the user moved files: from the path that is generated to the path on disk.
    #[serde(skip)]
    moved: BTreeMap<RelPath, RelPath>,
}

impl Plan {
    /// Compares what was rendered before, what is on disk, and what is rendered now.
    ///
    /// The description itself is the user's and never written; the resolved stack is nobody's to edit.
    pub fn new(lock: &Lock, disk: &Files, tree: &FileTree) -> Result<Self, Diagnostics> {
        let lines = lock;
        let mut lock = lines.clone();
        lock.settle(|path| disk.text(path));
        let paths = Paths::new(&lock, disk, tree);
        let mut problems = Diagnostics::new();
        let mut changes = Vec::new();
        for (path, file) in tree.iter().filter(|(path, _)| path.as_str() != SPEC_PATH) {
            changes.extend(problems.absorb(rendered(path, file, (&lock, lines), disk, &paths)).flatten());
        }
        changes.extend(paths.gone().filter_map(|recorded| vanished(recorded, &lock.files[recorded], disk)));
        changes.sort_by(|one, other| one.path.cmp(&other.path));
        problems.into_result(Self { changes, moved: paths.moved() })
    }

    /// What is written, removed or moved.
    pub fn writes(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.writes())
    }

    /// How many files there are of a class.
    pub fn count(&self, class: Class) -> usize {
        self.changes.iter().filter(|change| change.class == class).count()
    }

    /// Files that nothing renders any more and that stay, for the user edited them.
    pub fn edited_leftovers(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.is_edited_leftover())
    }

    /// Removes them after all.
    pub fn remove_edited(&mut self) {
        for change in self.changes.iter_mut().filter(|change| change.is_edited_leftover()) {
            change.class = Class::Gone;
            change.why = "nothing generates it any more, and you asked for its removal";
            change.becomes = Becomes::Removed;
        }
    }

    /// The files as they are afterwards.
    pub fn result(&self, disk: &Files) -> Files {
        let mut files = disk.clone();
        for change in self.writes() {
            files.remove(change.from.as_ref().unwrap_or(&change.path).as_str());
            if let Becomes::Text(text) = &change.becomes {
                files.insert(change.path.as_str(), text.as_str());
            }
        }
        files
    }

    /// The record of the repository afterwards: everything that was rendered, the description as the user wrote it.
    pub fn record(&self, mut lock: Lock, description: &str) -> Lock {
        for (path, place) in &self.moved {
            if let Some(file) = lock.files.get_mut(path) {
                file.moved = Some(place.clone());
            }
        }
        if let Some((_, file)) = lock.files.iter_mut().find(|(path, _)| path.as_str() == SPEC_PATH) {
            file.sha256 = crate::tree::digest(description.as_bytes());
        }
        lock
    }
}

/// What becomes of a file that is rendered now; nothing where it stays as it is. `lines` is the lock as it was read: after
/// a merge in git it holds what either branch wrote.
fn rendered(
    path: &RelPath,
    file: &RenderedFile,
    (lock, lines): (&Lock, &Lock),
    disk: &Files,
    paths: &Paths<'_>,
) -> Result<Option<Change>, Box<Diagnostic>> {
    let recorded = paths.recorded(path);
    let base = recorded.map_or(Ok(None), |recorded| lock.base(recorded)).map_err(|error| damaged(&error))?;
    let was = Was { digest: recorded.map(|recorded| lock.files[recorded].sha256.as_str()), text: base };
    let (place, target) = (paths.place(path).as_str(), paths.target(path));
    let here = Here { text: disk.text(place), exists: disk.contains(place), record: path.as_str() == STACK_PATH };
    let moves = place != target.as_str() && here.exists;
    let bases = || recorded.map_or(Ok(Vec::new()), |recorded| lines.bases(recorded)).map_err(|error| damaged(&error));
    let merged = merged_in_git(place, here, file, bases)?;
    let compared = merged.or_else(|| one::compare(path.as_str(), &was, here, file));
    let outcome = match compared {
        _ if moves && disk.contains(target.as_str()) => Some(one::in_the_way()),
        outcome if moves => Some(one::moved(outcome, here)),
        outcome => outcome,
    };
    Ok(outcome.map(|outcome| Change {
        from: RelPath::new(place).ok().filter(|_| moves && outcome.becomes != Becomes::AsItIs),
        path: target.clone(),
        class: outcome.class,
        why: outcome.why,
        owner: file.owner,
        component: file.origin.component.clone(),
        template: file.origin.template.clone(),
        conflicts: outcome.conflicts,
        before: here.text.map(str::to_owned),
        becomes: outcome.becomes,
        vanished: false,
    }))
}

/// What becomes of a managed file in which a merge in git left conflicts; nothing of any other.
fn merged_in_git(
    place: &str,
    here: Here<'_>,
    file: &RenderedFile,
    bases: impl Fn() -> Result<Vec<String>, Box<Diagnostic>>,
) -> Result<Option<one::Outcome>, Box<Diagnostic>> {
    let managed = file.owner == Ownership::Managed && !here.record;
    let Some(both) = here.text.filter(|_| managed).and_then(branches) else { return Ok(None) };
    let outcome = one::of_branches(place, &bases()?, &both, &file.contents);
    outcome.map(Some).ok_or_else(|| {
        let problem = Diagnostic::error("a merge in git left conflicts in it, where a branch edited it by hand");
        Box::new(problem.file(place).help("resolve them first, then run it again"))
    })
}

fn damaged(error: &LockError) -> Box<Diagnostic> {
    let help = format!("restore `{LOCK_PATH}` from git");
    Box::new(Diagnostic::error(error.to_string()).file(LOCK_PATH).help(help))
}

/// What becomes of a file that nothing renders any more.
fn vanished(recorded: &RelPath, locked: &LockedFile, disk: &Files) -> Option<Change> {
    let place = locked.moved.as_ref().unwrap_or(recorded);
    let here = Here { text: disk.text(place.as_str()), exists: disk.contains(place.as_str()), record: false };
    let outcome = one::gone(locked, here)?;
    Some(Change {
        path: place.clone(),
        from: None,
        class: outcome.class,
        why: outcome.why,
        owner: locked.owner,
        component: locked.component.clone(),
        template: locked.template.clone(),
        conflicts: outcome.conflicts,
        before: here.text.map(str::to_owned),
        becomes: outcome.becomes,
        vanished: true,
    })
}

#[cfg(test)]
mod tests;
