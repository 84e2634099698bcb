//! Answers: from whatever source, checked in the order of the questions.
use std::collections::BTreeMap;

use serde_json::Value;

use super::{Blueprint, Question, QuestionType, default_of, is_asked, parse_text, validate};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::{Context, Engine};

/// Accepted answers, by question.
pub type Answers = BTreeMap<String, Value>;

/// An answer as it was given, not yet checked.
#[derive(Debug, Clone)]
pub struct Given {
    /// The answer.
    pub value: GivenValue,
    /// Where it was given, for messages: `--set`, `answers.yaml:3`.
    pub origin: String,
}

/// Text still to be read by the question's type, a value that has a type already, or neither.
#[derive(Debug, Clone)]
pub enum GivenValue {
    /// From `--set` or the environment.
    Text(String),
    /// From an answers file.
    Typed(Value),
    /// The default, whatever it is by then: it may follow from an earlier answer that still changes.
    Default,
}

impl Given {
    /// An answer given as text.
    pub fn text(text: impl Into<String>, origin: impl Into<String>) -> Self {
        Self { value: GivenValue::Text(text.into()), origin: origin.into() }
    }

    /// An answer with a type.
    pub fn typed(value: Value, origin: impl Into<String>) -> Self {
        Self { value: GivenValue::Typed(value), origin: origin.into() }
    }

    /// The default, accepted unseen.
    pub fn as_default() -> Self {
        Self { value: GivenValue::Default, origin: "default".into() }
    }

    /// Whether it says nothing but that the default is right.
    pub fn is_default(&self) -> bool {
        matches!(self.value, GivenValue::Default)
    }

    /// The checked answer, or why not; nothing where the default is to be taken.
    pub fn accept(
        &self,
        question: &Question,
        engine: &Engine,
        earlier: &Context,
    ) -> Option<Result<Value, Vec<String>>> {
        match &self.value {
            GivenValue::Text(text) => {
                let read = parse_text(question, text).map_err(|why| vec![why]);
                Some(read.and_then(|read| validate(question, &read, engine, earlier)))
            }
            GivenValue::Typed(value) => Some(validate(question, value, engine, earlier)),
            GivenValue::Default => None,
        }
    }
}

/// The answers so far as a context for expressions.
pub fn context(answers: &Answers) -> Context {
    Context::from(minijinja::value::Serde(answers))
}

/// Every answer without asking anybody: given ones, then defaults. Reports everything that is missing,
/// unknown or refused.
pub fn collect(
    blueprint: &Blueprint,
    given: &BTreeMap<String, Given>,
    engine: &Engine,
) -> Result<Answers, Diagnostics> {
    let mut problems = strangers(blueprint, given);
    let mut missing = Vec::new();
    let mut answers = Answers::new();
    for (index, question) in blueprint.questions.iter().enumerate() {
        let given = given.get(&question.id);
        let known = context(&answers);
        // Whether it is asked may depend on an answer that is missing or wrong: that has been said already.
        if answers.len() < index && is_asked(question, engine, &known).is_err() {
            continue;
        }
        match answer(question, given, engine, &known) {
            Ok(Some(answer)) => {
                answers.insert(question.id.clone(), answer);
            }
            Ok(None) => missing.push(question),
            // A default over an answer that is missing or wrong says nothing new.
            Err(_) if given.is_none() && answers.len() < index => {}
            Err(problem) => problems.push(*problem),
        }
    }
    if !missing.is_empty() {
        problems.push(unanswered(&missing));
    }
    if problems.is_empty() {
        rules(blueprint, &answers, engine, &mut problems);
    }
    problems.into_result(answers)
}

/// Given answers that fit no question.
pub fn strangers(blueprint: &Blueprint, given: &BTreeMap<String, Given>) -> Diagnostics {
    let strange = given.iter().filter(|(id, _)| blueprint.question(id).is_none());
    strange.map(|(id, answer)| unknown(blueprint, id, &answer.origin)).collect()
}

/// The conditions that the answers must meet together.
fn rules(blueprint: &Blueprint, answers: &Answers, engine: &Engine, problems: &mut Diagnostics) {
    for rule in &blueprint.rules {
        if problems.absorb(engine.holds("rules", &rule.that, &context(answers))) == Some(false) {
            problems.push(Diagnostic::error(rule.because.clone()).note(format!("the rule is `{}`", rule.that)));
        }
    }
}

/// The answer to one question; a question that is not asked takes its default, or an empty value.
pub fn answer(
    question: &Question,
    given: Option<&Given>,
    engine: &Engine,
    earlier: &Context,
) -> Result<Option<Value>, Box<Diagnostic>> {
    let asked = is_asked(question, engine, earlier)?;
    if let Some(given) = given.filter(|_| asked)
        && let Some(accepted) = given.accept(question, engine, earlier)
    {
        return accepted.map(Some).map_err(|reasons| {
            let problem = refused(&format!("answer `{}`", question.id), &reasons);
            let problem = problem.note(format!("given by {}", given.origin));
            Box::new(problem.help(format!("the question is: {}", question.ask)))
        });
    }
    let default = default_of(question, engine, earlier)?;
    match default {
        Some(default) => validate(question, &default, engine, earlier).map(Some).map_err(|reasons| {
            let problem = refused(&format!("the default of `{}` doesn't fit", question.id), &reasons);
            Box::new(problem.help(format!("answer it: --set {}=…", question.id)))
        }),
        None if asked => Ok(None),
        None => Ok(Some(empty(question))),
    }
}

/// What is wrong with an answer: the one reason, or all of them below each other.
fn refused(what: &str, reasons: &[String]) -> Diagnostic {
    match reasons {
        [only] => Diagnostic::error(format!("{what}: {only}")),
        several => {
            let problem = Diagnostic::error(format!("{what}: {} problems", several.len()));
            several.iter().fold(problem, |problem, why| problem.note(why.clone()))
        }
    }
}

/// What a question that is not asked and has no default counts as.
pub(super) fn empty(question: &Question) -> Value {
    match question.kind {
        QuestionType::Boolean => false.into(),
        QuestionType::Number => 0.into(),
        QuestionType::Multi | QuestionType::List | QuestionType::Items => Value::Array(Vec::new()),
        _ => "".into(),
    }
}

fn unknown(blueprint: &Blueprint, id: &str, origin: &str) -> Diagnostic {
    Diagnostic::error(format!("blueprint `{}` has no question `{id}`", blueprint.id))
        .note(format!("given by {origin}"))
        .help(format!("`stackwright show {}` lists the questions", blueprint.id))
        .guess(id, blueprint.questions.iter().map(|question| question.id.as_str()))
}

/// Questions without an answer and without a default.
fn unanswered(missing: &[&Question]) -> Diagnostic {
    let count = missing.len();
    let what = if count == 1 { "1 question has".to_owned() } else { format!("{count} questions have") };
    let mut diagnostic = Diagnostic::error(format!("{what} neither an answer nor a default"));
    for question in missing {
        diagnostic = diagnostic.note(format!("{}: {}", question.id, question.ask));
    }
    let sets: Vec<_> = missing.iter().map(|question| format!("--set {}=…", question.id)).collect();
    diagnostic.help(format!("add {}", sets.join(" ")))
}
