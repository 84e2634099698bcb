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
            let chosen = choose(run, draft, unit, alias, requirement);
            let chosen = chosen.map_err(|problem| unit.at().key("uses").key(alias).point(*problem));
            bindings.extend(problems.absorb(chosen).flatten());
        }
        for alias in unit.spec.uses.keys().filter(|alias| !unit.requires.contains_key(*alias)) {
            problems.push(unit.at().key("uses").key(alias).name().point(stranger(unit, alias)));
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
    unit.requires.iter().map(|(alias, need)| (alias, &need.requirement))
}

/// An alias under `uses` that nothing has.
fn stranger(unit: &DraftUnit, alias: &str) -> Diagnostic {
    let known = || unit.requires.keys().map(String::as_str);
    let problem = Diagnostic::error(format!("`{}` requires nothing that it calls `{alias}`", unit.unit.name));
    match did_you_mean(alias, known()) {
        Some(guess) => problem.help(format!("did you mean `{guess}`?")),
        None if unit.requires.is_empty() => problem.note("it requires nothing"),
        None => problem.note(format!("it calls what it requires {}", known().collect::<Vec<_>>().join(", "))),
    }
}

/// The unit that serves a requirement: the named one, or the only one that can.
fn choose(
    run: &Run,
    draft: &Draft,
    unit: &DraftUnit,
    alias: &str,
    requirement: &Requirement,
) -> Result<Option<Binding>, Box<Diagnostic>> {
    let wanted = &requirement.capability;
    let asked = format!("`{}` requires `{alias}` with capability `{wanted}`", unit.unit.name);
    let mut offers = Vec::new();
    for provider in &draft.units {
        offers.push((provider, offer(run, provider, wanted)?));
    }
    let others = || offers.iter().filter(|(provider, _)| provider.unit.name != unit.unit.name);
    let able: Vec<_> = others().filter_map(|(provider, offer)| Some((*provider, offer.provision()?))).collect();
    if let Some(name) = unit.spec.uses.get(alias) {
        let Some((provider, offer)) = offers.iter().find(|(provider, _)| provider.unit.name == **name) else {
            let problem = Diagnostic::error(format!("{asked}, but there is no unit `{name}`"));
            let known = draft.units.iter().map(|unit| unit.unit.name.as_str());
            return Err(Box::new(problem.guess(name, known)));
        };
        let Some(provision) = offer.provision() else {
            let problem = Diagnostic::error(format!("{asked}, which `{name}` doesn't provide"));
            let problem = offer.reason().into_iter().fold(problem, Diagnostic::note);
            return Err(Box::new(match able.as_slice() {
                [] => advice(run, problem, &offers, wanted),
                able => problem.help(choice(alias, able)),
            }));
        };
        return bind(provider, alias, requirement, provision).map(Some);
    }
    match able.as_slice() {
        [(provider, provision)] => bind(provider, alias, requirement, provision).map(Some),
        [] if requirement.optional => Ok(None),
        [] => {
            let problem = Diagnostic::error(format!("{asked}, and no unit provides it"));
            let reasons = others().filter_map(|(_, offer)| offer.reason());
            Err(Box::new(advice(run, reasons.fold(problem, Diagnostic::note), &offers, wanted)))
        }
        several => {
            let problem = Diagnostic::error(format!("{asked}, and several units provide it: {}", names(several)));
            Err(Box::new(problem.help(choice(alias, several))))
        }
    }
}

type Able<'a> = (&'a DraftUnit, &'a Provision);

fn names(able: &[Able]) -> String {
    able.iter().map(|(unit, _)| unit.unit.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// How one of several units is chosen.
fn choice(alias: &str, able: &[Able]) -> String {
    let first = able.first().map_or("", |(unit, _)| unit.unit.name.as_str());
    match able {
        [_] => format!("`{first}` provides it: `uses: {{ {alias}: {first} }}`"),
        several => format!("choose one of {}: `uses: {{ {alias}: {first} }}`", names(several)),
    }
}

/// Whether a unit provides a capability.
enum Offer<'a> {
    Yes(&'a Provision),
    /// Its component could, but not with these parameters; with the reason.
    Not(String),
    /// Its component knows nothing of it.
    Never,
}

impl<'a> Offer<'a> {
    fn provision(&self) -> Option<&'a Provision> {
        if let Self::Yes(provision) = self { Some(provision) } else { None }
    }

    fn reason(&self) -> Option<String> {
        if let Self::Not(because) = self { Some(because.clone()) } else { None }
    }
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
    run.engine.holds(component.at().key("provides").key(capability).key("when"), when, &context)
}

fn offer<'a>(run: &Run, unit: &'a DraftUnit, capability: &str) -> Result<Offer<'a>, Box<Diagnostic>> {
    let Some(provision) = unit.component.provides.get(capability) else { return Ok(Offer::Never) };
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
    Ok(Offer::Not(format!("{because}; `{}` has {settings}", unit.unit.name)))
}

/// What to do about a capability that no unit provides.
fn advice(run: &Run, problem: Diagnostic, offers: &[(&DraftUnit, Offer)], wanted: &str) -> Diagnostic {
    if let Some((unit, _)) = offers.iter().find(|(_, offer)| matches!(offer, Offer::Not(_))) {
        let (component, name) = (&unit.component.id, &unit.unit.name);
        return problem
            .help(format!("add a second `{component}` with other parameters for it, or change those of `{name}`"));
    }
    match providers_of(run, wanted).as_slice() {
        [] => problem
            .note(format!("no component of the catalog provides `{wanted}`"))
            .help("`stackwright list` shows what each provides"),
        components => problem.help(format!("add a unit for it, whose component is {}", components.join(" or "))),
    }
}

/// The components that provide a capability. One that can't be read is none of them.
pub(super) fn providers_of(run: &Run, capability: &str) -> Vec<String> {
    let provides = |id: &&str| run.catalog.component(id).is_ok_and(|found| found.provides.contains_key(capability));
    let ids = run.catalog.component_ids().into_iter();
    ids.filter(provides).map(|id| format!("`{id}`")).collect()
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
        let at = provider.component.at().key("provides").key(&requirement.capability).key("endpoint");
        let problem = Diagnostic::error(format!(
            "component `{}` doesn't say which endpoint serves `{}`",
            provider.unit.component, requirement.capability
        ));
        Box::new(at.point(problem.help("name one: `endpoint: …` under `provides`")))
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
