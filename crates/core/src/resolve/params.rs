//! Parameters of a component: the given values and the defaults, each of its type.
use std::collections::BTreeMap;

use serde_json::Value;

use crate::blueprint::{Answers, context, validate};
use crate::catalog::Component;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Engine;
use crate::stack::Params;
use crate::yaml::At;

/// The component's parameters with the given values, which stand `at` that place, and defaults.
pub(super) fn params(
    engine: &Engine,
    component: &Component,
    given: &BTreeMap<String, Value>,
    label: &str,
    at: At,
    problems: &mut Diagnostics,
) -> Params {
    for key in given.keys().filter(|key| !component.params.contains_key(*key)) {
        let problem = Diagnostic::error(format!("{label}: `{}` has no parameter `{key}`", component.id))
            .help(format!("`stackwright show {}` lists its parameters", component.id))
            .guess(key, component.params.keys().map(String::as_str));
        problems.push(at.key(key).name().point(problem));
    }
    let mut params = Params::new();
    for (key, param) in &component.params {
        let Some(value) = given.get(key).or(param.default.as_ref()) else {
            let problem = Diagnostic::error(format!("{label}: parameter `{key}` has no value and no default"));
            problems.push(at.point(problem.note(param.help.clone())));
            continue;
        };
        // A default that doesn't fit is the component's fault.
        let own = component.at().key("params").key(key).key("default");
        let at = if given.contains_key(key) { at.key(key) } else { own };
        match validate(&param.question(key), value, engine, &context(&Answers::new())) {
            Ok(value) => drop(params.insert(key.clone(), value)),
            Err(reasons) => {
                for why in reasons {
                    let problem = Diagnostic::error(format!("{label}: parameter `{key}`: {why}"));
                    problems.push(at.point(problem.note(param.help.clone())));
                }
            }
        }
    }
    params
}
