//! Rules about the order in which Argo CD delivers: waves, hooks and jobs.
use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::{Object, find};
use crate::check::{Run, Sink};
use crate::yaml::FileLine;

const HOOK: &str = "argocd.argoproj.io/hook";
const DELETE: &str = "argocd.argoproj.io/hook-delete-policy";
const WAVE: &str = "argocd.argoproj.io/sync-wave";

pub(super) const RULES: &[(&str, Run)] = &[("R082", waves), ("R090", pre_sync), ("R092", again)];

fn wave(object: &Object) -> i64 {
    object.annotation(WAVE).and_then(|(text, _)| text.parse().ok()).unwrap_or(0)
}

/// The objects of an overlay that another one of it refers to by name.
fn referred<'o>(facts: &Facts, overlay: &'o Overlay, object: &Object) -> Vec<&'o Object> {
    let mut found: Vec<&Object> = Vec::new();
    let Some(pod) = object.pod() else { return found };
    if let Some(account) = pod.text_at(&["serviceAccountName"]) {
        found.extend(find(&overlay.objects, "ServiceAccount", account));
    }
    pod.walk(&mut |node| {
        for entry in node.entries() {
            let named = |key: &str| entry.value.text_at(&[key]);
            match entry.name() {
                "configMapRef" | "configMapKeyRef" | "configMap" => {
                    found.extend(named("name").and_then(|name| find(&overlay.objects, "ConfigMap", name)));
                }
                "secretRef" | "secretKeyRef" => {
                    let wanted = named("name");
                    let makers = overlay.objects.iter();
                    found.extend(makers.filter(|maker| wanted.is_some() && facts.secret_makers.made(maker) == wanted));
                }
                _ => {}
            }
        }
    });
    found
}

fn waves(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    for overlay in &facts.overlays {
        for object in overlay.objects.iter().filter(|object| object.pod().is_some()) {
            let own = wave(object);
            // A job holds the rest up until it is done, so what it needs has to be in an earlier wave.
            let job = object.kind == "Job";
            for other in referred(facts, overlay, object) {
                let theirs = wave(other);
                if theirs > own || (job && theirs == own) {
                    let message = format!(
                        "{} is in wave {own}, and `{}`, which it needs, in wave {theirs}",
                        object.what(),
                        other.name
                    );
                    out.at(blame(object, other, own), message).hint("give what is needed a smaller wave");
                }
            }
            let Some((_, process)) = facts.stack.process(&object.name) else { continue };
            for start in &process.after {
                let Some(first) = overlay.workload(start.process.as_str()).filter(|first| first.kind == "Job") else {
                    continue;
                };
                if wave(first) >= own {
                    let message = format!(
                        "{} is in wave {own}, and `{}`, which goes before it, in wave {}",
                        object.what(),
                        first.name,
                        wave(first)
                    );
                    out.at(blame(first, object, 0), message);
                }
            }
        }
    }
}

/// The annotation that is out of order: the one that is there, the object's own first.
fn blame(object: &Object, other: &Object, own: i64) -> FileLine {
    let mine = object.annotation(WAVE).map(|(_, at)| at);
    let theirs = other.annotation(WAVE).map(|(_, at)| at);
    let first = if own < 0 { theirs.or(mine) } else { mine.or(theirs) };
    first.unwrap_or_else(|| object.at())
}

fn jobs<'f>(facts: &'f Facts) -> impl Iterator<Item = (&'f Overlay, &'f Object)> {
    facts.overlays.iter().flat_map(|overlay| {
        overlay.objects.iter().filter(|object| object.kind == "Job").map(move |object| (overlay, object))
    })
}

fn pre_sync(facts: &Facts, out: &mut Sink) {
    out.skip_if(jobs(facts).next().is_none(), "there is no job");
    for (overlay, object) in jobs(facts) {
        let Some((hook, at)) = object.annotation(HOOK) else { continue };
        if hook.contains("PreSync")
            && let Some(other) = referred(facts, overlay, object).first()
        {
            out.at(at, format!("{} runs before `{}`, which it needs, exists", object.what(), other.name))
                .hint("write `Sync`, with a wave before the workloads");
        }
    }
}

fn again(facts: &Facts, out: &mut Sink) {
    out.skip_if(jobs(facts).next().is_none(), "there is no job");
    for (_, object) in jobs(facts) {
        if let Some((_, at)) = object.annotation(HOOK) {
            let deleted = object.annotation(DELETE).is_some_and(|(policy, _)| policy.contains("BeforeHookCreation"));
            if !deleted {
                let at = object.annotation(DELETE).map_or(at, |(_, at)| at);
                out.at(at, format!("the hook {} is not deleted before the next one is made", object.what()))
                    .hint(format!("write `{DELETE}: BeforeHookCreation`"));
            }
        } else if let Some(entry) = object.node.get("spec").and_then(|spec| spec.entry("ttlSecondsAfterFinished")) {
            let message = format!("{} is deleted when it is done, and delivery makes it again for ever", object.what());
            out.at(entry.here(), message);
        }
    }
}
