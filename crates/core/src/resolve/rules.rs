//! What components say must hold of their instances, and slots that take one feature.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Run;
use super::bindings::holds;
use super::draft::{Draft, DraftUnit};
use crate::blueprint::{Rule, dynamic};
use crate::catalog::{Catalog, Component, Extension, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Context;
use crate::stack::Params;

/// The code of a refusal by a component's rule.
pub const REFUSED: &str = "rule";

/// When a rule is checked: as soon as what it reads is known, so that its message comes before the consequences.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Parameters, features and what is provided are known.
    Described,
    /// What everything is bound to is known, too.
    Bound,
}

/// Checks the rules of every unit, its features and the platforms.
pub(super) fn check(run: &Run, draft: &Draft, stage: Stage) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let provided = provided(run, draft)?;
    for unit in &draft.units {
        let filled = filled(run.catalog, unit);
        if stage == Stage::Described {
            exclusive(run, unit, &filled, &mut problems);
        }
        let subjects =
            std::iter::once(Subject::unit(unit)).chain(unit.features.iter().map(|f| Subject::feature(unit, f)));
        for subject in subjects {
            let facts = Facts { unit: Some(unit), filled: filled.keys().copied().collect(), provided: &provided };
            subject.check(run, draft, stage, &facts, &mut problems);
        }
    }
    for platform in &draft.platforms {
        let component = run.catalog.component(&platform.component)?;
        let facts = Facts { unit: None, filled: BTreeSet::new(), provided: &provided };
        Subject::platform(platform, &component).check(run, draft, stage, &facts, &mut problems);
    }
    problems.into_result(())
}

/// Names of the units and platforms that provide each capability.
fn provided(run: &Run, draft: &Draft) -> Result<BTreeMap<String, Vec<String>>, Diagnostics> {
    let mut provided: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |component: &Component, params: &Params, name: &str| -> Result<(), Diagnostics> {
        for (capability, provision) in &component.provides {
            if holds(run, component, capability, provision, params).map_err(|problem| *problem)? {
                provided.entry(capability.clone()).or_default().push(name.to_owned());
            }
        }
        Ok(())
    };
    for unit in &draft.units {
        add(&unit.component, &unit.unit.params, unit.unit.name.as_str())?;
    }
    for platform in &draft.platforms {
        add(&*run.catalog.component(&platform.component)?, &platform.params, platform.name.as_str())?;
    }
    Ok(provided)
}

/// Slots of the service that features of it fill, with the features.
fn filled<'a>(catalog: &'a Catalog, unit: &'a DraftUnit) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut filled: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for slot in &unit.component.slots {
        for (feature, _, added) in &unit.features {
            if fills(catalog, feature, &unit.component.id, added, &slot.id) {
                filled.entry(&slot.id).or_default().push(&feature.id);
            }
        }
    }
    filled
}

/// Whether a feature fills a slot of a service: by its word, or with text.
fn fills(catalog: &Catalog, feature: &Component, host: &str, added: &Extension, slot: &str) -> bool {
    let text = format!("components/{}/on/{host}/slots/{slot}", feature.id);
    added.fills.iter().any(|known| known == slot) || catalog.text(&text).is_some()
}

/// Refuses two features in a slot for one.
fn exclusive(run: &Run, unit: &DraftUnit, filled: &BTreeMap<&str, Vec<&str>>, problems: &mut Diagnostics) {
    for slot in unit.component.slots.iter().filter(|slot| slot.exclusive) {
        let Some([first, second, ..]) = filled.get(slot.id.as_str()).map(Vec::as_slice) else { continue };
        let problem = Diagnostic::error(format!(
            "unit `{}`: the features `{first}` and `{second}` both fill `{}`, which takes one",
            unit.unit.name, slot.id
        ));
        let problem = problem.code(REFUSED).help("remove one of them");
        problems.push(run.place.mark(problem, "units", &unit.spec.name, &["features", second]));
    }
}

