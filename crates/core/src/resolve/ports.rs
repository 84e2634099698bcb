//! Ports on a developer's machine: as the description says, each used once.
use std::collections::BTreeMap;

use super::Run;
use super::draft::{Draft, DraftUnit};
use crate::blueprint::PortSpec;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::stack::Endpoint;

/// Publishes the endpoints that the description names.
pub(super) fn publish(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut taken: BTreeMap<u16, String> = BTreeMap::new();
    for unit in &mut draft.units {
        let name = unit.unit.name.clone();
        for (endpoint, port) in &unit.spec.publish {
            let PortSpec::Number(port) = port else { continue }; // expansion left numbers only
            let mark = |problem| run.place.mark(problem, "units", &unit.spec.name, &["publish", endpoint]);
            if let Some(other) = taken.insert(*port, format!("{name}.{endpoint}")) {
                problems.push(mark(
                    Diagnostic::error(format!("port {port} is published by `{other}` and by `{name}.{endpoint}`"))
                        .help("give one of them another port"),
                ));
            }
            let names = unit.unit.endpoints.iter().map(|known| known.name.as_str());
            let guess = did_you_mean(endpoint, names);
            match unit.unit.endpoints.iter_mut().find(|known| known.name == *endpoint) {
                Some(known) => known.host_port = Some(*port),
                None => problems.push(mark(
                    Diagnostic::error(format!("`{name}` has no endpoint `{endpoint}`"))
                        .maybe_help(guess.map(|guess| format!("did you mean `{guess}`?"))),
                )),
            }
        }
    }
    platforms(run, draft, taken, &mut problems)?;
    problems.into_result(())
}

/// Publishes what platform entries run on a developer's machine; a port that is taken gives way to the next free one.
fn platforms(
    run: &Run,
    draft: &mut Draft,
    mut taken: BTreeMap<u16, String>,
    problems: &mut Diagnostics,
) -> Result<(), Diagnostics> {
    for platform in &mut draft.platforms {
        for (name, spec) in &run.catalog.component(&platform.component)?.endpoints {
            let runs = |unit: &&DraftUnit| unit.unit.processes.iter().any(|process| process.id == **name);
            if let Some(unit) = draft.units.iter().find(runs) {
                let message = format!(
                    "`{}` and `{}` both run a `{name}` on a developer's machine",
                    unit.unit.name, platform.name
                );
                let problem = Diagnostic::error(message).help(format!("rename the unit `{}`", unit.unit.name));
                problems.push(run.place.mark(problem, "units", &unit.spec.name, &[]));
            }
            let port = (spec.port..).find(|port| !taken.contains_key(port)).unwrap_or(spec.port);
            taken.insert(port, format!("{}.{name}", platform.name));
            platform.endpoints.push(Endpoint {
                name: name.clone(),
                port: spec.port,
                protocol: spec.protocol,
                scrape: None,
                host_port: Some(port),
            });
        }
    }
    Ok(())
}
