//! Joins every requirement to one provider, or says why it can't be done.
use super::Run;
use super::draft::{Draft, DraftUnit};
use crate::blueprint::dynamic;
use crate::catalog::{Component, Provision, Requirement};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::stack::{Binding, Endpoint, Name, Params, Unit};

/// Adds the bindings to the units.
pub(super) fn join(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut joined = Vec::new();
    for unit in &draft.units {
        let mut bindings = Vec::new();
        for (alias, requirement) in requirements(unit) {
            let mark = |problem| run.place.mark(problem, "units", &unit.spec.name, &["uses", alias]);
            match choose(run, draft, unit, alias, requirement) {
                Ok(Some(binding)) => bindings.push(binding),
                Ok(None) => {}
                Err(problem) => problems.push(mark(*problem)),
            }
        }
        for alias in unit.spec.uses.keys() {
            if !requirements(unit).any(|(known, _)| known == alias) {
                let guess = did_you_mean(alias, requirements(unit).map(|(known, _)| known.as_str()));
                let problem =
                    Diagnostic::error(format!("`{}` requires nothing that it calls `{alias}`", unit.unit.name))
                        .maybe_help(guess.map(|guess| format!("did you mean `{guess}`?")));
                problems.push(run.place.mark(problem, "units", &unit.spec.name, &["uses", alias]));
            }
        }
        bindings.sort_by(|a: &Binding, b| a.alias.cmp(&b.alias));
        joined.push(bindings);
    }
    for (unit, bindings) in draft.units.iter_mut().zip(joined) {
        unit.unit.bindings = bindings;
    }
    problems.into_result(())
}

/// The requirements of a unit and of its features, by alias.
pub(super) fn requirements(unit: &DraftUnit) -> impl Iterator<Item = (&String, &Requirement)> {
    unit.requires.iter()
}

fn choose(
    run: &Run,
    draft: &Draft,
    unit: &DraftUnit,
    alias: &str,
    requirement: &Requirement,
) -> Result<Option<Binding>, Box<Diagnostic>> {
    let wanted = &requirement.capability;
    let asked = format!("`{}` requires `{alias}` with capability `{wanted}`", unit.unit.name);
    if let Some(name) = unit.spec.uses.get(alias) {
        let Some(provider) = draft.unit(name) else {
            let guess = did_you_mean(name, draft.units.iter().map(|unit| unit.unit.name.as_str()));
            let help = guess.map(|guess| format!("did you mean `{guess}`?"));
            return Err(Box::new(
                Diagnostic::error(format!("{asked}, but there is no unit `{name}`")).maybe_help(help),
            ));
        };
        return match offer(run, provider, wanted)? {
            Offer::Yes(provision) => bind(provider, alias, requirement, provision).map(Some),
            Offer::No(because) => Err(Box::new(refusal(draft, &asked, &[(name.as_str(), because)], wanted))),
        };
    }
    let mut able = Vec::new();
    let mut unable = Vec::new();
    for provider in draft.units.iter().filter(|other| other.unit.name != unit.unit.name) {
        match offer(run, provider, wanted)? {
            Offer::Yes(provision) => able.push((provider, provision)),
            Offer::No(Some(because)) => unable.push((provider.unit.name.as_str(), Some(because))),
            Offer::No(None) => {}
        }
    }
    match able.as_slice() {
        [(provider, provision)] => bind(provider, alias, requirement, provision).map(Some),
        [] if requirement.optional => Ok(None),
        [] => Err(Box::new(refusal(draft, &asked, &unable, wanted))),
        several => {
            let names: Vec<_> = several.iter().map(|(unit, _)| unit.unit.name.as_str()).collect();
            Err(Box::new(
                Diagnostic::error(format!("{asked}, and several units provide it: {}", names.join(", ")))
                    .help(format!("choose one: `uses: {{ {alias}: {} }}`", names[0])),
            ))
        }
    }
}

/// Whether a unit provides a capability.
enum Offer<'a> {
    Yes(&'a Provision),
    /// It doesn't; with the reason if the component could.
    No(Option<String>),
}

/// Whether a component's provision holds with those parameters.
pub(super) fn holds(
    run: &Run,
    component: &Component,
    capability: &str,
    provision: &Provision,
    params: &Params,
) -> Result<bool, Box<Diagnostic>> {
    let Some(when) = &provision.when else { return Ok(true) };
    let context = dynamic(serde_json::json!({ "params": params }));
    let label = format!("component `{}`, provides `{capability}`", component.id);
    run.engine.holds(&label, when, &context)
}

fn offer<'a>(run: &Run, unit: &'a DraftUnit, capability: &str) -> Result<Offer<'a>, Box<Diagnostic>> {
    let Some(provision) = unit.component.provides.get(capability) else { return Ok(Offer::No(None)) };
    let Some(when) = &provision.when else { return Ok(Offer::Yes(provision)) };
    if holds(run, &unit.component, capability, provision, &unit.unit.params)? {
        return Ok(Offer::Yes(provision));
    }
    let settings = unit
        .unit
        .params
        .iter()
        .map(|(key, value)| format!("{key} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    let settings = settings.collect::<Vec<_>>().join(", ");
    let because = provision.because.clone().unwrap_or_else(|| format!("it holds only when {when}"));
    Ok(Offer::No(Some(format!("{because}; `{}` has {settings}", unit.unit.name))))
}

fn refusal(draft: &Draft, asked: &str, unable: &[(&str, Option<String>)], wanted: &str) -> Diagnostic {
    let mut problem = Diagnostic::error(format!("{asked}, and no unit provides it"));
    for (name, because) in unable {
        let why = because.clone().unwrap_or_else(|| format!("`{name}` doesn't provide `{wanted}`"));
        problem = problem.note(why);
    }
    let component = draft.units.iter().find(|unit| unit.component.provides.contains_key(wanted));
    problem.help(match component {
        Some(unit) => format!(
            "add a second `{}` with other parameters for it, or change those of `{}`",
            unit.component.id, unit.unit.name
        ),
        None => format!("add a unit whose component provides `{wanted}`; `stackwright list` shows them"),
    })
}

/// The endpoint at which a unit serves what it offers; the only one where the offer names none.
pub(super) fn served<'a>(unit: &'a Unit, provision: &Provision) -> Option<&'a Endpoint> {
    match (&provision.endpoint, unit.endpoints.as_slice()) {
        (Some(name), endpoints) => endpoints.iter().find(|endpoint| endpoint.name == *name),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

fn bind(
    provider: &DraftUnit,
    alias: &str,
    requirement: &Requirement,
    provision: &Provision,
) -> Result<Binding, Box<Diagnostic>> {
    let endpoint = served(&provider.unit, provision).ok_or_else(|| {
        Box::new(
            Diagnostic::error(format!(
                "component `{}` doesn't say which endpoint serves `{}`",
                provider.unit.component, requirement.capability
            ))
            .help("name one: `endpoint: …` under `provides`"),
        )
    })?;
    let unit: Name = provider.unit.name.clone();
    Ok(Binding {
        alias: alias.to_owned(),
        capability: requirement.capability.clone(),
        unit,
        endpoint: endpoint.name.clone(),
        hard: !requirement.optional && !requirement.soft,
    })
}
