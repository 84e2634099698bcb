//! The tree that YAML is read into: what was written, and where.
use serde_json::{Map, Value};

use super::scalar::{self, Core};
use crate::diagnostic::Span;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it starts; the length covers a scalar's first line and is 0 for collections.
    pub span: Span,
    /// Where it ends: the place behind its last character.
    pub end: End,
    /// The number of its file, for a reader of several.
    pub file: u32,
    /// What it is.
    pub kind: Kind,
    /// A tag other than YAML's own, such as `!Ref`, when the reader was told to keep tags.
    pub tag: Option<String>,
}

/// The three shapes of YAML.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A single value, not yet typed.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with values, as written; all keys are scalars and differ.
    Mapping(Vec<Entry>),
}

/// A key with its value: the key's place is where a message about the entry points.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, a scalar.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// The place behind a value: line and column count from 1, in characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct End {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// A single value as its text; the type depends on who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text, with quotes and escapes resolved.
    pub text: String,
    /// How it was written.
    pub style: Style,
}

/// How a scalar was written. Only plain ones can be anything else than text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single or double quotes, or tagged `!!str`.
    Quoted,
    /// As a block, after `|` or `>`.
    Block,
}

impl Entry {
    /// The key's text; a key may be a word that is null as a value.
    pub fn name(&self) -> &str {
        self.key.key_text()
    }
}

impl Scalar {
    /// Whether it says "nothing".
    pub(super) fn is_null(&self) -> bool {
        self.style == Style::Plain && scalar::is_null(&self.text)
    }

    /// The value under the YAML 1.2 core schema.
    pub(super) fn core(&self) -> Core {
        match self.style {
            Style::Plain => scalar::core(&self.text),
            Style::Quoted | Style::Block => Core::Text,
        }
    }
}

impl Node {
    /// The value of a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// A key with its value.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.name() == key)
    }

    /// Follows keys, and list positions written as numbers: `at(&["spec", "containers", "0"])`.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, step| node.step(step))
    }

    /// Follows a path as far as it goes; used to place a message about something that is missing.
    pub fn nearest(&self, path: &[&str]) -> &Self {
        let mut node = self;
        for step in path {
            match node.step(step) {
                Some(next) => node = next,
                None => break,
            }
        }
        node
    }

    fn step(&self, step: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Mapping(_) => self.get(step),
            Kind::Sequence(items) => items.get(step.parse::<usize>().ok()?),
            Kind::Scalar(_) => None,
        }
    }

    /// The text of a scalar, whatever its type; nothing for null and collections.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(scalar) if !scalar.is_null() => Some(&scalar.text),
            _ => None,
        }
    }

    /// The scalar itself, null included.
    pub const fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            Kind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_seq(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of a mapping, in the order written.
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.kind {
            Kind::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// Whether this is null: nothing written, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar(scalar) if scalar.is_null())
    }

    /// The value as a boolean, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_scalar()?.core() {
            Core::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The value as a whole number, when it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self.as_scalar()?.core() {
            Core::Int(value) => i64::try_from(value).ok(),
            _ => None,
        }
    }

    /// The same value as JSON, typed by the YAML 1.2 core schema. What JSON has no number for (`.inf`) stays text.
    pub fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Scalar(scalar) => scalar.core().to_json(&scalar.text),
            Kind::Sequence(items) => items.iter().map(Self::to_json).collect(),
            Kind::Mapping(entries) => Value::Object(
                entries.iter().map(|entry| (entry.name().to_owned(), entry.value.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }

    /// The text of a mapping's key; unlike [`Self::as_str`] it has one for null too.
    pub(super) fn key_text(&self) -> &str {
        self.as_scalar().map_or("", |scalar| scalar.text.as_str())
    }

    /// What this is, in plain words: "a list", "text `abc`".
    pub(super) fn describe(&self) -> String {
        match &self.kind {
            Kind::Sequence(_) => "a list".to_owned(),
            Kind::Mapping(_) => "a mapping".to_owned(),
            Kind::Scalar(scalar) if scalar.style != Style::Plain => {
                format!("the quoted text {}", shorten(&scalar.text))
            }
            Kind::Scalar(scalar) => match scalar.core() {
                Core::Null if scalar.text.is_empty() => "nothing".to_owned(),
                Core::Text => format!("the text {}", shorten(&scalar.text)),
                Core::Int(_) | Core::Float(_) => format!("the number {}", shorten(&scalar.text)),
                Core::Null | Core::Bool(_) => shorten(&scalar.text),
            },
        }
    }
}

/// A short quotation for a message.
fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    let first = text.lines().next().unwrap_or_default();
    if first.len() == text.len() && first.chars().count() <= MOST {
        return format!("`{first}`");
    }
    let start: String = first.chars().take(MOST).collect();
    format!("`{start}…`")
}
