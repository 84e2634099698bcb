//! The staging directory: the whole repository is built beside its destination and appears there with one rename.
//!
//! While a run is alive it holds a lock (`flock`) on its staging directory. A run that was killed loses it, so the next
//! one can tell a leftover from a stage that somebody else is filling right now.
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{AtFlags, Dir, FlockOperation, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::clone::{self, Kept};
use super::destination::Found;
use super::error::WriteError;
use super::interrupt;
use super::path::{Place, open_directory};
use crate::lock::Lock;
use crate::tree::{FileTree, LOCK_PATH};

const MARK: &str = ".stackwright-";
/// Of the destination's name, so that the stage's name stays below the limit of 255 bytes.
const MAX_NAME: usize = 200;
/// Letters and digits of the random part.
const RANDOM: usize = 16;

const FILE: OFlags =
    OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// What everybody may do; the system takes the user's umask off.
pub(super) const ALL: Mode = Mode::RWXU.union(Mode::RWXG).union(Mode::RWXO);
pub(super) const EXECUTE: Mode = Mode::XUSR.union(Mode::XGRP).union(Mode::XOTH);

/// A staging directory of this run. Dropping it removes it.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    place: &'a Place,
    name: String,
    directory: OwnedFd,
    kept: bool,
}

/// What became of the attempt to publish a stage.
pub(super) enum Published {
    Yes,
    /// Somebody else made the destination meanwhile.
    Taken,
}

impl<'a> Stage<'a> {
    /// Makes an empty directory beside the destination that only this user can enter.
    pub(super) fn create(place: &'a Place) -> Result<Self, WriteError> {
        let mut name = String::new();
        let made = tempfile::Builder::new()
            .prefix(&prefix(place.name()))
            .rand_bytes(RANDOM)
            .disable_cleanup(true)
            .make_in(place.parent_path(), |path| {
                name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                claim(place, &name)
            });
        match made {
            Ok(made) => Ok(Self { place, name, directory: made.into_parts().0, kept: false }),
            Err(source) => Err(WriteError::io("cannot create a directory in", place.parent_path(), source)),
        }
    }

    /// Writes every file, the lock last. Paths are relative to the open stage, which nobody else can enter.
    pub(super) fn fill(&self, tree: &FileTree, lock: &Lock) -> Result<(), WriteError> {
        let mut made = "";
        for (path, file) in tree.iter() {
            interrupted()?;
            let directory = path.directory();
            self.make_directories(made, directory)?;
            made = directory;
            self.write(path.as_str(), &file.contents, file.is_executable())?;
        }
        let (directory, _) = LOCK_PATH.rsplit_once('/').unwrap_or_default();
        match rustix::fs::mkdirat(&self.directory, directory, ALL) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(source) => {
                return Err(self.failed("cannot create the directory", directory, source));
            }
        }
        self.write(LOCK_PATH, &lock.to_text(), false)?;
        interrupted()
    }

    /// Makes the parts of `directory` that are not parts of `made`. In sorted order everything below a directory
    /// comes in one run, so the last directory is all that has to be remembered.
    fn make_directories(&self, made: &str, directory: &str) -> Result<(), WriteError> {
        if directory.is_empty() {
            return Ok(());
        }
        let ends = directory.match_indices('/').map(|(end, _)| end);
        for end in ends.chain(std::iter::once(directory.len())) {
            let part = &directory[..end];
            let known = made.strip_prefix(part);
            if known.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
                continue;
            }
            rustix::fs::mkdirat(&self.directory, part, ALL)
                .map_err(|source| self.failed("cannot create the directory", part, source))?;
        }
        Ok(())
    }

    fn write(&self, path: &str, contents: &str, executable: bool) -> Result<(), WriteError> {
        let mode = if executable { ALL } else { ALL.difference(EXECUTE) };
        let file = rustix::fs::openat(&self.directory, path, FILE, mode)
            .map_err(|source| self.failed("cannot create the file", path, source))?;
        File::from(file)
            .write_all(contents.as_bytes())
            .map_err(|source| self.failed("cannot write the file", path, source))
    }

    /// Errors name the destination: that the files are first written elsewhere is no concern of the user's.
    fn failed(&self, what: &'static str, path: &str, source: impl Into<io::Error>) -> WriteError {
        WriteError::io(what, self.place.typed().join(path), source)
    }

    /// Gives the stage its final permissions and renames it to the destination.
    pub(super) fn publish(&mut self, found: &Found, kept: &[Kept]) -> Result<Published, WriteError> {
        if let Found::Clone(_) = found {
            return self.move_in(kept);
        }
        let mode = match found {
            Found::Empty(mode) => *mode,
            // What the system gave a directory inside is what the user's umask means.
            _ => self.mode_of_inner_directory()?,
        };
        rustix::fs::fchmod(&self.directory, mode)
            .map_err(|source| self.failed("cannot set the permissions of", "", source))?;
        let at = self.place.parent();
        let (from, to) = (self.name.as_str(), self.place.name());
        let renamed = match found {
            Found::Empty(_) => rustix::fs::renameat(at, from, at, to),
            _ => match rustix::fs::renameat_with(at, from, at, to, RenameFlags::NOREPLACE) {
                // Not every file system can refuse to replace. The plain call replaces at most an empty directory.
                Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rustix::fs::renameat(at, from, at, to),
                result => result,
            },
        };
        match renamed {
            Ok(()) => {
                self.kept = true;
                Ok(Published::Yes)
            }
            Err(Errno::EXIST | Errno::NOTEMPTY | Errno::NOTDIR) => Ok(Published::Taken),
            Err(source) => Err(self.failed("cannot create the directory", "", source)),
        }
    }

    /// Moves what is in the stage into a clone.
    fn move_in(&mut self, kept: &[Kept]) -> Result<Published, WriteError> {
        let moved = open_directory(self.place.parent(), self.place.name())
            .and_then(|clone| clone::move_in(&self.directory, &clone, kept));
        match moved {
            // The empty stage is removed when this is dropped.
            Ok(()) => Ok(Published::Yes),
            Err(Errno::EXIST | Errno::NOTEMPTY | Errno::NOTDIR | Errno::NOENT | Errno::LOOP) => Ok(Published::Taken),
            Err(source) => Err(self.failed("cannot write into the clone", "", source)),
        }
    }

    fn mode_of_inner_directory(&self) -> Result<Mode, WriteError> {
        let (directory, _) = LOCK_PATH.rsplit_once('/').unwrap_or_default();
        rustix::fs::statat(&self.directory, directory, AtFlags::SYMLINK_NOFOLLOW)
            .map(|stat| Mode::from_raw_mode(stat.st_mode))
            .map_err(|source| self.failed("cannot look at", directory, source))
    }

    /// Removes the stage; gives its path when that fails.
    pub(super) fn discard(mut self) -> Result<(), PathBuf> {
        self.kept = true;
        remove(self.place.parent(), &self.name, &self.directory).map_err(|_| self.place.sibling(&self.name))
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        if !self.kept {
            let _ = remove(self.place.parent(), &self.name, &self.directory);
        }
    }
}

