//! Plain text formats as facts: the example environment, the Makefile, and JSON's keys.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// `KEY=value` lines.
#[derive(Debug, Default)]
pub(super) struct EnvFile<'a> {
    /// Name, value and line, in order.
    pub entries: Vec<(&'a str, &'a str, usize)>,
}

impl<'a> EnvFile<'a> {
    /// Reads the lines; one that is commented out counts as documentation only.
    pub(super) fn new(text: &'a str) -> Self {
        let entries = text.lines().enumerate().filter_map(|(index, line)| {
            let line = line.trim();
            let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
            let word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            word.then(|| (name, unquoted(value), index + 1))
        });
        Self { entries: entries.collect() }
    }

    /// The value and line of a name.
    pub(super) fn get(&self, name: &str) -> Option<(&'a str, usize)> {
        self.entries.iter().find(|(known, _, _)| *known == name).map(|(_, value, line)| (*value, *line))
    }
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(value)
}

/// A Makefile's targets.
#[derive(Debug, Default)]
pub(super) struct Makefile<'a> {
    /// Target and line.
    pub targets: BTreeMap<&'a str, usize>,
    /// The whole text.
    pub text: &'a str,
}

impl<'a> Makefile<'a> {
    /// Finds the targets: names before a colon at the start of a line.
    pub(super) fn new(text: &'a str) -> Self {
        let mut targets = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            if line.starts_with(['\t', '#', ' ', '.']) {
                continue;
            }
            let Some((names, rest)) = line.split_once(':') else { continue };
            if rest.starts_with(['=', ':']) || names.contains(['=', '$']) {
                continue;
            }
            for name in names.split_whitespace() {
                targets.entry(name).or_insert(index + 1);
            }
        }
        Self { targets, text }
    }
}

/// Any JSON value whose objects have no key twice.
pub(super) struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Unique)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Unique>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            if seen.contains(&key) {
                return Err(A::Error::custom(format!("the key `{key}` is there twice")));
            }
            seen.insert(key);
            entries.next_value::<Unique>()?;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_no_variables() {
        let make = Makefile::new("A := b\nup: .env ## start\n\tdocker: x\n.PHONY: up\nB ?= c:d\ntest lint:\n");
        assert_eq!(make.targets.keys().copied().collect::<Vec<_>>(), ["lint", "test", "up"]);
    }

    #[test]
    fn json_keys_are_unique() {
        assert!(serde_json::from_str::<Unique>("{\"a\": [1, {\"b\": null}]}").is_ok());
        let error = serde_json::from_str::<Unique>("{\n\"a\": 1,\n\"a\": 2}").err().unwrap();
        assert_eq!((error.line(), error.to_string().contains("twice")), (3, true));
    }
}
