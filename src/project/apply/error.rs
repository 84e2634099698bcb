//! Why a repository was not changed.
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;

/// Why a run did not end with its files written.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Another run is at work.
    #[error("another run of stackwright is changing this repository")]
    Busy,
    /// Somebody changed a file since it was read.
    #[error("`{path}` changed while the plan was made")]
    Moved {
        /// Its path.
        path: String,
    },
    /// A path leads through a link, or a directory stands where a file is to be.
    #[error("`{path}` is a link or a directory, or leads through a link or a file: nothing is written there")]
    Link {
        /// The path.
        path: String,
    },
    /// What an earlier run left can't be understood.
    #[error("`{path}`, which an interrupted run left, can't be understood: {why}")]
    Journal {
        /// The journal.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Ctrl-C, or a request to terminate.
    #[error("cancelled; nothing was written")]
    Cancelled,
    /// The system refused.
    #[error("{what} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl ApplyError {
    pub(super) fn io(what: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { what, path: path.to_owned(), source }
    }

    /// The process's exit code for it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Io { .. } => 3,
            Self::Cancelled => 130,
            _ => 2,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Busy => "wait until it has ended, then try again".into(),
            Self::Moved { .. } => "look at what changed with `stackwright plan`, then try again".into(),
            Self::Link { path } => format!("put a plain file at `{path}`, or move what is in its way"),
            Self::Journal { .. } => "restore the repository from git, and remove `.stackwright/apply`".into(),
            Self::Io { .. } => "when that is mended, `stackwright apply` goes on, and `stackwright apply --abort` \
                                takes back what was begun"
                .into(),
            Self::Cancelled => return None,
        })
    }
}

impl From<ApplyError> for Diagnostic {
    fn from(error: ApplyError) -> Self {
        Diagnostic::error(error.to_string()).maybe_help(error.help())
    }
}
