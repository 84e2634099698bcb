//! A list of diagnostics that grows while a pass goes on.
use std::fmt;

use serde::Serialize;

use super::{Diagnostic, Severity};

/// All the problems that a pass found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// An empty list.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Goes through them in their present order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Orders them by file, line and column; those at one place keep their order, those without a file come first.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| (&a.file, a.span).cmp(&(&b.file, b.span)));
    }

    /// The value, unless there are errors. Warnings are dropped with success, so show them before.
    pub fn into_result<T>(mut self, value: T) -> Result<T, Self> {
        if self.0.iter().any(|d| d.severity == Severity::Error) {
            self.sort();
            Err(self)
        } else {
            Ok(value)
        }
    }

    /// Takes the value, or keeps the problems and gives nothing: for a pass that goes on after an error.
    pub fn absorb<T>(&mut self, result: Result<T, impl Into<Self>>) -> Option<T> {
        result.map_err(|problems| self.0.extend(problems.into().0)).ok()
    }

    /// The text for a terminal, one empty line between two diagnostics.
    pub fn render(&self, color: bool) -> String {
        let parts: Vec<String> = self.0.iter().map(|d| d.render(color)).collect();
        parts.join("\n\n")
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<Box<Diagnostic>> for Diagnostics {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self::from(*diagnostic)
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, items: I) {
        self.0.extend(items);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
