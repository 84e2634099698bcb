//! Ports on a developer's machine: as the description says, each used once, and each with a variable that moves it.
use std::collections::BTreeMap;

use super::Run;
use super::draft::{Draft, with_other};
use crate::blueprint::PortSpec;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::Endpoint;
use crate::yaml::Place;

/// A published port: who publishes it, under which variable, and where that is said.
struct Published {
    what: String,
    port: u16,
    variable: String,
    place: Place,
}

/// Publishes the endpoints that the description names, and refuses what would clash.
pub(super) fn publish(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    for unit in &mut draft.units {
        let name = &unit.unit.name;
        for (endpoint, port) in &unit.spec.publish {
            let PortSpec::Number(port) = port else { continue }; // expansion left numbers only
            if let Some(known) = unit.unit.endpoints.iter_mut().find(|known| known.name == *endpoint) {
                known.host_port = Some(*port);
                continue;
            }
            let problem = Diagnostic::error(format!("`{name}` has no endpoint `{endpoint}`"))
                .guess(endpoint, unit.unit.endpoints.iter().map(|known| known.name.as_str()));
            problems.push(unit.spec.place.at().key("publish").key(endpoint).name().point(problem));
        }
    }
    problems.into_result(())?;
    let published = published(draft);
    problems = clashes(&published);
    let taken = published.into_iter().map(|open| (open.port, open.what)).collect();
    platforms(run, draft, taken)?;
    problems.into_result(())
}

/// Every endpoint of a unit that is published.
fn published(draft: &Draft) -> Vec<Published> {
    let mut all = Vec::new();
    for unit in &draft.units {
        for endpoint in &unit.unit.endpoints {
            if let (Some(port), Some(variable)) = (endpoint.host_port, unit.unit.port_variable(&endpoint.name)) {
                let place = unit.spec.place.key("publish").key(&endpoint.name);
                all.push(Published { what: format!("{}.{}", unit.unit.name, endpoint.name), port, variable, place });
            }
        }
    }
    all
}

/// Equal ports, and equal variables.
fn clashes(all: &[Published]) -> Diagnostics {
    let mut problems = Diagnostics::new();
    let (mut ports, mut variables) = (BTreeMap::new(), BTreeMap::new());
    let clash = |message: String, help: &str, first: &Published, second: &Published| {
        second.place.at().point(with_other(Diagnostic::error(message).help(help), first.place.at()))
    };
    for own in all {
        if let Some(other) = ports.insert(own.port, own) {
            let message = format!("port {} is published by `{}` and by `{}`", own.port, other.what, own.what);
            problems.push(clash(message, "give one of them another port", other, own));
        }
        if let Some(other) = variables.insert(&own.variable, own) {
            let message =
                format!("`{}` and `{}` would both be moved by the variable {}", other.what, own.what, own.variable);
            problems.push(clash(message, "rename one of the units", other, own));
        }
    }
    problems
}

/// Publishes what platform entries run on a developer's machine; a port that is taken gives way to the next free one.
fn platforms(run: &Run, draft: &mut Draft, mut taken: BTreeMap<u16, String>) -> Result<(), Diagnostics> {
    for platform in &mut draft.platforms {
        for (name, spec) in &run.catalog.component(&platform.component)?.endpoints {
            let port = (spec.port..=u16::MAX).find(|port| !taken.contains_key(port)).unwrap_or(spec.port);
            taken.insert(port, format!("{}.{name}", platform.name));
            platform.endpoints.push(Endpoint {
                name: name.clone(),
                port: spec.port,
                protocol: spec.protocol,
                admin: true,
                scrape: None,
                host_port: Some(port),
            });
        }
    }
    Ok(())
}
