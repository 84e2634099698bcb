//! Which machines run each process, where an environment runs on hosts.
use std::collections::BTreeMap;

use super::Run;
use super::draft::{Draft, DraftUnit, name};
use crate::blueprint::EnvironmentSpec;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{Environment, HostGroup, Name, Process, Provider, Runtime};

/// Places every process, or says why it can't be.
pub(super) fn decide(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    for spec in &run.spec.environments {
        let Some(at) = draft.environments.iter().position(|environment| environment.name == *spec.name) else {
            continue;
        };
        let mut found = groups(spec, &draft.environments[at]);
        found.extend(wishes(draft, spec, &draft.environments[at]));
        if found.is_empty() {
            draft.environments[at].placement = placement(draft, spec, &draft.environments[at], &mut problems);
        }
        problems.extend(spec.place.at().key("name").point_all(found));
    }
    problems.into_result(())
}

/// What is wrong with the groups of machines.
fn groups(spec: &EnvironmentSpec, environment: &Environment) -> Diagnostics {
    let mut problems = Diagnostics::new();
    let own = &environment.name;
    match (environment.runtime, environment.groups.is_empty()) {
        (Runtime::Hosts, true) => problems.push(
            Diagnostic::error(format!("`{own}` runs on hosts and names none"))
                .help("name its machines: `groups: [{ name: app, hosts: [app-1.example.com] }]`"),
        ),
        (Runtime::Hosts, false) | (_, true) => {}
        (_, false) => problems.push(
            Diagnostic::error(format!("`{own}` names groups of hosts and doesn't run on hosts"))
                .help("say `runtime: hosts`, or remove `groups`"),
        ),
    }
    for (at, group) in environment.groups.iter().enumerate() {
        let HostGroup { name: called, hosts } = group;
        let place = spec.place.key("groups").item(at);
        let at_name = place.at().key("name");
        name(called, "a group's name", at_name, &mut problems);
        if hosts.is_empty() {
            let problem = Diagnostic::error(format!("the group `{called}` of `{own}` has no hosts"));
            problems.push(place.at().key("hosts").point(problem));
        }
        if environment.groups[..at].iter().any(|other| other.name == *called) {
            let problem = Diagnostic::error(format!("`{own}` has two groups `{called}`")).help("rename one of them");
            problems.push(at_name.point(problem));
        }
    }
    problems
}

/// What is wrong with the wishes where to place something.
fn wishes(draft: &Draft, spec: &EnvironmentSpec, environment: &Environment) -> Diagnostics {
    let mut problems = Diagnostics::new();
    let names = || draft.units.iter().flat_map(names);
    for (wanted, group) in &spec.placement {
        if !names().any(|known| known == wanted) {
            let problem = Diagnostic::error(format!("there is no unit or process `{wanted}` to place"));
            let problem = problem.guess(wanted, names());
            problems.push(spec.place.at().key("placement").key(wanted).name().point(problem));
        }
        let groups = || environment.groups.iter().map(|group| group.name.as_str());
        if !groups().any(|known| known == group) {
            let known = groups().collect::<Vec<_>>().join(", ");
            let problem = Diagnostic::error(format!("`{}` has no group `{group}` for `{wanted}`", environment.name));
            let problem = problem.note(format!("its groups are {known}")).guess(group, groups());
            problems.push(spec.place.at().key("placement").key(wanted).point(problem));
        }
    }
    problems
}

/// A unit and its processes, by name.
fn names(unit: &DraftUnit) -> impl Iterator<Item = &str> {
    let processes = unit.unit.processes.iter().map(|process| process.id.as_str());
    std::iter::once(unit.unit.name.as_str()).chain(processes)
}

/// The group of every process that runs on one of the environment's machines.
fn placement(
    draft: &Draft,
    spec: &EnvironmentSpec,
    environment: &Environment,
    problems: &mut Diagnostics,
) -> BTreeMap<String, Name> {
    let mut placement = BTreeMap::new();
    let runs =
        |unit: &&DraftUnit| matches!(unit.unit.provider(&environment.name), Provider::Container | Provider::Package);
    for unit in draft.units.iter().filter(runs) {
        for process in &unit.unit.processes {
            if let Some(group) = group(unit, process, spec, environment) {
                let at = spec.place.at().key("groups");
                placement.insert(process.id.to_string(), name(group, "a group's name", at, problems));
            }
        }
    }
    placement
}

/// The group of a process: as the environment says, as its component prefers, or the first.
fn group<'a>(
    unit: &'a DraftUnit,
    process: &Process,
    spec: &'a EnvironmentSpec,
    environment: &'a Environment,
) -> Option<&'a str> {
    let said = spec.placement.get(process.id.as_str()).or_else(|| spec.placement.get(unit.unit.name.as_str()));
    let preferred = unit.component.package.as_ref().and_then(|package| package.group.as_ref());
    let there = |wanted: &&String| environment.groups.iter().any(|group| group.name == **wanted);
    let first = environment.groups.first().map(|group| &group.name);
    said.or_else(|| preferred.filter(there)).or(first).map(String::as_str)
}
