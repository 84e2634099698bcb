//! Rules about health questions and the time to stop.
use crate::check::facts::Facts;
use crate::check::kubernetes::Object;
use crate::check::running::shown;
use crate::check::{Run, Sink};
use crate::stack::{Probe, ProbeAction, Process, Role, Unit};
use crate::yaml::{Entry, Node};

pub(super) const RULES: &[(&str, Run)] = &[("R030", probes), ("R031", budget)];

/// Every workload of every overlay with its process.
pub(super) fn workloads<'f>(
    facts: &'f Facts,
) -> impl Iterator<Item = (&'f Object, &'f Unit, &'f Process, &'f crate::check::facts::Overlay)> {
    facts.overlays.iter().flat_map(move |overlay| {
        overlay.objects.iter().filter(|object| object.template().is_some()).filter_map(move |object| {
            let (unit, process) = facts.stack.process(&object.name)?;
            Some((object, unit, process, overlay))
        })
    })
}

fn probes(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    for (object, unit, process, _) in workloads(facts) {
        let Some(container) = object.container() else { continue };
        let asked = [
            ("startup", "startupProbe", &process.probes.startup),
            ("readiness", "readinessProbe", &process.probes.ready),
            ("liveness", "livenessProbe", &process.probes.live),
        ];
        for (word, key, wanted) in asked {
            let what = format!("the {word} probe of {}", object.what());
            match (container.entry(key), wanted) {
                (None, None) => {}
                (None, Some(_)) => {
                    out.at(container.here(), format!("{what} is missing"))
                        .hint(format!("add `{key}` as the stack says"));
                }
                // A question that somebody added is theirs.
                (Some(_), None) => {}
                (Some(entry), Some(wanted)) => {
                    if let Some((path, message)) = differs(&entry.value, unit, wanted) {
                        out.at(entry.value.place(&path), format!("{what} {message}"));
                    }
                }
            }
        }
        identical(object, container, process, out);
    }
}

/// Where and how a probe differs from what the stack asks.
fn differs(probe: &Node, unit: &Unit, wanted: &Probe) -> Option<(Vec<&'static str>, String)> {
    let port = |endpoint: &str, found: Option<&str>| {
        let number = unit.endpoint(endpoint).map(|endpoint| endpoint.port.to_string());
        found.is_some_and(|found| found == endpoint || Some(found.to_owned()) == number)
    };
    match &wanted.action {
        ProbeAction::Http { path, endpoint } => {
            let found = probe.text_at(&["httpGet", "path"]).unwrap_or_default();
            if found != path {
                return Some((vec!["httpGet", "path"], format!("asks `{found}`, the stack says `{path}`")));
            }
            let found = probe.text_at(&["httpGet", "port"]);
            (!port(endpoint, found)).then(|| {
                let found = found.unwrap_or("none");
                (vec!["httpGet", "port"], format!("asks the port `{found}`, the stack says `{endpoint}`"))
            })
        }
        ProbeAction::Grpc { endpoint } | ProbeAction::Tcp { endpoint } => {
            let kind = if matches!(wanted.action, ProbeAction::Grpc { .. }) { "grpc" } else { "tcpSocket" };
            let found = probe.text_at(&[kind, "port"]);
            (!port(endpoint, found)).then(|| {
                let found = found.unwrap_or("none");
                (vec![kind, "port"], format!("asks the port `{found}`, the stack says `{endpoint}`"))
            })
        }
        ProbeAction::Exec { command } => {
            let found = probe.at(&["exec", "command"]).map(Node::texts).unwrap_or_default();
            (found != *command).then(|| {
                let message = format!("runs `{}`, the stack says `{}`", shown(&found), shown(command));
                (vec!["exec", "command"], message)
            })
        }
    }
}

fn identical(object: &Object, container: &Node, process: &Process, out: &mut Sink) {
    if !matches!(process.role, Role::Web | Role::Grpc) || process.probes.ready.is_some() {
        return;
    }
    let (Some(ready), Some(live)) = (container.entry("readinessProbe"), container.entry("livenessProbe")) else {
        return;
    };
    let path = |probe: &Node| probe.text_at(&["httpGet", "path"]).map(str::to_owned);
    if path(&ready.value).is_some() && path(&ready.value) == path(&live.value) {
        out.at(live.here(), format!("{} asks the same path for readiness and for liveness", object.what()));
    }
}

fn budget(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    for (object, _, process, _) in workloads(facts) {
        let Some(pod) = object.pod() else { continue };
        let entry = pod.entry("terminationGracePeriodSeconds");
        let given = entry.and_then(|entry| entry.value.int()).unwrap_or(30);
        let at = entry.map_or_else(|| object.at(), Entry::here);
        let what = object.what();
        if given < i64::from(process.stop_timeout) {
            let wanted = process.stop_timeout;
            out.at(at, format!("{what} is killed after {given} s, the stack gives it {wanted} s"))
                .hint(format!("write `terminationGracePeriodSeconds: {wanted}`"));
            continue;
        }
        let sleep = object.container().and_then(|container| {
            let entry = container.at(&["lifecycle", "preStop", "sleep"])?.entry("seconds")?;
            Some((entry.value.int()?, entry.here()))
        });
        if let Some((sleep, at)) = sleep
            && sleep.saturating_add(i64::from(process.drain)) > given
        {
            let drain = process.drain;
            out.at(at, format!("{what} sleeps {sleep} s and needs {drain} s to stop, and is killed after {given} s"));
        }
    }
}