/// What rules are about: a unit, a feature of it, or a platform.
struct Subject<'a> {
    label: String,
    component: &'a Component,
    params: &'a Params,
    /// The rules, each with the keys that lead to it in the component's file.
    rules: Vec<(&'a Rule, Vec<String>)>,
    /// The list of the description that it stands in, its name there, and the keys down to it.
    list: &'static str,
    name: &'a str,
    keys: Vec<&'a str>,
}

/// What the rules of a subject may read beside its parameters.
struct Facts<'a> {
    unit: Option<&'a DraftUnit>,
    filled: BTreeSet<&'a str>,
    provided: &'a BTreeMap<String, Vec<String>>,
}

impl<'a> Subject<'a> {
    fn unit(unit: &'a DraftUnit) -> Self {
        Self {
            label: format!("unit `{}`", unit.unit.name),
            component: &unit.component,
            params: &unit.unit.params,
            rules: placed(&unit.component.rules, &[]),
            list: "units",
            name: &unit.spec.name,
            keys: Vec::new(),
        }
    }

    fn feature(
        unit: &'a DraftUnit,
        (component, params, added): &'a (std::sync::Arc<Component>, Params, Extension),
    ) -> Self {
        Self {
            label: format!("unit `{}`, feature `{}`", unit.unit.name, component.id),
            component,
            params,
            rules: [placed(&component.rules, &[]), placed(&added.rules, &["on", &unit.component.id])].concat(),
            keys: vec!["features", &component.id],
            ..Self::unit(unit)
        }
    }

    fn platform(platform: &'a crate::stack::Platform, component: &'a Component) -> Self {
        Self {
            label: format!("platform `{}`", platform.name),
            component,
            params: &platform.params,
            rules: placed(&component.rules, &[]),
            list: "platforms",
            name: platform.name.as_str(),
            keys: Vec::new(),
        }
    }

    fn check(&self, run: &Run, draft: &Draft, stage: Stage, facts: &Facts, problems: &mut Diagnostics) {
        let context = self.context(draft, facts);
        for (rule, path) in &self.rules {
            let names = run.engine.names(&rule.that);
            let bound = names.iter().any(|name| name.split('.').next() == Some("bindings"));
            if bound != (stage == Stage::Bound) {
                continue;
            }
            let label = format!("component `{}`, rules", self.component.id);
            match run.engine.holds(&label, &rule.that, &context) {
                Ok(true) => {}
                Ok(false) => problems.push(self.refusal(run, rule, path, facts)),
                Err(problem) => problems.push(*problem),
            }
        }
    }

    fn context(&self, draft: &Draft, facts: &Facts) -> Context {
        let unit = facts.unit;
        let features: Vec<&str> =
            unit.map(|u| u.features.iter().map(|(c, ..)| c.id.as_str()).collect()).unwrap_or_default();
        let bindings: BTreeMap<&str, Value> = unit
            .map(|u| u.unit.bindings.iter())
            .into_iter()
            .flatten()
            .map(|binding| (binding.alias.as_str(), json!({ "unit": binding.unit, "capability": binding.capability })))
            .collect();
        dynamic(json!({
            "params": self.params,
            "unit": unit.map(|u| json!({ "name": u.unit.name, "kind": u.unit.kind, "params": u.unit.params })),
            "features": features,
            "filled": facts.filled,
            "bindings": bindings,
            "provided": facts.provided,
            "project": draft.project,
        }))
    }

