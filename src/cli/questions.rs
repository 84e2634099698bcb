//! `questions`: what a blueprint asks, for programs that answer.
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Done;
use super::args::Questions;
use super::output::Output;
use super::workbench::Workbench;
use crate::blueprint::{Blueprint, Choice, Question, QuestionType, Rule};

/// The version of the JSON. It only grows.
const VERSION: u32 = 1;

/// A question, as programs see it.
#[derive(Serialize)]
pub(super) struct Asked<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: QuestionType,
    ask: &'a str,
    /// What it is about; questions of one group stand together.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    /// As the blueprint writes it: a template over earlier answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[Choice]>::is_empty")]
    choices: &'a [Choice],
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Rule]>::is_empty")]
    check: &'a [Rule],
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<i64>,
    /// The field that names an item.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    /// What is asked about each item.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Self>,
    /// The variable of the environment that answers it; a field has none of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<String>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(question: &'a Question) -> Self {
        Self { variable: Some(super::new::variable(&question.id)), ..Self::field(question) }
    }

    fn field(question: &'a Question) -> Self {
        Self {
            id: &question.id,
            kind: question.kind,
            ask: &question.ask,
            group: question.group.as_deref(),
            help: question.help.as_deref(),
            default: question.default.as_ref(),
            choices: &question.choices,
            when: question.when.as_deref(),
            check: &question.check,
            min: question.min,
            max: question.max,
            key: question.key.as_deref(),
            fields: question.fields.iter().map(Self::field).collect(),
            variable: None,
        }
    }
}

pub(super) fn run(arguments: &Questions, catalogs: &[PathBuf], output: &Output) -> Done {
    let workbench = Workbench::with_blueprint(catalogs, Some(arguments.blueprint.as_str()))?;
    let (blueprint, _) = workbench.blueprint(&arguments.blueprint)?;
    if arguments.schema {
        output.json(&schema(&blueprint))?;
    } else {
        let questions: Vec<Asked> = blueprint.questions.iter().map(Asked::new).collect();
        output.json(&json!({ "version": VERSION, "blueprint": blueprint.id, "questions": questions }))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The JSON Schema of an answers file for that blueprint.
fn schema(blueprint: &Blueprint) -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("Answers for {}", blueprint.id),
    });
    if let (Some(schema), Value::Object(shape)) = (schema.as_object_mut(), object(&blueprint.questions)) {
        schema.extend(shape);
    }
    schema
}

/// A map of answers, or of the fields of an item.
fn object(questions: &[Question]) -> Value {
    let properties: Map<String, Value> =
        questions.iter().map(|question| (question.id.clone(), property(question))).collect();
    let required = |question: &&Question| question.default.is_none() && question.when.is_none();
    let required: Vec<&str> = questions.iter().filter(required).map(|question| question.id.as_str()).collect();
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// What an answer must look like. Conditions that need other answers are left to the program.
fn property(question: &Question) -> Value {
    const NAME: &str = "^[a-z](-?[a-z0-9])*$";
    let name = json!({ "type": "string", "pattern": NAME, "maxLength": 40 });
    // What is refused whatever the other answers are is not offered here.
    let open = question.choices.iter().filter(|choice| choice.refused.as_deref() != Some("true"));
    let values: Vec<&str> = open.map(|choice| choice.value.as_str()).collect();
    let mut schema = match question.kind {
        QuestionType::Boolean => json!({ "type": "boolean" }),
        QuestionType::Number => json!({ "type": "integer" }),
        QuestionType::Name => name,
        QuestionType::Choice => json!({ "enum": values }),
        QuestionType::Multi => json!({ "type": "array", "items": { "enum": values }, "uniqueItems": true }),
        QuestionType::List => json!({ "type": "array", "items": name, "uniqueItems": true }),
        QuestionType::Items => json!({ "type": "array", "items": object(&question.fields) }),
        QuestionType::Domain => json!({ "type": "string", "format": "hostname", "maxLength": 200 }),
        QuestionType::Text | QuestionType::Repository | QuestionType::Registry => {
            json!({ "type": "string", "minLength": 1, "maxLength": 200 })
        }
    };
    let (least, most) = match question.kind {
        QuestionType::Number => ("minimum", "maximum"),
        _ => ("minItems", "maxItems"),
    };
    for (key, bound) in [(least, question.min), (most, question.max)] {
        if let Some(bound) = bound {
            schema[key] = bound.into();
        }
    }
    schema["title"] = question.ask.as_str().into();
    if let Some(help) = &question.help {
        schema["description"] = help.as_str().into();
    }
    // A default that depends on other answers is no default that a schema can state.
    let fixed = question.default.as_ref().filter(|default| !default.to_string().contains("@{"));
    if let Some(default) = fixed {
        schema["default"] = default.clone();
    }
    schema
}