/// Makes a directory, opens and locks it. `AlreadyExists` asks for another name.
fn claim(place: &Place, name: &str) -> io::Result<OwnedFd> {
    let again = || io::Error::from(io::ErrorKind::AlreadyExists);
    rustix::fs::mkdirat(place.parent(), name, Mode::RWXU)?;
    let directory = match open_directory(place.parent(), name) {
        Ok(directory) => directory,
        // Another run took it for a leftover before it could be claimed.
        Err(Errno::NOENT) => return Err(again()),
        Err(source) => {
            let _ = rustix::fs::unlinkat(place.parent(), name, AtFlags::REMOVEDIR);
            return Err(source.into());
        }
    };
    // A file system without such locks also gives them to nobody who would sweep.
    let locked = rustix::fs::flock(&directory, FlockOperation::NonBlockingLockExclusive);
    if locked == Err(Errno::WOULDBLOCK) || !is_at(place, name, &directory) {
        return Err(again());
    }
    Ok(directory)
}

/// Removes what killed runs left beside this destination. It is only tidying up, so failures are no reason to stop.
pub(super) fn sweep(place: &Place) {
    let prefix = prefix(place.name());
    let Ok(entries) = Dir::read_from(place.parent()) else {
        return;
    };
    for entry in entries.flatten() {
        let Ok(name) = entry.file_name().to_str() else {
            continue;
        };
        let random = name.strip_prefix(&prefix);
        if !random.is_some_and(|text| text.len() == RANDOM && text.bytes().all(|b| b.is_ascii_alphanumeric())) {
            continue;
        }
        let Ok(directory) = open_directory(place.parent(), name) else {
            continue;
        };
        let mine = rustix::fs::fstat(&directory).is_ok_and(|stat| stat.st_uid == rustix::process::geteuid().as_raw());
        let abandoned = rustix::fs::flock(&directory, FlockOperation::NonBlockingLockExclusive).is_ok();
        // Before the lock was ours its owner may have published the directory: then it is no stage any more.
        if mine && abandoned && is_at(place, name, &directory) {
            let _ = remove(place.parent(), name, &directory);
        }
    }
}

fn prefix(name: &str) -> String {
    let mut end = name.len().min(MAX_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!(".{}{MARK}", &name[..end])
}

/// Whether the name still leads to the open directory.
fn is_at(place: &Place, name: &str, directory: &OwnedFd) -> bool {
    let named = rustix::fs::statat(place.parent(), name, AtFlags::SYMLINK_NOFOLLOW);
    let open = rustix::fs::fstat(directory);
    match (named, open) {
        (Ok(named), Ok(open)) => (named.st_dev, named.st_ino) == (open.st_dev, open.st_ino),
        _ => false,
    }
}

/// Removes an open directory with everything in it, following no link.
pub(super) fn remove(at: BorrowedFd<'_>, name: &str, directory: &OwnedFd) -> Result<(), Errno> {
    empty(directory)?;
    rustix::fs::unlinkat(at, name, AtFlags::REMOVEDIR)
}

fn empty(directory: &OwnedFd) -> Result<(), Errno> {
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        // For a directory Linux answers EISDIR and macOS EPERM.
        match rustix::fs::unlinkat(directory, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(Errno::ISDIR | Errno::PERM) => {
                empty(&open_directory(directory.as_fd(), name)?)?;
                rustix::fs::unlinkat(directory, name, AtFlags::REMOVEDIR)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn interrupted() -> Result<(), WriteError> {
    if interrupt::cancelled() {
        return Err(WriteError::Cancelled { leftover: None });
    }
    Ok(())
}
