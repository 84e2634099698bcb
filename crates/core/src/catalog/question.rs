//! The form of a question, and of the parameter that it may ask for.
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Param;

/// A question.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The answer's name in expressions and for `--set`.
    pub id: String,
    /// What kind of answer is expected; with `from`, that of the parameter.
    #[serde(rename = "type", default)]
    pub kind: QuestionType,
    /// The parameter that the answer is for: type, choices, default, help, bounds and checks are taken from there, so
    /// that they stand once.
    #[serde(default)]
    pub from: Option<ParamRef>,
    /// The question itself.
    pub ask: String,
    /// What it is about, in a word: questions of one group stand together, and their defaults are offered as a whole.
    #[serde(default)]
    pub group: Option<String>,
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
    /// The field that names an item, for `items`; no two items have the same.
    #[serde(default)]
    pub key: Option<String>,
    /// What is asked about each item, for `items`: questions of every other type. `item` holds what was answered about
    /// the item so far.
    #[serde(default)]
    pub fields: Vec<Question>,
}

/// A parameter of a component.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParamRef {
    /// The component's id.
    pub component: String,
    /// The parameter's id.
    pub param: String,
}

/// What kind of value an answer or a parameter is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum QuestionType {
    /// A line of text.
    #[default]
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

/// Something that can be chosen: its value alone, or with what is said about it.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(from = "ChoiceForm")]
#[schemars(with = "ChoiceForm")]
pub struct Choice {
    /// The answer.
    pub value: String,
    /// What it means; the value itself where nothing is said.
    pub title: String,
    /// When it is shown but refused (expression over earlier answers).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Why it is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// A choice as it is written.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum ChoiceForm {
    /// The value alone.
    Value(String),
    /// The value with what is said about it.
    Described(DescribedChoice),
}

/// A choice with what is said about it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DescribedChoice {
    /// The answer.
    value: String,
    /// What it means.
    title: String,
    /// When it is shown but refused (expression over earlier answers).
    #[serde(default)]
    refused: Option<String>,
    /// Why it is refused.
    #[serde(default)]
    because: Option<String>,
}

impl From<ChoiceForm> for Choice {
    fn from(form: ChoiceForm) -> Self {
        match form {
            ChoiceForm::Value(value) => Self { title: value.clone(), value, refused: None, because: None },
            ChoiceForm::Described(DescribedChoice { value, title, refused, because }) => {
                Self { value, title, refused, because }
            }
        }
    }
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
pub(crate) fn check(questions: &[Question], fault: &mut dyn FnMut(String)) {
    let (mut seen, mut groups, mut before) = (BTreeSet::new(), BTreeSet::new(), None);
    for question in questions {
        let id = &question.id;
        if !seen.insert(id) {
            fault(format!("question `{id}` is asked twice; remove one of them"));
        }
        let group = question.group.as_deref();
        if group != before && group.is_some_and(|group| !groups.insert(group)) {
            fault(format!(
                "question `{id}`: its group has other questions in between; questions of a group stand together"
            ));
        }
        before = group;
        question.check_form(&mut |message| fault(format!("question `{id}`: {message}")));
        check(&question.fields, &mut |message| fault(format!("question `{id}`, in its fields: {message}")));
    }
}

impl Question {
    /// The same question with everything that it doesn't say itself taken from a parameter.
    pub(crate) fn completed(mut self, param: Param) -> Self {
        let mut check = param.check;
        check.append(&mut self.check);
        Self {
            kind: param.kind,
            default: self.default.or(param.default),
            help: self.help.or(Some(param.help)),
            choices: if self.choices.is_empty() { param.choices } else { self.choices },
            min: self.min.or(param.min),
            max: self.max.or(param.max),
            pattern: self.pattern.or(param.pattern),
            of: self.of.or(param.of),
            check,
            ..self
        }
    }

    /// What the form alone can't say of what an answer may be.
    pub(crate) fn check_form(&self, fault: &mut dyn FnMut(String)) {
        let chooses = matches!(self.kind, QuestionType::Choice | QuestionType::Multi);
        if chooses == self.choices.is_empty() {
            fault("types `choice` and `multi`, and no others, have `choices`".into());
        }
        let items = self.kind == QuestionType::Items;
        if items == self.fields.is_empty() || items != self.key.is_some() {
            fault("type `items`, and no other, has `fields` and a `key`".into());
        }
        if let Some(key) = &self.key
            && !self.fields.iter().any(|field| field.id == *key && field.is_plain())
        {
            fault("`key` names a field of type `name` or `text` that is always asked".into());
        }
        if self.fields.iter().any(|field| field.group.is_some()) {
            fault("a field has no `group`: the fields of an item are asked together".into());
        }
        if self.fields.iter().any(|field| field.kind == QuestionType::Items) {
            fault("a field can't have items of its own".into());
        }
        if matches!(self.kind, QuestionType::Boolean | QuestionType::Choice) && (self.min.or(self.max).is_some()) {
            fault("`min` and `max` are for numbers, lists and texts; this type has neither".into());
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min > max
        {
            fault(format!("nothing is at least {min} and at most {max}; exchange `min` and `max`"));
        }
        if self.of.is_some_and(|of| self.kind != QuestionType::List || !of.is_single()) {
            fault("`of` says what the items of a `list` are: a text, a name, an address or a number".into());
        }
        if self.pattern.is_some() && !matches!(self.kind, QuestionType::List) && !self.kind.is_text() {
            fault("`pattern` is for texts, names and lists of them; this type has none".into());
        }
        if let Some(Err(error)) = self.pattern.as_deref().map(compile) {
            fault(format!("`pattern` is no regular expression: {error}"));
        }
    }

    /// Whether the answer is always asked for, and a text.
    fn is_plain(&self) -> bool {
        matches!(self.kind, QuestionType::Name | QuestionType::Text) && self.when.is_none()
    }
}

/// A pattern, which a text has to match as a whole.
pub(crate) fn compile(pattern: &str) -> Result<regex::Regex, regex::Error> {
    regex::Regex::new(&format!("^(?:{pattern})$"))
}

impl QuestionType {
    /// Whether a value is one line of text.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Name | Self::Domain | Self::Repository | Self::Registry)
    }

    /// Whether a value can be an item of a list.
    fn is_single(self) -> bool {
        self.is_text() || self == Self::Number
    }
}

impl Param {
    /// The parameter as the question that nobody asked yet: both have the same values.
    pub(crate) fn question(&self, id: &str) -> Question {
        let bare = Question {
            id: id.to_owned(),
            ask: id.to_owned(),
            key: self.key.clone(),
            fields: self.fields.clone(),
            ..Question::default()
        };
        bare.completed(self.clone())
    }
}
