//! Rules about objects that refer to other objects.
use std::collections::BTreeSet;

use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::{Object, encrypted, find};
use crate::check::{Run, Severity, Sink};
use crate::stack::{Provider, Value};
use crate::yaml::{Entry, FileLine, Node};

pub(super) const RULES: &[(&str, Run)] =
    &[("R041", references), ("R042", accounts), ("R044", restarts), ("R046", in_the_open)];

/// What an object refers to: `secret` or `config map`, name, key, whether it may be absent, and the place.
struct Reference<'n> {
    secret: bool,
    name: &'n str,
    key: Option<&'n str>,
    at: FileLine,
}

fn of<'n>(node: &'n Node, found: &mut Vec<Reference<'n>>) {
    node.walk(&mut |node| {
        for entry in node.entries() {
            let (secret, keyed, name_key) = match entry.name() {
                "secretKeyRef" => (true, true, "name"),
                "configMapKeyRef" => (false, true, "name"),
                "secretRef" => (true, false, "name"),
                "configMapRef" | "configMap" => (false, false, "name"),
                "secret" if entry.value.get("secretName").is_some() => (true, false, "secretName"),
                _ => continue,
            };
            if entry.value.get("optional").and_then(Node::bool) == Some(true) {
                continue;
            }
            let Some(name) = entry.value.text_at(&[name_key]) else { continue };
            let key = entry.value.text_at(&["key"]).filter(|_| keyed);
            let at = entry.value.place(&[if keyed { "key" } else { name_key }]);
            found.push(Reference { secret, name, key, at });
        }
    });
}

fn references(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    for overlay in &facts.overlays {
        for object in overlay.objects.iter().filter(|object| object.pod().is_some()) {
            let mut found = Vec::new();
            of(&object.node, &mut found);
            for one in found {
                let missing = if one.secret { secret(facts, overlay, &one) } else { config_map(overlay, &one) };
                let Some(missing) = missing else { continue };
                let environment = &overlay.environment(facts.stack).name;
                let finding = out.at(one.at, format!("{} refers to {missing} in {environment}", object.what()));
                if one.secret && !facts.secrets_are_kept() {
                    let hint = "make it by hand before the first release, or add a component that keeps secrets";
                    finding.severity(Severity::Warning).hint(hint);
                }
            }
        }
    }
}

fn config_map(overlay: &Overlay, one: &Reference) -> Option<String> {
    let name = one.name;
    let Some(map) = find(&overlay.objects, "ConfigMap", name) else {
        return Some(format!("the config map `{name}`, which does not exist"));
    };
    let key = one.key?;
    let there = map.node.at(&["data"]).is_some_and(|data| data.get(key).is_some());
    (!there).then(|| format!("the key `{key}` of the config map `{name}`, which has no such key"))
}

fn secret(facts: &Facts, overlay: &Overlay, one: &Reference) -> Option<String> {
    let name = one.name;
    if let Some(keys) = facts.secret_makers.keys(&overlay.objects, name) {
        let key = one.key?;
        let there = keys.iter().any(|(known, _)| known == key);
        return (!there).then(|| format!("the key `{key}` of the secret `{name}`, which has no such key"));
    }
    if overlay.objects.iter().any(|object| facts.secret_makers.made(object) == Some(name)) {
        return None;
    }
    if let Some((path, keys)) = handed(facts, overlay, name) {
        let key = one.key.filter(|key| !keys.contains(key))?;
        return Some(format!("the key `{key}` of the secret `{name}`, which `{path}` does not hold"));
    }
    if promised(facts, overlay, name, one.key) {
        return None;
    }
    Some(match one.key.filter(|_| promised(facts, overlay, name, None)) {
        Some(key) => format!("the key `{key}` of the secret `{name}`, which the stack does not know"),
        None => format!("the secret `{name}`, which nothing makes"),
    })
}

