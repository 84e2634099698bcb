//! The form of a question.
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A question.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The answer's name in expressions and for `--set`.
    pub id: String,
    /// What kind of answer is expected.
    #[serde(rename = "type")]
    pub kind: QuestionType,
    /// The question itself.
    pub ask: String,
    /// What the answer decides.
    #[serde(default)]
    pub help: Option<String>,
    /// The answer that is taken without one (a template over earlier answers).
    #[serde(default)]
    pub default: Option<Value>,
    /// What can be chosen, for `choice` and `multi`.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Whether it is asked at all (expression over earlier answers).
    #[serde(default)]
    pub when: Option<String>,
    /// Further conditions on the answer.
    #[serde(default)]
    pub check: Vec<Rule>,
    /// The smallest number, or the fewest items.
    #[serde(default)]
    pub min: Option<i64>,
    /// The largest number, or the most items.
    #[serde(default)]
    pub max: Option<i64>,
    /// The field that names an item, for `items`; no two items have the same.
    #[serde(default)]
    pub key: Option<String>,
    /// What is asked about each item, for `items`: questions of every other type. `item` holds what was answered about
    /// the item so far.
    #[serde(default)]
    pub fields: Vec<Question>,
}

/// What kind of answer is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuestionType {
    /// A line of text.
    Text,
    /// A DNS label.
    Name,
    /// A DNS name with at least two labels.
    Domain,
    /// An address that a repository can be cloned from.
    Repository,
    /// An image registry with an optional path, without a scheme.
    Registry,
    /// One of `choices`.
    Choice,
    /// Any of `choices`.
    Multi,
    /// Yes or no.
    Boolean,
    /// A whole number.
    Number,
    /// A list of names.
    List,
    /// A list of things with `fields` of their own.
    Items,
}

/// Something that can be chosen.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The answer.
    pub value: String,
    /// What it means.
    pub title: String,
    /// When it is shown but refused (expression over earlier answers).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Why it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// A condition with the reason for it.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What must hold (expression); `answer` is the answer in question.
    pub that: String,
    /// Why, for the message (template over `answer` and earlier answers).
    pub because: String,
}

/// What the form alone can't say of questions, or of the fields of one.
pub(super) fn check(questions: &[Question], fault: &mut dyn FnMut(String)) {
    let mut seen = BTreeSet::new();
    for question in questions {
        let id = &question.id;
        if !seen.insert(id) {
            fault(format!("question `{id}` is asked twice; remove one of them"));
        }
        let chooses = matches!(question.kind, QuestionType::Choice | QuestionType::Multi);
        if chooses == question.choices.is_empty() {
            fault(format!("question `{id}`: types `choice` and `multi`, and no others, have `choices`"));
        }
        let items = question.kind == QuestionType::Items;
        if items == question.fields.is_empty() || items != question.key.is_some() {
            fault(format!("question `{id}`: type `items`, and no other, has `fields` and a `key`"));
        }
        if let Some(key) = &question.key
            && !question.fields.iter().any(|field| field.id == *key && field.is_plain())
        {
            fault(format!("question `{id}`: `key` names a field of type `name` or `text` that is always asked"));
        }
        if question.fields.iter().any(|field| field.kind == QuestionType::Items) {
            fault(format!("question `{id}`: a field can't have items of its own"));
        }
        check(&question.fields, &mut |message| fault(format!("question `{id}`, in its fields: {message}")));
    }
}

impl Question {
    /// Whether the answer is always asked for, and a text.
    fn is_plain(&self) -> bool {
        matches!(self.kind, QuestionType::Name | QuestionType::Text) && self.when.is_none()
    }
}
