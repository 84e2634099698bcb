//! Target `app`: a service's own source, from its component and the features that extend it.
use std::collections::BTreeMap;

use minijinja::value::Value;
use serde_json::Value as Json;

use super::Scope;
use super::plan::{Job, Planner};
use crate::blueprint::dynamic;
use crate::catalog::{Component, FileRule};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::locks;
use crate::stack::{Params, Unit};
use crate::tree::{Glob, Ownership};

/// A feature of the service with what its templates see.
struct Part {
    component: String,
    context: Vec<(&'static str, Value)>,
}

/// Adds the service's files.
pub(super) fn plan(planner: &mut Planner, unit: &Unit, component: &Component) -> Result<(), Diagnostics> {
    let scope = Scope { unit: planner.stack.unit(unit.name.as_str()), ..planner.whole() };
    let own = shared(planner, unit, component)?;
    let parts: Vec<Part> = unit
        .features
        .iter()
        .map(|feature| {
            let mut context = own.clone();
            context.push(("params", dynamic(&feature.params)));
            Part { component: feature.component.clone(), context }
        })
        .collect();
    let slots = slots(planner, &scope, component, &parts)?;
    let mut context = own.clone();
    context.push(("params", dynamic(&unit.params)));
    context.push(("slots", dynamic(&slots)));
    files(planner, &scope, unit, &component.id, &format!("components/{}/app", component.id), &context, component)?;
    for mut part in parts {
        part.context.push(("slots", dynamic(&slots)));
        let folder = format!("components/{}/on/{}/app", part.component, component.id);
        let feature = planner.catalog.component(&part.component)?;
        files(planner, &scope, unit, &part.component, &folder, &part.context, &feature)?;
    }
    Ok(())
}

/// What all templates of the service see beside the general names.
fn shared(planner: &Planner, unit: &Unit, component: &Component) -> Result<Vec<(&'static str, Value)>, Diagnostics> {
    let features: Vec<&str> = unit.features.iter().map(|feature| feature.component.as_str()).collect();
    let dependencies = dependencies(planner, unit, component)?;
    let texts = locks::render(&unit.name, &dependencies, planner.catalog)?;
    let variables: Vec<_> = planner.stack.variables_of(&unit.name).collect();
    let groups: BTreeMap<String, &Json> =
        dependencies.iter().map(|(group, names)| (group.split('-').collect::<Vec<_>>().join("_"), names)).collect();
    Ok(vec![
        ("features", dynamic(&features)),
        ("variables", dynamic(&variables)),
        ("dependencies", dynamic(&groups)),
        ("locks", dynamic(&texts)),
    ])
}

/// The direct dependencies of a service and its features, by package manager group.
pub(super) fn dependencies(
    planner: &Planner,
    unit: &Unit,
    component: &Component,
) -> Result<BTreeMap<String, Json>, Diagnostics> {
    let mut all: BTreeMap<String, Json> = BTreeMap::new();
    let mut add = |id: &str, dependencies: &BTreeMap<String, Json>, params: &Params| -> Result<(), Diagnostics> {
        let context = dynamic(serde_json::json!({ "params": params }));
        for (group, more) in dependencies {
            let more = planner.engine.value(id, more, &context)?;
            locks::merge(all.entry(group.clone()).or_insert(Json::Null), &more);
        }
        Ok(())
    };
    add(&component.id, &component.dependencies, &unit.params)?;
    for feature in &unit.features {
        let found = planner.catalog.component(&feature.component)?;
        if let Some(added) = found.on.get(&component.id) {
            add(&found.id, &added.dependencies, &feature.params)?;
        }
    }
    Ok(all)
}

/// The text of every slot: what the features put there, in their order.
fn slots(
    planner: &Planner,
    scope: &Scope,
    component: &Component,
    parts: &[Part],
) -> Result<BTreeMap<String, String>, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut slots: BTreeMap<String, String> =
        component.slots.iter().map(|slot| (slot.id.clone(), String::new())).collect();
    let known: Vec<&str> = component.slots.iter().map(|slot| slot.id.as_str()).collect();
    for part in parts {
        let folder = format!("components/{}/on/{}/slots", part.component, component.id);
        let files: Vec<String> = planner.catalog.files_under(&folder).map(str::to_owned).collect();
        for file in files {
            let Some(slot) = slots.get_mut(&file) else {
                problems.push(
                    Diagnostic::error(format!("`{}` has no slot `{file}`", component.id))
                        .file(format!("{folder}/{file}"))
                        .note(format!("its slots are {}", known.join(", "))),
                );
                continue;
            };
            let text = planner.engine.render(&format!("{folder}/{file}"), &planner.context(scope, &part.context));
            slot.extend(problems.absorb(text));
        }
    }
    for text in slots.values_mut() {
        text.truncate(text.trim_end_matches('\n').len());
    }
    problems.into_result(slots)
}

fn files(
    planner: &mut Planner,
    scope: &Scope,
    unit: &Unit,
    owner: &str,
    folder: &str,
    extra: &[(&'static str, Value)],
    component: &Component,
) -> Result<(), Diagnostics> {
    let context = planner.context(scope, extra);
    let Some(directory) = unit.directory() else { return Ok(()) };
    let paths: Vec<String> = planner.catalog.files_under(folder).map(str::to_owned).collect();
    let pattern = |rule: &FileRule| Glob::new(rule.from.trim_start_matches("app/"));
    let own = component.files.iter().filter(|rule| rule.to.is_none());
    let rules: Vec<_> = own.map(|rule| (rule, pattern(rule))).collect();
    for file in paths {
        let wanted = rules.iter().find(|(_, pattern)| pattern.matches(&file)).map(|(rule, _)| *rule);
        if let Some(when) = wanted.and_then(|rule| rule.when.as_ref())
            && !planner.engine.holds(&component.id, when, &context)?
        {
            continue;
        }
        let path = planner.engine.text(folder, &format!("{directory}/{file}"), &context)?;
        planner.push(Job {
            path,
            template: format!("{folder}/{file}"),
            context: context.clone(),
            owner: wanted.and_then(|rule| rule.owner).unwrap_or(Ownership::Seeded),
            component: owner.to_owned(),
            verbatim: wanted.is_some_and(|rule| rule.verbatim),
        });
    }
    Ok(())
}
