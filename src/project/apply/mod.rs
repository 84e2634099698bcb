//! Changes of a repository that is there: written whole or not at all.
//!
//! Everything is first put beside the repository's own records, in `.stackwright/apply/`: what is to be written, what
//! stands there now, and a journal of both. The journal's rename is the moment of decision. Whatever interrupts a run
//! before it leaves the repository as it was; after it the next run finishes the work, or `--abort` takes it back.
//!
//! While conflicts are open, `.stackwright/conflicts/` says why; these records are written with the files, and gone with them.
mod below;
mod error;
mod journal;

use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, FlockOperation};
use rustix::io::Errno;

pub use error::ApplyError;
use journal::{Entry, Journal, State};

use super::destination::{Contents, read};
use super::interrupt;
use super::path::open_directory;
use crate::tree::{RelPath, digest};

/// Where the tool's records are.
const RECORDS: &str = ".stackwright";
/// Where a run keeps what it writes and what it replaces.
const STAGE: &str = ".stackwright/apply";

/// Where the reasons of open conflicts are.
pub const CONFLICTS: &str = ".stackwright/conflicts";

/// A file that is to be written, or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write<'a> {
    /// Where it is.
    pub path: &'a RelPath,
    /// What is there now; none where nothing is.
    pub before: Option<&'a str>,
    /// What is to be there; none where it is removed.
    pub after: Option<&'a str>,
}

/// A repository whose records this run holds locked.
#[derive(Debug)]
pub struct Site {
    root: OwnedFd,
    /// Its lock (`flock`) ends with the run, however it ends.
    _records: OwnedFd,
}

/// What an earlier run left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nothing.
    Nothing,
    /// It was interrupted, and its work is finished now.
    Finished,
    /// It was interrupted while it was taken back, and that is finished now.
    TakenBack,
    /// Its conflicts are still open.
    Conflicts,
}

/// Whether a run was interrupted here after it had decided what to write. Reads only.
pub fn is_interrupted(root: &Path) -> bool {
    [State::Decided, State::TakenBack].iter().any(|state| root.join(state.path()).exists())
}

impl Site {
    /// Opens a repository and locks it against other runs.
    pub fn open(root: &Path) -> Result<Self, ApplyError> {
        let failed = |source| ApplyError::io("cannot open the directory", root, source);
        let real = root.canonicalize().map_err(failed)?;
        let directory = open_directory(CWD, &real).map_err(|source| failed(source.into()))?;
        let records = open_directory(&directory, RECORDS).map_err(|source| failed(source.into()))?;
        // A file system without such locks has no other run that could hold one.
        if rustix::fs::flock(&records, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK) {
            return Err(ApplyError::Busy);
        }
        Ok(Self { root: directory, _records: records })
    }

    /// Finishes what an earlier run was interrupted at; what had not been decided is dropped.
    pub fn recover(&self) -> Result<Left, ApplyError> {
        match Journal::read(&self.root)? {
            None => {
                self.tidy()?;
                Ok(Left::Nothing)
            }
            Some((State::Decided, journal)) => {
                self.carry_out(&journal)?;
                self.close(&journal)?;
                Ok(if journal.conflicts.is_empty() { Left::Finished } else { Left::Conflicts })
            }
            Some((State::TakenBack, journal)) => {
                self.take_back(&journal)?;
                Ok(Left::TakenBack)
            }
            Some((State::Conflicts, _)) => Ok(Left::Conflicts),
        }
    }

