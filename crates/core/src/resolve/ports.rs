//! Ports on a developer's machine: as the description says, each used once, and each with a variable that moves it.
use std::collections::BTreeMap;

use super::Run;
use super::draft::{Draft, with_other};
use crate::blueprint::PortSpec;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::yaml::Place;

/// A published port: who publishes it, under which variable, and where that is said.
struct Published {
    what: String,
    port: u16,
    variable: String,
    place: Place,
    /// Whether the description can't choose the port.
    fixed: bool,
}

/// Publishes the endpoints that the description names, and refuses what would clash.
pub(super) fn publish(run: &Run, draft: &mut Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    for unit in &mut draft.units {
        let name = &unit.unit.name;
        for (endpoint, port) in &unit.spec.publish {
            let PortSpec::Number(port) = port else { continue }; // expansion left numbers only
            let guess = did_you_mean(endpoint, unit.unit.endpoints.iter().map(|known| known.name.as_str()));
            match unit.unit.endpoints.iter_mut().find(|known| known.name == *endpoint) {
                Some(known) => known.host_port = Some(*port),
                None => problems.push(
                    unit.spec.place.at().key("publish").key(endpoint).name().point(
                        Diagnostic::error(format!("`{name}` has no endpoint `{endpoint}`"))
                            .maybe_help(guess.map(|guess| format!("did you mean `{guess}`?"))),
                    ),
                ),
            }
        }
    }
    problems.into_result(())?;
    clashes(&published(run, draft)).into_result(())
}

/// Everything that is published: endpoints of units, then what platforms bring for themselves.
fn published(run: &Run, draft: &Draft) -> Vec<Published> {
    let mut all = Vec::new();
    for unit in &draft.units {
        for endpoint in &unit.unit.endpoints {
            if let (Some(port), Some(variable)) = (endpoint.host_port, unit.unit.port_variable(&endpoint.name)) {
                let place = unit.spec.place.key("publish").key(&endpoint.name);
                let what = format!("{}.{}", unit.unit.name, endpoint.name);
                all.push(Published { what, port, variable, place, fixed: false });
            }
        }
    }
    for platform in &draft.platforms {
        let spec = run.spec.platforms.iter().find(|spec| platform.name == *spec.name);
        let place = spec.map(|spec| spec.place.key("name")).unwrap_or_default();
        for open in &platform.ports {
            let what = format!("{}.{}", platform.name, open.name);
            let (variable, place) = (open.variable.clone(), place.clone());
            all.push(Published { what, port: open.port, variable, place, fixed: true });
        }
    }
    all
}

/// Equal ports, and equal variables.
fn clashes(all: &[Published]) -> Diagnostics {
    let mut problems = Diagnostics::new();
    let (mut ports, mut variables) = (BTreeMap::new(), BTreeMap::new());
    for own in all {
        if let Some(other) = ports.insert(own.port, own) {
            let message = format!("port {} is published by `{}` and by `{}`", own.port, other.what, own.what);
            problems.push(clash(message, "give one of them another port under `publish`", other, own));
        }
        if let Some(other) = variables.insert(&own.variable, own) {
            let message =
                format!("`{}` and `{}` would both be moved by the variable {}", other.what, own.what, own.variable);
            problems.push(clash(message, "rename one of the units", other, own));
        }
    }
    problems
}

/// Shown at one that the description can change.
fn clash(message: String, help: &str, first: &Published, second: &Published) -> Diagnostic {
    let (at, other) = if second.fixed { (first, second) } else { (second, first) };
    at.place.at().point(with_other(Diagnostic::error(message).help(help), other.place.at()))
}
