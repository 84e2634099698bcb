//! The journal: which files a run writes, and how far it has come.
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::AtFlags;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::super::destination::{Contents, read};
use super::error::ApplyError;
use super::{STAGE, below};
use crate::tree::RelPath;

/// What a run writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    /// The files; each one's number is the name of its staged copies.
    pub(super) entries: Vec<Entry>,
    /// The files in which conflicts are marked.
    pub(super) conflicts: Vec<String>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) path: RelPath,
    /// There was a file before, and its copy is kept.
    pub(super) replaces: bool,
    /// Digest of what is written; none of a file that is removed.
    pub(super) sha256: Option<String>,
}

/// How far a run has come. Each state is a name of the journal, so that one rename leads to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Everything is staged: the files will be written.
    Decided,
    /// They are written, and conflicts in them are open.
    Conflicts,
    /// They are being put back.
    TakenBack,
}

const STATES: [State; 3] = [State::TakenBack, State::Decided, State::Conflicts];

impl State {
    pub(super) fn path(self) -> String {
        let name = match self {
            Self::Decided => "journal",
            Self::Conflicts => "conflicts",
            Self::TakenBack => "abort",
        };
        format!("{STAGE}/{name}.json")
    }
}

impl Journal {
    /// The journal of an earlier run.
    pub(super) fn read(root: &OwnedFd) -> Result<Option<(State, Self)>, ApplyError> {
        for state in STATES {
            let path = state.path();
            match read(root.as_fd(), &path) {
                Ok(Contents::Missing) => {}
                Ok(Contents::Bytes(bytes)) => {
                    let journal = serde_json::from_slice(&bytes)
                        .map_err(|source| ApplyError::Journal { path: path.clone(), why: source.to_string() })?;
                    return Ok(Some((state, journal)));
                }
                Ok(Contents::Strange) => {
                    return Err(ApplyError::Journal { path, why: "it is no plain file of reasonable size".into() });
                }
                Err(source) => return Err(ApplyError::io("cannot read", path.as_ref(), source.into())),
            }
        }
        Ok(None)
    }

    /// Writes the journal beside everything that is staged: from here on the files will be written.
    pub(super) fn decide(&self, root: &OwnedFd) -> Result<(), ApplyError> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        let draft = format!("{STAGE}/draft.json");
        below::create(root, &draft, &text, None)?;
        below::move_to(root, &draft, &State::Decided.path())
    }
}

/// From one state to another.
pub(super) fn mark(root: &OwnedFd, from: State, to: State) -> Result<(), ApplyError> {
    if from == to { Ok(()) } else { below::move_to(root, &from.path(), &to.path()) }
}

/// Removes the journal before everything else, so that nothing is done twice.
pub(super) fn forget(root: &OwnedFd, state: State) -> Result<(), ApplyError> {
    match rustix::fs::unlinkat(root, state.path(), AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(source) => Err(ApplyError::io("cannot remove", state.path().as_ref(), source.into())),
    }
}
