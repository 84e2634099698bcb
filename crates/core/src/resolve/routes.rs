//! Outside paths, and named queues and topics.
use std::collections::BTreeMap;

use super::Run;
use super::draft::{Draft, DraftUnit};
use super::processes::names;
use crate::blueprint::dynamic;
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::stack::{Channel, Name, Protocol, Route};

/// The routes, longest path first.
pub(super) fn lead(run: &Run, draft: &Draft) -> Result<Vec<Route>, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut routes: Vec<Route> = Vec::new();
    for spec in &run.spec.routes {
        match find(draft, &spec.unit, spec.endpoint.as_deref()) {
            Ok((process, endpoint)) if !routes.iter().any(|route| route.path == spec.path) => {
                routes.push(Route { path: spec.path.clone(), process, endpoint });
            }
            Ok(_) => problems.push(run.place.mark(
                Diagnostic::error(format!("two routes have the path `{}`", spec.path)),
                "routes",
                &spec.path,
                &[],
            )),
            Err(problem) => problems.push(run.place.mark(*problem, "routes", &spec.path, &["unit"])),
        }
        if !spec.path.starts_with('/') {
            let problem = Diagnostic::error(format!("the path `{}` doesn't start with `/`", spec.path));
            problems.push(run.place.mark(problem, "routes", &spec.path, &[]));
        }
    }
    routes.sort_by(|a, b| b.path.len().cmp(&a.path.len()).then_with(|| a.path.cmp(&b.path)));
    problems.into_result(routes)
}

fn find(draft: &Draft, name: &str, endpoint: Option<&str>) -> Result<(String, String), Box<Diagnostic>> {
    let Some(unit) = draft.unit(name) else {
        let guess = did_you_mean(name, draft.units.iter().map(|unit| unit.unit.name.as_str()));
        let problem = Diagnostic::error(format!("a route leads to unit `{name}`, which does not exist"));
        return Err(Box::new(problem.maybe_help(guess.map(|guess| format!("did you mean `{guess}`?")))));
    };
    let wanted = |known: &&crate::stack::Endpoint| match endpoint {
        Some(name) => known.name == name,
        None => {
            known.protocol == Protocol::Http
                && unit.unit.processes.iter().any(|p| p.id == unit.unit.name && p.serves.contains(&known.name))
        }
    };
    let endpoint = unit.unit.endpoints.iter().find(wanted).map(|endpoint| endpoint.name.clone());
    let endpoint =
        endpoint.ok_or_else(|| Box::new(Diagnostic::error(format!("`{name}` has no such endpoint for a route"))))?;
    let process = unit.unit.processes.iter().find(|process| process.serves.contains(&endpoint));
    let process =
        process.ok_or_else(|| Box::new(Diagnostic::error(format!("no process of `{name}` serves `{endpoint}`"))))?;
    Ok((process.id.to_string(), endpoint))
}

/// Whether messages on the broker's channels go by themselves after a time.
fn retained(draft: &Draft, broker: &Name) -> bool {
    let unit = draft.unit(broker.as_str());
    unit.is_some_and(|unit| unit.component.provides.values().any(|provision| provision.retains))
}

/// The channels, by broker and name.
pub(super) fn channels(run: &Run, draft: &Draft) -> Result<Vec<Channel>, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut channels: BTreeMap<(Name, String), Channel> = BTreeMap::new();
    let broker = |unit: &DraftUnit, alias: &str| {
        let binding = unit.unit.bindings.iter().find(|binding| binding.alias == alias);
        binding.map(|binding| binding.unit.clone())
    };
    let entry =
        |channels: &mut BTreeMap<(Name, String), Channel>, broker: Name, name: String, id: &Name, consumes: bool| {
            let channel = channels.entry((broker.clone(), name.clone())).or_insert_with(|| Channel {
                name,
                broker,
                publishers: Vec::new(),
                consumers: Vec::new(),
            });
            let side = if consumes { &mut channel.consumers } else { &mut channel.publishers };
            side.push(id.to_string());
        };
    for unit in &draft.units {
        for process in &unit.unit.processes {
            for (alias, name) in unit.consumes.get(process.name.as_str()).into_iter().flatten() {
                if let Some(broker) = broker(unit, alias) {
                    entry(&mut channels, broker, name.clone(), &process.id, true);
                }
            }
        }
        for (feature, params, added) in &unit.features {
            for (alias, value) in &added.publishes {
                let own = serde_json::json!({ "name": unit.unit.name, "params": unit.unit.params });
                let context = dynamic(serde_json::json!({ "project": draft.project, "unit": own, "params": params }));
                let value = match run.engine.value(&feature.id, value, &context) {
                    Ok(value) => value,
                    Err(problem) => {
                        problems.push(*problem);
                        continue;
                    }
                };
                let Some(broker) = broker(unit, alias) else { continue };
                for name in names(&value) {
                    for process in unit.unit.processes.iter().filter(|process| process.long_running()) {
                        entry(&mut channels, broker.clone(), name.clone(), &process.id, false);
                    }
                }
            }
        }
    }
    for channel in channels.values().filter(|channel| channel.consumers.is_empty() && !retained(draft, &channel.broker))
    {
        problems.push(
            Diagnostic::error(format!("nothing takes messages from `{}`", channel.name))
                .note("messages would pile up until the broker is full")
                .help("add a worker for it, or remove it from the list"),
        );
    }
    problems.into_result(channels.into_values().collect())
}
