//! What the destination holds already, and whether that stands in the way.
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Dir, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::clone;
use super::error::WriteError;

use super::path::{Place, open_directory};
use crate::lock::{Lock, LockError};
use crate::tree::{LOCK_PATH, RelPath, digest};

/// A larger file is not read to compare it: nothing we write comes near.
const MAX_READ: u64 = 64 << 20;

/// A destination that may be written to, or need not be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing is there.
    Absent,
    /// An empty directory with these permissions.
    Empty(Mode),
    /// A clone with these entries, in which nothing was made yet.
    Clone(Vec<String>),
    /// This very repository, with no generated file edited.
    Unchanged,
    /// A repository of ours; whether it is the same one is known after rendering.
    Ours,
}

/// Looks at the destination. Without a `lock` to compare with, a repository of ours is let through as [`Found::Ours`].
pub(super) fn inspect(place: &Place, lock: Option<&Lock>) -> Result<Found, WriteError> {
    let Some(directory) = place.occupant()? else {
        return Ok(Found::Absent);
    };
    let cannot_read = |source: Errno| WriteError::io("cannot read the directory", place.typed(), source);
    let names = names(&directory).map_err(cannot_read)?;
    if names.is_empty() {
        let stat = rustix::fs::fstat(&directory).map_err(cannot_read)?;
        return Ok(Found::Empty(Mode::from_raw_mode(stat.st_mode)));
    }
    let path = place.typed().to_owned();
    let existing = match read(directory.as_fd(), LOCK_PATH) {
        Ok(Contents::Missing) if clone::is_new(&directory, &names) => return Ok(Found::Clone(names)),
        Ok(Contents::Missing) => return Err(WriteError::NotEmpty { path, names }),
        Ok(Contents::Bytes(bytes)) => match String::from_utf8(bytes) {
            Ok(text) => Lock::parse(&text),
            Err(_) => Err(LockError::NotText),
        },
        Ok(Contents::Strange) => Err(LockError::NotText),
        Err(source) => return Err(WriteError::io("cannot read", path.join(LOCK_PATH), source)),
    };
    let existing = match existing {
        Ok(existing) => existing,
        Err(source) => return Err(WriteError::Lock { path, source }),
    };
    let Some(lock) = lock else {
        return Ok(Found::Ours);
    };
    let differing = existing.differing(lock);
    if !differing.is_empty() {
        let differing = differing.into_iter().map(ToString::to_string).collect();
        return Err(WriteError::Differs { path, differing });
    }
    let (edited, missing) = drift(directory.as_fd(), lock)
        .map_err(|(file, source)| WriteError::io("cannot read", path.join(file.as_str()), source))?;
    if edited.is_empty() && missing.is_empty() {
        Ok(Found::Unchanged)
    } else {
        Err(WriteError::Edited { path, edited, missing })
    }
}

/// The files of a lock that were edited in a directory, and those that are gone. Files that the lock doesn't list are
/// ignored.
fn drift(directory: BorrowedFd<'_>, lock: &Lock) -> Result<(Vec<RelPath>, Vec<RelPath>), (RelPath, Errno)> {
    let (mut edited, mut missing) = (Vec::new(), Vec::new());
    for (path, locked) in &lock.files {
        match read(directory, path.as_str()) {
            Ok(Contents::Bytes(bytes)) if digest(&bytes) == locked.sha256 => {}
            Ok(Contents::Bytes(_) | Contents::Strange) => edited.push(path.clone()),
            Ok(Contents::Missing) => missing.push(path.clone()),
            Err(source) => return Err((path.clone(), source)),
        }
    }
    Ok((edited, missing))
}

pub(super) enum Contents {
    Bytes(Vec<u8>),
    Missing,
    /// A link, a device, a directory, or far too large.
    Strange,
}

/// Reads a file below a directory without following a link anywhere on the way.
pub(super) fn read(directory: BorrowedFd<'_>, path: &str) -> Result<Contents, Errno> {
    let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut at: Option<OwnedFd> = None;
    for part in parents.split('/').filter(|part| !part.is_empty()) {
        let next = match &at {
            Some(open) => open_directory(open, part),
            None => open_directory(directory, part),
        };
        match next {
            Ok(open) => at = Some(open),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(Contents::Missing),
            Err(error) => return Err(error),
        }
    }
    let at = at.as_ref().map_or(directory, AsFd::as_fd);
    // Without NONBLOCK, opening a named pipe would wait for ever.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::openat(at, name, flags, Mode::empty()) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(Contents::Missing),
        Err(Errno::LOOP | Errno::NXIO) => return Ok(Contents::Strange),
        Err(error) => return Err(error),
    };
    let stat = rustix::fs::fstat(&file)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Ok(Contents::Strange);
    }
    let mut bytes = Vec::new();
    let read = std::fs::File::from(file).take(MAX_READ + 1).read_to_end(&mut bytes);
    match read {
        Ok(length) if length as u64 > MAX_READ => Ok(Contents::Strange),
        Ok(_) => Ok(Contents::Bytes(bytes)),
        Err(error) => Err(Errno::from_io_error(&error).unwrap_or(Errno::IO)),
    }
}

/// The names in a directory, sorted.
pub(super) fn names(directory: &OwnedFd) -> Result<Vec<String>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy();
        if name != "." && name != ".." {
            names.push(name.into_owned());
        }
    }
    names.sort();
    Ok(names)
}
