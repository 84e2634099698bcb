//! One answer: reading it from text, checking it, its default.
use serde_json::Value;

use super::{Choice, Question, QuestionType, addresses, items};
use crate::catalog::question;
use crate::diagnostic::{Diagnostic, Source, did_you_mean};
use crate::render::{Context, Engine};
use crate::stack::Name;
use crate::yaml;

/// The longest text that an answer may be, and the most items of a list.
const MAX_TEXT: usize = 200;
pub(super) const MAX_ITEMS: usize = 50;

/// Whether the question is asked, given the earlier answers.
pub fn is_asked(question: &Question, engine: &Engine, earlier: &Context) -> Result<bool, Box<Diagnostic>> {
    question.when.as_ref().map_or(Ok(true), |when| engine.holds(&label(question, "when"), when, earlier))
}

/// The answer that is taken without one.
pub fn default_of(question: &Question, engine: &Engine, earlier: &Context) -> Result<Option<Value>, Box<Diagnostic>> {
    let Some(written) = &question.default else { return Ok(None) };
    let default = engine.value(&label(question, "default"), written, earlier)?;
    // Items leave out what has a default of its own; a default that doesn't fit is for whoever takes it to refuse.
    let complete = (question.kind == QuestionType::Items).then(|| validate(question, &default, engine, earlier).ok());
    Ok(Some(complete.flatten().unwrap_or(default)))
}

/// What is offered, with the reason why a choice is refused.
pub fn offered<'a>(
    question: &'a Question,
    engine: &Engine,
    earlier: &Context,
) -> Result<Vec<(&'a Choice, Option<String>)>, Box<Diagnostic>> {
    let offer = |choice: &'a Choice| {
        let refused = match &choice.refused {
            Some(when) => engine.holds(&label(question, "choices"), when, earlier)?,
            None => false,
        };
        let because = choice.because.clone().unwrap_or_else(|| "it does not fit the earlier answers".into());
        Ok((choice, refused.then_some(because)))
    };
    question.choices.iter().map(offer).collect()
}

/// Reads an answer that was given as text: by `--set`, at a prompt, from the environment.
pub fn parse_text(question: &Question, text: &str) -> Result<Value, String> {
    let text = text.trim();
    match question.kind {
        QuestionType::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" => Ok(true.into()),
            "false" | "no" | "n" => Ok(false.into()),
            _ => Err(format!("`{text}` is neither yes nor no")),
        },
        QuestionType::Number => {
            text.parse::<i64>().map(Value::from).map_err(|_| format!("`{text}` is not a whole number"))
        }
        QuestionType::Multi | QuestionType::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(items.map(Value::from).collect())
        }
        QuestionType::Items => {
            let read = yaml::parse_one(&Source::new(question.id.as_str(), text));
            let why = |problem: Diagnostic| format!("it is not YAML or JSON: {}", problem.message);
            let node = read.map_err(|problems| problems.into_iter().map(why).collect::<Vec<_>>().join("; "))?;
            Ok(node.to_json())
        }
        _ => Ok(text.into()),
    }
}

/// Checks an answer, the same way for every source, and returns it in its one form, or the reasons why not.
pub fn validate(question: &Question, answer: &Value, engine: &Engine, earlier: &Context) -> Result<Value, Vec<String>> {
    let answer = match question.kind {
        QuestionType::Items => items::complete(question, answer, engine, earlier)?,
        _ => shape(question, answer).map_err(|why| vec![why])?,
    };
    fits(question, &answer, engine, earlier).map_err(|why| vec![why])?;
    Ok(answer)
}

/// The conditions on an answer that is well formed.
fn fits(question: &Question, answer: &Value, engine: &Engine, earlier: &Context) -> Result<(), String> {
    if matches!(question.kind, QuestionType::Choice | QuestionType::Multi) {
        chosen(question, answer, engine, earlier)?;
    }
    for rule in &question.check {
        let context = with_answer(earlier, answer);
        if !engine.holds(&label(question, "check"), &rule.that, &context).map_err(|p| p.message)? {
            return Err(engine.text(&label(question, "check"), &rule.because, &context).unwrap_or_else(|p| p.message));
        }
    }
    Ok(())
}

/// The earlier answers with `answer` beside them.
fn with_answer(earlier: &Context, answer: &Value) -> Context {
    let answer = Context::from(minijinja::value::Serde(answer));
    minijinja::context! { answer => answer, ..earlier.clone() }
}

