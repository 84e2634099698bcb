//! The form of a parameter in `component.yaml`.
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{Choice, Question, QuestionType, Rule};

/// A parameter: what it may be is said as it is of a question's answer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// What kind of value it is.
    #[serde(rename = "type")]
    pub kind: QuestionType,
    /// The value without an answer; without it the parameter must be given.
    #[serde(default)]
    pub default: Option<Value>,
    /// Permitted values of types `choice` and `multi`.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// The smallest number, the fewest items, or the fewest characters; a text has one at least when absent.
    #[serde(default)]
    pub min: Option<i64>,
    /// The largest number, the most items, or the most characters.
    #[serde(default)]
    pub max: Option<i64>,
    /// What a text, a name or each item of a list has to match as a whole (regular expression).
    #[serde(default)]
    pub pattern: Option<String>,
    /// What the items of a `list` are: `name` when absent, or another type of a single text or number.
    #[serde(default)]
    pub of: Option<QuestionType>,
    /// Further conditions on the value, as `answer`.
    #[serde(default)]
    pub check: Vec<Rule>,
    /// The field that names an item, for `items`.
    #[serde(default)]
    pub key: Option<String>,
    /// What is known of each item, for `items`.
    #[serde(default)]
    pub fields: Vec<Question>,
    /// What it decides.
    pub help: String,
}
