//! Names: unique across the stack, and short enough for every target.
use std::collections::BTreeMap;

use super::Run;
use super::draft::Draft;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The longest name of a port that every target accepts.
const MAX_ENDPOINT: usize = 15;

/// Checks the names of processes and endpoints.
pub(super) fn check(run: &Run, draft: &Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    for unit in &draft.units {
        let mark = |problem| run.place.mark(problem, "units", &unit.spec.name, &[]);
        for process in &unit.unit.processes {
            if let Some(other) = owners.insert(process.id.as_str(), unit.unit.name.as_str()) {
                problems.push(mark(
                    Diagnostic::error(format!(
                        "`{}` is the name of a process of `{}` and of one of `{other}`",
                        process.id, unit.unit.name
                    ))
                    .help("rename one of the units"),
                ));
            }
        }
        for endpoint in &unit.unit.endpoints {
            let fits = endpoint.name.len() <= MAX_ENDPOINT
                && endpoint.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            if !fits {
                problems.push(mark(Diagnostic::error(format!(
                    "endpoint `{}` of `{}`: a port's name has at most {MAX_ENDPOINT} lower-case letters, digits and hyphens",
                    endpoint.name, unit.unit.name
                ))));
            }
        }
        for process in &unit.unit.processes {
            let mut ports = BTreeMap::new();
            for endpoint in process.serves.iter().filter_map(|name| unit.unit.endpoint(name)) {
                if let Some(other) = ports.insert(endpoint.port, &endpoint.name) {
                    problems.push(mark(Diagnostic::error(format!(
                        "process `{}` serves `{other}` and `{}` on the same port {}",
                        process.id, endpoint.name, endpoint.port
                    ))));
                }
            }
        }
    }
    problems.into_result(())
}
