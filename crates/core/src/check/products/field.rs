//! Fields of objects by their path, and texts with the values of fields in them.
use crate::catalog::FieldPath;
use crate::yaml::{FileLine, Node};

/// The values at the end of a path; a list on the way stands for each of its items.
pub(in crate::check) fn values<'n>(node: &'n Node, path: &FieldPath) -> Vec<&'n Node> {
    path.0.iter().fold(vec![node], |found, key| {
        let inside = found
            .into_iter()
            .flat_map(|node| if node.items().is_empty() { std::slice::from_ref(node) } else { node.items() });
        inside.filter_map(|node| node.get(key)).collect()
    })
}

/// The items of the lists at the end of a path.
pub(super) fn items<'n>(node: &'n Node, path: &FieldPath) -> Vec<&'n Node> {
    values(node, path).into_iter().flat_map(Node::items).collect()
}

/// The value at the end of a path through mappings.
pub(in crate::check) fn value<'n>(node: &'n Node, path: &FieldPath) -> Option<&'n Node> {
    node.at(&path.keys())
}

/// Where a field is, or would have to be.
pub(super) fn place(node: &Node, path: &FieldPath) -> FileLine {
    node.place(&path.keys())
}

/// A text with `{…}` replaced by a word, or by the text of the field with that path.
pub(super) fn filled(text: &str, words: &[(&str, String)], item: &Node) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = hole(rest) {
        out.push_str(before);
        let keys: Vec<&str> = name.split('.').collect();
        let word = words.iter().find(|(word, _)| *word == name).map(|(_, value)| value.as_str());
        out.push_str(word.or_else(|| item.text_at(&keys)).unwrap_or_default());
        rest = after;
    }
    out + rest
}

/// The first `{name}` of a text, with what is before and after it.
fn hole(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}
