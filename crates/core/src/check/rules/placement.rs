//! Rules about where processes run and how they are reached in a cluster.
use crate::check::compose::PATH;
use crate::check::facts::{Facts, SPEC};
use crate::check::kubernetes::{Labels, Object, find};
use crate::check::{Run, Severity, Sink};
use crate::stack::{Provider, Role};

pub(super) const RULES: &[(&str, Run)] = &[("R038", services), ("R048", namespaces), ("R206", once)];

fn once(facts: &Facts, out: &mut Sink) {
    let stack = facts.stack;
    if let Some(compose) = &facts.compose {
        let Some((_, local)) = facts.local() else {
            out.line(SPEC, 0, format!("there is a {PATH}, and no environment is a developer's machine"))
                .hint("add the environment, or remove the file");
            return;
        };
        for (unit, process) in stack.processes() {
            let here = unit.provider(&local.name) == Provider::Container;
            if here && compose.service(process.id.as_str()).is_none() {
                let at = compose.root.place(&["services"]);
                out.at(at, format!("nothing runs `{}`", process.id))
                    .hint("add the service, or run the generator again");
            }
        }
        for service in &compose.services {
            let own = service.node.get("build").is_some();
            if own && stack.process(&service.name).is_none() {
                let message = format!("the stack has no process `{}`", service.name);
                out.at(service.at, message).severity(Severity::Warning).hint("declare it in stackwright.yaml");
            }
        }
    }
    for overlay in &facts.overlays {
        let environment = overlay.environment(stack);
        for (unit, process) in stack.processes() {
            let mut found = overlay
                .objects
                .iter()
                .filter(|object| object.template().is_some() && object.name == process.id.as_str());
            let wanted = unit.provider(&environment.name) == Provider::Container;
            match (found.next(), wanted) {
                (None, true) => {
                    let message = format!("nothing runs `{}` in {}", process.id, environment.name);
                    out.line(&overlay.file(), 0, message).hint("list its file under `resources`");
                }
                (Some(object), true) => {
                    let kind = kind(process.role, process.stateful);
                    if object.kind != kind {
                        let message = format!("`{}` runs as {}, and has to be a {kind}", process.id, object.kind);
                        out.at(object.node.place(&["kind"]), message);
                    }
                    if let Some(second) = found.next() {
                        let message = format!("`{}` runs twice: here and at {}", process.id, facts.place(object.at()));
                        out.at(second.at(), message);
                    }
                }
                (Some(object), false) => {
                    let message =
                        format!("`{}` runs here, and somebody else runs it in {}", process.id, environment.name);
                    out.at(object.at(), message);
                }
                (None, false) => {}
            }
        }
    }
    out.skip_if(facts.compose.is_none() && facts.overlays.is_empty(), "there is neither a Compose file nor an overlay");
}

const fn kind(role: Role, stateful: bool) -> &'static str {
    match role {
        Role::Job => "Job",
        Role::Cron => "CronJob",
        _ if stateful => "StatefulSet",
        _ => "Deployment",
    }
}

fn services(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    let stack = facts.stack;
    for overlay in &facts.overlays {
        let environment = overlay.environment(stack);
        let here =
            |environments: &[crate::stack::Name]| environments.is_empty() || environments.contains(&environment.name);
        for (unit, process) in stack.processes() {
            if unit.provider(&environment.name) != Provider::Container {
                continue;
            }
            let service = find(&overlay.objects, "Service", process.id.as_str());
            let edge = stack.edges.iter().find(|edge| edge.to == process.id.as_str() && here(&edge.environments));
            let routed = stack.routes.iter().any(|route| route.process == process.id.as_str());
            match service {
                None if edge.is_some() || routed => {
                    let user = edge.map_or("visitors", |edge| edge.from.as_str());
                    let message =
                        format!("`{}` is used by `{user}` and has no Service in {}", process.id, environment.name);
                    let at = overlay.workload(process.id.as_str()).map(Object::at);
                    match at {
                        Some(at) => out.at(at, message),
                        None => out.line(&overlay.file(), 0, message),
                    };
                }
                Some(service) if process.serves.is_empty() => {
                    out.at(service.at(), format!("`{}` serves no port and has a Service", process.id));
                }
                _ => {}
            }
        }
    }
}

fn namespaces(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    for overlay in &facts.overlays {
        let environment = overlay.environment(facts.stack);
        let wanted = environment.namespace.as_str();
        for object in overlay.objects.iter().filter(|object| object.namespaced()) {
            let found = object.namespace().unwrap_or("default");
            if found != wanted {
                let at = object.node.place(&["metadata", "namespace"]);
                out.at(at, format!("{} is in `{found}`, {} is `{wanted}`", object.what(), environment.name));
                // One wrong line moves all of them.
                break;
            }
        }
        if let Some(namespace) = overlay.objects.iter().find(|object| object.kind == "Namespace") {
            let labels = Labels::of(namespace.node.at(&["metadata", "labels"]));
            if labels.get("pod-security.kubernetes.io/enforce").is_none() {
                let at = namespace.node.place(&["metadata", "labels"]);
                out.at(at, format!("the namespace `{}` enforces no security level", namespace.name))
                    .hint("add the label `pod-security.kubernetes.io/enforce: restricted`");
            }
        }
    }
}
