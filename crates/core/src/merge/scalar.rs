//! Values without fields, and values that changed their form.
use serde_json::Value;

use super::Clash;
use super::block::pick;
use super::conflict::{Marker, Sides};
use super::lines::{self, Run};
use super::side::Piece;
use crate::yaml::{self, Shape};

/// A field whose values can't be merged field by field. Answers its lines, and its data.
pub(super) fn merge(
    base: Piece<'_>,
    yours: Piece<'_>,
    new: Piece<'_>,
    column: usize,
    marker: &mut Marker<'_>,
) -> Result<(String, Option<Value>), Clash> {
    let (was, theirs, ours) = (base.data(), yours.data(), new.data());
    if ours == was || ours == theirs {
        return Ok((yours.lines(column), Some(theirs)));
    }
    if theirs == was {
        return replaced(base, yours, new, column).map(|lines| (lines, Some(ours)));
    }
    if [base, yours, new].into_iter().all(is_block_scalar) {
        return by_lines(base, yours, new, column, marker);
    }
    Err(Clash)
}

/// The new value with what the user wrote around it.
fn replaced(base: Piece<'_>, yours: Piece<'_>, new: Piece<'_>, column: usize) -> Result<String, Clash> {
    // Its fields are those of before, but the user wrote comments between them or spaced them otherwise.
    if yours.field.value.collection().is_some() {
        return Err(Clash);
    }
    let on_one_line = |piece: Piece<'_>| !piece.field.value.is_block() && !is_block_scalar(piece);
    if yours.head() == base.head() && yours.tail() == base.tail() {
        return Ok(new.lines(column));
    }
    if !(on_one_line(yours) && on_one_line(new)) {
        return Err(Clash);
    }
    let head = pick(base.head(), yours.head(), new.head());
    let tail = pick(base.tail(), yours.tail(), new.tail());
    Ok(format!("{}{head}{}{tail}", " ".repeat(column), new.value().bytes()))
}

fn is_block_scalar(piece: Piece<'_>) -> bool {
    matches!(piece.field.value.shape, Shape::Scalar { block: true, .. })
}

/// Blocks of text, line by line.
fn by_lines(
    base: Piece<'_>,
    yours: Piece<'_>,
    new: Piece<'_>,
    column: usize,
    marker: &mut Marker<'_>,
) -> Result<(String, Option<Value>), Clash> {
    let [(was, was_body), (theirs, their_body), (ours, our_body)] = [base, yours, new].map(parts);
    let indent = indentation(yours.value().bytes());
    let mut text = format!("{}{}{}", " ".repeat(column), yours.head(), pick(&was, &theirs, &ours));
    let count = marker.count();
    for run in lines::merge(&was_body, &their_body, &our_body) {
        match run {
            Run::Agreed(lines) => text.push_str(&indented(&lines, indent)),
            Run::Conflict { base, yours, new } => {
                let [base, yours, new] = [base, yours, new].map(|lines| indented(&lines, indent));
                text.push_str(&marker.mark(Sides::of_lines(base, yours, new)));
            }
        }
    }
    if marker.count() > count {
        return Ok((text, None));
    }
    let read = yaml::layout(&text).and_then(|layout| layout.root).ok_or(Clash)?;
    let field = read.collection().and_then(|collection| collection.fields.first()).ok_or(Clash)?;
    Ok((text.clone(), Some(field.value.data())))
}

/// The header of a block of text, and its lines without their indentation.
fn parts(piece: Piece<'_>) -> (String, String) {
    let bytes = piece.value().bytes();
    let (header, body) = bytes.split_once('\n').unwrap_or((bytes, ""));
    let indent = indentation(bytes);
    let bare = |line: &str| line.get(indent..).filter(|_| !line.trim().is_empty()).unwrap_or("\n").to_owned();
    (format!("{header}\n"), body.split_inclusive('\n').map(bare).collect())
}

fn indentation(bytes: &str) -> usize {
    let lines = bytes.lines().skip(1).filter(|line| !line.trim().is_empty());
    lines.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or_default()
}

fn indented(lines: &str, indent: usize) -> String {
    let line = |line: &str| if line.trim().is_empty() { "\n".to_owned() } else { " ".repeat(indent) + line };
    lines.split_inclusive('\n').map(line).collect()
}
