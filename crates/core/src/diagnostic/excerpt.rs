//! A source line with carets below the place that is meant.
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Severity, Span, one_line};

/// Longest part of a source line that is shown, in characters.
const MAX_SHOWN: usize = 120;

/// The line with its number and carets, without a line break at the end.
pub(super) fn excerpt(line: &str, span: Span, severity: Severity, color: bool) -> String {
    let (shown, marked) = cut(line, span);
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut snippet = Snippet::source(shown).line_start(span.line).fold(false);
    if span.column > 0 {
        snippet = snippet.annotation(AnnotationKind::Primary.span(marked));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    // The line is cut already, at the same place on every terminal.
    let text = renderer.term_width(10 * MAX_SHOWN).render(&[Group::with_level(level).element(snippet)]);
    if span.column > 0 { text } else { without_last_line(text) }
}

/// The renderer leaves room for carets below a line that has none.
fn without_last_line(mut text: String) -> String {
    text.truncate(text.rfind('\n').unwrap_or(text.len()));
    text
}

/// The shown part of a line, safe to print, and the bytes of it that are marked.
fn cut(line: &str, span: Span) -> (String, Range<usize>) {
    let start = span.column.saturating_sub(1);
    // A long line is shown from a little before the place.
    let skip = if start >= MAX_SHOWN { start - MAX_SHOWN / 3 } else { 0 };
    let mut shown = String::from(if skip > 0 { "…" } else { "" });
    let mut marked = None;
    for (index, character) in line.chars().enumerate().skip(skip) {
        if index - skip == MAX_SHOWN {
            shown.push('…');
            break;
        }
        let before = shown.len();
        match character {
            '\t' => shown.push_str("    "),
            other => shown.push_str(&one_line(other.encode_utf8(&mut [0; 4]))),
        }
        if index == start || (index > start && index < start + span.length) {
            let begin = marked.map_or(before, |range: (usize, usize)| range.0);
            marked = Some((begin, shown.len()));
        }
    }
    let (begin, end) = marked.unwrap_or((shown.len(), shown.len()));
    (shown, begin..end)
}