    fn refusal(&self, run: &Run, rule: &Rule, path: &[String], facts: &Facts) -> Diagnostic {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let place = run.catalog.line_of(&self.component.id, &path);
        let mut problem = Diagnostic::error(format!("{}: {}", self.label, rule.because))
            .code(REFUSED)
            .note(format!("the rule is `{}`, {place}", rule.that));
        let names = run.engine.names(&rule.that);
        let read = self.read(&names, facts);
        if !read.is_empty() {
            let values: Vec<String> = read.iter().map(|(_, key, value)| format!("{key} is {}", plain(value))).collect();
            problem = problem.note(format!("here {}", values.join(", ")));
        }
        let help = literals(&rule.that).filter_map(|word| self.who_would(run.catalog, facts, word));
        let help: Vec<String> = help.collect();
        let problem = problem.maybe_help((!help.is_empty()).then(|| help.join("; ")));
        let given = read.iter().find(|(own, key, _)| self.gives(facts, *own, key));
        let keys = match given {
            Some((true, key, _)) => [self.keys.as_slice(), &["params", key]].concat(),
            Some((false, key, _)) => vec!["params", key],
            None => self.keys.clone(),
        };
        run.place.mark(problem, self.list, self.name, &keys)
    }

    /// Parameters that a rule reads: whether it is one of the subject's own, its id and its value.
    fn read<'n>(&self, names: &'n BTreeSet<String>, facts: &Facts) -> Vec<(bool, &'n str, Value)> {
        let mut read: Vec<(bool, &str, Value)> = Vec::new();
        for path in names {
            let (own, key) = match (path.strip_prefix("params."), path.strip_prefix("unit.params.")) {
                (Some(key), _) => (true, key),
                (_, Some(key)) => (false, key),
                _ => continue,
            };
            let key = key.split('.').next().unwrap_or(key);
            let params = if own { Some(self.params) } else { facts.unit.map(|unit| &unit.unit.params) };
            if let Some(value) = params.and_then(|params| params.get(key))
                && !read.iter().any(|known| (known.0, known.1) == (own, key))
            {
                read.push((own, key, value.clone()));
            }
        }
        read
    }

    /// Whether the description gives that parameter, instead of leaving it to its default.
    fn gives(&self, facts: &Facts, own: bool, key: &str) -> bool {
        let Some(unit) = facts.unit else { return true };
        let feature = unit.spec.features.iter().find(|spec| self.keys.get(1) == Some(&spec.component.as_str()));
        let given = if own { feature.map_or(&unit.spec.params, |feature| &feature.params) } else { &unit.spec.params };
        given.contains_key(key)
    }

    /// What the catalog has to fill a slot, or to provide a capability, that a rule names and the stack lacks.
    fn who_would(&self, catalog: &Catalog, facts: &Facts, word: &str) -> Option<String> {
        let host = &facts.unit?.component;
        let slot = host.slots.iter().any(|slot| slot.id == word) && !facts.filled.contains(word);
        let fitting = |component: &Component| match component.on.get(&host.id) {
            Some(added) if slot => fills(catalog, component, &host.id, added, word),
            _ => !slot && component.kind != Kind::Feature && component.provides.contains_key(word),
        };
        if !slot && facts.provided.contains_key(word) {
            return Some(format!("`{word}` is provided by {}", facts.provided[word].join(", ")));
        }
        let ids = catalog.component_ids();
        let known = ids.iter().filter(|id| catalog.component(id).is_ok_and(|component| fitting(&component)));
        let known: Vec<String> = known.map(|id| format!("`{id}`")).collect();
        let list = known.join(" or ");
        match (known.is_empty(), slot) {
            (true, _) => None,
            (false, true) => Some(format!("the feature {list} fills `{word}`")),
            (false, false) => Some(format!("the component {list} provides `{word}`")),
        }
    }
}

/// Rules with the keys that lead to them from `prefix`.
fn placed<'a>(rules: &'a [Rule], prefix: &[&str]) -> Vec<(&'a Rule, Vec<String>)> {
    let path = |index: usize| {
        let steps = prefix.iter().map(|step| (*step).to_owned());
        steps.chain(["rules".to_owned(), index.to_string(), "that".to_owned()]).collect()
    };
    rules.iter().enumerate().map(|(index, rule)| (rule, path(index))).collect()
}

/// The quoted texts of an expression.
fn literals(expression: &str) -> impl Iterator<Item = &str> {
    expression.split(['\'', '"']).skip(1).step_by(2)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
