//! Rules about what watches the stack and what runs by the clock.
use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::{Labels, Object, selects};
use crate::check::schedule::unreadable;
use crate::check::{Run, Sink};
use crate::yaml::Node;

pub(super) const RULES: &[(&str, Run)] = &[("R104", schedules), ("R130", scrapes)];

fn schedules(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    let mut judge = |node: &Node, key: &str, count: usize, what: String| {
        let Some((at, text)) = node.entry(key).and_then(|entry| Some((entry.value.here(), entry.value.as_str()?)))
        else {
            return;
        };
        any = true;
        if let Some(why) = unreadable(text, count) {
            out.at(at, format!("{what} is scheduled `{text}`: {why}"));
        }
    };
    for object in facts.overlays.iter().flat_map(|overlay| &overlay.objects).chain(facts.others.values().flatten()) {
        let Some(spec) = object.node.get("spec") else { continue };
        if object.kind == "CronJob" && object.group() == "batch" {
            judge(spec, "schedule", 5, object.what());
        }
    }
    for (_, workflow) in facts.workflows() {
        for entry in workflow.list_at(&["on", "schedule"]) {
            judge(entry, "cron", 5, "the workflow".to_owned());
        }
    }
    out.skip_if(!any, "nothing runs by the clock");
}

fn scrapes(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for overlay in &facts.overlays {
        for scrape in &overlay.objects {
            let Some(kind) = facts.scrape(&scrape.kind) else { continue };
            let pods = kind.pods;
            let Some(selector) = scrape.node.at(&["spec", "selector"]) else { continue };
            // What is in other namespaces, operators' pods too, may be made by somebody else.
            if scrape.node.at(&["spec", "namespaceSelector"]).is_some() {
                continue;
            }
            any = true;
            let ports: Vec<&str> = if pods { pod_ports(overlay, selector) } else { service_ports(overlay, selector) };
            if ports.is_empty() && made_by_others(facts, overlay, selector) {
                continue;
            }
            if ports.is_empty() {
                out.at(selector.here(), format!("{} selects nothing that has a port with a name", scrape.what()));
                continue;
            }
            for endpoint in scrape.node.list_at(&kind.ports.keys()) {
                let Some(port) = endpoint.text_at(&["port"]).filter(|port| !ports.contains(port)) else { continue };
                let holder = if pods { "no selected container" } else { "no selected Service" };
                let message = format!("{} scrapes the port `{port}`, which {holder} has", scrape.what());
                out.at(endpoint.place(&["port"]), message);
            }
        }
    }
    out.skip_if(!any, "nothing is scraped");
}

/// Whether a selector is about what an operator makes: it holds the name of a custom resource.
fn made_by_others(facts: &Facts, overlay: &Overlay, selector: &Node) -> bool {
    let names =
        selector.entries_at(&["matchLabels"]).iter().filter_map(|entry| entry.value.as_str()).collect::<Vec<_>>();
    overlay.objects.iter().any(|object| facts.operated(object) && names.contains(&object.name.as_str()))
}

fn pod_ports<'o>(overlay: &'o Overlay, selector: &Node) -> Vec<&'o str> {
    let selected =
        overlay.objects.iter().filter(|object| object.pod().is_some() && selects(selector, &object.pod_labels()));
    let ports = selected.flat_map(Object::containers).flat_map(|container| container.list_at(&["ports"]));
    ports.filter_map(|port| port.text_at(&["name"])).collect()
}

fn service_ports<'o>(overlay: &'o Overlay, selector: &Node) -> Vec<&'o str> {
    let services = overlay.objects.iter().filter(|object| object.kind == "Service");
    let selected = services.filter(|service| selects(selector, &Labels::of(service.node.at(&["metadata", "labels"]))));
    selected
        .flat_map(|service| service.node.list_at(&["spec", "ports"]))
        .filter_map(|port| port.text_at(&["name"]))
        .collect()
}
