//! Names: unique across the stack, and short enough for every target.
use std::collections::BTreeMap;

use super::draft::{Draft, DraftUnit, with_other};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::Process;

/// The longest name of a port that every target accepts.
const MAX_ENDPOINT: usize = 15;

/// Checks the names of processes and endpoints.
pub(super) fn check(draft: &Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut owners: BTreeMap<&str, &DraftUnit> = BTreeMap::new();
    for unit in &draft.units {
        for process in &unit.unit.processes {
            if let Some(other) = owners.insert(process.id.as_str(), unit) {
                let problem = Diagnostic::error(format!(
                    "`{}` is the name of a process of `{}` and of one of `{}`",
                    process.id, unit.unit.name, other.unit.name
                ));
                let problem = with_other(problem.help("rename one of the units"), other.at().key("name"));
                problems.push(unit.at().key("name").point(problem));
            }
            ports(unit, process, &mut problems);
        }
        for endpoint in &unit.unit.endpoints {
            let fits = endpoint.name.len() <= MAX_ENDPOINT
                && endpoint.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            if !fits {
                let problem = Diagnostic::error(format!(
                    "endpoint `{}` of `{}`: a port's name has at most {MAX_ENDPOINT} lower-case letters, digits and hyphens",
                    endpoint.name, unit.unit.name
                ));
                let at = unit.described_at(&format!("endpoint `{}`", endpoint.name));
                problems.push(unit.blame(at.point(problem)));
            }
        }
    }
    problems.into_result(())
}

/// Two endpoints of a process need two ports.
fn ports(unit: &DraftUnit, process: &Process, problems: &mut Diagnostics) {
    let mut ports = BTreeMap::new();
    for endpoint in process.serves.iter().filter_map(|name| unit.unit.endpoint(name)) {
        if let Some(other) = ports.insert(endpoint.port, &endpoint.name) {
            let problem = Diagnostic::error(format!(
                "process `{}` serves `{other}` and `{}` on the same port {}",
                process.id, endpoint.name, endpoint.port
            ));
            let place = |name: &str| unit.described_at(&format!("endpoint `{name}`")).key("port");
            let problem = with_other(problem.help("give one of them another port"), place(other));
            problems.push(unit.blame(place(&endpoint.name).point(problem)));
        }
    }
}
