//! Ways through documents that other programs wrote, where a scalar's quotes don't matter, and changes to them.
use super::{End, Entry, Kind, Node, Scalar, Style};
use crate::diagnostic::Span;

/// A line of one of several files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileLine {
    /// The file's number.
    pub file: u32,
    /// The line, from 1; 0 for the file as a whole.
    pub line: u32,
}

impl Entry {
    /// The line of its key.
    pub fn here(&self) -> FileLine {
        self.key.here()
    }
}

impl Node {
    /// The line that it starts on.
    pub fn here(&self) -> FileLine {
        FileLine { file: self.file, line: u32::try_from(self.span.line).unwrap_or(u32::MAX) }
    }

    /// Says that it stands elsewhere.
    pub fn move_to(&mut self, at: FileLine) {
        (self.file, self.span, self.end) = (at.file, Span::line(at.line as usize), End { line: at.line, column: 0 });
    }

    /// A text that stands for something on that line.
    pub fn text(at: FileLine, text: impl Into<String>) -> Self {
        Self::made(at, Kind::Scalar(Scalar { text: text.into(), style: Style::Quoted }))
    }

    /// A mapping that stands for something on that line.
    pub fn mapping(at: FileLine, entries: Vec<Entry>) -> Self {
        Self::made(at, Kind::Mapping(entries))
    }

    fn made(at: FileLine, kind: Kind) -> Self {
        let mut node = Self { span: Span::line(0), end: End::default(), file: 0, kind, tag: None };
        node.move_to(at);
        node
    }

    /// The text at the end of a path.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// The items of the list at the end of a path, none if there is no list.
    pub fn list_at(&self, path: &[&str]) -> &[Self] {
        self.at(path).map_or(&[], Self::items)
    }

    /// The entries of the mapping at the end of a path, none if there is no mapping.
    pub fn entries_at(&self, path: &[&str]) -> &[Entry] {
        self.at(path).map_or(&[], Self::entries)
    }

    /// The line of the last key of a path that exists: where something missing would have to be.
    pub fn place(&self, path: &[&str]) -> FileLine {
        let (mut at, mut node) = (self.here(), self);
        for key in path {
            let Some(entry) = node.entry(key) else { break };
            (at, node) = (entry.here(), &entry.value);
        }
        at
    }

    /// A whole number, in quotes or not.
    pub fn int(&self) -> Option<i64> {
        self.as_str()?.parse().ok()
    }

    /// `true` or `false`, in quotes or not.
    pub fn bool(&self) -> Option<bool> {
        self.as_str()?.parse().ok()
    }

    /// The items of a list, none for anything else.
    pub fn items(&self) -> &[Self] {
        self.as_seq().unwrap_or_default()
    }

    /// The entries of a mapping, none for anything else.
    pub fn entries(&self) -> &[Entry] {
        self.as_map().unwrap_or_default()
    }

    /// The items of a list as texts, or a single scalar as one.
    pub fn texts(&self) -> Vec<String> {
        let all = if let Kind::Sequence(items) = &self.kind { items.as_slice() } else { std::slice::from_ref(self) };
        all.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// Whether this is null, an empty list or an empty mapping.
    pub fn is_empty(&self) -> bool {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.is_null(),
            Kind::Sequence(items) => items.is_empty(),
            Kind::Mapping(entries) => entries.is_empty(),
        }
    }

    /// Calls `visit` for this value and all below it.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        self.items().iter().for_each(|item| item.walk(visit));
        self.entries().iter().for_each(|entry| entry.value.walk(visit));
    }

    /// Moves this value and all below it down by so many lines.
    pub fn shift(&mut self, lines: u32) {
        self.span.line += lines as usize;
        self.end.line = self.end.line.saturating_add(lines);
        match &mut self.kind {
            Kind::Scalar(_) => {}
            Kind::Sequence(items) => items.iter_mut().for_each(|item| item.shift(lines)),
            Kind::Mapping(entries) => entries.iter_mut().for_each(|entry| {
                entry.key.shift(lines);
                entry.value.shift(lines);
            }),
        }
    }

    /// Sets a key, in place if it exists.
    pub fn set(&mut self, key: &str, value: Self) {
        let entries = self.make_mapping();
        match entries.iter_mut().find(|entry| entry.name() == key) {
            Some(entry) => {
                entry.key.move_to(value.here());
                entry.value = value;
            }
            None => entries.push(Entry { key: Self::text(value.here(), key), value }),
        }
    }

    /// The value of a key, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Kind::Mapping(entries) = &mut self.kind else { return None };
        entries.iter_mut().find(|entry| entry.name() == key).map(|entry| &mut entry.value)
    }

    /// The value of a key, made as an empty mapping if it is not there.
    pub fn child(&mut self, key: &str) -> &mut Self {
        let at = self.here();
        let entries = self.make_mapping();
        let index = entries.iter().position(|entry| entry.name() == key).unwrap_or_else(|| {
            entries.push(Entry { key: Self::text(at, key), value: Self::mapping(at, Vec::new()) });
            entries.len() - 1
        });
        &mut entries[index].value
    }

    /// The entries, of a mapping that is made of anything else.
    fn make_mapping(&mut self) -> &mut Vec<Entry> {
        if self.as_map().is_none() {
            self.kind = Kind::Mapping(Vec::new());
        }
        match &mut self.kind {
            Kind::Mapping(entries) => entries,
            _ => unreachable!("it was just made a mapping"),
        }
    }
}
