//! Rules about the Compose file.
use std::collections::BTreeMap;

use crate::check::compose::{Compose, PATH, Service};
use crate::check::facts::Facts;
use crate::check::kustomize::join;
use crate::check::running::{GivenValue, interpolated, interpolations, url_address};
use crate::check::{Run, Sink};
use crate::stack::Condition;
use crate::yaml::Entry;

pub(super) const RULES: &[(&str, Run)] = &[
    ("R050", waits),
    ("R052", health),
    ("R053", volumes),
    ("R054", ports),
    ("R056", stop),
    ("R058", sources),
    ("R059", profiles),
];

fn compose<'f>(facts: &'f Facts, out: &mut Sink) -> Option<&'f Compose> {
    out.skip_if(facts.compose.is_none(), format!("there is no {PATH}"));
    facts.compose.as_ref()
}

fn waits(facts: &Facts, out: &mut Sink) {
    let Some(compose) = compose(facts, out) else { return };
    for service in &compose.services {
        for (wanted, _, at) in &service.depends_on {
            if compose.service(wanted).is_none() {
                out.at(*at, format!("`{}` waits for `{wanted}`, which is no service", service.name));
            }
        }
        let Some((unit, process)) = facts.stack.process(&service.name) else { continue };
        for start in process.after.iter().filter(|start| compose.service(start.process.as_str()).is_some()) {
            let wanted = start.process.as_str();
            let checked = compose.service(wanted).is_some_and(|other| other.node.get("healthcheck").is_some());
            let condition = match start.until {
                Condition::Healthy if checked => "service_healthy",
                Condition::Completed => "service_completed_successfully",
                Condition::Healthy | Condition::Started => "service_started",
            };
            declared(service, wanted, condition, out);
        }
        for binding in unit.bindings.iter().filter(|binding| binding.hard) {
            let Some(provider) = facts.stack.unit(binding.unit.as_str()) else { continue };
            for server in &provider.processes {
                let id = server.id.as_str();
                let talks = facts.stack.edges.iter().any(|edge| process.id == *edge.from && edge.to == id);
                let known = compose.service(id).is_some() && id != service.name;
                let listed = process.after.iter().any(|start| start.process == *id);
                if talks && known && !listed && !compose.waits_for(&service.name, id) {
                    let at = service.node.entry("depends_on").map_or(service.at, Entry::here);
                    out.at(at, format!("`{}` talks to `{id}` and does not wait for it", service.name))
                        .hint(format!("add `{id}: {{condition: service_healthy}}` to its depends_on"));
                }
            }
        }
    }
    hosts(compose, out);
}

fn declared(service: &Service, wanted: &str, condition: &str, out: &mut Sink) {
    match service.depends_on.iter().find(|(name, _, _)| name == wanted) {
        None => {
            let at = service.node.entry("depends_on").map_or(service.at, Entry::here);
            out.at(at, format!("`{}` has to wait for `{wanted}` and does not", service.name))
                .hint(format!("add `{wanted}: {{condition: {condition}}}` to its depends_on"));
        }
        Some((_, found, at)) if found != condition => {
            out.at(
                *at,
                format!("`{}` waits for `{wanted}` until `{found}`, the stack says `{condition}`", service.name),
            );
        }
        Some(_) => {}
    }
}

/// Hand-written services have no model; their URLs say what they need.
fn hosts(compose: &Compose, out: &mut Sink) {
    for service in &compose.services {
        if out.facts.stack.process(&service.name).is_some() {
            continue;
        }
        for given in &service.running.variables {
            let GivenValue::Text(text) = &given.value else { continue };
            let text = interpolated(text);
            let Some((host, _)) = url_address(&text) else { continue };
            if host != service.name && compose.service(host).is_some() && !compose.waits_for(&service.name, host) {
                let message = format!("`{}` talks to `{host}` and does not wait for it", service.name);
                out.at(given.at, message).hint(format!("add `{host}` to its depends_on"));
            }
        }
    }
}

fn health(facts: &Facts, out: &mut Sink) {
    let Some(compose) = compose(facts, out) else { return };
    for service in &compose.services {
        let Some(check) = service.node.get("healthcheck") else { continue };
        let Some(test) = check.entry("test") else { continue };
        let words = test.value.texts();
        let line = words.join(" ");
        let calls = line.split(|c: char| !(c.is_alphanumeric() || "-_/.".contains(c)));
        let curl = calls.clone().any(|word| word == "curl" || word.ends_with("/curl"));
        let short = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('f');
        let fails = calls.clone().any(|word| word == "--fail" || word == "--fail-with-body" || short(word));
        if curl && !fails {
            out.at(test.here(), format!("`curl` without `--fail` calls `{}` healthy on an error page", service.name))
                .hint("add `--fail`");
        }
        if words.iter().any(|word| !interpolations(word).is_empty()) {
            out.at(
                test.here(),
                format!("Compose replaces `$` in the health check of `{}` before it runs", service.name),
            )
            .hint("write `$$`");
        }
    }
}