/// The answer in the form of its type.
fn shape(question: &Question, answer: &Value) -> Result<Value, String> {
    match question.kind {
        QuestionType::Boolean => answer.as_bool().map(Value::from).ok_or("expected yes or no".into()),
        QuestionType::Multi | QuestionType::List => list(question, answer),
        kind => {
            let value = single(kind, question, answer)?;
            match &value {
                Value::Number(number) => within(question, number.as_i64().unwrap_or_default(), "the number")?,
                Value::String(text) if question.min.is_some() || !text.is_empty() => {
                    within(question, count(text.chars().count()), "the number of characters")?;
                }
                _ => return Err("it can't be empty".into()),
            }
            Ok(value)
        }
    }
}

/// One number or text.
fn single(kind: QuestionType, question: &Question, answer: &Value) -> Result<Value, String> {
    if kind == QuestionType::Number {
        return answer.as_i64().map(Value::from).ok_or("expected a whole number".into());
    }
    let text = answer.as_str().ok_or("expected text; put it in quotes")?;
    if !text.is_empty() {
        line(kind, text)?;
        matches_pattern(question, text)?;
    }
    Ok(text.into())
}

fn list(question: &Question, answer: &Value) -> Result<Value, String> {
    let items = answer.as_array().ok_or("expected a list")?;
    if items.len() > MAX_ITEMS {
        return Err(format!("{} items are more than {MAX_ITEMS}", items.len()));
    }
    within(question, count(items.len()), "the number of items")?;
    let of = match question.kind {
        QuestionType::List => question.of.unwrap_or(QuestionType::Name),
        _ => QuestionType::Text, // what is none of the choices is refused as such
    };
    let mut seen = Vec::new();
    for item in items {
        let item = single(of, question, item)?;
        if item.as_str() == Some("") {
            return Err("an item of the list is empty".into());
        }
        if seen.contains(&item) {
            return Err(format!("`{}` is there twice", item.as_str().map_or_else(|| item.to_string(), str::to_owned)));
        }
        seen.push(item);
    }
    Ok(seen.into())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn line(kind: QuestionType, text: &str) -> Result<(), String> {
    if text.len() > MAX_TEXT {
        return Err(format!("{} characters are more than {MAX_TEXT}", text.len()));
    }
    if let Some(odd) = text.chars().find(|c| c.is_control()) {
        return Err(format!("it has the control character {odd:?}"));
    }
    match kind {
        QuestionType::Name => Name::new(text).map(|_| ()).map_err(|error| error.to_string()),
        QuestionType::Domain => addresses::domain(text),
        QuestionType::Repository => addresses::repository(text),
        QuestionType::Registry => addresses::registry(text),
        _ => Ok(()),
    }
}

fn matches_pattern(question: &Question, text: &str) -> Result<(), String> {
    let Some(pattern) = &question.pattern else { return Ok(()) };
    let compiled = question::compile(pattern).map_err(|error| error.to_string())?;
    if compiled.is_match(text) { Ok(()) } else { Err(format!("`{text}` doesn't match `{pattern}`")) }
}

fn chosen(question: &Question, answer: &Value, engine: &Engine, earlier: &Context) -> Result<(), String> {
    let offers = offered(question, engine, earlier).map_err(|problem| problem.message)?;
    let picks: Vec<&str> = match answer {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    };
    for pick in picks {
        match offers.iter().find(|(choice, _)| choice.value == pick) {
            Some((_, None)) => {}
            Some((_, Some(because))) => return Err(format!("`{pick}` is refused: {because}")),
            None => {
                let values = || offers.iter().map(|(choice, _)| choice.value.as_str());
                let guess = did_you_mean(pick, values()).map(|guess| format!("; did you mean `{guess}`?"));
                let known = values().collect::<Vec<_>>().join(", ");
                return Err(format!("`{pick}` is none of {known}{}", guess.unwrap_or_default()));
            }
        }
    }
    Ok(())
}

pub(super) fn within(question: &Question, number: i64, what: &str) -> Result<(), String> {
    match (question.min, question.max) {
        (Some(min), _) if number < min => Err(format!("{what} is {number}; it must be at least {min}")),
        (_, Some(max)) if number > max => Err(format!("{what} is {number}; it must be at most {max}")),
        _ => Ok(()),
    }
}

fn label(question: &Question, key: &str) -> String {
    format!("question `{}`: {key}", question.id)
}
