//! Files below an open directory, by paths that are never followed through a link.
use std::fs::File;
use std::io::Write as _;
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::super::path::open_directory;
use super::super::stage;
use super::error::ApplyError;

const FILE: OFlags =
    OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The open directory of a path, and the last name. `make` makes what is missing; without it a missing one is none.
fn parent<'a>(root: &OwnedFd, path: &'a str, make: bool) -> Result<Option<(OwnedFd, &'a str)>, Errno> {
    let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut at = open_directory(root, ".")?;
    for part in parents.split('/').filter(|part| !part.is_empty()) {
        at = match open_directory(&at, part) {
            Err(Errno::NOENT) if make => {
                match rustix::fs::mkdirat(&at, part, stage::ALL) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(error),
                }
                open_directory(&at, part)?
            }
            Err(Errno::NOENT) => return Ok(None),
            opened => opened?,
        };
    }
    Ok(Some((at, name)))
}

fn failed(what: &'static str, path: &str) -> impl Fn(Errno) -> ApplyError {
    move |source| match source {
        Errno::LOOP | Errno::NOTDIR => ApplyError::Link { path: path.to_owned() },
        source => ApplyError::io(what, path.as_ref(), source.into()),
    }
}

/// Fails where a part of a path is a link or a file: nothing is written through either.
pub(super) fn refuse_links(root: &OwnedFd, path: &str) -> Result<(), ApplyError> {
    let Some((at, name)) = parent(root, path, false).map_err(failed("cannot open the directory of", path))? else {
        return Ok(());
    };
    match rustix::fs::statat(&at, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => Ok(()),
        Ok(_) => Err(ApplyError::Link { path: path.to_owned() }),
        Err(Errno::NOENT) => Ok(()),
        Err(source) => Err(failed("cannot look at", path)(source)),
    }
}

pub(super) fn exists(root: &OwnedFd, path: &str) -> Result<bool, ApplyError> {
    let Some((at, name)) = parent(root, path, false).map_err(failed("cannot open the directory of", path))? else {
        return Ok(false);
    };
    match rustix::fs::statat(&at, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(_) => Ok(true),
        Err(Errno::NOENT) => Ok(false),
        Err(source) => Err(failed("cannot look at", path)(source)),
    }
}

/// The permissions of a file, if it is there.
pub(super) fn mode(root: &OwnedFd, path: &str) -> Result<Option<Mode>, ApplyError> {
    match rustix::fs::statat(root, path, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(Mode::from_raw_mode(stat.st_mode))),
        Err(Errno::NOENT) => Ok(None),
        Err(source) => Err(failed("cannot look at", path)(source)),
    }
}

pub(super) fn make_directory(root: &OwnedFd, path: &str) -> Result<(), ApplyError> {
    rustix::fs::mkdirat(root, path, Mode::RWXU).map_err(failed("cannot create the directory", path))
}

/// Writes a new file and waits until the disk has it. Without permissions of its own it gets those that the user's umask
/// leaves; a file that names its interpreter may be executed in any case.
pub(super) fn create(root: &OwnedFd, path: &str, text: &str, mode: Option<Mode>) -> Result<(), ApplyError> {
    let executable = text.starts_with("#!");
    let usual = if executable { stage::ALL } else { stage::ALL.difference(stage::EXECUTE) };
    let file = rustix::fs::openat(root, path, FILE, usual).map_err(failed("cannot create the file", path))?;
    if let Some(mode) = mode {
        let mode = if executable { mode.union(Mode::XUSR) } else { mode };
        rustix::fs::fchmod(&file, mode).map_err(failed("cannot set the permissions of", path))?;
    }
    let mut file = File::from(file);
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_data())
        .map_err(|source| ApplyError::io("cannot write the file", path.as_ref(), source))
}

/// Renames a file to its place, making the directories on the way. A file that was moved already is left there.
pub(super) fn move_to(root: &OwnedFd, from: &str, to: &str) -> Result<(), ApplyError> {
    if !exists(root, from)? {
        return Ok(());
    }
    let found = parent(root, to, true).map_err(failed("cannot open the directory of", to))?;
    let Some((at, name)) = found else { return Ok(()) };
    rustix::fs::renameat(root, from, &at, name).map_err(failed("cannot write the file", to))
}

/// Removes a file, and the directories that it leaves empty.
pub(super) fn remove(root: &OwnedFd, path: &str) -> Result<(), ApplyError> {
    let Some((at, name)) = parent(root, path, false).map_err(failed("cannot open the directory of", path))? else {
        return Ok(());
    };
    match rustix::fs::unlinkat(&at, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(source) => return Err(failed("cannot remove", path)(source)),
    }
    let mut directory = path.rsplit_once('/').map(|(directory, _)| directory);
    while let Some(empty) = directory {
        if rustix::fs::unlinkat(root, empty, AtFlags::REMOVEDIR).is_err() {
            break;
        }
        directory = empty.rsplit_once('/').map(|(directory, _)| directory);
    }
    Ok(())
}

/// Removes a directory with everything in it, if it is there.
pub(super) fn remove_all(root: &OwnedFd, path: &str) -> Result<(), ApplyError> {
    let directory = match open_directory(root, path) {
        Ok(directory) => directory,
        Err(Errno::NOENT) => return Ok(()),
        Err(source) => return Err(failed("cannot open the directory", path)(source)),
    };
    stage::remove(root.as_fd(), path, &directory).map_err(failed("cannot remove", path))
}