/// The keys of a secret that is kept encrypted outside the overlays, and handed to the cluster by somebody.
fn handed<'f>(facts: &'f Facts, overlay: &Overlay, name: &str) -> Option<(&'f str, Vec<&'f str>)> {
    let namespace = overlay.environment(facts.stack).namespace.as_str();
    facts.documents.iter().find_map(|(path, documents)| {
        let secret = documents.iter().find(|node| {
            node.text_at(&["kind"]) == Some("Secret")
                && node.text_at(&["metadata", "name"]) == Some(name)
                && node.text_at(&["metadata", "namespace"]) == Some(namespace)
                && encrypted(node)
        })?;
        let values = ["data", "stringData"].iter().flat_map(|key| secret.entries_at(&[key]));
        Some((*path, values.map(Entry::name).collect()))
    })
}

/// Whether the stack names this secret and key, and something else than a manifest makes it: an operator, or somebody
/// who hands it to the cluster.
fn promised(facts: &Facts, overlay: &Overlay, name: &str, key: Option<&str>) -> bool {
    let environment = overlay.environment(facts.stack);
    let named = facts.stack.variables.iter().filter_map(|variable| variable.values.get(&environment.name));
    let named = named.into_iter().any(|value| {
        matches!(value, Value::Stored { secret, key: known } if secret == name && key.is_none_or(|key| key == known))
    });
    // An operator makes it from the object that describes what it runs for the unit.
    let operated = facts.stack.units.iter().filter(|unit| unit.provider(&environment.name) == Provider::Operator);
    let by_operator = operated.into_iter().any(|unit| {
        let own = |object: &&Object| facts.operated(object) && object.name.starts_with(unit.name.as_str());
        overlay.objects.iter().filter(own).any(|object| name.starts_with(object.name.as_str()))
    });
    named && (by_operator || facts.secrets_are_handed_over())
}

fn accounts(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    for overlay in &facts.overlays {
        for object in &overlay.objects {
            let Some(entry) = object.pod().and_then(|pod| pod.entry("serviceAccountName")) else { continue };
            let name = entry.value.as_str().unwrap_or_default();
            if name != "default" && find(&overlay.objects, "ServiceAccount", name).is_none() {
                let message = format!("{} runs as the service account `{name}`, which does not exist", object.what());
                out.at(entry.here(), message);
            }
        }
    }
}

fn restarts(facts: &Facts, out: &mut Sink) {
    out.needs_overlays();
    for overlay in &facts.overlays {
        for object in overlay.objects.iter().filter(|object| object.pod().is_some()) {
            let mut found = Vec::new();
            of(&object.node, &mut found);
            let fixed = found.iter().filter(|one| {
                !one.secret
                    && find(&overlay.objects, "ConfigMap", one.name).is_some()
                    && !overlay.rendered.has_suffix(one.name)
            });
            for one in fixed {
                let message =
                    format!("{} reads `{}`, whose name does not change with its contents", object.what(), one.name);
                out.at(one.at, message).hint("make it by a configMapGenerator without `disableNameSuffixHash`");
            }
        }
    }
}

fn in_the_open(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    let mut seen = BTreeSet::new();
    for (path, documents) in &facts.documents {
        for document in documents {
            any |= document.get("kind").is_some();
            if document.text_at(&["kind"]) != Some("Secret") {
                continue;
            }
            let Some(secret) = Object::new(document.clone()).filter(|object| object.api == "v1") else { continue };
            if encrypted(&secret.node) {
                continue;
            }
            let values = ["stringData", "data"].iter().find_map(|key| secret.node.entry(key));
            if let Some(entry) = values.filter(|entry| !entry.value.is_empty())
                && seen.insert((*path, entry.here().line))
            {
                out.at(entry.here(), format!("the Secret `{}` holds its values in the open", secret.name))
                    .hint("let the cluster fetch them, or encrypt the file");
            }
        }
    }
    out.skip_if(!any, "there is no manifest");
}
