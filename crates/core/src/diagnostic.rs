//! What the program has to say about its input: a message, where it applies, why, and what to do next.
//!
//! Every module reports problems as [`Diagnostics`], so that one run shows all of them and one place decides how they look.
use std::fmt::{self, Write as _};
use std::sync::Arc;

use serde::Serialize;

/// A named text that positions refer to. Clones share the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name that messages show, usually a path as the user typed it.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
}

impl Source {
    /// Names a text.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The line with this number (from 1), without its line break.
    pub fn line(&self, number: usize) -> Option<&str> {
        self.text.lines().nth(number.checked_sub(1)?)
    }
}

/// A place in a source: line and column count from 1, in characters; length 0 marks a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1; 0 means the whole line.
    pub column: usize,
    /// How many characters on that line; 0 when only the start is known.
    pub length: usize,
}

impl Span {
    /// A span on one line.
    pub const fn new(line: usize, column: usize, length: usize) -> Self {
        Self { line, column, length }
    }

    /// A whole line.
    pub const fn line(line: usize) -> Self {
        Self::new(line, 0, 0)
    }
}

/// How much a diagnostic matters. Ordered: an error is the greatest.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Works, and is probably not meant.
    Warning,
    /// The run cannot go on.
    Error,
}

impl Severity {
    /// The word that messages start with.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    /// What starts its colour on a terminal.
    pub(crate) const fn color(self) -> &'static str {
        match self {
            Self::Error => "\x1b[1;31m",
            Self::Warning => "\x1b[1;33m",
            Self::Note => "\x1b[1;36m",
        }
    }
}

/// One message with its place, its reasons and the next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// A stable identifier, such as the id of a check rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The name of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The place in that source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// The text of that line, for display.
    #[serde(skip)]
    pub source_line: Option<String>,
    /// Why, and what else takes part.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Diagnostic {
    /// A message of any severity.
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self {
            severity,
            code: None,
            message: message.into(),
            file: None,
            span: None,
            source_line: None,
            notes: Vec::new(),
            help: None,
        }
    }

    /// An error.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// A warning.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// Adds a stable identifier.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Says where: the source's name, the place, and a copy of the line.
    #[must_use]
    pub fn at(mut self, source: &Source, span: Span) -> Self {
        self.file = Some(source.name.to_string());
        self.source_line = source.line(span.line).map(str::to_owned);
        self.span = Some(span);
        self
    }

    /// Says in which file, when no place in it is known.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>) -> Self {
        self.file = Some(name.into());
        self
    }

    /// Adds a reason or a circumstance.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds the next step.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the next step if there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Adds the known name that was probably meant; the next step stays what it was where none is near enough.
    #[must_use]
    pub fn guess<'a>(self, unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        self.maybe_help(did_you_mean(unknown, known).map(|name| format!("did you mean `{name}`?")))
    }

    /// The text for a terminal: several lines, the last one without a line break.
    pub fn render(&self, color: bool) -> String {
        let paint = |code: &'static str| if color { code } else { "" };
        let (strong, bold, frame, reset) =
            (paint(self.severity.color()), paint("\x1b[1m"), paint("\x1b[1;34m"), paint("\x1b[0m"));
        let code = self.code.as_ref().map_or_else(String::new, |code| format!("[{}]", one_line(code)));
        let mut out =
            format!("{strong}{}{code}{reset}{bold}: {}{reset}", self.severity.as_str(), one_line(&self.message));
        let line = self.span.map_or(0, |span| span.line);
        let gutter = " ".repeat(line.to_string().len());
        if let Some(file) = &self.file {
            let place = match self.span {
                Some(span) if span.column > 0 => format!(":{}:{}", span.line, span.column),
                Some(span) => format!(":{}", span.line),
                None => String::new(),
            };
            // Writing to a String cannot fail.
            let _ = write!(out, "\n{gutter}{frame}-->{reset} {}{place}", one_line(file));
        }
        if let (Some(span), Some(text)) = (self.span, &self.source_line) {
            let _ = write!(out, "\n{}", excerpt::excerpt(text, span, self.severity, color));
        }
        let notes = self.notes.iter().map(|note| ("note", note));
        for (label, text) in notes.chain(self.help.iter().map(|help| ("help", help))) {
            let text = printable(text.trim_end());
            let indented = text.replace('\n', &format!("\n{gutter}         "));
            let _ = write!(out, "\n{gutter} {frame}={reset} {bold}{label}{reset}: {indented}");
        }
        out
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

mod excerpt;
mod list;
mod text;

pub use list::Diagnostics;
pub use text::{did_you_mean, one_line, printable};

#[cfg(test)]
mod tests;
