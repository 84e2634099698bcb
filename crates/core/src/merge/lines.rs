//! Three-way merge by lines, for text without a structure that is known.
use std::borrow::Cow;

use diffy::{ConflictStyle, MergeOptions};

/// Longer than any marker in a real file, so that ours can be told apart.
const MARKER: usize = 61;

/// A run of lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// Lines that both agree on, or that one of them changed.
    Agreed(String),
    /// Lines that both changed.
    Conflict { base: String, yours: String, new: String },
}

/// The lines of three texts, put together.
pub(super) fn merge(base: &str, yours: &str, new: &str) -> Vec<Run> {
    let mut options = MergeOptions::new();
    options.set_conflict_style(ConflictStyle::Diff3).set_conflict_marker_length(MARKER);
    let [was, theirs, ours] = [base, yours, new].map(ended);
    let mut runs = match options.merge(&was, &theirs, &ours) {
        Ok(text) => vec![Run::Agreed(text)],
        Err(marked) => runs(&marked),
    };
    // A user's last line that had no line break goes on without one, unless something follows it now.
    let last = yours.rsplit('\n').next().unwrap_or_default();
    if let (Some(Run::Agreed(text)), false) = (runs.last_mut(), last.is_empty())
        && text.lines().last() == Some(last)
    {
        text.pop();
    }
    runs
}

/// With a line break at the end.
fn ended(text: &str) -> Cow<'_, str> {
    if text.is_empty() || text.ends_with('\n') { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}\n")) }
}

/// Takes apart what has conflict markers in it.
fn runs(marked: &str) -> Vec<Run> {
    let marker = |sign: char| sign.to_string().repeat(MARKER);
    let (open, middle, split, close) = (marker('<'), marker('|'), marker('='), marker('>'));
    let mut runs = Vec::new();
    let mut parts = [String::new(), String::new(), String::new(), String::new()];
    let mut side = 0;
    for line in marked.split_inclusive('\n') {
        if line.starts_with(&open) {
            runs.push(Run::Agreed(std::mem::take(&mut parts[0])));
            side = 1;
        } else if side == 1 && line.starts_with(&middle) {
            side = 2;
        } else if side == 2 && line.starts_with(&split) {
            side = 3;
        } else if side == 3 && line.starts_with(&close) {
            let [_, yours, base, new] = parts.each_mut().map(std::mem::take);
            runs.push(Run::Conflict { base, yours, new });
            side = 0;
        } else {
            parts[side].push_str(line);
        }
    }
    runs.push(Run::Agreed(std::mem::take(&mut parts[0])));
    runs.retain(|run| *run != Run::Agreed(String::new()));
    runs
}

/// Comments above an entry or around a document: additions of both are kept, of two changes the user's.
pub(super) fn comments(base: &str, yours: &str, new: &str) -> String {
    if yours == base {
        return new.to_owned();
    }
    let run = |run: Run| match run {
        Run::Agreed(lines) => lines,
        Run::Conflict { base, yours, new } if base.is_empty() && yours != new => yours + &new,
        Run::Conflict { yours, .. } => yours,
    };
    merge(base, yours, new).into_iter().map(run).collect()
}
