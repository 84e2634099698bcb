//! Why a repository was not written: what happened, where, why, and what to type next.
use std::fmt::Write as _;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, one_line};
use crate::lock::LockError;
use crate::tree::RelPath;

/// How many names an error lists before it only counts.
const SHOWN: usize = 5;

/// Why nothing was written. The destination is as it was before the run, whatever the reason.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The destination has no usable name.
    #[error("`{}` cannot be the new directory: {why}", show(.path))]
    Name {
        /// As it was typed.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The directory that should hold the destination is missing.
    #[error("`{}` cannot be made: the directory `{}` does not exist", show(.path), show(.parent))]
    NoParent {
        /// As it was typed.
        path: PathBuf,
        /// The missing directory.
        parent: PathBuf,
    },
    /// The destination is a symbolic link.
    #[error("`{}` is a symbolic link to `{}`, and nothing is written through links", show(.path), show(.target))]
    Symlink {
        /// As it was typed.
        path: PathBuf,
        /// What the link says.
        target: PathBuf,
    },
    /// The destination is a file, socket or device.
    #[error("`{}` exists and is not a directory", show(.path))]
    NotADirectory {
        /// As it was typed.
        path: PathBuf,
    },
    /// The destination holds something that is no repository of ours.
    #[error("`{}` is not empty: it holds {}", show(.path), few(.names))]
    NotEmpty {
        /// As it was typed.
        path: PathBuf,
        /// Everything in it, sorted.
        names: Vec<String>,
    },
    /// The destination looks like ours, but its lock cannot be understood.
    #[error("`{}` is not empty, and its `{}` cannot be read: {source}", show(.path), crate::tree::LOCK_PATH)]
    Lock {
        /// As it was typed.
        path: PathBuf,
        /// What is wrong with the lock.
        source: LockError,
    },
    /// The destination holds a repository that other answers, or another version, made.
    #[error("`{}` already holds a repository that differs from this one in {}", show(.path), few(.differing))]
    Differs {
        /// As it was typed.
        path: PathBuf,
        /// Files that only one of them has, or that were generated with other contents.
        differing: Vec<String>,
    },
    /// The destination holds this very repository, edited since.
    #[error("`{}` already holds this repository, changed since it was written:{}", show(.path), changes(.edited, .missing))]
    Edited {
        /// As it was typed.
        path: PathBuf,
        /// Files whose contents differ.
        edited: Vec<RelPath>,
        /// Files that are gone.
        missing: Vec<RelPath>,
    },
    /// Ctrl-C, or a request to terminate.
    #[error("cancelled; {}", rest(.leftover.as_deref()))]
    Cancelled {
        /// A staging directory that could not be removed.
        leftover: Option<PathBuf>,
    },
    /// The operating system refused.
    #[error("{what} `{}`: {}; {}", show(.path), reason(.source), rest(.leftover.as_deref()))]
    Io {
        /// "cannot create the file", and so on.
        what: &'static str,
        /// What it was done to.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
        /// A staging directory that could not be removed.
        leftover: Option<PathBuf>,
    },
}

impl WriteError {
    pub(super) fn io(what: &'static str, path: impl Into<PathBuf>, source: impl Into<io::Error>) -> Self {
        Self::Io { what, path: path.into(), source: source.into(), leftover: None }
    }

    /// Records that the staging directory is still there.
    pub(super) fn with_leftover(mut self, stage: PathBuf) -> Self {
        if let Self::Cancelled { leftover } | Self::Io { leftover, .. } = &mut self {
            *leftover = Some(stage);
        }
        self
    }

    /// What the program exits with: 2 for a destination that must be chosen differently, 3 when the system refuses
    /// to write, 130 when the user cancelled.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Io { .. } => 3,
            Self::Cancelled { .. } => 130,
            _ => 2,
        }
    }

    /// What to do next.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Name { .. } => "give the name of a directory that does not exist yet".into(),
            Self::NoParent { parent, .. } => format!("create it first: mkdir -p {}", quoted(parent)),
            Self::Symlink { .. } => "give the path of the directory itself, or another name".into(),
            Self::NotADirectory { .. } | Self::NotEmpty { .. } | Self::Lock { .. } => {
                "choose a directory that does not exist yet, is empty, or is a new clone".into()
            }
            Self::Differs { .. } => "write it beside the old one: choose a directory that does not exist yet".into(),
            Self::Edited { path, .. } => {
                format!("nothing was overwritten; see what the changes mean: stackwright check {}", quoted(path))
            }
            Self::Cancelled { .. } => return None,
            Self::Io { source, .. } => match source.kind() {
                ErrorKind::StorageFull => "free some space, then run the same command again".into(),
                ErrorKind::QuotaExceeded => {
                    "remove files of yours, or ask for a larger quota, then run the same command again".into()
                }
                ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
                    "a repository is prepared beside its destination: choose one whose parent you may write to".into()
                }
                ErrorKind::ResourceBusy | ErrorKind::CrossesDevices => {
                    "a mount point cannot be replaced: give the name of a new directory inside it".into()
                }
                ErrorKind::InvalidFilename => "choose a shorter name".into(),
                _ => return None,
            },
        })
    }
}

impl From<WriteError> for Diagnostic {
    fn from(error: WriteError) -> Self {
        Self::error(error.to_string()).maybe_help(error.help())
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull => "the disk is full".into(),
        ErrorKind::QuotaExceeded => "your disk quota is used up".into(),
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        ErrorKind::PermissionDenied => "permission denied".into(),
        ErrorKind::InvalidFilename => "the name is too long".into(),
        ErrorKind::ResourceBusy => "it is in use, perhaps as a mount point".into(),
        _ => error.to_string(),
    }
}

fn rest(leftover: Option<&Path>) -> String {
    match leftover {
        None => "nothing was written".into(),
        Some(stage) => format!(
            "the destination is untouched, but `{}` could not be removed; the next run tries again",
            show(stage)
        ),
    }
}

/// A path as text that is safe to print: it may hold whatever the user's shell let through.
pub(super) fn show(path: &Path) -> String {
    one_line(&path.to_string_lossy()).into_owned()
}

/// A path as one word for a shell.
fn quoted(path: &Path) -> String {
    let text = show(path);
    let plain = |c: char| c.is_alphanumeric() || "-_./,:+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

fn few<T: AsRef<str>>(names: &[T]) -> String {
    let mut out = String::new();
    for (index, name) in names.iter().take(SHOWN).enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(out, "{comma}`{}`", one_line(name.as_ref()));
    }
    if names.len() > SHOWN {
        let _ = write!(out, " and {} more", names.len() - SHOWN);
    }
    out
}

fn changes(edited: &[RelPath], missing: &[RelPath]) -> String {
    let mut out = String::new();
    for (what, paths) in [("edited", edited), ("missing", missing)] {
        if !paths.is_empty() {
            let comma = if out.is_empty() { "" } else { ";" };
            let _ = write!(out, "{comma} {what} {}", few(paths));
        }
    }
    out
}
