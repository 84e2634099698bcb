//! Why a verb could not do what it was asked, and the exit code for it.
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use super::output::Output;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::project::{ApplyError, WriteError, interrupt};

/// The end of a run that did not work out.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    problems: Diagnostics,
}

impl Failure {
    /// Bad usage or bad input.
    pub(super) fn input(problems: impl Into<Diagnostics>) -> Self {
        Self { code: 2, problems: problems.into() }
    }

    /// Findings, differences or conflicts.
    pub(super) fn findings(problems: impl Into<Diagnostics>) -> Self {
        Self { code: 1, problems: problems.into() }
    }

    /// The system does not let us read or write.
    pub(super) fn io(problems: impl Into<Diagnostics>) -> Self {
        Self { code: 3, problems: problems.into() }
    }

    /// A file that cannot be read.
    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        let reason = match error.kind() {
            ErrorKind::NotFound => "there is nothing of that name".to_owned(),
            ErrorKind::PermissionDenied => "permission denied".to_owned(),
            ErrorKind::NotADirectory => "it is not a directory".to_owned(),
            ErrorKind::IsADirectory => "it is a directory".to_owned(),
            ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
            _ => error.to_string(),
        };
        Self::io(Diagnostic::error(format!("can't read `{}`: {reason}", path.display())))
    }

    /// The user does not want to go on.
    pub(super) fn cancelled() -> Self {
        let message = Diagnostic::error("cancelled; nothing was written");
        Self { code: interrupt::EXIT_CODE, problems: message.into() }
    }

    /// Says what is wrong.
    pub(super) fn report(&self, output: &Output) -> ExitCode {
        output.problems(&self.problems);
        ExitCode::from(self.code)
    }
}

impl From<ApplyError> for Failure {
    fn from(error: ApplyError) -> Self {
        Self { code: error.exit_code(), problems: Diagnostic::from(error).into() }
    }
}

impl From<Diagnostics> for Failure {
    fn from(problems: Diagnostics) -> Self {
        Self::input(problems)
    }
}

impl From<Box<Diagnostic>> for Failure {
    fn from(problem: Box<Diagnostic>) -> Self {
        Self::input(problem)
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self { code: error.exit_code(), problems: Diagnostic::from(error).into() }
    }
}
