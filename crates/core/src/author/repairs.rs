//! What might content the rules that refuse a description: what they name, and other values of what they read.
use super::bench::Bench;
use super::small::{complete, platform, unit};
use crate::blueprint::{Answers, FeatureSpec, StackSpec};
use crate::catalog::{Component, Kind, Rule};
use crate::diagnostic::Diagnostics;
use crate::resolve::{fills, literals};
use crate::yaml::Place;

/// Descriptions that differ in one thing which a rule that refuses them names or reads. Parameters that are `given` to
/// the component that is tried stay as they are.
pub(super) fn all(bench: &Bench, spec: &StackSpec, refusals: &Diagnostics, given: &Answers) -> Vec<StackSpec> {
    let mut found = Vec::new();
    for at in 0..spec.units.len() {
        let Ok(component) = bench.catalog.component(&spec.units[at].component) else { continue };
        let refuses = |rule: &Rule| {
            let unit = format!("`{}`", spec.units[at].name);
            refusals.iter().any(|said| said.message.contains(&unit) && said.message.ends_with(&rule.because))
        };
        let rules = rules(bench, spec, at, &component).into_iter().filter(|(rule, ..)| refuses(rule));
        for (rule, own, feature) in rules {
            for word in literals(&rule.that) {
                found.extend(named(bench, spec, at, &component, word, &own));
            }
            found.extend(other_values(bench, spec, at, &component, &rule, feature, given));
        }
    }
    found
}

/// The rules about a unit: of its component, and of its features with their parameters.
fn rules(bench: &Bench, spec: &StackSpec, at: usize, component: &Component) -> Vec<(Rule, Answers, bool)> {
    let unit = &spec.units[at];
    let mut found: Vec<_> = component.rules.iter().map(|rule| (rule.clone(), unit.params.clone(), false)).collect();
    for feature in &unit.features {
        let Ok(part) = bench.catalog.component(&feature.component) else { continue };
        let here = part.on.get(&component.id).into_iter().flat_map(|added| &added.rules);
        found.extend(part.rules.iter().chain(here).map(|rule| (rule.clone(), feature.params.clone(), true)));
    }
    found
}

/// The description with what a rule names: a feature that fills a slot, a platform or a unit that provides a capability.
fn named(
    bench: &Bench,
    spec: &StackSpec,
    at: usize,
    component: &Component,
    word: &str,
    params: &Answers,
) -> Vec<StackSpec> {
    let mut found = Vec::new();
    let slot = component.slots.iter().any(|slot| slot.id == word);
    for part in bench.components() {
        let mut changed = spec.clone();
        let added = part.on.get(&component.id);
        if slot && added.is_some_and(|added| fills(&bench.catalog, &part, &component.id, added, word)) {
            if changed.units[at].features.iter().any(|feature| feature.component == part.id) {
                continue;
            }
            let mut params = Answers::new();
            complete(bench, &part, &mut params);
            let feature = FeatureSpec { component: part.id.clone(), when: None, params, place: Place::default() };
            changed.units[at].features.push(feature);
        } else if part.kind == Kind::Platform && part.provides.contains_key(word) {
            if changed.platforms.iter().any(|entry| entry.component == part.id) {
                continue;
            }
            let mut params = Answers::new();
            complete(bench, &part, &mut params);
            changed.platforms.push(platform(&format!("with-{}", part.id), &part, params));
        } else if matches!(part.kind, Kind::Service | Kind::Resource | Kind::Tool) && part.provides.contains_key(word) {
            // Rules about names compare them with what a list holds.
            let lists = params.values().filter_map(serde_json::Value::as_array).flatten();
            let mut names = lists.filter_map(serde_json::Value::as_str);
            let Some(name) = names.find(|name| spec.units.iter().all(|unit| unit.name != **name)) else { continue };
            let Some(offering) = bench.offering(&part, word, &Answers::new()) else { continue };
            changed.units.push(unit(bench, name, &part, offering));
        } else {
            continue;
        }
        found.push(changed);
    }
    found
}

/// The description with other values of the unit's parameters that a rule reads.
fn other_values(
    bench: &Bench,
    spec: &StackSpec,
    at: usize,
    component: &Component,
    rule: &Rule,
    feature: bool,
    given: &Answers,
) -> Vec<StackSpec> {
    let unit = &spec.units[at];
    let read = bench.engine.names(&rule.that);
    let prefix = if feature { "unit.params." } else { "params." };
    let mut params = bench.defaults(component);
    params.extend(unit.params.clone());
    let changes = bench.changes(component, &params).into_iter().filter(|(id, _)| {
        let tried = unit.name == super::small::SAMPLE && unit.features.is_empty() && given.contains_key(id);
        !tried && read.iter().any(|name| name.strip_prefix(prefix) == Some(id))
    });
    changes
        .map(|(id, value)| {
            let mut changed = spec.clone();
            changed.units[at].params.insert(id, value);
            changed
        })
        .collect()
}
