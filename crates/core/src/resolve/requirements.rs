//! What each unit needs from others, with conditions and lists decided.
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Run;
use super::draft::{Draft, DraftUnit, Need, with_other};
use crate::blueprint::dynamic;
use crate::catalog::Requirement;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Context;
use crate::stack::{Params, Project};
use crate::yaml::{At, Place};

type Step<T> = Result<T, Box<Diagnostic>>;

/// Fills in the requirements of every unit and of its features, by alias.
pub(super) fn decide(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let project = draft.project.clone();
    for unit in &mut draft.units {
        let decided = of(run, unit, &project).map_err(|problem| unit.blame(*problem));
        let (requires, uses) = problems.absorb(decided).unwrap_or_default();
        unit.requires = requires;
        for (alias, name) in uses {
            unit.spec.uses.entry(alias).or_insert(name);
        }
    }
    problems.into_result(())
}

type Decided = (BTreeMap<String, Need>, BTreeMap<String, String>);

fn of(run: &Run, unit: &DraftUnit, project: &Project) -> Step<Decided> {
    let own = (&unit.component, &unit.component.requires, &unit.unit.params);
    let added = unit.features.iter().map(|(feature, params, added)| (feature, &added.requires, params));
    let mut decided = Decided::default();
    for (component, requires, params) in std::iter::once(own).chain(added) {
        for (alias, requirement) in requires {
            let place = unit.place_in(component).key("requires").key(alias);
            for (name, item) in aliases(run, place.at(), alias, requirement, unit, params)? {
                let context = dynamic(json!({
                    "project": project, "unit": { "name": unit.unit.name }, "params": params, "item": item,
                }));
                if let Some(unit) = &requirement.unit {
                    decided.1.insert(name.clone(), run.engine.text(place.at().key("unit"), unit, &context)?);
                }
                let mut need = need(run, requirement, &component.id, place.clone(), &context)?;
                if let Some(first) = decided.0.remove(&name) {
                    if !requirement.replaces && first.requirement != need.requirement {
                        return Err(Box::new(twice(unit, alias, &first, &need)));
                    }
                    // What is claimed stays claimed, whatever else is asked of the same provider.
                    need.claims.extend(first.claims);
                }
                decided.0.insert(name, need);
            }
        }
    }
    Ok(decided)
}

/// The requirement with its texts filled in.
fn need(run: &Run, requirement: &Requirement, by: &str, place: Place, context: &Context) -> Step<Need> {
    let at = place.at();
    let mut variables = BTreeMap::new();
    for (name, value) in &requirement.variables {
        variables.insert(run.engine.text(at.key("variables").key(name), name, context)?, value.clone());
    }
    let mut claims = Vec::new();
    if let Some(claim) = &requirement.claims {
        let claimed = run.engine.value(at.key("claims"), &Value::String(claim.clone()), context)?;
        claims.extend(super::processes::names(&claimed).map(|claim| (claim, requirement.because.clone())));
    }
    let requirement = Requirement { replaces: false, variables, ..requirement.clone() };
    Ok(Need { requirement, claims, by: by.to_owned(), place })
}

/// Two requirements of one alias that differ.
fn twice(unit: &DraftUnit, alias: &str, first: &Need, second: &Need) -> Diagnostic {
    let (one, other) = (&first.by, &second.by);
    let problem =
        Diagnostic::error(format!("`{one}` and `{other}` both require something as `{alias}`, and not the same"));
    let problem = with_other(problem, first.place.at()).help(format!(
        "write `replaces: true` where the feature means to change what `{}` requires, or choose another alias",
        unit.component.id
    ));
    second.place.at().name().point(problem)
}

/// The aliases that a requirement has in this unit: none, its own, or one per item.
fn aliases(
    run: &Run,
    at: At,
    alias: &str,
    requirement: &Requirement,
    unit: &DraftUnit,
    params: &Params,
) -> Step<Vec<(String, Value)>> {
    let context = dynamic(json!({ "unit": { "name": unit.unit.name }, "params": params }));
    if let Some(when) = &requirement.when
        && !run.engine.holds(at.key("when"), when, &context)?
    {
        return Ok(Vec::new());
    }
    let Some(each) = &requirement.each else { return Ok(vec![(alias.to_owned(), Value::Null)]) };
    let items = run.engine.items(at.key("each"), each, &context)?;
    let texts = items.iter().filter_map(|item| item.as_str().map(str::to_owned));
    Ok(texts.map(|item| (format!("{alias}-{item}"), Value::String(item))).collect())
}
