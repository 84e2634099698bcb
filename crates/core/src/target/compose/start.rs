//! What a service waits for, and how its health is found out.
use std::collections::BTreeMap;

use super::values::escaped;
use super::{Depends, HealthCheck, local_units};
use crate::stack::{Condition, Name, Probe, ProbeAction, Process, Stack, Unit};

/// What a process waits for.
pub(super) fn depends_on(stack: &Stack, unit: &Unit, process: &Process) -> BTreeMap<String, Depends> {
    let mut depends = BTreeMap::new();
    let talks_to = |id: &Name| stack.edges.iter().any(|edge| process.id == *edge.from && *id == *edge.to);
    for binding in &unit.bindings {
        let provider = local_units(stack).find(|provider| provider.name == binding.unit);
        for server in provider.into_iter().flat_map(|provider| &provider.processes) {
            if talks_to(&server.id) {
                let until = if binding.hard { Condition::Healthy } else { Condition::Started };
                depends.insert(server.id.to_string(), condition(stack, &server.id, until));
            }
        }
    }
    for start in &process.after {
        if local_units(stack).any(|unit| unit.processes.iter().any(|other| other.id == start.process)) {
            depends.insert(start.process.to_string(), condition(stack, &start.process, start.until));
        }
    }
    depends
}

/// A start condition: a process without a health check can only be waited for until it has started.
pub(super) fn condition(stack: &Stack, id: &Name, until: Condition) -> Depends {
    let checked = stack.process(id.as_str()).is_some_and(|(unit, process)| health_check(unit, process).is_some());
    Depends {
        condition: match until {
            Condition::Healthy if checked => "service_healthy",
            Condition::Completed => "service_completed_successfully",
            Condition::Healthy | Condition::Started => "service_started",
        },
    }
}

/// The health check that asks what the process answers first: whether it can take work.
pub(super) fn health_check(unit: &Unit, process: &Process) -> Option<HealthCheck> {
    let probes = &process.probes;
    let probe = [&probes.ready, &probes.live, &probes.startup].into_iter().flatten().find_map(|probe| {
        let command = asked(unit, probe)?;
        Some((probe, command))
    });
    let (probe, command) = probe?;
    let patience = probes.startup.as_ref().map_or(30, |startup| startup.period * startup.failures);
    Some(HealthCheck {
        test: std::iter::once("CMD".to_owned()).chain(escaped(&command)).collect(),
        interval: probe.period,
        timeout: probe.timeout,
        retries: probe.failures,
        start_period: patience,
    })
}

/// The program that asks a health question inside the container, if the image has one.
fn asked(unit: &Unit, probe: &Probe) -> Option<Vec<String>> {
    match &probe.action {
        ProbeAction::Exec { command } => Some(command.clone()),
        ProbeAction::Http { path, endpoint } if !unit.http_check.is_empty() => {
            let port = unit.endpoint(endpoint)?.port.to_string();
            let fill = |word: &String| word.replace("{port}", &port).replace("{path}", path);
            Some(unit.http_check.iter().map(fill).collect())
        }
        _ => None,
    }
}
