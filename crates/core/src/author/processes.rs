//! Processes that contradict themselves.
use super::part::{Part, fault};
use crate::catalog::{ProbeSpec, ProcessSpec};
use crate::check::unreadable;
use crate::diagnostic::Diagnostics;
use crate::stack::Role;
use crate::yaml::At;

/// The fields of a schedule.
const FIELDS: usize = 5;

/// What is wrong with each process by itself.
pub(super) fn check(part: &Part, problems: &mut Diagnostics) {
    for (name, process) in part.processes {
        let at = part.at.key("processes").key(name);
        schedule(at, name, process, problems);
        let scale = &process.scale;
        if let Some(max) = scale.max.filter(|max| *max < scale.default) {
            let message = format!("`{name}` has at most {max} replicas and begins with {}", scale.default);
            fault(problems, at.key("scale").key("max"), message);
        }
        let probes = &process.probes;
        for (kind, probe) in [("startup", &probes.startup), ("ready", &probes.ready), ("live", &probes.live)] {
            if let Some(ways) = probe.as_ref().map(ways).filter(|ways| *ways != 1) {
                let message = format!(
                    "the probe `{kind}` of `{name}` asks in {ways} ways: it takes one of `http`, `grpc`, `tcp` and `exec`"
                );
                fault(problems, at.key("probes").key(kind).name(), message);
            }
        }
    }
}

fn ways(probe: &ProbeSpec) -> usize {
    let given = [probe.http.is_some(), probe.grpc.is_some(), probe.tcp.is_some(), probe.exec.is_some()];
    given.into_iter().filter(|given| *given).count()
}

fn schedule(at: At, name: &str, process: &ProcessSpec, problems: &mut Diagnostics) {
    match (&process.schedule, process.role) {
        (None, Role::Cron) => {
            fault(
                problems,
                at.key("role"),
                format!("`{name}` has the role `cron` and no `schedule`: it would never run"),
            );
        }
        (Some(schedule), Role::Cron) => {
            if let Some(why) = unreadable(schedule, FIELDS) {
                fault(problems, at.key("schedule"), format!("nobody can read the schedule of `{name}`: {why}"));
            }
        }
        (Some(_), _) => {
            fault(
                problems,
                at.key("schedule"),
                format!("`{name}` has a `schedule`, which only the role `cron` follows"),
            );
        }
        (None, _) => {}
    }
}
