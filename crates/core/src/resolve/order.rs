//! The start order: what each process waits for.
use super::Run;
use super::draft::{Draft, DraftUnit};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{Condition, Name, Role, Start};

/// Puts the start order together: processes of the same unit, then the units that a unit uses.
pub(super) fn decide(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mains: Vec<(Name, Option<(Name, Condition)>)> =
        draft.units.iter().map(|unit| (unit.unit.name.clone(), serving(unit))).collect();
    for unit in &mut draft.units {
        let siblings: Vec<(Name, Name, Role)> =
            unit.unit.processes.iter().map(|p| (p.name.clone(), p.id.clone(), p.role)).collect();
        for process in &mut unit.unit.processes {
            let uses = unit.uses.get(process.name.as_str());
            for binding in unit.unit.bindings.iter().filter(|binding| binding.hard) {
                if uses.is_some_and(|uses| !uses.contains(&binding.alias)) {
                    continue;
                }
                let provider = mains.iter().find(|(name, _)| *name == binding.unit);
                if let Some((_, Some((id, until)))) = provider
                    && !process.after.iter().any(|start| start.process == *id)
                {
                    process.after.push(Start { process: id.clone(), until: *until });
                }
            }
            let waits = process.long_running();
            for (_, id, _) in siblings.iter().filter(|(_, _, role)| waits && *role == Role::Job) {
                process.after.push(Start { process: id.clone(), until: Condition::Completed });
            }
            for wanted in unit.after.get(process.name.as_str()).into_iter().flatten() {
                let Some((_, id, role)) = siblings.iter().find(|(name, ..)| name == wanted.as_str()) else {
                    let problem = Diagnostic::error(format!(
                        "component `{}`: process `{}` comes after `{wanted}`, which does not exist",
                        unit.unit.component, process.name
                    ));
                    problems.push(run.place.mark(problem, "units", &unit.spec.name, &["component"]));
                    continue;
                };
                let until = if *role == Role::Job { Condition::Completed } else { Condition::Healthy };
                process.after.push(Start { process: id.clone(), until });
            }
            process.after.sort_by(|a, b| a.process.cmp(&b.process));
            process.after.dedup();
        }
    }
    problems.into_result(())
}

/// The process of a unit that others wait for, and how they know that it is there.
fn serving(unit: &DraftUnit) -> Option<(Name, Condition)> {
    let process = unit.unit.processes.iter().find(|process| process.id == unit.unit.name)?;
    let asked = process.probes.ready.is_some() || process.probes.startup.is_some();
    Some((process.id.clone(), if asked { Condition::Healthy } else { Condition::Started }))
}
