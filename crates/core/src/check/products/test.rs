//! Whether something holds of a field.
use super::{Subject, field};
use crate::catalog::{FieldPath, Operand, Test};
use crate::check::facts::Facts;
use crate::check::kubernetes::find;
use crate::check::markdown::lost;
use crate::check::schedule::unreadable;
use crate::yaml::Node;

/// What does not hold: the value, and what it is compared with or why.
pub(super) struct Violation {
    pub value: String,
    pub other: String,
}

impl Subject<'_> {
    /// How a field breaks what must hold of it, if it does.
    pub(super) fn violation(&self, facts: &Facts, test: &Test, path: &FieldPath) -> Option<Violation> {
        let node = field::value(self.item, path);
        let Some(text) = node.and_then(Node::as_str) else {
            let missing = matches!(test, Test::Present) && node.is_none_or(Node::is_empty);
            return missing.then(|| Violation { value: String::new(), other: String::new() });
        };
        let other = match test {
            Test::Present => text.is_empty().then(String::new),
            Test::OneOf(texts) => (!texts.iter().any(|one| one == text)).then(|| texts.join(", ")),
            Test::NoneOf(texts) => texts.iter().find(|one| *one == text).cloned(),
            Test::StartsWith(start) => (!text.starts_with(start)).then(|| start.clone()),
            Test::Names(named) => {
                let kept_here = || self.together.iter().any(|object| object.kind == named.kind);
                let known = find(self.together, &named.kind, text).is_some();
                (!known && (!named.elsewhere || kept_here())).then(|| named.kind.clone())
            }
            Test::MoreThan(operands) => {
                let least = operands.iter().find_map(|operand| self.number(operand));
                let (least, number) = (least?, text.parse::<i64>().ok()?);
                (number <= least).then(|| least.to_string())
            }
            Test::Among(fields) => {
                let all =
                    self.together.iter().flat_map(|object| fields.iter().flat_map(|one| texts(&object.node, one)));
                (!all.into_iter().any(|one| one.eq_ignore_ascii_case(text))).then(String::new)
            }
            Test::Schedule(count) => unreadable(text, *count),
            Test::Page => lost(facts, text),
        };
        other.map(|other| Violation { value: text.to_owned(), other })
    }

    /// The number in a field of the object, or of one that it refers to.
    fn number(&self, operand: &Operand) -> Option<i64> {
        let node = match &operand.of {
            None => self.item,
            Some(referred) => {
                let name = field::value(self.item, &referred.named)?.as_str()?;
                &find(self.together, &referred.kind, name)?.node
            }
        };
        field::value(node, &operand.field)?.int()
    }
}

/// The texts at the end of a path: of scalars, and of lists of them.
fn texts<'n>(node: &'n Node, path: &FieldPath) -> Vec<&'n str> {
    let scalars = |node: &'n Node| if node.items().is_empty() { vec![node] } else { node.items().iter().collect() };
    field::values(node, path).into_iter().flat_map(scalars).filter_map(Node::as_str).collect()
}
