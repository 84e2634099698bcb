//! Parameters of a component: the given values and the defaults, each of its type.
use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalog::{Component, Param, ParamType};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::stack::{Name, Params};

/// The component's parameters with the given values and defaults.
pub(super) fn params(
    component: &Component,
    given: &BTreeMap<String, Value>,
    label: &str,
    report: &mut dyn FnMut(Diagnostic),
) -> Params {
    for key in given.keys().filter(|key| !component.params.contains_key(*key)) {
        let guess = did_you_mean(key, component.params.keys().map(String::as_str));
        let next = guess.map_or_else(
            || format!("`stackwright show {}` lists its parameters", component.id),
            |guess| format!("did you mean `{guess}`?"),
        );
        report(Diagnostic::error(format!("{label}: `{}` has no parameter `{key}`", component.id)).help(next));
    }
    let mut params = Params::new();
    for (key, param) in &component.params {
        match given.get(key).or(param.default.as_ref()) {
            Some(value) => match typed(param, value) {
                Ok(value) => drop(params.insert(key.clone(), value)),
                Err(why) => {
                    report(Diagnostic::error(format!("{label}: parameter `{key}`: {why}")).note(param.help.clone()));
                }
            },
            None => report(
                Diagnostic::error(format!("{label}: parameter `{key}` has no value and no default"))
                    .note(param.help.clone()),
            ),
        }
    }
    params
}

fn typed(param: &Param, value: &Value) -> Result<Value, String> {
    let text = || value.as_str().ok_or("expected text; put it in quotes".to_owned());
    match param.kind {
        ParamType::Text => text().map(Value::from),
        ParamType::Name => Name::new(text()?).map(|name| Value::from(name.as_str())).map_err(|e| e.to_string()),
        ParamType::Choice => {
            let text = text()?;
            if param.choices.iter().any(|choice| choice == text) {
                return Ok(text.into());
            }
            let guess = did_you_mean(text, param.choices.iter().map(String::as_str));
            let guess = guess.map(|guess| format!("; did you mean `{guess}`?")).unwrap_or_default();
            Err(format!("`{text}` is none of {}{guess}", param.choices.join(", ")))
        }
        ParamType::Boolean => value.as_bool().map(Value::from).ok_or("expected true or false".into()),
        ParamType::Number => value.as_i64().map(Value::from).ok_or("expected a whole number".into()),
        ParamType::List => {
            let items = value.as_array().ok_or("expected a list")?;
            for item in items {
                Name::new(item.as_str().ok_or("expected a list of names")?).map_err(|e| e.to_string())?;
            }
            Ok(value.clone())
        }
    }
}
