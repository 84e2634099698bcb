//! The start order: what each process waits for.
use std::collections::BTreeSet;

use super::draft::{Draft, DraftUnit};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{Condition, Name, Process, Role, Start};

/// Puts the start order together: processes of the same unit, then the units that a unit uses.
pub(super) fn decide(draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mains: Vec<(Name, Option<(Name, Condition)>)> =
        draft.units.iter().map(|unit| (unit.unit.name.clone(), serving(unit))).collect();
    for unit in &mut draft.units {
        let mut waits: Vec<Vec<Start>> = Vec::new();
        for process in &unit.unit.processes {
            let mut after = providers(unit, process, &mains);
            after.extend(siblings(unit, process, &mut problems));
            after.sort_by(|a, b| a.process.cmp(&b.process));
            after.dedup();
            waits.push(after);
        }
        unit.unit.processes.iter_mut().zip(waits).for_each(|(process, after)| process.after = after);
    }
    cycles(draft, &mut problems);
    problems.into_result(())
}

/// The process of a unit that others wait for, and how they know that it is there.
fn serving(unit: &DraftUnit) -> Option<(Name, Condition)> {
    let process = unit.unit.processes.iter().find(|process| process.id == unit.unit.name)?;
    let asked = process.probes.ready.is_some() || process.probes.startup.is_some();
    Some((process.id.clone(), if asked { Condition::Healthy } else { Condition::Started }))
}

/// What a process waits for in the units that it can't start without.
fn providers(unit: &DraftUnit, process: &Process, mains: &[(Name, Option<(Name, Condition)>)]) -> Vec<Start> {
    let uses = unit.uses.get(process.name.as_str());
    let mut after: Vec<Start> = Vec::new();
    for binding in unit.unit.bindings.iter().filter(|binding| binding.hard) {
        if uses.is_some_and(|uses| !uses.contains(&binding.alias)) {
            continue;
        }
        let provider = mains.iter().find(|(name, _)| *name == binding.unit);
        if let Some((_, Some((id, until)))) = provider
            && !after.iter().any(|start| start.process == *id)
        {
            after.push(Start { process: id.clone(), until: *until });
        }
    }
    after
}

/// What a process waits for in its own unit: jobs, and what its component says.
fn siblings(unit: &DraftUnit, process: &Process, problems: &mut Diagnostics) -> Vec<Start> {
    let all = &unit.unit.processes;
    let jobs = all.iter().filter(|other| process.long_running() && other.role == Role::Job);
    let mut after: Vec<Start> =
        jobs.map(|job| Start { process: job.id.clone(), until: Condition::Completed }).collect();
    for (index, wanted) in unit.after.get(process.name.as_str()).into_iter().flatten().enumerate() {
        let Some(other) = all.iter().find(|other| other.name == **wanted) else {
            let problem = Diagnostic::error(format!(
                "component `{}`: process `{}` comes after `{wanted}`, which does not exist",
                unit.unit.component, process.name
            ));
            let problem = problem.guess(wanted, all.iter().map(|other| other.name.as_str()));
            let at = unit.described_at(&format!("process `{}`", process.name)).key("after").item(index);
            problems.push(unit.blame(at.point(problem)));
            continue;
        };
        let until = if other.role == Role::Job { Condition::Completed } else { Condition::Healthy };
        after.push(Start { process: other.id.clone(), until });
    }
    after
}

/// Processes that wait for each other never start; each such ring is said once.
fn cycles(draft: &Draft, problems: &mut Diagnostics) {
    let all: Vec<(&DraftUnit, &Process)> =
        draft.units.iter().flat_map(|unit| unit.unit.processes.iter().map(move |process| (unit, process))).collect();
    let mut done = BTreeSet::new();
    for (_, process) in &all {
        let mut path = Vec::new();
        if let Some(ring) = ring(&process.id, &all, &mut path, &mut done) {
            problems.push(waiting(&ring, &all));
        }
    }
}

/// The way from a process back to one that is on the way already. `done` holds what leads nowhere.
fn ring<'a>(
    id: &'a Name,
    all: &[(&DraftUnit, &'a Process)],
    path: &mut Vec<&'a Name>,
    done: &mut BTreeSet<&'a Name>,
) -> Option<Vec<&'a Name>> {
    if let Some(at) = path.iter().position(|known| *known == id) {
        return Some(path[at..].to_vec());
    }
    if !done.insert(id) {
        return None;
    }
    path.push(id);
    let (_, process) = all.iter().find(|(_, process)| process.id == *id)?;
    let found = process.after.iter().find_map(|start| ring(&start.process, all, path, done));
    path.pop();
    found
}

/// The message about a ring: where the first of its processes says what it waits for.
fn waiting(ring: &[&Name], all: &[(&DraftUnit, &Process)]) -> Diagnostic {
    let path = ring.iter().chain(ring.first()).map(|id| id.as_str()).collect::<Vec<_>>().join(" → ");
    let problem = Diagnostic::error(format!("nothing of this starts, for each waits for the next: {path}"));
    let owner = |id: &Name| all.iter().find(|(_, process)| process.id == *id);
    let units: BTreeSet<&Name> = ring.iter().filter_map(|id| Some(&owner(id)?.0.unit.name)).collect();
    let Some((unit, process)) = ring.first().and_then(|id| owner(id)) else { return problem };
    if units.len() == 1 && ring.len() > 1 {
        let at = unit.described_at(&format!("process `{}`", process.name)).key("after");
        let problem = problem.note("a process waits for every job of its unit, and for what stands under `after`");
        return unit.blame(at.point(problem.help("remove one of them from `after`")));
    }
    let next = ring.get(1).or(ring.first()).and_then(|id| owner(id)).map(|(unit, _)| &unit.unit.name);
    let binding = unit.unit.bindings.iter().find(|binding| binding.hard && Some(&binding.unit) == next);
    let alias = binding.map_or("", |binding| binding.alias.as_str());
    let problem = problem
        .note(format!("`{}` waits for what it requires as `{alias}`", process.id))
        .help("choose another unit under `uses`, or let a component start without the other: `soft: true`");
    unit.at().key("uses").key(alias).point(problem)
}