    /// Writes and removes files, all of them or none. With open conflicts what was replaced is kept until they are closed.
    pub fn apply(&self, writes: &[Write<'_>], conflicts: &[String]) -> Result<(), ApplyError> {
        let writing = interrupt::writing();
        let staged = self.stage(writes, conflicts);
        let journal = match staged {
            Ok(journal) => journal,
            Err(error) => {
                let _ = below::remove_all(&self.root, STAGE);
                return Err(error);
            }
        };
        self.carry_out(&journal)?;
        self.close(&journal)?;
        writing.done();
        Ok(())
    }

    /// Takes back what was interrupted or has open conflicts. False where there is nothing to take back.
    pub fn abort(&self) -> Result<bool, ApplyError> {
        let Some((state, journal)) = Journal::read(&self.root)? else {
            self.tidy()?;
            return Ok(false);
        };
        journal::mark(&self.root, state, State::TakenBack)?;
        self.take_back(&journal)?;
        Ok(true)
    }

    /// The files in which conflicts are open.
    pub fn conflicts(&self) -> Result<Vec<String>, ApplyError> {
        let found = Journal::read(&self.root)?;
        Ok(found.map(|(_, journal)| journal.conflicts).unwrap_or_default())
    }

    /// Replaces one file that is as it was read.
    pub fn replace(&self, path: &str, before: &str, after: &str) -> Result<(), ApplyError> {
        below::refuse_links(&self.root, path)?;
        match read(self.root.as_fd(), path) {
            Ok(Contents::Bytes(bytes)) if bytes == before.as_bytes() => {}
            _ => return Err(ApplyError::Moved { path: path.to_owned() }),
        }
        let draft = format!("{STAGE}/replace");
        below::remove(&self.root, &draft)?;
        below::create(&self.root, &draft, after, below::mode(&self.root, path)?)?;
        below::move_to(&self.root, &draft, path)
    }

    /// Removes the record of a conflict that is resolved.
    pub fn forget(&self, record: &RelPath) -> Result<(), ApplyError> {
        below::refuse_links(&self.root, record.as_str())?;
        below::remove(&self.root, record.as_str())
    }

    /// Forgets what was replaced: the conflicts are closed.
    pub fn settle(&self) -> Result<(), ApplyError> {
        self.end(State::Conflicts)
    }

    /// Forgets a run. What can't be tidied up is left to the next one: everything is written.
    fn end(&self, state: State) -> Result<(), ApplyError> {
        journal::forget(&self.root, state)?;
        let _ = self.tidy();
        Ok(())
    }

    /// Removes what only an unfinished run needs.
    fn tidy(&self) -> Result<(), ApplyError> {
        below::remove_all(&self.root, CONFLICTS)?;
        below::remove_all(&self.root, STAGE)
    }

    fn stage(&self, writes: &[Write<'_>], conflicts: &[String]) -> Result<Journal, ApplyError> {
        self.tidy()?;
        for directory in ["", "/new", "/old"] {
            below::make_directory(&self.root, &format!("{STAGE}{directory}"))?;
        }
        below::create(&self.root, &format!("{STAGE}/.gitignore"), "*\n", None)?;
        let mut entries = Vec::new();
        for (number, write) in writes.iter().enumerate() {
            if interrupt::cancelled() {
                return Err(ApplyError::Cancelled);
            }
            entries.push(self.stage_one(number, write)?);
        }
        let journal = Journal { entries, conflicts: conflicts.to_vec() };
        journal.decide(&self.root)?;
        Ok(journal)
    }

    fn stage_one(&self, number: usize, write: &Write<'_>) -> Result<Entry, ApplyError> {
        let path = write.path.as_str();
        below::refuse_links(&self.root, path)?;
        let found = read(self.root.as_fd(), path)
            .map_err(|source| ApplyError::io("cannot read", path.as_ref(), source.into()))?;
        let mode = below::mode(&self.root, path)?;
        match (&found, write.before) {
            (Contents::Missing, None) => {}
            (Contents::Bytes(bytes), Some(before)) if bytes == before.as_bytes() => {
                below::create(&self.root, &format!("{STAGE}/old/{number}"), before, mode)?;
            }
            _ => return Err(ApplyError::Moved { path: path.to_owned() }),
        }
        if let Some(after) = write.after {
            below::create(&self.root, &format!("{STAGE}/new/{number}"), after, mode)?;
        }
        let sha256 = write.after.map(|text| digest(text.as_bytes()));
        Ok(Entry { path: write.path.clone(), replaces: write.before.is_some(), sha256 })
    }

    /// Moves every staged file to its place; what is in its place already is left.
    fn carry_out(&self, journal: &Journal) -> Result<(), ApplyError> {
        for (number, entry) in journal.entries.iter().enumerate() {
            let path = entry.path.as_str();
            match &entry.sha256 {
                Some(_) => below::move_to(&self.root, &format!("{STAGE}/new/{number}"), path)?,
                None => below::remove(&self.root, path)?,
            }
        }
        Ok(())
    }

    fn close(&self, journal: &Journal) -> Result<(), ApplyError> {
        if journal.conflicts.is_empty() {
            return self.end(State::Decided);
        }
        journal::mark(&self.root, State::Decided, State::Conflicts)
    }

    fn take_back(&self, journal: &Journal) -> Result<(), ApplyError> {
        for (number, entry) in journal.entries.iter().enumerate() {
            let path = entry.path.as_str();
            // What was not reached need not be writable now.
            if self.is_untouched(number, entry)? {
                continue;
            }
            if entry.replaces {
                below::move_to(&self.root, &format!("{STAGE}/old/{number}"), path)?;
            } else {
                below::remove(&self.root, path)?;
            }
        }
        self.end(State::TakenBack)
    }

    /// Whether the run did not come to a file, or it was put back already.
    fn is_untouched(&self, number: usize, entry: &Entry) -> Result<bool, ApplyError> {
        match entry.sha256 {
            Some(_) => below::exists(&self.root, &format!("{STAGE}/new/{number}")),
            None => below::exists(&self.root, entry.path.as_str()),
        }
    }
}
