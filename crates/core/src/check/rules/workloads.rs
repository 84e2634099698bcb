//! Rules about single workloads: how many, how they are replaced, what they may write, what they run.
use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::{Object, find, selects};
use crate::check::{Run, Sink};
use crate::yaml::{Entry, FileLine, Node};

use super::health::workloads;

pub(super) const RULES: &[(&str, Run)] = &[
    ("R034", scalers),
    ("R035", replicas),
    ("R036", budgets),
    ("R037", singletons),
    ("R043", writable),
    ("R045", links),
];

/// The objects that set the size or number of a workload's pods, with what they aim at.
fn aimed<'f>(facts: &'f Facts, overlay: &'f Overlay) -> impl Iterator<Item = Aimed<'f>> {
    overlay.objects.iter().filter_map(|object| {
        let scaler = facts.scaler(&object.kind)?;
        let target = object.node.at(&scaler.target.keys())?;
        let kind = target.text_at(&["kind"]).unwrap_or("Deployment");
        Some(Aimed {
            object,
            kind,
            name: target.text_at(&["name"])?,
            at: target.place(&["name"]),
            counts: scaler.counts,
        })
    })
}

/// A workload that something scales.
struct Aimed<'f> {
    object: &'f Object,
    kind: &'f str,
    name: &'f str,
    at: FileLine,
    /// Whether the number is set, else the size.
    counts: bool,
}

fn scalers(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for overlay in &facts.overlays {
        for Aimed { object, kind, name, at, .. } in aimed(facts, overlay) {
            any = true;
            if find(&overlay.objects, kind, name).is_none() {
                out.at(at, format!("{} scales {kind} `{name}`, which does not exist", object.what()));
            }
        }
    }
    out.skip_if(!any, "nothing scales by itself");
}

fn count(object: &Object) -> (i64, FileLine) {
    let entry = object.node.get("spec").and_then(|spec| spec.entry("replicas"));
    let at = entry.map_or_else(|| object.at(), |entry| entry.value.here());
    (entry.and_then(|entry| entry.value.int()).unwrap_or(1), at)
}

fn replicas(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    for (object, _, process, overlay) in workloads(facts) {
        if !process.long_running() {
            continue;
        }
        let environment = overlay.environment(facts.stack);
        let scaled = aimed(facts, overlay).find(|aimed| aimed.name == object.name && aimed.counts);
        let (found, at) = count(object);
        if let Some(Aimed { object: scaler, .. }) = scaled {
            if object.node.at(&["spec", "replicas"]).is_some() {
                out.at(at, format!("{} sets its replicas, which {} sets too", object.what(), scaler.what()))
                    .hint("leave `replicas` out");
            }
            continue;
        }
        let wanted = environment.replicas.get(process.id.as_str()).copied().unwrap_or(process.scale.default);
        if found != i64::from(wanted) && !process.singleton && !process.stateful {
            let message = format!("{} runs {found} times, {} runs it {wanted} times", object.what(), environment.name);
            out.at(at, message).hint("change the number in stackwright.yaml too");
        }
    }
}

fn budgets(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for overlay in &facts.overlays {
        for budget in overlay.objects.iter().filter(|object| object.kind == "PodDisruptionBudget") {
            any = true;
            let Some(selector) = budget.node.at(&["spec", "selector"]) else { continue };
            let pods = overlay.objects.iter().filter(|object| object.template().is_some());
            for object in pods.filter(|object| selects(selector, &object.pod_labels())) {
                let (running, _) = count(object);
                let blocks = |key: &str, blocked: &dyn Fn(&str) -> bool| {
                    let entry = budget.node.get("spec")?.entry(key)?;
                    blocked(entry.value.as_str()?).then_some((entry.here(), entry.value.as_str()?.to_owned()))
                };
                let least = |text: &str| text == "100%" || text.parse::<i64>().is_ok_and(|least| least >= running);
                let most = |text: &str| text == "0" || text == "0%";
                if let Some((at, text)) = blocks("minAvailable", &least) {
                    out.at(at, format!("{} wants {text} of {running} pods to stay", budget.what()))
                        .hint("write `maxUnavailable: 1`");
                } else if let Some((at, _)) = blocks("maxUnavailable", &most) {
                    out.at(at, format!("{} lets no pod go", budget.what())).hint("write `maxUnavailable: 1`");
                }
            }
        }
    }
    out.skip_if(!any, "there is no disruption budget");
}

fn singletons(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for (object, _, process, _) in workloads(facts) {
        if !process.singleton || !process.long_running() {
            continue;
        }
        any = true;
        let (found, at) = count(object);
        if found > 1 {
            out.at(at, format!("{} must run once and runs {found} times", object.what()));
        }
        let strategy = object.node.text_at(&["spec", "strategy", "type"]);
        if object.kind == "Deployment" && strategy != Some("Recreate") {
            let at = object.node.place(&["spec", "strategy", "type"]);
            out.at(at, format!("{} must run once, and an update starts the new one beside the old one", object.what()))
                .hint("write `strategy: {type: Recreate}`");
        }
    }
    out.skip_if(!any, "nothing has to run alone");
}

fn writable(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    for (object, _, process, _) in workloads(facts) {
        let Some(container) = object.container() else { continue };
        let read_only = container.at(&["securityContext", "readOnlyRootFilesystem"]).and_then(Node::bool);
        if read_only != Some(true) {
            let at = container.place(&["securityContext", "readOnlyRootFilesystem"]);
            out.at(at, format!("the file system of {} is not read-only", object.what()));
        }
        let mounts = container.list_at(&["volumeMounts"]);
        let kept = process.volumes.iter().map(|volume| &volume.path);
        for path in kept.chain(&process.scratch) {
            if !mounts.iter().any(|mount| mount.text_at(&["mountPath"]) == Some(path)) {
                let at = container.place(&["volumeMounts"]);
                out.at(at, format!("{} writes to `{path}`, and nothing is mounted there", object.what()));
            }
        }
        volumes(object, mounts, out);
    }
}

fn volumes(object: &Object, mounts: &[Node], out: &mut Sink) {
    let Some(pod) = object.pod() else { return };
    let claims = object.node.list_at(&["spec", "volumeClaimTemplates"]);
    for mount in mounts {
        let name = mount.text_at(&["name"]).unwrap_or_default();
        let known = pod.list_at(&["volumes"]).iter().any(|volume| volume.text_at(&["name"]) == Some(name))
            || claims.iter().any(|claim| claim.text_at(&["metadata", "name"]) == Some(name));
        if !known {
            out.at(
                mount.place(&["name"]),
                format!("{} mounts the volume `{name}`, which it does not have", object.what()),
            );
        }
    }
}

fn links(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    for (object, unit, ..) in workloads(facts) {
        let Some(pod) = object.pod().filter(|_| unit.directory().is_some()) else { continue };
        let entry = pod.entry("enableServiceLinks");
        if entry.and_then(|entry| entry.value.bool()) != Some(false) {
            let at = entry.map_or_else(|| object.at(), Entry::here);
            out.at(at, format!("{} gets variables for every Service", object.what()))
                .hint("write `enableServiceLinks: false`");
        }
    }
}
