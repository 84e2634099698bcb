//! Budgets: time to stop, and connections to a database.
use super::draft::Draft;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{Environment, Process, Provider};

/// The longest that a process may take to stop; schedulers of work and people wait for it.
const MAX_STOP: u32 = 900;
/// Connections that stay free for operators and migrations.
const RESERVE: u32 = 10;

/// Checks that every sum fits.
pub(super) fn check(draft: &Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    for unit in &draft.units {
        for process in unit.unit.processes.iter().filter(|process| process.stop_timeout > MAX_STOP) {
            let problem = Diagnostic::error(format!(
                "`{}` needs {} seconds to stop, more than {MAX_STOP}",
                process.id, process.stop_timeout
            ))
            .note(format!("it drains for {} seconds; the rest is the margin before and after", process.drain))
            .help("make its work smaller, or let it be resumed after a kill");
            problems.push(unit.at().key("params").point(problem));
        }
    }
    connections(draft, &mut problems);
    problems.into_result(())
}

fn connections(draft: &Draft, problems: &mut Diagnostics) {
    for database in &draft.units {
        let Some(limit) = database.unit.connection_limit else { continue };
        for environment in &draft.environments {
            if database.unit.provider(&environment.name) == Provider::External {
                continue; // its limit is not ours to know
            }
            let users = users(draft, database.unit.name.as_str(), environment);
            let sum: u32 = users.iter().map(|(_, replicas, each)| replicas * each).sum();
            if sum + RESERVE > limit {
                let mut problem = Diagnostic::error(format!(
                    "in `{}` up to {sum} connections are opened to `{}`, which accepts {limit} with {RESERVE} in reserve",
                    environment.name, database.unit.name
                ));
                for (id, replicas, each) in users {
                    problem = problem.note(format!("{id}: {replicas} × {each}"));
                }
                let problem =
                    problem.help("lower `replicas` or the pool sizes, or put a connection pooler between them");
                problems.push(database.at().key("name").point(problem));
            }
        }
    }
}

/// Processes that open connections to a unit: id, replicas, connections of one replica.
fn users<'a>(draft: &'a Draft, database: &str, environment: &Environment) -> Vec<(&'a str, u32, u32)> {
    let uses = |unit: &crate::stack::Unit| unit.bindings.iter().any(|binding| binding.unit == *database);
    let of_unit = draft.units.iter().filter(|unit| uses(&unit.unit));
    of_unit
        .flat_map(|unit| &unit.unit.processes)
        .filter(|process| process.connections > 0)
        .map(|process| (process.id.as_str(), replicas(process, environment), process.connections))
        .collect()
}

/// The replicas that may run at once: while a release rolls out, one more than wanted.
fn replicas(process: &Process, environment: &Environment) -> u32 {
    let usual = environment.replicas.get(process.id.as_str()).copied().unwrap_or(1);
    let wanted = process.scale.max.filter(|_| !environment.is_local()).map_or(usual, |max| max.max(usual));
    wanted + u32::from(!process.singleton && process.long_running())
}
