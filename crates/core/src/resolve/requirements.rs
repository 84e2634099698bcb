//! What each unit needs from others, with conditions and lists decided.
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Run;
use super::draft::{Draft, DraftUnit};
use crate::blueprint::dynamic;
use crate::catalog::Requirement;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{Params, Project};

type Step<T> = Result<T, Box<Diagnostic>>;

/// Fills in the requirements of every unit and of its features, by alias.
pub(super) fn decide(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let project = draft.project.clone();
    for unit in &mut draft.units {
        match of(run, unit, &project) {
            Ok((requires, uses)) => {
                unit.requires = requires;
                for (alias, name) in uses {
                    unit.spec.uses.entry(alias).or_insert(name);
                }
            }
            Err(problem) => problems.push(run.place.mark(*problem, "units", &unit.spec.name, &["component"])),
        }
    }
    problems.into_result(())
}

type Decided = (BTreeMap<String, Requirement>, BTreeMap<String, String>);

fn of(run: &Run, unit: &DraftUnit, project: &Project) -> Step<Decided> {
    let own = (unit.component.id.as_str(), &unit.component.requires, &unit.unit.params);
    let added = unit.features.iter().map(|(feature, params, added)| (feature.id.as_str(), &added.requires, params));
    let mut decided = Decided::default();
    for (component, requires, params) in std::iter::once(own).chain(added) {
        for (alias, requirement) in requires {
            let label = format!("component `{component}`, requires `{alias}`");
            for (alias, item) in aliases(run, &label, alias, requirement, unit, params)? {
                let context = dynamic(json!({
                    "project": project, "unit": { "name": unit.unit.name }, "params": params, "item": item,
                }));
                let text = |text: &String| run.engine.text(&label, text, &context);
                let mut one = requirement.clone();
                one.variables = BTreeMap::new();
                for (name, value) in &requirement.variables {
                    one.variables.insert(text(name)?, value.clone());
                }
                if let Some(unit) = &requirement.unit {
                    decided.1.insert(alias.clone(), text(unit)?);
                }
                decided.0.insert(alias, one);
            }
        }
    }
    Ok(decided)
}

/// The aliases that a requirement has in this unit: none, its own, or one per item.
fn aliases(
    run: &Run,
    label: &str,
    alias: &str,
    requirement: &Requirement,
    unit: &DraftUnit,
    params: &Params,
) -> Step<Vec<(String, Value)>> {
    let context = dynamic(json!({ "unit": { "name": unit.unit.name }, "params": params }));
    if let Some(when) = &requirement.when
        && !run.engine.holds(label, when, &context)?
    {
        return Ok(Vec::new());
    }
    let Some(each) = &requirement.each else { return Ok(vec![(alias.to_owned(), Value::Null)]) };
    let items = crate::render::to_json(&run.engine.evaluate(label, each, &context)?);
    let texts = super::processes::names(&items);
    Ok(texts.map(|item| (format!("{alias}-{item}"), Value::String(item))).collect())
}
