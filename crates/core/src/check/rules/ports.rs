//! Rules about ports and the selectors that lead to them.
use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::{Labels, Object, selects};
use crate::check::{Run, Sink};
use crate::stack::Stack;
use crate::yaml::{FileLine, Node};

pub(super) const RULES: &[(&str, Run)] = &[("R032", ports), ("R033", selectors)];

fn ports(facts: &Facts, out: &mut Sink) {
    for overlay in &facts.overlays {
        for object in overlay.objects.iter().filter(|object| object.template().is_some()) {
            containers(facts.stack, object, out);
        }
        for service in overlay.objects.iter().filter(|object| object.kind == "Service" && object.api == "v1") {
            targets(facts, overlay, service, out);
        }
    }
    compose_ports(facts, out);
    for file in &facts.dockerfiles {
        let unit = facts.stack.units.iter().find(|unit| unit.directory() == Some(file.directory()));
        let (Some(unit), Some(expose)) = (unit, file.effective("EXPOSE")) else { continue };
        for word in expose.words() {
            let number = word.split('/').next().unwrap_or_default();
            if !unit.endpoints.iter().any(|endpoint| endpoint.port.to_string() == number) {
                out.line(
                    file.path,
                    expose.line,
                    format!("EXPOSE names {number}, which `{}` does not serve", unit.name),
                );
            }
        }
    }
    out.skip_if(facts.compose.is_none() && facts.overlays.is_empty(), "there is neither a Compose file nor an overlay");
}

fn containers(stack: &Stack, object: &Object, out: &mut Sink) {
    let (Some((unit, process)), Some(container)) = (stack.process(&object.name), object.container()) else { return };
    let ports = container.list_at(&["ports"]);
    for endpoint in process.serves.iter().filter_map(|name| unit.endpoint(name)) {
        let found = ports.iter().find(|port| port.text_at(&["name"]) == Some(&endpoint.name));
        let wanted = endpoint.port;
        if let Some(port) = found {
            let number = port.get("containerPort").and_then(Node::int);
            if number != Some(i64::from(wanted)) {
                let shown = number.map_or_else(|| "no number".to_owned(), |number| number.to_string());
                let message =
                    format!("the port `{}` of {} is {shown}, the stack says {wanted}", endpoint.name, object.what());
                out.at(port.place(&["containerPort"]), message);
            }
        } else {
            let at = container.place(&["ports"]);
            out.at(at, format!("{} does not name its port `{}` ({wanted})", object.what(), endpoint.name));
        }
    }
}

fn targets(facts: &Facts, overlay: &Overlay, service: &Object, out: &mut Sink) {
    let selector = Labels::of(service.node.at(&["spec", "selector"]));
    if selector.is_empty() {
        return;
    }
    // Pods that the Service selects by mistake are the selector's fault.
    let meant = |object: &Object| facts.stack.process(&service.name).is_none() || object.name == service.name;
    let selected =
        |object: &&Object| object.template().is_some() && selector.within(&object.pod_labels()) && meant(object);
    let pods = || overlay.objects.iter().filter(selected);
    for port in service.node.list_at(&["spec", "ports"]) {
        let target = port.text_at(&["targetPort"]).or_else(|| port.text_at(&["port"])).unwrap_or_default();
        let at = port.place(&[if port.get("targetPort").is_some() { "targetPort" } else { "port" }]);
        for pod in pods() {
            let served = pod
                .containers()
                .flat_map(|container| container.list_at(&["ports"]))
                .any(|one| one.text_at(&["name"]) == Some(target) || one.text_at(&["containerPort"]) == Some(target));
            if !served {
                let message = format!(
                    "{} leads to the port `{target}`, and no container of {} has it",
                    service.what(),
                    pod.what()
                );
                out.at(at, message);
            }
        }
        // The number under which others know it is the stack's.
        let Some((unit, process)) = facts.stack.process(&service.name) else { continue };
        let number = port.get("port").and_then(Node::int);
        let served = process.serves.iter().filter_map(|name| unit.endpoint(name));
        let numbers: Vec<i64> = served.map(|endpoint| i64::from(endpoint.port)).collect();
        if let Some(number) = number.filter(|number| !numbers.is_empty() && !numbers.contains(number)) {
            let shown: Vec<String> = numbers.iter().map(i64::to_string).collect();
            let message = format!("{} serves port {number}, the stack says {}", service.what(), shown.join(", "));
            out.at(port.place(&["port"]), message);
        }
    }
}

fn compose_ports(facts: &Facts, out: &mut Sink) {
    for service in facts.compose.iter().flat_map(|compose| &compose.services) {
        let Some((unit, _)) = facts.stack.process(&service.name) else { continue };
        for port in &service.ports {
            let Some(target) = port.target else { continue };
            if !unit.endpoints.iter().any(|endpoint| endpoint.port == target) {
                let ports: Vec<String> = unit.endpoints.iter().map(|endpoint| endpoint.port.to_string()).collect();
                let message =
                    format!("`{}` publishes port {target}, the stack says {}", service.name, ports.join(", "));
                out.at(port.at, message);
            }
        }
    }
}

fn selectors(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    for overlay in &facts.overlays {
        let pods: Vec<&Object> = overlay.objects.iter().filter(|object| object.template().is_some()).collect();
        for object in &overlay.objects {
            match object.kind.as_str() {
                "Deployment" | "StatefulSet" | "DaemonSet" => own(object, out),
                "Service" => {
                    let selector = Labels::of(object.node.at(&["spec", "selector"]));
                    if !selector.is_empty() {
                        let at = object.node.place(&["spec", "selector"]);
                        let found: Vec<&&Object> =
                            pods.iter().filter(|pod| selector.within(&pod.pod_labels())).collect();
                        meant(facts, object, &found, at, out);
                    }
                }
                "PodDisruptionBudget" => {
                    let Some(selector) = object.node.at(&["spec", "selector"]) else { continue };
                    let at = object.node.place(&["spec", "selector", "matchLabels"]);
                    let found: Vec<&&Object> = pods.iter().filter(|pod| selects(selector, &pod.pod_labels())).collect();
                    meant(facts, object, &found, at, out);
                }
                _ => {}
            }
        }
    }
}

fn meant(facts: &Facts, object: &Object, found: &[&&Object], at: FileLine, out: &mut Sink) {
    if found.is_empty() {
        out.at(at, format!("{} selects no pod", object.what()))
            .hint("compare the labels with those of the pod template");
    } else if facts.stack.process(&object.name).is_some()
        && let Some(other) = found.iter().find(|pod| pod.name != object.name)
    {
        out.at(at, format!("{} selects the pods of {} too", object.what(), other.what()));
    }
}

fn own(object: &Object, out: &mut Sink) {
    let labels = object.pod_labels();
    let selector = Labels::of(object.node.at(&["spec", "selector", "matchLabels"]));
    if let Some((key, value)) = selector.first_missing(&labels) {
        let message = format!("{} selects `{key}: {value}`, and its pods do not have that label", object.what());
        out.at(object.node.place(&["spec", "selector", "matchLabels", key]), message);
        return;
    }
    let spread = object.pod().map_or(&[][..], |pod| pod.list_at(&["topologySpreadConstraints"]));
    for constraint in spread {
        if let Some(selector) = constraint.get("labelSelector").filter(|selector| !selects(selector, &labels)) {
            out.at(selector.here(), format!("{} spreads other pods than its own", object.what()));
        }
    }
}
