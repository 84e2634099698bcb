//! What is wrong when a value fits none of several alternatives: the one that was probably meant decides.
use jsonschema::error::{ValidationError, ValidationErrorKind as Kind};

use serde_json::Value;

use super::{Explainer, alternatives, texts, types};
use crate::yaml::Node;

/// The errors of one alternative.
type Branch = Vec<ValidationError<'static>>;

impl Explainer<'_> {
    pub(super) fn choice(&mut self, node: &Node, path: &[String], branches: &[Branch]) {
        let candidates: Vec<&Branch> = branches.iter().filter(|branch| !is_other_shape(branch, path.len())).collect();
        let Some(meant) = candidates.iter().min_by_key(|branch| distance(branch, path.len())) else {
            return self.no_alternative(node, path.len(), branches);
        };
        if let Some(names) = variants(&candidates, path.len())
            && let Some(entries) = node.as_map().filter(|entries| entries.len() < 2)
        {
            // The only key is the misspelt name of a variant; or there is none at all.
            return self.one_of(&names, entries.first().map_or(node, |entry| &entry.key));
        }
        for error in *meant {
            self.error(error);
        }
    }

    /// Every alternative is of another shape: says what shapes there are, in one sentence.
    fn no_alternative(&mut self, node: &Node, level: usize, branches: &[Branch]) {
        let mut accepted = Accepted::default();
        accepted.collect(branches, level, self.schema);
        let Accepted { words, shapes, tags } = accepted;
        // The tag of a variant lies one step deeper, so that is where the choice has to be made.
        if let (Some(tag), true) = (tags.first(), node.as_map().is_some()) {
            let names: Vec<String> = tags.iter().flat_map(|error| wanted(error)).collect();
            let place = self.find(&super::steps(tag.instance_path().as_str()));
            return self.one_of(&names, place);
        }
        if words.is_empty() {
            return self.expected(&shapes.join(" or "), node);
        }
        let mut expected = alternatives(&words);
        for shape in shapes.iter().filter(|shape| *shape != "text") {
            expected = format!("{expected} or {shape}");
        }
        self.unfitting(&expected, &words, node);
    }
}

/// The names of the variants, when each alternative lacks just the one key that names it.
fn variants(candidates: &[&Branch], level: usize) -> Option<Vec<String>> {
    let lacking = |branch: &&Branch| {
        let mut names = branch.iter().filter(|error| depth(error) == level).filter_map(|error| match error.kind() {
            Kind::Required { property } => property.as_str().map(str::to_owned),
            _ => None,
        });
        names.next().filter(|_| names.next().is_none())
    };
    let names: Vec<String> = candidates.iter().map(lacking).collect::<Option<_>>()?;
    let differ = names.iter().enumerate().all(|(index, name)| !names[..index].contains(name));
    (names.len() > 1 && differ).then_some(names)
}

/// Whether an alternative wants another type, another word or another variant than what is there.
fn is_other_shape(branch: &Branch, level: usize) -> bool {
    branch.iter().any(|error| match error.kind() {
        Kind::Type { .. } | Kind::Enum { .. } => depth(error) == level,
        // A constant one step deeper is the tag of a variant.
        Kind::Constant { .. } => depth(error) <= level + 1,
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } if depth(error) == level => {
            context.iter().all(|inner| is_other_shape(inner, level))
        }
        _ => false,
    })
}

/// How far a value is from an alternative: problems at its own level weigh more than those inside.
fn distance(branch: &Branch, level: usize) -> usize {
    let weigh = |error: &ValidationError<'_>| match error.kind() {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } if depth(error) == level => {
            let open = context.iter().filter(|inner| !is_other_shape(inner, level));
            open.map(|inner| distance(inner, level)).min().unwrap_or(100)
        }
        _ if depth(error) == level => 10,
        _ => 1,
    };
    branch.iter().map(weigh).sum()
}

/// What a set of alternatives would accept.
#[derive(Default)]
struct Accepted<'e> {
    /// Texts, and names of variants as `name: …`.
    words: Vec<String>,
    /// Types in plain words.
    shapes: Vec<String>,
    /// Wrong tags of variants, which lie inside the value.
    tags: Vec<&'e ValidationError<'static>>,
}

impl<'e> Accepted<'e> {
    fn collect(&mut self, branches: &'e [Branch], level: usize, schema: &Value) {
        for branch in branches {
            let words: Vec<String> =
                branch.iter().filter(|error| depth(error) == level).flat_map(|error| wanted(error)).collect();
            let has_words = !words.is_empty();
            self.words.extend(words);
            for error in branch {
                match error.kind() {
                    Kind::Type { kind } if depth(error) == level && !has_words => {
                        if let Some(name) = variant_name(error, schema) {
                            self.words.push(format!("{name}: …"));
                            continue;
                        }
                        let shape = types(kind);
                        if shape != "nothing" && !self.shapes.contains(&shape) {
                            self.shapes.push(shape);
                        }
                    }
                    Kind::Constant { .. } if depth(error) > level => self.tags.push(error),
                    Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                        self.collect(context, level, schema);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// The one key of the mapping that was wanted, when the schema is that of a variant with content.
fn variant_name<'s>(error: &ValidationError<'_>, root: &'s Value) -> Option<&'s str> {
    let (parent, _) = error.schema_path().as_str().rsplit_once('/')?;
    let schema = root.pointer(parent)?;
    let properties = schema.get("properties")?.as_object()?;
    match schema.get("required")?.as_array()?.as_slice() {
        [one] if properties.len() == 1 => one.as_str(),
        _ => None,
    }
}

/// The words that an error says were possible.
fn wanted(error: &ValidationError<'_>) -> Vec<String> {
    match error.kind() {
        Kind::Enum { options } => texts(options),
        Kind::Constant { expected_value } => texts(expected_value),
        _ => Vec::new(),
    }
}

/// How deep in the document an error lies.
fn depth(error: &ValidationError<'_>) -> usize {
    error.instance_path().as_str().matches('/').count()
}
