//! How many replicas of each process run in each environment.
use super::Run;
use super::draft::Draft;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::Provider;

/// Without anything that scales, every number is fixed.
fn fix(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    for platform in &draft.platforms {
        if run.catalog.component(&platform.component)?.scales {
            return Ok(());
        }
    }
    for process in draft.units.iter_mut().flat_map(|unit| &mut unit.unit.processes) {
        process.scale.max = None;
        process.scale.signals.clear();
    }
    Ok(())
}

/// Fills in the numbers that the description leaves open, and refuses those that can't hold.
pub(super) fn decide(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    fix(run, draft)?;
    let units = &draft.units;
    let processes =
        || units.iter().flat_map(|unit| unit.unit.processes.iter().map(move |process| (&unit.unit, process)));
    for environment in &mut draft.environments {
        let spec = run.spec.environments.iter().find(|spec| environment.name == *spec.name);
        let place = spec.map(|spec| spec.place.key("replicas")).unwrap_or_default();
        for (id, count) in &environment.replicas {
            let Some((_, process)) = processes().find(|(_, process)| process.id == **id) else {
                let problem = Diagnostic::error(format!("there is no process `{id}`"))
                    .guess(id, processes().map(|(_, process)| process.id.as_str()));
                problems.push(place.at().key(id).name().point(problem));
                continue;
            };
            if (process.singleton || process.stateful) && *count > 1 {
                let why =
                    if process.singleton { "two at once would do its work twice" } else { "its data has one owner" };
                let problem = Diagnostic::error(format!("`{id}` can't have {count} replicas: {why}"));
                problems.push(place.at().key(id).point(problem));
            }
        }
        for (unit, process) in processes().filter(|(_, process)| process.long_running()) {
            if matches!(unit.provider(&environment.name), Provider::Container | Provider::Package) {
                let usual = if environment.is_local() { process.scale.local } else { process.scale.default };
                environment.replicas.entry(process.id.to_string()).or_insert(usual);
            }
        }
    }
    problems.into_result(())
}
