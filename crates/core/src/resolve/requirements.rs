//! What each unit needs from others, with conditions and lists decided.
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Run;
use super::draft::{Draft, DraftUnit};
use crate::blueprint::dynamic;
use crate::catalog::{Component, Requirement};
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
    let own = (&unit.component, &unit.component.requires, &unit.unit.params);
    let added = unit.features.iter().map(|(feature, params, added)| (feature, &added.requires, params));
    let mut decided = Decided::default();
    let mut declared: BTreeMap<String, &Component> = BTreeMap::new();
    for (component, requires, params) in std::iter::once(own).chain(added) {
        for (alias, requirement) in requires {
            let label = format!("component `{}`, requires `{alias}`", component.id);
            for (name, item) in aliases(run, &label, alias, requirement, unit, params)? {
                let context = dynamic(json!({
                    "project": project, "unit": { "name": unit.unit.name }, "params": params, "item": item,
                }));
                let text = |text: &String| run.engine.text(&label, text, &context);
                let mut one = Requirement { replaces: false, variables: BTreeMap::new(), ..requirement.clone() };
                for (name, value) in &requirement.variables {
                    one.variables.insert(text(name)?, value.clone());
                }
                if let Some(unit) = &requirement.unit {
                    decided.1.insert(name.clone(), text(unit)?);
                }
                if let Some(first) = declared.insert(name.clone(), component)
                    && !requirement.replaces
                    && decided.0.get(&name) != Some(&one)
                {
                    return Err(Box::new(twice(run, unit, alias, first, component)));
                }
                decided.0.insert(name, one);
            }
        }
    }
    Ok(decided)
}

/// Two requirements of one alias that differ.
fn twice(run: &Run, unit: &DraftUnit, alias: &str, first: &Component, second: &Component) -> Diagnostic {
    let host = &unit.component.id;
    let place =
        |component: &Component| run.catalog.line_of(&component.id, &unit.path_in(component, &["requires", alias]));
    Diagnostic::error(format!(
        "unit `{}`: `{}` and `{}` both require something as `{alias}`, and not the same",
        unit.unit.name, first.id, second.id
    ))
    .note(format!("one is in {}", place(first)))
    .note(format!("the other is in {}", place(second)))
    .help(format!(
        "write `replaces: true` where the feature means to change what `{host}` requires, or choose another alias"
    ))
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
