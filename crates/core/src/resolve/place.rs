//! Where things stand in the file that a stack was read from.
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml::{self, Node};

/// A file with its positions.
pub struct Place {
    source: Source,
    node: Node,
}

impl Place {
    /// The positions of that file.
    pub fn new(source: Source, node: Node) -> Self {
        Self { source, node }
    }

    /// Reads the positions of a file.
    pub fn read(source: &Source) -> Result<Self, Diagnostics> {
        Ok(Self::new(source.clone(), yaml::parse_one(source)?))
    }

    /// Adds the position of the value at a path of keys; the key's own for a list or a map.
    pub(super) fn key(&self, problem: Diagnostic, path: &[&str]) -> Diagnostic {
        let Some((last, around)) = path.split_last() else { return problem };
        let around = self.node.nearest(around);
        let span = match around.entry(last) {
            Some((_, value)) if value.as_scalar().is_some() => value.span,
            Some((key, _)) => key.span,
            None => around.span,
        };
        problem.at(&self.source, span)
    }

    /// The line of the value at a path of keys, and of names where there is a list, and whether the value itself is written
    /// there; otherwise it is the line of the nearest list or map around it.
    pub fn line(&self, path: &[String]) -> Option<(usize, bool)> {
        let (key, mut node) = self.node.entry(path.first()?)?;
        let mut line = key.span.line;
        for step in &path[1..] {
            let named = |item: &&Node| {
                let name = ["name", "path", "component"].iter().find_map(|key| item.get(key)?.as_str());
                name == Some(step)
            };
            let next = match node.as_seq() {
                Some(items) => items.iter().find(named).map(|item| (item, item.span.line)),
                None => node.entry(step).map(|(key, value)| (value, key.span.line)),
            };
            let Some(next) = next else { return Some((line, false)) };
            (node, line) = next;
        }
        Some((line, true))
    }

    /// Adds the position of an item of a list, found by its name, and of a key in it.
    pub(super) fn mark(&self, problem: Diagnostic, list: &str, name: &str, keys: &[&str]) -> Diagnostic {
        let items = self.node.get(list).and_then(Node::as_seq).unwrap_or_default();
        let named = |node: &&Node| {
            let text = |key| node.get(key).and_then(Node::as_str);
            text("name") == Some(name) || text("path") == Some(name)
        };
        let Some(item) = items.iter().find(named) else {
            return problem.file(&*self.source.name);
        };
        let mut found = item.get("name").or_else(|| item.get("path")).unwrap_or(item);
        let mut scope = item;
        for key in keys {
            let Some(inner) = scope.get(key) else { break };
            found = inner;
            scope = inner;
        }
        problem.at(&self.source, found.span)
    }
}
