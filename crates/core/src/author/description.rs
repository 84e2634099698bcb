//! What the form of a description alone can't say.
use super::part::fault;
use crate::catalog::{Catalog, Component, Kind};
use crate::diagnostic::Diagnostics;

/// Keys that a component of its kind can't have, and names that the catalog doesn't know.
pub(super) fn check(catalog: &Catalog, component: &Component, problems: &mut Diagnostics) {
    kind(component, problems);
    let at = component.at();
    for (id, added) in &component.on {
        let Ok(host) = catalog.component(id) else {
            if catalog.text(&format!("components/{id}/component.yaml")).is_none() {
                fault(problems, at.key("on").key(id).name(), format!("`on` names `{id}`, which is no component"));
            }
            continue;
        };
        for (index, slot) in added.fills.iter().enumerate() {
            if !host.slots.iter().any(|known| known.id == *slot) {
                let at = at.key("on").key(id).key("fills").item(index);
                fault(problems, at, format!("it fills `{slot}`, which is no slot of `{id}`"));
            }
        }
    }
    for message in problems.absorb(catalog.reserved().unknown(&component.id)).into_iter().flatten() {
        fault(problems, at.key("id"), format!("in its reserved.yaml: {message}"));
    }
}

/// Keys that only components of another kind have.
fn kind(component: &Component, problems: &mut Diagnostics) {
    let at = component.at();
    if component.kind != Kind::Feature && !component.on.is_empty() {
        fault(problems, at.key("on"), "only a feature has `on`");
    }
    if component.kind == Kind::Feature && component.on.is_empty() {
        fault(problems, at.key("kind"), "a feature says under `on` which service components it extends");
    }
    let built = component.kind == Kind::Service;
    if built == component.image.is_some() && matches!(component.kind, Kind::Service | Kind::Resource | Kind::Tool) {
        let at = if built { at.key("image") } else { at.key("kind") };
        fault(problems, at, "a service is built and has no `image`; a resource and a tool have one");
    }
    if component.user == Some(0) {
        fault(problems, at.key("user"), "the user 0 is root, and pods that run as root are refused");
    }
    let added =
        component.on.iter().flat_map(|(host, added)| added.provides.iter().map(move |offer| (Some(host), offer)));
    let own = component.provides.iter().filter(|_| component.kind == Kind::Platform).map(|offer| (None, offer));
    for (host, (capability, offer)) in added.chain(own).filter(|(_, (_, offer))| !offer.values.is_empty()) {
        let values = offer.values.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let at = host.map_or(at, |host| at.key("on").key(host)).key("provides").key(capability).key("values");
        let why = "nothing binds to";
        fault(
            problems,
            at,
            format!("{why} `{capability}` of a feature or platform: it has `facts`, not `values` ({values})"),
        );
    }
}
