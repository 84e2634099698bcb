//! Values in Compose's words: `$` escaped, secrets and ports as references to `.env`.
use std::collections::BTreeMap;

use super::{all_published, local_units, published};
use crate::stack::{Generate, Name, Part, Process, Stack, Unit, Value, Variable, unit_variable};

/// What the image is built with; a value given at the start would hide which build runs.
const BUILT_IN: &str = "RELEASE";

/// The variables of a process, escaped for interpolation; those that have a default follow `.env`.
pub(super) fn settable(stack: &Stack, unit: &Unit, process: &Process) -> Result<BTreeMap<String, String>, String> {
    let mut environment = environment(stack, unit, process)?;
    for setting in settings(stack).into_iter().filter(|setting| setting.unit == unit.name) {
        if process.variables.contains(&setting.variable) {
            environment.insert(setting.variable, format!("${{{}:-{}}}", setting.name, setting.value));
        }
    }
    Ok(environment)
}

/// A variable of a built unit that a developer may set in `.env`.
pub(in crate::target) struct Setting {
    /// The unit.
    unit: Name,
    /// The variable's name in the unit.
    variable: String,
    /// Its name in `.env`.
    pub(in crate::target) name: String,
    /// What it means.
    pub(in crate::target) help: String,
    /// Its value where `.env` says nothing.
    pub(in crate::target) value: String,
}

/// The variables that have a default and whose local value is known here.
pub(in crate::target) fn settings(stack: &Stack) -> Vec<Setting> {
    let Some(local) = stack.local_environment() else { return Vec::new() };
    let taken: Vec<String> = all_published(stack).into_iter().map(|open| open.variable).collect();
    let setting = |unit: &Unit, variable: &Variable| {
        let default = variable.default.as_ref().filter(|_| !variable.secret && variable.name != BUILT_IN)?;
        let value = match variable.values.get(&local.name) {
            Some(value) => value.plain()?,
            None => default.clone(),
        };
        let name = unit_variable(&unit.name, &variable.name);
        let literal = !value.contains(['$', '}']) && follow_ports(stack, value.clone()) == value;
        (literal && !taken.contains(&name)).then(|| Setting {
            unit: unit.name.clone(),
            variable: variable.name.clone(),
            name,
            help: variable.help.clone(),
            value,
        })
    };
    let built = stack.units.iter().filter(|unit| unit.directory().is_some());
    built.flat_map(|unit| stack.variables_of(&unit.name).filter_map(move |variable| setting(unit, variable))).collect()
}

/// The variables of a process, escaped for interpolation.
pub(super) fn environment(stack: &Stack, unit: &Unit, process: &Process) -> Result<BTreeMap<String, String>, String> {
    let Some(local) = stack.local_environment() else { return Ok(BTreeMap::new()) };
    let mut environment = BTreeMap::new();
    for variable in stack.variables_of(&unit.name).filter(|variable| process.variables.contains(&variable.name)) {
        if let Some(value) = variable.values.get(&local.name) {
            environment.insert(variable.name.clone(), text(stack, value)?);
        }
    }
    Ok(environment)
}

/// A value with `$` escaped and secrets as references to `.env`.
fn text(stack: &Stack, value: &Value) -> Result<String, String> {
    let Value::Text(parts) = value else {
        return Err("a value on a developer's machine can't be a key of a stored secret".into());
    };
    let optional = |name: &str| {
        let found = stack.secrets.iter().find(|secret| secret.name == name);
        found.is_some_and(|secret| secret.generate == Generate::Empty)
    };
    Ok(parts
        .iter()
        .map(|part| match part {
            Part::Plain(text) => follow_ports(stack, escape(text)),
            Part::Secret(name) if optional(name) => format!("${{{name}:-}}"),
            Part::Secret(name) => format!("${{{name}:?run make up}}"),
        })
        .collect())
}

/// Addresses of this machine follow the ports that `.env` may change.
fn follow_ports(stack: &Stack, mut text: String) -> String {
    for open in local_units(stack).flat_map(published) {
        let address = format!("localhost:{}", open.host_port);
        let mut pieces = text.split(&address);
        let mut followed = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            if piece.starts_with(|c: char| c.is_ascii_digit()) {
                followed.push_str(&address);
            } else {
                followed.push_str(&format!("localhost:${{{}:-{}}}", open.variable, open.host_port));
            }
            followed.push_str(piece);
        }
        text = followed;
    }
    text
}

fn escape(text: &str) -> String {
    text.replace('$', "$$")
}

/// An argument vector, escaped for interpolation.
pub(super) fn escaped(words: &[String]) -> Vec<String> {
    words.iter().map(|word| escape(word)).collect()
}
