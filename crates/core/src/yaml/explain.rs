//! The thorough path of decoding: every problem of a document, in plain words and at its place.
//!
//! The document is validated against the JSON Schema of the type that it should become; each validation error is then said
//! about the node it belongs to. The schema's own words (`anyOf`, `additionalProperties`) never reach the reader.
mod choice;
pub(super) mod typed;

use jsonschema::error::{TypeKind, ValidationError, ValidationErrorKind as Kind};
use jsonschema::{JsonType, validator_for};
use serde_json::Value;

use super::Node;
use super::de::mismatch;
use crate::diagnostic::{Diagnostic, Diagnostics, Source, Span, did_you_mean};

/// Everything that keeps a value from fitting a schema; the value is what [`typed::json`] made of the node.
pub(super) fn explain(node: &Node, value: &Value, schema: &Value, source: &Source) -> Diagnostics {
    let mut explainer =
        Explainer { node, schema, source, missing: Vec::new(), suggested: Vec::new(), problems: Diagnostics::new() };
    // A schema that doesn't compile says nothing about the document: serde's own error remains.
    if let Ok(validator) = validator_for(schema) {
        for error in validator.iter_errors(value) {
            explainer.error(&error);
        }
    }
    explainer.finish()
}

struct Explainer<'a> {
    node: &'a Node,
    schema: &'a Value,
    source: &'a Source,
    /// Missing keys, by the path of their mapping.
    missing: Vec<(Vec<String>, String)>,
    /// Keys that a misspelt one was probably meant to be, by the path of their mapping.
    suggested: Vec<(Vec<String>, String)>,
    problems: Diagnostics,
}

impl<'a> Explainer<'a> {
    fn error(&mut self, error: &ValidationError<'_>) {
        let path = steps(error.instance_path().as_str());
        let node = self.find(&path);
        let found = node.describe();
        let said = match error.kind() {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
                for key in unexpected {
                    self.unknown_key(node, key, &path, &self.known_keys(error));
                }
                return;
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                return self.choice(node, &path, context);
            }
            Kind::Type { kind } => return self.expected(&types(kind), node),
            Kind::Enum { options } => return self.one_of(&texts(options), node),
            Kind::Constant { expected_value } => return self.one_of(&texts(expected_value), node),
            Kind::Required { property } => {
                let key = property.as_str().unwrap_or_default().to_owned();
                return self.missing.push((path, key));
            }
            Kind::Minimum { limit } => format!("expected {limit} or more, found {found}"),
            Kind::Maximum { limit } => format!("expected {limit} or less, found {found}"),
            Kind::ExclusiveMinimum { limit } => {
                format!("expected more than {limit}, found {found}")
            }
            Kind::ExclusiveMaximum { limit } => {
                format!("expected less than {limit}, found {found}")
            }
            Kind::MinLength { limit: 1 } => "expected text, found an empty one".to_owned(),
            Kind::MinLength { limit } => {
                format!("expected {limit} characters or more, found {found}")
            }
            Kind::MaxLength { limit } => {
                format!("expected {limit} characters or fewer, found {found}")
            }
            Kind::MinItems { limit: 1 } | Kind::MinProperties { limit: 1 } => {
                "expected at least one entry, found none".to_owned()
            }
            Kind::MinItems { limit } | Kind::MinProperties { limit } => {
                format!("expected {limit} entries or more, found {}", entries(node))
            }
            Kind::MaxItems { limit } | Kind::MaxProperties { limit } => {
                format!("expected {limit} entries or fewer, found {}", entries(node))
            }
            Kind::UniqueItems => "an entry of this list appears twice".to_owned(),
            Kind::Pattern { pattern } => format!("expected text like `{pattern}`, found {found}"),
            _ => error.to_string(),
        };
        self.report(Diagnostic::error(said), node.span);
    }

    /// Adds the missing keys, except those that are there under a misspelt name.
    fn finish(mut self) -> Diagnostics {
        for missing in std::mem::take(&mut self.missing) {
            if !self.suggested.contains(&missing) {
                let (path, key) = missing;
                let span = self.find(&path).span;
                let message = format!("missing key `{key}`{}", place(&path));
                self.report(Diagnostic::error(message), span);
            }
        }
        self.problems
    }

    /// The node at a path, or the nearest one that holds it.
    fn find(&self, path: &[String]) -> &'a Node {
        let steps: Vec<&str> = path.iter().map(String::as_str).collect();
        self.node.nearest(&steps)
    }

    /// Reports a problem once, however many ways lead to it.
    fn report(&mut self, problem: Diagnostic, span: Span) {
        let problem = problem.at(self.source, span);
        if !self.problems.iter().any(|known| *known == problem) {
            self.problems.push(problem);
        }
    }

    fn expected(&mut self, expected: &str, node: &Node) {
        let error = mismatch(expected, node);
        self.report(Diagnostic::error(error.message).maybe_help(error.help), node.span);
    }

    fn one_of(&mut self, options: &[String], node: &Node) {
        self.unfitting(&alternatives(options), options, node);
    }

    /// Says what was expected, and which of the words was probably meant.
    fn unfitting(&mut self, expected: &str, words: &[String], node: &Node) {
        let problem = Diagnostic::error(format!("expected {expected}, found {}", node.describe()));
        let written = node.as_str().unwrap_or_default();
        self.report(problem.guess(written, words.iter().map(String::as_str)), node.span);
    }

    fn unknown_key(&mut self, node: &Node, key: &str, path: &[String], known: &[String]) {
        let span = node.entry(key).map_or(node.span, |entry| entry.key.span);
        // A key that is already there is not what was meant.
        let free: Vec<&str> = known.iter().map(String::as_str).filter(|name| node.entry(name).is_none()).collect();
        let mut problem = Diagnostic::error(format!("unknown key `{key}`{}", place(path)));
        if let Some(name) = did_you_mean(key, free.iter().copied()) {
            problem = problem.help(format!("did you mean `{name}`?"));
            self.suggested.push((path.to_vec(), name));
        } else if !free.is_empty() {
            problem = problem.help(format!("keys that may be added here: {}", free.join(", ")));
        }
        self.report(problem, span);
    }

    /// The keys that the schema knows where an error arose.
    fn known_keys(&self, error: &ValidationError<'_>) -> Vec<String> {
        let pointer = error.schema_path().as_str();
        let object = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        let properties = self.schema.pointer(object).and_then(|schema| schema.get("properties"));
        let names = properties.and_then(Value::as_object).map(|map| map.keys().cloned().collect());
        names.unwrap_or_default()
    }
}

