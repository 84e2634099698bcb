//! How a process is asked whether it is well.
use super::processes::Step;
use crate::catalog::{ProbeSpec, ProbeSpecs, ProcessSpec};
use crate::diagnostic::Diagnostic;
use crate::stack::{Probe, ProbeAction, Probes};
use crate::yaml::At;

/// Seconds between two questions, and the wrong answers in a row that count, where a component says nothing.
type Pace = (u32, u32);
/// A start may take two minutes.
const STARTUP: Pace = (2, 60);
/// What can't take work for a quarter of a minute gets none.
const READY: Pace = (5, 3);
/// A restart is the last resort: after a minute without a right answer.
const LIVE: Pace = (10, 6);

pub(super) fn probes(specs: &ProbeSpecs, process: &ProcessSpec, at: At, texts: &Texts) -> Step<Probes> {
    let one = |key: &str, spec: &Option<ProbeSpec>, pace| {
        spec.as_ref().map(|spec| probe(spec, pace, process, at.key(key), texts)).transpose()
    };
    Ok(Probes {
        startup: one("startup", &specs.startup, STARTUP)?,
        ready: one("ready", &specs.ready, READY)?,
        live: one("live", &specs.live, LIVE)?,
    })
}

/// Renders the words of a command.
type Texts<'a> = dyn Fn(At, &[String]) -> Step<Vec<String>> + 'a;

fn probe(spec: &ProbeSpec, (period, failures): Pace, process: &ProcessSpec, at: At, texts: &Texts) -> Step<Probe> {
    let fault = |why: &str| Box::new(at.point(Diagnostic::error(why.to_owned())));
    let action = match (&spec.http, &spec.grpc, &spec.tcp, &spec.exec) {
        (Some(path), None, None, None) => {
            let endpoint = spec.port.as_ref().or_else(|| process.serves.first());
            let endpoint =
                endpoint.ok_or_else(|| fault("an `http` probe needs an endpoint that the process serves"))?;
            let path = texts(at.key("http"), std::slice::from_ref(path))?.concat();
            ProbeAction::Http { path, endpoint: endpoint.clone() }
        }
        (None, Some(endpoint), None, None) => ProbeAction::Grpc { endpoint: endpoint.clone() },
        (None, None, Some(endpoint), None) => ProbeAction::Tcp { endpoint: endpoint.clone() },
        (None, None, None, Some(command)) => ProbeAction::Exec { command: texts(at.key("exec"), command)? },
        _ => return Err(fault("a probe has exactly one of `http`, `grpc`, `tcp` and `exec`")),
    };
    Ok(Probe {
        action,
        period: spec.period.unwrap_or(period),
        timeout: spec.timeout.unwrap_or(3),
        failures: spec.failures.unwrap_or(failures),
    })
}
