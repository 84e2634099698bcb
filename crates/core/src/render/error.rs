//! Template errors as messages with file, line and caret.
use std::error::Error as _;

use minijinja::Error;

use crate::diagnostic::{Diagnostic, Source, Span};

/// The innermost error as the message, the outer ones as notes.
pub(super) fn explain(problem: &Error, label: &str) -> Diagnostic {
    let mut chain = Vec::new();
    let mut innermost = problem;
    while let Some(inner) = innermost.source().and_then(|error| error.downcast_ref::<Error>()) {
        chain.push(innermost);
        innermost = inner;
    }
    let message = innermost.detail().map_or_else(|| innermost.kind().to_string(), str::to_owned);
    let mut diagnostic = Diagnostic::error(format!("template: {message}"));
    let name = innermost.name().filter(|name| *name != "<string>").unwrap_or(label);
    diagnostic = match (innermost.template_source(), innermost.line()) {
        (Some(text), Some(line)) => diagnostic.at(&Source::new(name, text), span(text, line, innermost.range())),
        _ => diagnostic.file(name),
    };
    for outer in chain.iter().rev() {
        if let (Some(name), Some(line)) = (outer.name(), outer.line()) {
            diagnostic = diagnostic.note(format!("included from {name}:{line}"));
        }
    }
    diagnostic
}

/// The byte range as a span in characters; the whole line when the range says nothing.
fn span(text: &str, line: usize, range: Option<std::ops::Range<usize>>) -> Span {
    let Some(range) = range.filter(|range| text.is_char_boundary(range.start)) else {
        return Span::line(line);
    };
    let before = &text[..range.start];
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    let end = range.end.min(text.len());
    let length = text.get(range.start..end).map_or(0, |piece| piece.lines().next().unwrap_or("").chars().count());
    Span::new(line, before[start..].chars().count() + 1, length)
}