/// The steps of a JSON pointer.
fn steps(pointer: &str) -> Vec<String> {
    let parts = pointer.split('/').skip(1);
    parts.map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
}

/// " in `services.api`", or nothing at the top.
fn place(path: &[String]) -> String {
    let mut shown = String::new();
    for step in path {
        let is_item = step.parse::<usize>().is_ok();
        let (before, after) = match (is_item, shown.is_empty()) {
            (true, _) => ("[", "]"),
            (false, true) => ("", ""),
            (false, false) => (".", ""),
        };
        shown.extend([before, step, after]);
    }
    if shown.is_empty() { shown } else { format!(" in `{shown}`") }
}

/// "3", "none".
fn entries(node: &Node) -> String {
    let count = node.as_seq().map(<[_]>::len).or_else(|| node.as_map().map(<[_]>::len));
    match count {
        Some(0) => "none".to_owned(),
        Some(count) => count.to_string(),
        None => node.describe(),
    }
}

/// The words for a schema's types. Null is left out where something else is possible.
fn types(kind: &TypeKind) -> String {
    let types: Vec<JsonType> = match kind {
        TypeKind::Single(one) => vec![*one],
        TypeKind::Multiple(several) => several.iter().filter(|t| *t != JsonType::Null).collect(),
    };
    let words: Vec<&str> = types.into_iter().map(word).collect();
    words.join(" or ")
}

const fn word(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Null => "nothing",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::String => "text",
        JsonType::Array => "a list",
        JsonType::Object => "a mapping",
    }
}

/// The texts of an `enum` or a `const`.
fn texts(options: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match options {
        Value::Array(options) => options.iter().filter(|o| !o.is_null()).map(text).collect(),
        one => vec![text(one)],
    }
}

/// "`a`", "`a` or `b`", "one of `a`, `b`, `c`".
fn alternatives(options: &[String]) -> String {
    let quoted: Vec<String> = options.iter().map(|option| format!("`{option}`")).collect();
    match quoted.as_slice() {
        [one] => one.clone(),
        [one, other] => format!("{one} or {other}"),
        many => format!("one of {}", many.join(", ")),
    }
}
