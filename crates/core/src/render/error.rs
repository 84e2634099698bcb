//! Template errors as messages with file, line and caret.
use std::error::Error as _;

use minijinja::Error;

use super::filters::Refusal;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::yaml::At;

/// What the engine calls a text that is no file; its place is known better.
pub(super) const INLINE: &str = "<text>";

/// The code of a refusal by a template, which says so with `fail`.
pub const FAILED: &str = "refused";

/// The innermost error as the message, the outer ones as notes; `at` is where the template or expression stands.
pub(super) fn explain(problem: &Error, at: At) -> Diagnostic {
    let mut chain = Vec::new();
    let mut innermost = problem;
    while let Some(inner) = innermost.source().and_then(|error| error.downcast_ref::<Error>()) {
        chain.push(innermost);
        innermost = inner;
    }
    let message = innermost.detail().map_or_else(|| innermost.kind().to_string(), str::to_owned);
    let mut diagnostic = Diagnostic::error(format!("template: {message}"));
    if innermost.source().is_some_and(|cause| cause.is::<Refusal>()) {
        diagnostic = diagnostic.code(FAILED);
    }
    // The engine has names of its own for texts that are no files.
    let file = innermost.name().filter(|name| !name.starts_with('<'));
    let inner = innermost.template_source().zip(innermost.line());
    let inner = inner.map(|(text, line)| (text, span(text, line, innermost.range())));
    diagnostic = match (file, inner) {
        (Some(file), Some((text, span))) => diagnostic.at(&Source::new(file, text), span),
        (Some(file), None) => diagnostic.file(file),
        (None, Some((text, span))) => at.point_inside(diagnostic, text, span),
        (None, None) => at.point(diagnostic),
    };
    for outer in chain.iter().rev() {
        if let (Some(name), Some(line)) = (outer.name().filter(|name| !name.starts_with('<')), outer.line()) {
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
