//! Which objects make secrets, and with which keys.
use super::kubernetes::Object;
use super::products::{RuleBook, field};
use crate::catalog::SecretMaker;
use crate::yaml::{FileLine, Node};

/// The kinds of objects that make secrets, beside the secrets themselves.
#[derive(Debug, Clone, Default)]
pub(super) struct SecretMakers<'b>(Vec<&'b SecretMaker>);

impl<'b> SecretMakers<'b> {
    /// Those that products know.
    pub(super) fn of(book: &'b RuleBook) -> Self {
        Self(book.everywhere().flat_map(|checks| &checks.secrets).collect())
    }

    fn maker(&self, object: &Object) -> Option<&'b SecretMaker> {
        self.0.iter().find(|maker| maker.kind == object.kind).copied()
    }

    /// The name of the secret that an object makes, for kinds that make one.
    pub(super) fn made<'o>(&self, object: &'o Object) -> Option<&'o str> {
        if object.kind == "Secret" {
            return Some(&object.name);
        }
        let maker = self.maker(object)?;
        field::value(&object.node, &maker.name).and_then(Node::as_str).or(Some(&object.name))
    }

    /// The keys of a secret that some object makes, each with its place; nothing if no object makes it or the keys are
    /// known only to the store.
    pub(super) fn keys(&self, objects: &[Object], name: &str) -> Option<Vec<(String, FileLine)>> {
        let mut keys = Vec::new();
        let mut made = false;
        for object in objects.iter().filter(|object| self.made(object) == Some(name)) {
            made = true;
            let Some(maker) = self.maker(object) else {
                let written = ["data", "stringData"].iter().flat_map(|key| object.node.entries_at(&[key]));
                keys.extend(written.map(|entry| (entry.name().to_owned(), entry.here())));
                continue;
            };
            if maker.open.iter().any(|path| field::value(&object.node, path).is_some_and(|from| !from.is_empty())) {
                return None;
            }
            let mapped = maker.keys.iter().filter_map(|path| field::value(&object.node, path));
            keys.extend(mapped.flat_map(Node::entries).map(|entry| (entry.name().to_owned(), entry.here())));
            let listed = maker.listed.iter().flat_map(|path| field::values(&object.node, path));
            keys.extend(listed.filter_map(|node| Some((node.as_str()?.to_owned(), node.here()))));
        }
        made.then_some(keys)
    }
}
