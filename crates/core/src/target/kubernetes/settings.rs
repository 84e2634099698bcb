//! Variables: plain ones in config maps, secret ones by reference, the rest one by one.
use serde::Serialize;

use super::{clusters, in_base, runs};
use crate::stack::{Environment, Process, Stack, Unit, Value, Variable};

/// A generated config map.
#[derive(Serialize)]
pub(super) struct ConfigMap {
    /// Its name before kustomize adds the content's hash.
    name: String,
    /// `NAME=value` lines.
    literals: Vec<String>,
}

/// One variable of a container.
#[derive(Serialize, Clone, Default, PartialEq)]
pub(super) struct Setting {
    /// The variable's name.
    name: String,
    /// Its text with `$(` escaped, when it is not secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// The secret that holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// The key in that secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// Whether the container starts without that key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
}

/// What a container receives.
#[derive(Serialize)]
pub(super) struct Settings {
    /// Config maps that it takes whole.
    pub(super) config_maps: Vec<String>,
    /// Variables that it takes one by one.
    pub(super) variables: Vec<Setting>,
}

/// How a variable gets to the processes of its unit.
enum Way {
    /// Through the map of the base.
    Base(String),
    /// Through the map of each environment.
    Environment,
    /// One by one.
    Alone,
}

/// The unit's map of what is the same everywhere.
pub(super) fn base_map(stack: &Stack, unit: &Unit) -> Result<Option<ConfigMap>, String> {
    let mut literals = Vec::new();
    for variable in stack.variables_of(&unit.name) {
        if let Way::Base(value) = way(stack, unit, variable)? {
            literals.push(format!("{}={value}", variable.name));
        }
    }
    Ok((!literals.is_empty()).then(|| ConfigMap { name: base_name(unit), literals }))
}

/// The unit's map of what belongs to one environment.
pub(super) fn overlay_map(stack: &Stack, unit: &Unit, environment: &Environment) -> Result<Option<ConfigMap>, String> {
    let mut literals = Vec::new();
    let mut exists = false;
    for variable in stack.variables_of(&unit.name) {
        let here = match way(stack, unit, variable)? {
            Way::Environment => true,
            Way::Base(_) => !in_base(stack, unit),
            Way::Alone => false,
        };
        exists |= here;
        if let (true, Some(value)) = (here, plain(variable, environment)?) {
            literals.push(format!("{}={value}", variable.name));
        }
    }
    Ok(exists.then(|| ConfigMap { name: overlay_name(unit), literals }))
}

/// What the container of a process receives: in the base, or in one environment for what only runs there.
pub(super) fn container(
    stack: &Stack,
    unit: &Unit,
    process: &Process,
    environment: Option<&Environment>,
) -> Result<Settings, String> {
    let (mut common, mut own) = (false, false);
    let mut variables = Vec::new();
    for variable in stack.variables_of(&unit.name) {
        match way(stack, unit, variable)? {
            Way::Base(_) if environment.is_none() => common = true,
            Way::Base(_) | Way::Environment => own = true,
            Way::Alone if receives(process, variable) => {
                let alone = match environment {
                    Some(environment) => setting(variable, environment)?,
                    None => everywhere(stack, unit, variable)?,
                };
                variables.extend(alone);
            }
            Way::Alone => {}
        }
    }
    let maps = [(common, base_name(unit)), (own, overlay_name(unit))];
    let config_maps = maps.into_iter().filter_map(|(used, name)| used.then_some(name)).collect();
    Ok(Settings { config_maps, variables })
}

/// The variables that an environment gives to a process of the base beside what the base gives it.
pub(super) fn patch(
    stack: &Stack,
    unit: &Unit,
    process: &Process,
    environment: &Environment,
) -> Result<Vec<Setting>, String> {
    let mut variables = Vec::new();
    for variable in stack.variables_of(&unit.name).filter(|variable| receives(process, variable)) {
        if matches!(way(stack, unit, variable)?, Way::Alone) && everywhere(stack, unit, variable)?.is_none() {
            variables.extend(setting(variable, environment)?);
        }
    }
    Ok(variables)
}

fn base_name(unit: &Unit) -> String {
    format!("{}-config", unit.name)
}

fn overlay_name(unit: &Unit) -> String {
    format!("{}-environment", unit.name)
}

fn receives(process: &Process, variable: &Variable) -> bool {
    process.variables.contains(&variable.name)
}

fn way(stack: &Stack, unit: &Unit, variable: &Variable) -> Result<Way, String> {
    let everybody = unit.processes.iter().all(|process| receives(process, variable));
    if variable.secret || !everybody {
        return Ok(Way::Alone);
    }
    let mut values = Vec::new();
    for environment in clusters(stack).filter(|environment| runs(unit, environment)) {
        let stored = matches!(variable.values.get(&environment.name), Some(Value::Stored { .. }));
        let value = plain(variable, environment)?;
        // Kustomize strips quotes from both ends of a literal.
        let quoted = value.as_ref().is_some_and(|value| value.starts_with(['"', '\'']) || value.ends_with(['"', '\'']));
        if stored || quoted {
            return Ok(Way::Alone);
        }
        values.push(value);
    }
    match values.split_first() {
        Some((Some(first), rest)) if rest.iter().all(|value| value.as_ref() == Some(first)) => {
            Ok(Way::Base(first.clone()))
        }
        Some((None, rest)) if rest.iter().all(Option::is_none) => Ok(Way::Alone),
        None => Ok(Way::Alone),
        Some(_) => Ok(Way::Environment),
    }
}

/// The variable's setting, if it is the same in every environment that runs the unit.
fn everywhere(stack: &Stack, unit: &Unit, variable: &Variable) -> Result<Option<Setting>, String> {
    let mut settings = Vec::new();
    for environment in clusters(stack).filter(|environment| runs(unit, environment)) {
        settings.push(setting(variable, environment)?);
    }
    let first = settings.first().cloned().flatten();
    Ok(first.filter(|first| settings.iter().all(|other| other.as_ref() == Some(first))))
}

fn setting(variable: &Variable, environment: &Environment) -> Result<Option<Setting>, String> {
    let name = variable.name.clone();
    Ok(match variable.values.get(&environment.name) {
        Some(Value::Stored { secret, key }) => {
            let (secret, key) = (Some(secret.clone()), Some(key.clone()));
            Some(Setting { name, secret, key, optional: !variable.required, ..Setting::default() })
        }
        _ => plain(variable, environment)?.map(|value| Setting {
            name,
            value: Some(escape(&value)),
            ..Setting::default()
        }),
    })
}

fn plain(variable: &Variable, environment: &Environment) -> Result<Option<String>, String> {
    match variable.values.get(&environment.name) {
        None | Some(Value::Stored { .. }) => Ok(None),
        Some(text) => text.plain().map(Some).ok_or_else(|| {
            let Variable { unit, name, .. } = variable;
            format!("{name} of {unit} would put a secret into a plain file in {}", environment.name)
        }),
    }
}

/// Keeps the kubelet from expanding `$(NAME)`: a doubled dollar sign stands for one.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        out.push(character);
        if character == '$' && matches!(rest.peek(), Some('$' | '(')) {
            out.push('$');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn doubles_only_what_would_be_expanded() {
        for (text, escaped) in [
            ("plain", "plain"),
            ("$HOME costs 5$", "$HOME costs 5$"),
            ("$(HOME)", "$$(HOME)"),
            ("a$$b", "a$$$b"),
            ("$$(X)", "$$$$(X)"),
        ] {
            assert_eq!(escape(text), escaped);
        }
    }
}
