//! Values in Compose's words: `$` escaped, secrets and ports as references to `.env`.
use std::collections::BTreeMap;

use super::{local_units, published};
use crate::stack::{Generate, Part, Process, Stack, Unit, Value};

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
