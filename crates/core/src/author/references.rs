//! Names inside a description that stand for something else in it: endpoints, bindings, processes.
use std::collections::{BTreeMap, BTreeSet};

use super::part::{Part, stranger};
use crate::catalog::{Catalog, Component, Extension, ProbeSpec, ProcessSpec};
use crate::diagnostic::Diagnostics;
use crate::yaml::At;

/// Names that stand for nothing.
pub(super) fn check(catalog: &Catalog, part: &Part, problems: &mut Diagnostics) {
    let aliases = anywhere(catalog, part, |service| keys(&service.requires), |added| keys(&added.requires));
    let processes = anywhere(catalog, part, |service| keys(&service.processes), |added| keys(&added.processes));
    let aliases: Vec<&str> = aliases.iter().map(String::as_str).collect();
    let processes: Vec<&str> = processes.iter().map(String::as_str).collect();
    let endpoints = part.known_endpoints();
    let mut known = |what: &str, at: At, name: &str, known: &[&str]| {
        if !(known.contains(&name) || what == "binding" && repeated(part, name)) {
            let message = format!("there is no {what} `{name}` in this component{}", part.host_words());
            stranger(problems, at, message, name, known);
        }
    };
    for (name, process) in part.processes {
        let at = part.at.key("processes").key(name);
        let of = |key: &str| if at.has(key) { at.key(key) } else { preset(part, at, process).key(key) };
        for (index, endpoint) in process.serves.iter().enumerate() {
            known("endpoint", of("serves").item(index), endpoint, &endpoints);
        }
        for (at, endpoint) in probes(of("probes"), process) {
            known("endpoint", at, endpoint, &endpoints);
        }
        for (index, alias) in process.uses.iter().flatten().enumerate() {
            known("binding", of("uses").item(index), alias, &aliases);
        }
        for alias in process.consumes.keys() {
            known("binding", at.key("consumes").key(alias).name(), alias, &aliases);
        }
        for (index, earlier) in process.after.iter().enumerate() {
            known("process", at.key("after").item(index), earlier, &processes);
        }
    }
    for (name, variable) in part.variables {
        for (index, process) in variable.processes.iter().enumerate() {
            let at = part.at.key("variables").key(name).key("processes").item(index);
            known("process", at, process, &processes);
        }
    }
    for (capability, offer) in part.provides {
        if let Some(endpoint) = &offer.endpoint {
            known("endpoint", part.at.key("provides").key(capability).key("endpoint"), endpoint, &endpoints);
        }
    }
    let Some(added) = part.added else { return };
    for (process, served) in &added.serves {
        let at = part.at.key("serves").key(process);
        if process != "*" {
            known("process", at.name(), process, &processes);
        }
        for (index, endpoint) in served.iter().enumerate() {
            known("endpoint", at.item(index), endpoint, &endpoints);
        }
    }
    for alias in added.publishes.keys() {
        known("binding", part.at.key("publishes").key(alias).name(), alias, &aliases);
    }
}

/// Where the service says what processes of that role have, if the process doesn't say it itself.
fn preset<'a>(part: &Part<'a>, own: At<'a>, process: &ProcessSpec) -> At<'a> {
    let role = serde_json::to_value(process.role).ok();
    let role = role.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    let presets = part.component.at().key("presets");
    if part.host.is_none() && presets.has(role) { presets.key(role) } else { own }
}

/// The endpoints that the probes of a process ask, each with its place.
fn probes<'a>(at: At<'a>, process: &'a ProcessSpec) -> Vec<(At<'a>, &'a str)> {
    let all = [("startup", &process.probes.startup), ("ready", &process.probes.ready), ("live", &process.probes.live)];
    let given = all.into_iter().filter_map(|(name, probe)| Some((at.key(name), probe.as_ref()?)));
    let asked = |probe: &'a ProbeSpec| [("grpc", &probe.grpc), ("tcp", &probe.tcp), ("port", &probe.port)];
    given
        .flat_map(|(at, probe)| asked(probe).map(|(key, endpoint)| (at.key(key), endpoint)))
        .filter_map(|(at, endpoint)| Some((at, endpoint.as_deref()?)))
        .collect()
}

/// Names that a unit may have: those of the service, and those that any feature brings, which may be there or not.
fn anywhere(
    catalog: &Catalog,
    part: &Part,
    own: fn(&Component) -> Vec<String>,
    added: fn(&Extension) -> Vec<String>,
) -> BTreeSet<String> {
    let service = part.service();
    let mut known: BTreeSet<String> = own(service).into_iter().collect();
    for id in catalog.component_ids() {
        let Ok(feature) = catalog.component(id) else { continue };
        known.extend(feature.on.get(&service.id).into_iter().flat_map(added));
    }
    known
}

fn keys<T>(map: &BTreeMap<String, T>) -> Vec<String> {
    map.keys().cloned().collect()
}

/// Whether a name is that of one of several bindings that an `each` makes of one alias.
fn repeated(part: &Part, name: &str) -> bool {
    let host = part.host.iter().flat_map(|host| &host.requires);
    let mut lists = part.requires.iter().chain(host).filter(|(_, requirement)| requirement.each.is_some());
    lists.any(|(alias, _)| name.strip_prefix(alias.as_str()).is_some_and(|rest| rest.starts_with('-')))
}
