//! Strict decoding: fast when the document is right, thorough when it is not.
use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;

use super::Node;
use super::de::{Error, NodeReader};
use super::explain::{explain, typed};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};

/// Reads a node into a type.
///
/// serde stops at the first problem, so when there is one, the node is validated against the type's JSON Schema and every
/// problem is reported at its place.
pub fn decode<T: DeserializeOwned + JsonSchema>(node: &Node, source: &Source) -> Result<T, Diagnostics> {
    let first = match T::deserialize(NodeReader(node)) {
        Ok(value) => return Ok(value),
        Err(first) => first,
    };
    let schema = SchemaGenerator::default().into_root_schema_for::<T>().to_value();
    let json = typed::json(node, &schema);
    let mut problems = explain(node, &json, &schema, source);
    // serde buffers tagged and untagged enums before it knows their types, and `1.10` becomes a number on the way.
    // The schema knows that text is wanted there, so the value is read from what the schema made of it.
    if problems.is_empty()
        && let Ok(value) = T::deserialize(&json)
    {
        return Ok(value);
    }
    if !is_covered(&first, &problems) {
        problems.push(report(first, node, source));
    }
    problems.sort();
    Err(problems)
}

/// Whether validation has found the problem that serde stopped at.
fn is_covered(first: &Error, problems: &Diagnostics) -> bool {
    // serde names the place of an untagged enum as a whole; validation finds the best variant and looks inside.
    let vague = first.message.starts_with("data did not match any variant");
    let line = first.span.map(|span| span.line);
    !problems.is_empty() && (vague || problems.iter().any(|problem| problem.span.map(|s| s.line) == line))
}

/// serde's own words, with the place.
fn report(error: Error, node: &Node, source: &Source) -> Diagnostic {
    Diagnostic::error(error.message).at(source, error.span.unwrap_or(node.span)).maybe_help(error.help)
}