fn volumes(facts: &Facts, out: &mut Sink) {
    let Some(compose) = compose(facts, out) else { return };
    let declared = compose.root.entries_at(&["volumes"]);
    let named = |source: &str| !source.starts_with(['.', '/', '~', '$']);
    for service in &compose.services {
        for mount in &service.mounts {
            let Some(source) = mount.source.as_deref().filter(|source| named(source)) else { continue };
            if !declared.iter().any(|entry| entry.name() == source) {
                out.at(mount.at, format!("the volume `{source}` of `{}` is not declared", service.name))
                    .hint(format!("add `{source}:` to the volumes at the end"));
            }
        }
        let Some((_, process)) = facts.stack.process(&service.name) else { continue };
        for volume in &process.volumes {
            let mounted = service.mounts.iter().any(|mount| mount.target == volume.path && mount.source.is_some());
            if !mounted {
                let at = service.node.entry("volumes").map_or(service.at, Entry::here);
                out.at(
                    at,
                    format!("`{}` keeps data at `{}`, and no volume is mounted there", service.name, volume.path),
                );
            }
        }
    }
    for entry in declared {
        let used = compose
            .services
            .iter()
            .flat_map(|service| &service.mounts)
            .any(|mount| mount.source.as_deref() == Some(entry.name()));
        if !used {
            out.at(entry.here(), format!("the volume `{}` is used by no service", entry.name()));
        }
    }
}

fn ports(facts: &Facts, out: &mut Sink) {
    let Some(compose) = compose(facts, out) else { return };
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for service in &compose.services {
        for port in &service.ports {
            let address = port.address.as_deref().unwrap_or("0.0.0.0");
            if !["127.0.0.1", "::1", "[::1]"].contains(&address) {
                let shown = port.published.as_deref().unwrap_or("any port");
                out.at(port.at, format!("`{shown}` of `{}` is open to the network", service.name))
                    .hint("put `127.0.0.1:` before it");
            }
            let Some(published) = port.published.as_deref().map(interpolated) else { continue };
            if let Some(other) = seen.insert(published.clone(), &service.name) {
                out.at(port.at, format!("the port {published} is published by `{other}` and by `{}`", service.name));
            }
        }
    }
}

fn stop(facts: &Facts, out: &mut Sink) {
    let Some(compose) = compose(facts, out) else { return };
    for service in &compose.services {
        let Some((_, process)) = facts.stack.process(&service.name) else { continue };
        let entry = service.node.entry("stop_grace_period");
        let given = entry.and_then(|entry| crate::check::running::seconds(entry.value.as_str()?)).unwrap_or(10);
        if given < process.stop_timeout {
            let at = entry.map_or(service.at, Entry::here);
            let wanted = process.stop_timeout;
            out.at(at, format!("`{}` is killed after {given} s, the stack gives it {wanted} s", service.name))
                .hint(format!("write `stop_grace_period: {wanted}s`"));
        }
    }
}

fn sources(facts: &Facts, out: &mut Sink) {
    let Some(compose) = compose(facts, out) else { return };
    for service in &compose.services {
        for mount in &service.mounts {
            let Some(source) = mount.source.as_deref().filter(|source| source.starts_with("./")) else { continue };
            let path = join("", source);
            if !path.is_empty() && !facts.files.contains(&path) && !facts.files.has_directory(&path) {
                out.at(mount.at, format!("`{source}`, mounted into `{}`, does not exist", service.name));
            }
        }
    }
}

fn profiles(facts: &Facts, out: &mut Sink) {
    let Some(compose) = compose(facts, out) else { return };
    let profiles = |service: &Service| service.node.get("profiles").map(crate::yaml::Node::texts).unwrap_or_default();
    for service in &compose.services {
        let own = profiles(service);
        for (wanted, _, at) in &service.depends_on {
            let Some(other) = compose.service(wanted) else { continue };
            let theirs = profiles(other);
            if !theirs.is_empty() && !own.iter().any(|profile| theirs.contains(profile)) {
                let profile = theirs.join("`, `");
                out.at(
                    *at,
                    format!("`{}` waits for `{wanted}`, which only starts with the profile `{profile}`", service.name),
                );
            }
        }
    }
}
