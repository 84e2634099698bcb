//! Rules about the way in from outside.
use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::{Object, find};
use crate::check::{Run, Sink};
use crate::yaml::Node;

pub(super) const RULES: &[(&str, Run)] = &[("R121", routes)];

fn routes(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for overlay in &facts.overlays {
        let environment = overlay.environment(facts.stack);
        let routes: Vec<&Object> =
            overlay.objects.iter().filter(|object| matches!(object.kind.as_str(), "HTTPRoute" | "GRPCRoute")).collect();
        if routes.is_empty() {
            continue;
        }
        any = true;
        let leads = |route: &&&Object| {
            route.node.list_at(&["spec", "rules"]).iter().any(|rule| rule.get("backendRefs").is_some())
        };
        // A route without host names has those of the listeners that it is attached to.
        for gateway in overlay.objects.iter().filter(|object| object.kind == "Gateway") {
            for host in gateway.node.list_at(&["spec", "listeners"]).iter().filter_map(|one| one.get("hostname")) {
                answers(overlay, facts, &gateway.what(), host, out);
            }
        }
        let blame = routes.iter().find(leads).unwrap_or(&routes[0]);
        let mut served: Vec<(&str, &str, &str)> = Vec::new();
        for route in &routes {
            for host in route.node.list_at(&["spec", "hostnames"]) {
                answers(overlay, facts, &route.what(), host, out);
            }
            parents(facts, overlay, route, out);
            for rule in route.node.list_at(&["spec", "rules"]) {
                for backend in rule.list_at(&["backendRefs"]) {
                    let name = backend.text_at(&["name"]).unwrap_or_default();
                    let port = backend.text_at(&["port"]).unwrap_or_default();
                    backend_exists(overlay, route, name, port, backend, out);
                    let paths = rule.list_at(&["matches"]);
                    let paths = paths.iter().filter_map(|one| one.text_at(&["path", "value"]));
                    served.extend(paths.map(|path| (path, name, port)));
                    if rule.list_at(&["matches"]).is_empty() {
                        served.push(("/", name, port));
                    }
                }
            }
        }
        for route in &facts.stack.routes {
            let port = facts.stack.process(&route.process).and_then(|(unit, _)| unit.endpoint(&route.endpoint));
            let port = port.map(|endpoint| endpoint.port.to_string()).unwrap_or_default();
            let found: Vec<_> = served.iter().filter(|(path, ..)| *path == route.path).collect();
            let right = found.iter().any(|(_, name, to)| *name == route.process && *to == port);
            let process_known = found.iter().any(|(_, name, _)| *name == route.process);
            if !right && !process_known {
                let message = format!("nothing leads `{}` to `{}` in {}", route.path, route.process, environment.name);
                out.at(blame.node.place(&["spec", "rules"]), message);
            }
        }
    }
    out.skip_if(!any, "there is no route");
}

/// Only the environment's own host name is answered to.
fn answers(overlay: &Overlay, facts: &Facts, what: &str, host: &Node, out: &mut Sink) {
    let environment = overlay.environment(facts.stack);
    let name = host.as_str().unwrap_or_default();
    if name != environment.host {
        let message = format!("{what} answers to `{name}`, {} is `{}`", environment.name, environment.host);
        out.at(host.here(), message);
    }
}

fn backend_exists(overlay: &Overlay, route: &Object, name: &str, port: &str, backend: &Node, out: &mut Sink) {
    let what = route.what();
    let Some(service) = find(&overlay.objects, "Service", name) else {
        out.at(backend.place(&["name"]), format!("{what} leads to the Service `{name}`, which does not exist"));
        return;
    };
    let ports: Vec<&str> =
        service.node.list_at(&["spec", "ports"]).iter().filter_map(|one| one.text_at(&["port"])).collect();
    if !ports.contains(&port) {
        let shown = ports.join(", ");
        out.at(backend.place(&["port"]), format!("{what} leads to port {port} of `{name}`, which serves {shown}"));
    }
}

/// A gateway that the repository declares has to have the name and section that routes refer to.
fn parents(facts: &Facts, overlay: &Overlay, route: &Object, out: &mut Sink) {
    let elsewhere = facts.documents.values().flatten();
    let gateways: Vec<&Node> = overlay
        .objects
        .iter()
        .map(|object| &object.node)
        .chain(elsewhere)
        .filter(|node| node.text_at(&["kind"]) == Some("Gateway"))
        .collect();
    for parent in route.node.list_at(&["spec", "parentRefs"]) {
        let name = parent.text_at(&["name"]).unwrap_or_default();
        if gateways.is_empty() || parent.text_at(&["kind"]).is_some_and(|kind| kind != "Gateway") {
            continue;
        }
        let Some(gateway) = gateways.iter().find(|one| one.text_at(&["metadata", "name"]) == Some(name)) else {
            out.at(
                parent.place(&["name"]),
                format!("{} is attached to the Gateway `{name}`, which does not exist", route.what()),
            );
            continue;
        };
        let Some(section) = parent.text_at(&["sectionName"]) else { continue };
        let listeners = gateway.list_at(&["spec", "listeners"]);
        if !listeners.iter().any(|listener| listener.text_at(&["name"]) == Some(section)) {
            let message = format!(
                "{} is attached to the listener `{section}`, which the Gateway `{name}` does not have",
                route.what()
            );
            out.at(parent.place(&["sectionName"]), message);
        }
    }
}
