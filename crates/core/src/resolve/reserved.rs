//! Words that a component can't use: for its parameters, its unit's name and the project's.
use serde_json::Value;

use super::Run;
use super::draft::{Draft, DraftUnit};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::Params;

/// Checks every name that templates make other names of.
pub(super) fn check(run: &Run, draft: &Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    for unit in &draft.units {
        if let Err(found) = unit_words(run, draft, unit, &mut problems) {
            problems.extend(found);
        }
    }
    for platform in &draft.platforms {
        for unit in &draft.units {
            let name = unit.unit.name.as_str();
            if let Some(why) = run.catalog.reserved().reason(&platform.component, "others", name)? {
                let problem = Diagnostic::error(format!("unit `{name}`, beside `{}`: {why}", platform.name));
                problems.push(unit.at().key("name").point(problem));
            }
        }
    }
    problems.into_result(())
}

fn unit_words(run: &Run, draft: &Draft, unit: &DraftUnit, problems: &mut Diagnostics) -> Result<(), Diagnostics> {
    let name = unit.unit.name.as_str();
    let places = unit.spec.features.iter().map(|spec| spec.place.at());
    let features = unit.unit.features.iter().zip(places);
    let features = features.map(|(feature, at)| (feature.component.as_str(), &feature.params, at));
    let own = (unit.unit.component.as_str(), &unit.unit.params, unit.at());
    for (component, params, at) in std::iter::once(own).chain(features) {
        for parameter in run.catalog.reserved().words_of(component)?.keys() {
            let (what, words, at) = match parameter.as_str() {
                "unit" => (format!("unit `{name}`"), vec![name], unit.at().key("name")),
                "project" => (
                    "the project's name".to_owned(),
                    vec![draft.project.name.as_str()],
                    run.spec.project.place.at().key("name"),
                ),
                _ => {
                    let what = format!("unit `{name}`: parameter `{parameter}`");
                    (what, texts(params, parameter), at.key("params").key(parameter))
                }
            };
            for word in words {
                if let Some(why) = run.catalog.reserved().reason(component, parameter, word)? {
                    let problem = Diagnostic::error(format!("{what}: {why}"));
                    problems.push(at.point(problem));
                }
            }
        }
    }
    Ok(())
}

/// The parameter's text, or the texts of its list.
fn texts<'a>(params: &'a Params, parameter: &str) -> Vec<&'a str> {
    match params.get(parameter) {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        value => value.and_then(Value::as_str).into_iter().collect(),
    }
}
