//! How a repository stands to its own description: found by whoever can resolve and render, reported by rules.
use crate::diagnostic::Diagnostic;

/// What is wrong between `stackwright.yaml` and what was made from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// What is wrong with the description itself.
    pub invalid: Vec<Diagnostic>,
    /// What no longer follows from it.
    pub stale: Vec<Stale>,
    /// Why nothing was compared.
    pub unknown: Option<String>,
}

/// Something that no longer follows from the description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The file in which somebody has to change something.
    pub file: &'static str,
    /// The line in it.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl Stale {
    /// Something in a line of a file.
    pub fn new(file: &'static str, line: Option<usize>, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { file, line, message: message.into(), hint: hint.into() }
    }
}
