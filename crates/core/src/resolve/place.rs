//! Where things stand in the file that a stack was read from.
use crate::diagnostic::{Diagnostic, Source};
use crate::yaml::Node;

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
