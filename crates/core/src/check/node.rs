//! YAML values that remember the file they came from, so that a rendered object can blame the right line.
use crate::yaml;

/// A place in one of the checked files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct At {
    /// The file's number in the facts.
    pub file: u32,
    /// The line, from 1.
    pub line: u32,
}

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub at: At,
    pub value: Value,
}

/// The shapes of YAML; a scalar is its text, typed by whoever asks.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Text { text: String, plain: bool },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One key of a mapping.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub key: String,
    pub at: At,
    pub value: Node,
}

impl Node {
    /// Takes a parsed document over.
    pub(super) fn from_yaml(node: yaml::Node, file: u32) -> Self {
        let at = At { file, line: u32::try_from(node.span.line).unwrap_or(0) };
        if node.is_null() {
            return Self { at, value: Value::Null };
        }
        let value = match node.kind {
            yaml::Kind::Scalar(scalar) => Value::Text { plain: scalar.style == yaml::Style::Plain, text: scalar.text },
            yaml::Kind::Sequence(items) => {
                Value::List(items.into_iter().map(|item| Self::from_yaml(item, file)).collect())
            }
            yaml::Kind::Mapping(entries) => {
                Value::Map(entries.into_iter().map(|entry| Entry::from_yaml(entry, file)).collect())
            }
        };
        Self { at, value }
    }

    /// A scalar made up by the renderer.
    pub(super) fn text(at: At, text: impl Into<String>) -> Self {
        Self { at, value: Value::Text { text: text.into(), plain: false } }
    }

    /// The entry of a key.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Follows keys.
    pub(super) fn path(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text at the end of a path.
    pub(super) fn text_at(&self, keys: &[&str]) -> Option<&str> {
        self.path(keys)?.str()
    }

    /// The items of the list at the end of a path, none if there is no list.
    pub(super) fn list_at(&self, keys: &[&str]) -> &[Self] {
        self.path(keys).map_or(&[], Self::items)
    }

    /// The entries of the mapping at the end of a path, none if there is no mapping.
    pub(super) fn entries_at(&self, keys: &[&str]) -> &[Entry] {
        self.path(keys).map_or(&[], Self::entries)
    }

    /// The place of the last key of a path that exists: where something missing would have to be.
    pub(super) fn place(&self, keys: &[&str]) -> At {
        let mut at = self.at;
        let mut node = self;
        for key in keys {
            let Some(entry) = node.entry(key) else { break };
            at = entry.at;
            node = &entry.value;
        }
        at
    }

    /// The text of a scalar.
    pub(super) fn str(&self) -> Option<&str> {
        match &self.value {
            Value::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    /// A whole number.
    pub(super) fn int(&self) -> Option<i64> {
        self.str()?.parse().ok()
    }

    /// `true` or `false`.
    pub(super) fn bool(&self) -> Option<bool> {
        match self.str()? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The items of a list, none for anything else.
    pub(super) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The entries of a mapping, none for anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list as texts, or a single scalar as one.
    pub(super) fn texts(&self) -> Vec<String> {
        match &self.value {
            Value::List(items) => items.iter().filter_map(|item| item.str().map(str::to_owned)).collect(),
            Value::Text { text, .. } => vec![text.clone()],
            _ => Vec::new(),
        }
    }

    /// Whether this is null, an empty list or an empty mapping.
    pub(super) fn is_empty(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::Text { .. } => false,
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
        }
    }

    /// Whether a value below this one is encrypted in place, as editors of encrypted files leave it.
    pub(super) fn encrypted(&self) -> bool {
        let mut found = false;
        self.walk(&mut |node| found |= node.str().is_some_and(|text| text.starts_with("ENC[")));
        found
    }

    /// Sets a key, in place if it exists.
    pub(super) fn set(&mut self, key: &str, value: Self) {
        if !matches!(self.value, Value::Map(_)) {
            self.value = Value::Map(Vec::new());
        }
        let Value::Map(entries) = &mut self.value else { return };
        match entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => {
                entry.at = value.at;
                entry.value = value;
            }
            None => entries.push(Entry { key: key.to_owned(), at: value.at, value }),
        }
    }

    /// The value of a key, made as an empty mapping if it is not there.
    pub(super) fn child(&mut self, key: &str) -> &mut Self {
        if !matches!(self.value, Value::Map(_)) {
            self.value = Value::Map(Vec::new());
        }
        let at = self.at;
        let Value::Map(entries) = &mut self.value else { unreachable!("it was just made a mapping") };
        let index = entries.iter().position(|entry| entry.key == key).unwrap_or_else(|| {
            let value = Self { at, value: Value::Map(Vec::new()) };
            entries.push(Entry { key: key.to_owned(), at, value });
            entries.len() - 1
        });
        &mut entries[index].value
    }

    /// Calls `visit` for this value and all below it.
    pub(super) fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match &self.value {
            Value::List(items) => items.iter().for_each(|item| item.walk(visit)),
            Value::Map(entries) => entries.iter().for_each(|entry| entry.value.walk(visit)),
            _ => {}
        }
    }
}

impl Entry {
    fn from_yaml((key, value): (yaml::Node, yaml::Node), file: u32) -> Self {
        let line = u32::try_from(key.span.line).unwrap_or(0);
        let text = match key.kind {
            yaml::Kind::Scalar(scalar) => scalar.text,
            _ => String::new(),
        };
        Self { key: text, at: At { file, line }, value: Node::from_yaml(value, file) }
    }
}
