//! Answers that are lists of things with fields of their own.
use serde_json::{Map, Value};

use super::answers::empty;
use super::validate::{MAX_ITEMS, within};
use super::{Question, default_of, is_asked, validate};
use crate::diagnostic::did_you_mean;
use crate::render::{Context, Engine};

/// The items in their one form, every field there, in the order of the fields; or all that is wrong with them.
pub(super) fn complete(
    question: &Question,
    answer: &Value,
    engine: &Engine,
    earlier: &Context,
) -> Result<Value, Vec<String>> {
    let given = answer.as_array().ok_or_else(|| vec!["expected a list of items".to_owned()])?;
    if given.len() > MAX_ITEMS {
        return Err(vec![format!("{} items are more than {MAX_ITEMS}", given.len())]);
    }
    let mut reasons = Vec::new();
    let mut items: Vec<Value> = Vec::new();
    for (index, given) in given.iter().enumerate() {
        let place = format!("{}[{index}]", question.id);
        match item(question, &place, given, engine, earlier) {
            Ok(item) => {
                if let Some(twin) = twin(question, &item, &items) {
                    reasons.push(format!("{place}: `{twin}` is there already"));
                }
                items.push(item);
            }
            Err(found) => reasons.extend(found),
        }
    }
    let count = i64::try_from(given.len()).unwrap_or(i64::MAX);
    reasons.extend(within(question, count, "the number of items").err());
    if reasons.is_empty() { Ok(items.into()) } else { Err(reasons) }
}

/// The name that an item shares with one of the others.
pub(super) fn twin<'a>(question: &Question, item: &'a Value, others: &[Value]) -> Option<&'a str> {
    let key = question.key.as_deref()?;
    let name = item.get(key)?;
    others.iter().any(|other| other.get(key) == Some(name)).then(|| name.as_str()).flatten()
}

/// One item with all of its fields.
fn item(
    question: &Question,
    place: &str,
    given: &Value,
    engine: &Engine,
    earlier: &Context,
) -> Result<Value, Vec<String>> {
    let Some(given) = given.as_object() else { return Err(vec![format!("{place}: expected a map of fields")]) };
    let known = || question.fields.iter().map(|field| field.id.as_str());
    let strange = given.keys().filter(|id| !known().any(|known| known == id.as_str()));
    let mut reasons: Vec<String> = strange
        .map(|id| match did_you_mean(id, known()) {
            Some(guess) => format!("{place} has no field `{id}`; did you mean `{guess}`?"),
            None => format!("{place} has no field `{id}`; its fields are {}", known().collect::<Vec<_>>().join(", ")),
        })
        .collect();
    let mut item = Map::new();
    for field in &question.fields {
        let given = given.get(&field.id);
        match field_value(field, given, engine, &with_item(earlier, &item)) {
            Ok(value) => drop(item.insert(field.id.clone(), value)),
            // A default over a field that is missing or wrong says nothing new.
            Err(_) if given.is_none() && field.default.is_some() && !reasons.is_empty() => {}
            Err(found) => reasons.extend(found.iter().map(|why| format!("{place}.{}: {why}", field.id))),
        }
    }
    if reasons.is_empty() { Ok(item.into()) } else { Err(reasons) }
}

/// The checked value of one field: the given one where the field is asked for, else its default.
pub fn field_value(
    field: &Question,
    given: Option<&Value>,
    engine: &Engine,
    context: &Context,
) -> Result<Value, Vec<String>> {
    let asked = is_asked(field, engine, context).map_err(|problem| vec![problem.message])?;
    if let Some(given) = given.filter(|_| asked) {
        return validate(field, given, engine, context);
    }
    match default_of(field, engine, context).map_err(|problem| vec![problem.message])? {
        Some(default) => validate(field, &default, engine, context),
        None if asked => Err(vec![format!("it is missing, and has no default: {}", field.ask)]),
        None => Ok(empty(field)),
    }
}

/// The earlier answers with `item`, what is known of the item so far, beside them.
pub fn with_item(earlier: &Context, item: &Map<String, Value>) -> Context {
    let item = Context::from(minijinja::value::Serde(item));
    minijinja::context! { item => item, ..earlier.clone() }
}

/// The items without the fields that have their defaults anyway: the least that must be said to get them again.
pub fn essential(question: &Question, answer: &Value, engine: &Engine, earlier: &Context) -> Value {
    let needed = |item: &Value| -> Value {
        let (mut known, mut kept) = (Map::new(), Map::new());
        for field in &question.fields {
            let Some(value) = item.get(&field.id) else { continue };
            let without = field_value(field, None, engine, &with_item(earlier, &known));
            if question.key.as_ref() == Some(&field.id) || without.as_ref() != Ok(value) {
                kept.insert(field.id.clone(), value.clone());
            }
            known.insert(field.id.clone(), value.clone());
        }
        kept.into()
    };
    answer.as_array().into_iter().flatten().map(needed).collect()
}
