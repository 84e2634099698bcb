//! Plain text formats as facts: the example environment, the Makefile, Markdown, and JSON's keys.
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::facts::Facts;

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

/// A Markdown file's links, headings and code.
#[derive(Debug)]
pub(super) struct Markdown<'a> {
    pub path: &'a str,
    /// Link target and line.
    pub links: Vec<(&'a str, usize)>,
    /// Anchors of the headings, as GitHub makes them.
    pub anchors: BTreeSet<String>,
    /// Lines of fenced blocks and inline code, with their number.
    pub code: Vec<(&'a str, usize)>,
    /// Fenced blocks: the language, and the line that opens them.
    pub blocks: Vec<(&'a str, usize)>,
    /// Lines of fenced blocks that draw a directory tree.
    pub tree: Vec<(&'a str, usize)>,
    /// Every line that is not in a fenced block.
    pub prose: Vec<(&'a str, usize)>,
}

impl<'a> Markdown<'a> {
    /// Reads a file.
    pub(super) fn new(path: &'a str, text: &'a str) -> Self {
        let mut file = Self {
            path,
            links: Vec::new(),
            anchors: BTreeSet::new(),
            code: Vec::new(),
            blocks: Vec::new(),
            tree: Vec::new(),
            prose: Vec::new(),
        };
        let mut fence: Option<&str> = None;
        let mut drawing = false;
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let trimmed = line.trim_start();
            let mark = ["```", "~~~"].into_iter().find(|mark| trimmed.starts_with(mark));
            match (fence, mark) {
                (Some(open), Some(mark)) if open == mark => fence = None,
                (Some(_), _) if drawing => file.tree.push((line, number)),
                (Some(_), _) => file.code.push((line, number)),
                (None, Some(mark)) => {
                    fence = Some(mark);
                    let language = trimmed.trim_start_matches(['`', '~']).trim();
                    file.blocks.push((language, number));
                    drawing = language == "text" || language == "tree";
                }
                (None, None) => file.prose(line, number),
            }
        }
        file
    }

    fn prose(&mut self, line: &'a str, number: usize) {
        if let Some(heading) = line.strip_prefix('#') {
            self.anchors.insert(slug(heading.trim_start_matches('#').trim()));
        }
        self.prose.push((line, number));
        let mut rest = line;
        // Inline code takes precedence over links, so the line is cut at its back ticks.
        let mut code = false;
        while !rest.is_empty() {
            let end = rest.find('`').unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            if code {
                self.code.push((part, number));
            } else {
                self.link(part, number);
            }
            code = !code;
            rest = after.strip_prefix('`').unwrap_or(after);
        }
    }

    fn link(&mut self, part: &'a str, number: usize) {
        for after in part.split("](").skip(1) {
            if let Some((target, _)) = after.split_once(')') {
                self.links.push((target.split_whitespace().next().unwrap_or(""), number));
            }
        }
        if let Some((label, target)) = part.split_once("]: ")
            && label.starts_with('[')
        {
            self.links.push((target.trim(), number));
        }
    }
}

/// The anchor that GitHub gives a heading.
fn slug(heading: &str) -> String {
    let plain = heading.replace(['`', '*'], "");
    plain
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

/// Why an address leads to no page of this repository, if it should lead to one.
pub(super) fn lost(facts: &Facts, address: &str) -> Option<String> {
    let home = facts.stack.project.repository.trim_end_matches(".git");
    let inside = address.strip_prefix(home)?;
    let (path, anchor) = inside.split_once('#').unwrap_or((inside, ""));
    let page = facts.markdown.iter().find(|page| path.ends_with(&format!("/{}", page.path)));
    match page {
        None => Some(format!("`{path}` is no page of this repository")),
        Some(page) if !anchor.is_empty() && !page.anchors.contains(anchor) => {
            Some(format!("`{}` has no heading `#{anchor}`", page.path))
        }
        Some(_) => None,
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
        let mut seen = HashSet::new();
        while let Some(key) = entries.next_key::<std::borrow::Cow<'de, str>>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format!("the key `{key}` is there twice")));
            }
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
    fn links_and_code() {
        let text = "# A `b` c\nsee [x](docs/a.md#b) and `[no](link)`\n```sh\nmake up\n```\n[`y`](z.md)\n";
        let file = Markdown::new("README.md", text);
        assert_eq!(file.links, [("docs/a.md#b", 2), ("z.md", 6)]);
        assert!(file.anchors.contains("a-b-c"));
        assert!(file.code.contains(&("make up", 4)));
    }

    #[test]
    fn json_keys_are_unique() {
        assert!(serde_json::from_str::<Unique>("{\"a\": [1, {\"b\": null}]}").is_ok());
        let error = serde_json::from_str::<Unique>("{\n\"a\": 1,\n\"a\": 2}").err().unwrap();
        assert_eq!((error.line(), error.to_string().contains("twice")), (3, true));
    }
}
