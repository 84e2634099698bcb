//! One of the three texts, and how its pieces are moved into another one's indentation.
use std::borrow::Cow;

use serde_json::Value;

use crate::yaml::{Collection, Field, Part};

/// A value in one of the texts.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) text: &'a str,
    pub(super) part: &'a Part,
}

/// An entry or item in one of the texts.
#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) field: &'a Field,
    /// How far the collection that it is part of is indented.
    pub(super) column: usize,
}

/// The same thing in the pristine text, in the user's and in the newly rendered one.
#[derive(Clone, Copy)]
pub(super) struct Three<T> {
    pub(super) base: Option<T>,
    pub(super) yours: T,
    pub(super) new: T,
}

impl<'a> Side<'a> {
    pub(super) fn collection(self) -> Option<&'a Collection> {
        self.part.collection()
    }

    /// How far its fields are indented.
    pub(super) fn column(self) -> usize {
        let first = self.collection().and_then(|collection| collection.fields.first());
        first.map_or(0, |field| column(self.text, field.head))
    }

    /// Whether its first field begins on the line of a dash.
    pub(super) fn begins_inside_a_line(self) -> bool {
        let start = self.part.range.start;
        start > 0 && !self.text[..start].ends_with('\n')
    }

    /// Its bytes.
    pub(super) fn bytes(self) -> &'a str {
        &self.text[self.part.range.clone()]
    }

    pub(super) fn pieces(self) -> Vec<Piece<'a>> {
        let fields = self.collection().map_or(&[][..], |collection| &collection.fields);
        let column = self.column();
        fields.iter().map(|field| Piece { text: self.text, field, column }).collect()
    }
}

impl<'a> Piece<'a> {
    pub(super) fn value(self) -> Side<'a> {
        Side { text: self.text, part: &self.field.value }
    }

    pub(super) fn data(self) -> Value {
        self.field.value.data()
    }

    /// The comments and empty lines before it.
    pub(super) fn lead(self) -> &'a str {
        &self.text[self.field.chunk.start..self.field.head]
    }

    /// Its lines without those before it, indented by `to`.
    pub(super) fn lines(self, to: usize) -> String {
        let text = &self.text[self.field.head..self.field.chunk.end];
        let text = text.trim_start_matches(' ');
        let mut lines = " ".repeat(to) + &shift(text, self.column, to);
        if !lines.ends_with('\n') {
            lines.push('\n');
        }
        lines
    }

    /// From the key or dash to the value.
    pub(super) fn head(self) -> &'a str {
        self.text[self.field.head..self.field.value.range.start].trim_start_matches(' ')
    }

    /// From the value to the end of its line.
    pub(super) fn tail(self) -> &'a str {
        &self.text[self.field.value.range.end..self.field.chunk.end]
    }

    /// Whether both are written the same, wherever they stand.
    pub(super) fn is_written_as(self, other: Self) -> bool {
        self.lines(0) == other.lines(0)
    }
}

/// The column of the first character at or behind `head` that is no blank.
fn column(text: &str, head: usize) -> usize {
    let start = text[..head].rfind('\n').map_or(0, |line| line + 1);
    let blanks = text[head..].len() - text[head..].trim_start_matches(' ').len();
    head - start + blanks
}

/// Moves all lines but the first from one indentation to another. Lines that are indented less stay where they are.
pub(super) fn shift(text: &str, from: usize, to: usize) -> Cow<'_, str> {
    if from == to {
        return Cow::Borrowed(text);
    }
    let mut lines = text.split_inclusive('\n');
    let mut moved = lines.next().unwrap_or_default().to_owned();
    lines.for_each(|line| move_line(&mut moved, line, from, to));
    Cow::Owned(moved)
}

/// Moves whole lines from one indentation to another.
pub(super) fn shift_lines(text: &str, from: usize, to: usize) -> Cow<'_, str> {
    if from == to {
        return Cow::Borrowed(text);
    }
    let mut moved = String::new();
    text.split_inclusive('\n').for_each(|line| move_line(&mut moved, line, from, to));
    Cow::Owned(moved)
}

fn move_line(moved: &mut String, line: &str, from: usize, to: usize) {
    let body = line.trim_start_matches(' ');
    let indent = line.len() - body.len();
    if indent >= from && !body.trim().is_empty() {
        moved.push_str(&" ".repeat(indent - from + to));
        moved.push_str(body);
    } else {
        moved.push_str(line);
    }
}
