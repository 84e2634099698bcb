//! A document as its bytes: where each entry of a mapping and each item of a list stands, with the comments before it.
//!
//! A merge copies these ranges instead of writing values anew, so that everything it doesn't touch keeps its bytes.
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Value};

use super::scalar;
use super::{MAX_BYTES, MAX_DEPTH};

mod extent;

/// One document of a file.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The value; without one the document holds comments only.
    pub root: Option<Part>,
}

/// A value.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its bytes: whole lines of a collection in block style, else from its first to its last character.
    pub range: Range<usize>,
    /// What it is.
    pub shape: Shape,
    /// Its own tag, such as `!Ref`.
    pub tag: Option<String>,
}

/// The shapes of a value.
#[derive(Debug, Clone)]
pub enum Shape {
    /// A text, number, boolean or null.
    Scalar {
        /// Its value.
        value: Value,
        /// Whether it is a block after `|` or `>`.
        block: bool,
    },
    /// Another value, by its anchor's name.
    Alias(String),
    /// A mapping or a list.
    Collection(Collection),
}

/// A mapping or a list.
#[derive(Debug, Clone)]
pub struct Collection {
    /// Whether it has keys.
    pub mapping: bool,
    /// Whether it stands in brackets or braces.
    pub flow: bool,
    /// Its entries or items, as written.
    pub fields: Vec<Field>,
}

/// An entry of a mapping, or an item of a list.
#[derive(Debug, Clone)]
pub struct Field {
    /// The key's text; none in a list.
    pub key: Option<String>,
    /// From the comments before it to the end of its last line; in flow style from behind one comma to the next.
    pub chunk: Range<usize>,
    /// Where the key or the dash stands, or the line begins; comments stand before that.
    pub head: usize,
    /// The value.
    pub value: Part,
}

/// Reads one document. Nothing when it is no YAML that can be taken apart: the reader of [`super::parse`] says why.
pub fn layout(text: &str) -> Option<Layout> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let lines = Lines::of(text);
    let mut builder = Builder { text, open: Vec::new(), root: None };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, range) = event.ok()?;
        builder.event(event, lines.range(range))?;
    }
    let Some(mut root) = builder.root else { return Some(Layout { root: None }) };
    extent::settle(&mut root, text)?;
    Some(Layout { root: Some(root) })
}

impl Part {
    /// The value as data. A tag or an alias becomes a mapping that no text can be, so that two of them differ.
    pub fn data(&self) -> Value {
        let value = match &self.shape {
            Shape::Scalar { value, .. } => value.clone(),
            Shape::Alias(anchor) => return Value::Object(Map::from_iter([("*".to_owned(), Value::from(&**anchor))])),
            Shape::Collection(collection) => collection.data(),
        };
        match &self.tag {
            Some(tag) => Value::Object(Map::from_iter([(tag.clone(), value)])),
            None => value,
        }
    }

    /// The collection, if it is one.
    pub const fn collection(&self) -> Option<&Collection> {
        match &self.shape {
            Shape::Collection(collection) => Some(collection),
            _ => None,
        }
    }

    /// Whether it is a collection in block style, which takes whole lines.
    pub fn is_block(&self) -> bool {
        self.collection().is_some_and(|collection| !collection.flow)
    }
}

impl Collection {
    fn data(&self) -> Value {
        let fields = self.fields.iter();
        if self.mapping {
            let keyed = fields.map(|field| (field.key.clone().unwrap_or_default(), field.value.data()));
            Value::Object(keyed.collect())
        } else {
            fields.map(|field| field.value.data()).collect()
        }
    }
}

/// Where lines begin, to find a byte by line and column.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// The byte at a place that counts lines from 1 and columns, in characters, from 0.
    fn byte(&self, line: usize, column: usize) -> usize {
        let Some(start) = self.starts.get(line.saturating_sub(1)) else { return self.text.len() };
        let rest = &self.text[*start..];
        start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
    }

    fn range(&self, range: Span) -> Range<usize> {
        self.byte(range.start.line(), range.start.col())..self.byte(range.end.line(), range.end.col())
    }
}

/// Puts values together from the parser's events.
struct Builder<'a> {
    text: &'a str,
    open: Vec<(Part, Option<Field>)>,
    root: Option<Part>,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) -> Option<()> {
        match event {
            Event::Scalar(text, style, _, tag) => {
                let plain = style == ScalarStyle::Plain;
                let value = if plain { scalar::core(&text).to_json(&text) } else { Value::String(text.into_owned()) };
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                self.close(part(range, Shape::Scalar { value, block }, tag.as_deref()))
            }
            Event::Alias(_) => {
                let name = self.text[range.clone()].to_owned();
                self.close(part(range, Shape::Alias(name), None))
            }
            Event::SequenceStart(_, tag) => self.begin(range, false, tag.as_deref()),
            Event::MappingStart(_, tag) => self.begin(range, true, tag.as_deref()),
            Event::SequenceEnd | Event::MappingEnd => {
                let (mut part, _) = self.open.pop()?;
                if part.collection()?.flow {
                    part.range.end = range.end;
                }
                self.close(part)
            }
            Event::DocumentStart(_) if self.root.is_some() => None,
            _ => Some(()),
        }
    }

    fn begin(&mut self, range: Range<usize>, mapping: bool, tag: Option<&Tag>) -> Option<()> {
        let opens = self.text[range.start..].starts_with(if mapping { '{' } else { '[' });
        let flow = opens && !range.is_empty();
        let collection = Collection { mapping, flow, fields: Vec::new() };
        self.open.push((part(range, Shape::Collection(collection), tag), None));
        (self.open.len() <= MAX_DEPTH).then_some(())
    }

    /// Puts a complete value where it belongs.
    fn close(&mut self, value: Part) -> Option<()> {
        let Some((parent, pending)) = self.open.last_mut() else {
            self.root = Some(value);
            return Some(());
        };
        let Shape::Collection(collection) = &mut parent.shape else { return None };
        let fields = &mut collection.fields;
        match pending.take() {
            Some(field) => fields.push(Field { value, ..field }),
            None if collection.mapping => {
                let Shape::Scalar { .. } = &value.shape else { return None };
                let raw = key_text(&value);
                if fields.iter().any(|field| field.key.as_deref() == Some(&raw)) {
                    return None;
                }
                // Until its extent is known, the chunk is the key's.
                let mut key = value.range.clone();
                key.end = key.start + self.text[key.clone()].trim_end().len();
                *pending = Some(Field { key: Some(raw), chunk: key, head: value.range.start, value });
            }
            None => fields.push(Field { key: None, chunk: 0..0, head: value.range.start, value }),
        }
        Some(())
    }
}

fn key_text(key: &Part) -> String {
    match key.data() {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn part(range: Range<usize>, shape: Shape, tag: Option<&Tag>) -> Part {
    let tag = tag.filter(|tag| !tag.is_yaml_core_schema()).map(|tag| format!("{}{}", tag.handle, tag.suffix));
    Part { range, shape, tag }
}
