//! What components say must hold of their instances, and slots that take one feature.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::Run;
use super::bindings::holds;
use super::draft::{Draft, DraftUnit, with_other};
use crate::blueprint::{Rule, dynamic};
use crate::catalog::{Catalog, Component, Extension, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Context;
use crate::stack::Params;
use crate::yaml::At;

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
            exclusive(unit, &filled, &mut problems);
        }
        let subjects =
            std::iter::once(Subject::unit(unit)).chain((0..unit.features.len()).map(|at| Subject::feature(unit, at)));
        for subject in subjects {
            let facts = Facts { unit: Some(unit), filled: filled.keys().copied().collect(), provided: &provided };
            subject.check(run, draft, stage, &facts, &mut problems);
        }
    }
    for platform in &draft.platforms {
        let component = run.catalog.component(&platform.component)?;
        let facts = Facts { unit: None, filled: BTreeSet::new(), provided: &provided };
        let spec = run.spec.platforms.iter().find(|spec| platform.name == *spec.name);
        let place = spec.map(|spec| spec.place.clone()).unwrap_or_default();
        let subject = Subject::platform(platform, &component, place.at());
        subject.check(run, draft, stage, &facts, &mut problems);
    }
    problems.into_result(())
}

/// Names of the units and platforms that provide each capability.
fn provided(run: &Run, draft: &Draft) -> Result<BTreeMap<String, Vec<String>>, Diagnostics> {
    let mut provided: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |component: &Component, params: &Params, name: &str| -> Result<(), Diagnostics> {
        for (capability, provision) in &component.provides {
            if holds(run, component, capability, provision, params)? {
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
pub(crate) fn fills(catalog: &Catalog, feature: &Component, host: &str, added: &Extension, slot: &str) -> bool {
    let text = format!("components/{}/on/{host}/slots/{slot}", feature.id);
    added.fills.iter().any(|known| known == slot) || catalog.text(&text).is_some()
}

/// Refuses two features in a slot for one.
fn exclusive(unit: &DraftUnit, filled: &BTreeMap<&str, Vec<&str>>, problems: &mut Diagnostics) {
    for slot in unit.component.slots.iter().filter(|slot| slot.exclusive) {
        let Some([first, second, ..]) = filled.get(slot.id.as_str()).map(Vec::as_slice) else { continue };
        let problem = Diagnostic::error(format!(
            "unit `{}`: the features `{first}` and `{second}` both fill `{}`, which takes one",
            unit.unit.name, slot.id
        ));
        let problem = problem.code(REFUSED).help("remove one of them");
        let place = |id: &str| unit.features.iter().position(|(feature, ..)| feature.id == id);
        let place = |id: &str| place(id).map(|at| unit.spec.features[at].place.clone()).unwrap_or_default();
        problems.push(place(second).at().point(with_other(problem, place(first).at())));
    }
}

/// What rules are about: a unit, a feature of it, or a platform.
struct Subject<'a> {
    label: String,
    params: &'a Params,
    /// The rules, each with its place in the component's file.
    rules: Vec<(&'a Rule, At<'a>)>,
    /// Where the stack describes it, and the unit that it belongs to.
    at: At<'a>,
    unit_at: At<'a>,
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
            params: &unit.unit.params,
            rules: placed(&unit.component.rules, unit.component.at()).collect(),
            at: unit.at(),
            unit_at: unit.at(),
        }
    }

    fn feature(unit: &'a DraftUnit, index: usize) -> Self {
        let (component, params, added) = &unit.features[index];
        let own = placed(&component.rules, component.at());
        let here = placed(&added.rules, component.at().key("on").key(&unit.component.id));
        Self {
            label: format!("unit `{}`, feature `{}`", unit.unit.name, component.id),
            params,
            rules: own.chain(here).collect(),
            at: unit.spec.features.get(index).map_or(unit.at(), |spec| spec.place.at()),
            ..Self::unit(unit)
        }
    }

    fn platform(platform: &'a crate::stack::Platform, component: &'a Component, at: At<'a>) -> Self {
        Self {
            label: format!("platform `{}`", platform.name),
            params: &platform.params,
            rules: placed(&component.rules, component.at()).collect(),
            at,
            unit_at: at,
        }
    }

    fn check(&self, run: &Run, draft: &Draft, stage: Stage, facts: &Facts, problems: &mut Diagnostics) {
        let context = self.context(draft, facts);
        for (rule, at) in &self.rules {
            let names = run.engine.names(&rule.that);
            let bound = names.iter().any(|name| name.split('.').next() == Some("bindings"));
            if bound != (stage == Stage::Bound) {
                continue;
            }
            if problems.absorb(run.engine.holds(*at, &rule.that, &context)) == Some(false) {
                problems.push(self.refusal(run, rule, *at, facts));
            }
        }
    }

    fn context(&self, draft: &Draft, facts: &Facts) -> Context {
        let unit = facts.unit;
        let features: Vec<&str> =
            unit.map(|u| u.features.iter().map(|(c, ..)| c.id.as_str()).collect()).unwrap_or_default();
        let bindings = unit.iter().flat_map(|unit| &unit.unit.bindings);
        let bindings: BTreeMap<&str, Value> = bindings
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

    fn refusal(&self, run: &Run, rule: &Rule, at: At, facts: &Facts) -> Diagnostic {
        let place = at.shown().unwrap_or_default();
        let mut problem = Diagnostic::error(format!("{}: {}", self.label, rule.because))
            .code(REFUSED)
            .note(format!("the rule is `{}`, {place}", rule.that));
        let names = run.engine.names(&rule.that);
        let read = self.read(&names, facts);
        if !read.is_empty() {
            let values: Vec<String> = read.iter().map(|(_, key, value)| format!("{key} is {}", plain(value))).collect();
            problem = problem.note(format!("here {}", values.join(", ")));
        }
        let help = literals(&rule.that).filter_map(|word| Self::who_would(run.catalog, facts, word));
        let help: Vec<String> = help.collect();
        let problem = problem.maybe_help((!help.is_empty()).then(|| help.join("; ")));
        let params = |own: bool| if own { self.at } else { self.unit_at }.key("params");
        let given = read.iter().find(|(own, key, _)| params(*own).has(key));
        given.map_or(self.at, |(own, key, _)| params(*own).key(key)).point(problem)
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

    /// What the catalog has to fill a slot, or to provide a capability, that a rule names and the stack lacks.
    fn who_would(catalog: &Catalog, facts: &Facts, word: &str) -> Option<String> {
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

/// Rules of a component with their places.
fn placed<'a>(rules: &'a [Rule], at: At<'a>) -> impl Iterator<Item = (&'a Rule, At<'a>)> {
    rules.iter().enumerate().map(move |(index, rule)| (rule, at.key("rules").item(index).key("that")))
}

/// The quoted texts of an expression.
pub(crate) fn literals(expression: &str) -> impl Iterator<Item = &str> {
    expression.split(['\'', '"']).skip(1).step_by(2)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text}`"),
        Value::Array(items) => format!("[{}]", items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
