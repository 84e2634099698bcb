//! Where the repository goes: one name in one open directory.
//!
//! The parent is resolved once and kept open; everything later is done relative to it, so nobody can swap a directory
//! for a link while a run is under way. The name itself must not be a link at all.
use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::error::WriteError;

const OPEN_DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A destination: a name inside an open parent directory.
#[derive(Debug)]
pub(super) struct Place {
    parent: OwnedFd,
    parent_path: PathBuf,
    name: String,
    typed: PathBuf,
}

impl Place {
    /// Resolves what the user typed. It may be absolute and climb with `..`: it is the user's own directory.
    pub(super) fn resolve(typed: &Path) -> Result<Self, WriteError> {
        let bad = |why| WriteError::Name { path: typed.to_owned(), why };
        if typed.as_os_str().is_empty() {
            return Err(bad("it is empty"));
        }
        let whole = match typed.components().next_back() {
            Some(Component::Normal(_)) => typed.to_owned(),
            // `.`, `..` and `/` have no name of their own.
            _ => canonical(typed, typed)?,
        };
        let name = whole.file_name().ok_or_else(|| bad("it is the root of the file system"))?;
        let name = name.to_str().ok_or_else(|| bad("its name is not UTF-8"))?.to_owned();
        if name.chars().any(char::is_control) {
            return Err(bad("its name holds a control character"));
        }
        let parent = match whole.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let parent_path = canonical(parent, typed)?;
        let parent = open_directory(CWD, &parent_path)
            .map_err(|source| WriteError::io("cannot open the directory", &parent_path, source))?;
        Ok(Self { parent, parent_path, name, typed: typed.to_owned() })
    }

    /// The open parent directory.
    pub(super) fn parent(&self) -> BorrowedFd<'_> {
        self.parent.as_fd()
    }

    /// The destination's own name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The destination as the user typed it, for messages.
    pub(super) fn typed(&self) -> &Path {
        &self.typed
    }

    /// The parent's path, for messages.
    pub(super) fn parent_path(&self) -> &Path {
        &self.parent_path
    }

    /// The path of something beside the destination, for messages.
    pub(super) fn sibling(&self, name: &str) -> PathBuf {
        self.parent_path.join(name)
    }

    /// Whether a shell may be standing in the destination.
    pub(super) fn is_current_directory(&self) -> bool {
        std::env::current_dir().is_ok_and(|here| here == self.sibling(&self.name))
    }

    /// The directory that is there now, if there is one; anything else is refused.
    pub(super) fn occupant(&self) -> Result<Option<OwnedFd>, WriteError> {
        let stat = match rustix::fs::statat(&self.parent, &self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => return Ok(None),
            Err(source) => return Err(WriteError::io("cannot look at", &self.typed, source)),
        };
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Symlink => Err(self.symlink()),
            FileType::Directory => match open_directory(&self.parent, &self.name) {
                Ok(directory) => Ok(Some(directory)),
                Err(Errno::LOOP | Errno::NOTDIR) => Err(self.symlink()),
                Err(source) => Err(WriteError::io("cannot open the directory", &self.typed, source)),
            },
            _ => Err(WriteError::NotADirectory { path: self.typed.clone() }),
        }
    }

    fn symlink(&self) -> WriteError {
        let target = rustix::fs::readlinkat(&self.parent, &self.name, Vec::new())
            .map(|text| PathBuf::from(std::ffi::OsString::from_vec(text.into_bytes())));
        WriteError::Symlink { path: self.typed.clone(), target: target.unwrap_or_default() }
    }
}

/// Opens a directory, but not through a link.
pub(super) fn open_directory(at: impl AsFd, path: impl rustix::path::Arg) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(at, path, OPEN_DIRECTORY, Mode::empty())
}

fn canonical(path: &Path, typed: &Path) -> Result<PathBuf, WriteError> {
    fs::canonicalize(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => WriteError::NoParent { path: typed.to_owned(), parent: path.to_owned() },
        _ => WriteError::io("cannot reach the directory", path, source),
    })
}
