//! What each unit and platform entry offers to others, and what they may know about it.
use std::collections::BTreeMap;

use serde_json::json;

use super::Run;
use super::bindings::served;
use super::draft::{Draft, DraftUnit};
use crate::blueprint::dynamic;
use crate::catalog::Provision;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Context;
use crate::stack::{Environment, Name, Platform, Project, Provided, Provider};
use crate::yaml::At;

type Step<T> = Result<T, Box<Diagnostic>>;
type Offers = BTreeMap<String, Provided>;

/// States the facts of every unit and platform entry.
pub(super) fn state(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let Draft { project, units, platforms, environments } = draft;
    for unit in units {
        let found = of_unit(run, project, unit, environments).map_err(|problem| unit.blame(*problem));
        (unit.unit.provides, unit.unit.hosts) = problems.absorb(found).unwrap_or_default();
    }
    for platform in platforms {
        platform.provides = problems.absorb(of_platform(run, project, platform)).unwrap_or_default();
    }
    problems.into_result(())
}

/// What a unit offers, and under which names it answers.
fn of_unit(
    run: &Run,
    project: &Project,
    draft: &DraftUnit,
    environments: &[Environment],
) -> Step<(Offers, BTreeMap<Name, String>)> {
    let unit = &draft.unit;
    let mut offers = Offers::new();
    let base = run.base(&unit.name);
    let context = dynamic(json!({ "project": project, "unit": unit, "params": unit.params, "base": base }));
    add(run, draft.component.at(), &draft.component.provides, &context, &mut offers)?;
    for (capability, offer) in &mut offers {
        let provision = &draft.component.provides[capability];
        offer.endpoint = served(unit, provision).map(|endpoint| endpoint.name.clone());
    }
    for (feature, params, added) in &draft.features {
        let context = dynamic(json!({ "project": project, "unit": unit, "params": params, "base": base }));
        let at = feature.at().key("on").key(&draft.component.id);
        add(run, at, &added.provides, &context, &mut offers)?;
        for (capability, provision) in &added.provides {
            if let (Some(offer), Some(endpoint)) = (offers.get_mut(capability), &provision.endpoint) {
                offer.endpoint = Some(endpoint.clone());
            }
        }
    }
    let mut hosts = BTreeMap::new();
    if let Some(host) = draft.component.operator.as_ref().and_then(|operator| operator.host.as_ref()) {
        let host = run.engine.text(draft.component.at().key("operator").key("host"), host, &context)?;
        let run_so = environments.iter().filter(|environment| unit.provider(&environment.name) == Provider::Operator);
        hosts.extend(run_so.map(|environment| (environment.name.clone(), host.clone())));
    }
    let main = unit.main_process().map(|process| process.id.as_str()).unwrap_or_default();
    let machines = environments
        .iter()
        .filter_map(|environment| Some((environment.name.clone(), environment.hosts_of(main).first()?.clone())));
    hosts.extend(machines);
    Ok((offers, hosts))
}

/// What a platform entry offers.
fn of_platform(run: &Run, project: &Project, platform: &Platform) -> Result<Offers, Diagnostics> {
    let component = run.catalog.component(&platform.component)?;
    let mut offers = Offers::new();
    let context = dynamic(json!({ "project": project, "platform": platform, "params": platform.params }));
    add(run, component.at(), &component.provides, &context, &mut offers)?;
    Ok(offers)
}

/// Adds what holds of a component's or feature's offers; facts that are there already are replaced.
fn add(run: &Run, at: At, provides: &BTreeMap<String, Provision>, context: &Context, offers: &mut Offers) -> Step<()> {
    for (capability, provision) in provides {
        let at = at.key("provides").key(capability);
        if let Some(when) = &provision.when
            && !run.engine.holds(at.key("when"), when, context)?
        {
            continue;
        }
        let offer = offers.entry(capability.clone()).or_default();
        for (fact, value) in &provision.facts {
            let value = run.engine.value(at.key("facts").key(fact), value, context)?;
            offer.facts.insert(fact.clone(), value);
        }
    }
    Ok(())
}
