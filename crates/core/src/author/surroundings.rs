//! What a small stack has around its units: environments, platforms, routes.
use std::collections::BTreeMap;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bench::Bench;
use super::small::{Subject, complete, platform};
use crate::blueprint::{Answers, EnvironmentSpec, PortSpec, ProviderSpec, RouteSpec, StackSpec};
use crate::catalog::{Component, Kind};
use crate::resolve::{literals, offered};
use crate::stack::{HostGroup, Runtime};
use crate::yaml::Place;

/// What leads visitors to routes.
const GATEWAY: &str = "gateway.http";

/// A developer's machine, and one environment for every way in which a component can be had elsewhere.
pub(super) fn environments(component: &Component) -> Vec<EnvironmentSpec> {
    let mut all = vec![environment("local", Runtime::Machine, component)];
    for (runtime, word) in [(Runtime::Cluster, "cluster"), (Runtime::Hosts, "hosts"), (Runtime::Paas, "paas")] {
        let built = runtime == Runtime::Cluster || component.artifacts.contains_key(&runtime);
        let ways = match component.kind {
            Kind::Resource | Kind::Tool => offered(component, runtime),
            _ if built => vec!["container"],
            _ => Vec::new(),
        };
        // What somebody else runs is alike wherever it is used from.
        let ways =
            ways.into_iter().filter(|way| runtime == Runtime::Cluster || !matches!(*way, "external" | "managed"));
        all.extend(ways.map(|way| environment(&format!("{word}-{way}"), runtime, component)));
    }
    all
}

fn environment(name: &str, runtime: Runtime, component: &Component) -> EnvironmentSpec {
    let own = component.package.as_ref().and_then(|package| package.group.clone());
    let names: BTreeSet<String> = ["app".to_owned()].into_iter().chain(own).collect();
    let groups = names.into_iter().map(|name| HostGroup { hosts: vec![format!("{name}.example.com")], name });
    EnvironmentSpec {
        name: name.to_owned(),
        runtime,
        host: if runtime == Runtime::Machine { "localhost".into() } else { format!("{name}.trial.example.com") },
        revision: None,
        replicas: BTreeMap::default(),
        groups: if runtime == Runtime::Hosts { groups.collect() } else { Vec::new() },
        placement: BTreeMap::default(),
        each: None,
        place: Place::default(),
    }
}

/// Says who runs each unit where: what the environment is named after, where the component offers that.
pub(super) fn providers(bench: &Bench, spec: &mut StackSpec) {
    for unit in &mut spec.units {
        let Ok(component) = bench.catalog.component(&unit.component) else { continue };
        if !matches!(component.kind, Kind::Resource | Kind::Tool) {
            continue;
        }
        for environment in &spec.environments {
            let ways = offered(&component, environment.runtime);
            let named = ways.iter().find(|way| environment.name.ends_with(&format!("-{way}")));
            if let Some(way) = named.or(ways.first()) {
                unit.providers.insert(environment.name.clone(), ProviderSpec((*way).to_owned()));
            }
        }
    }
}

/// Adds what targets ask for, a gateway where something is open to visitors, and whoever assembles the files that the
/// component adds to.
pub(super) fn platforms(bench: &Bench, subject: &Subject, open: bool, spec: &mut StackSpec) {
    let mut capabilities: BTreeSet<String> = open.then(|| GATEWAY.to_owned()).into_iter().collect();
    for id in crate::target::target_ids(&bench.catalog) {
        let manifest = crate::target::manifest(&bench.catalog, &id).ok();
        capabilities.extend(
            manifest.and_then(|manifest| manifest.when).iter().flat_map(|when| literals(when)).map(str::to_owned),
        );
    }
    for capability in capabilities {
        add_platform(bench, spec, |component| component.provides.contains_key(&capability));
    }
    let keepers = &bench.keepers;
    if !keepers.is_empty() {
        add_platform(bench, spec, |component| keepers.contains(&component.id));
    }
    let parts = subject.host.iter().chain([&subject.component]);
    let points: BTreeSet<&str> = parts.flat_map(|part| part.contributes.iter().map(|one| one.to.as_str())).collect();
    let unasked = unasked(bench, spec);
    let useful = |component: &Component| !component.provides.keys().any(|capability| unasked.contains(capability));
    for point in points {
        add_platform(bench, spec, |component| component.accepts.contains_key(point) && useful(component));
    }
}

/// Capabilities that rules of services ask for, none of which is in the stack: a platform that is for them alone would
/// have nothing to serve.
fn unasked(bench: &Bench, spec: &StackSpec) -> BTreeSet<String> {
    let mut words: BTreeSet<String> = BTreeSet::new();
    let here = |id: &str| spec.units.iter().any(|unit| unit.component == id);
    let services: Vec<_> = bench.components().into_iter().filter(|component| component.kind == Kind::Service).collect();
    let asked = |service: &Component| -> Vec<String> {
        service.rules.iter().flat_map(|rule| literals(&rule.that)).map(str::to_owned).collect()
    };
    services.iter().filter(|service| !here(&service.id)).for_each(|service| words.extend(asked(service)));
    for word in services.iter().filter(|service| here(&service.id)).flat_map(|service| asked(service)) {
        words.remove(&word);
    }
    words
}

/// Adds the first platform that is like that and needs least to be said, unless something like that is there.
fn add_platform(bench: &Bench, spec: &mut StackSpec, fits: impl Fn(&Component) -> bool) {
    let ids = spec.units.iter().map(|unit| &unit.component).chain(spec.platforms.iter().map(|entry| &entry.component));
    if ids.filter_map(|id| bench.catalog.component(id).ok()).any(|component| fits(&component)) {
        return;
    }
    let platforms = bench.components().into_iter();
    let fitting = platforms.filter(|component| component.kind == Kind::Platform && fits(component));
    let open = |component: &Arc<Component>| component.params.values().filter(|param| param.default.is_none()).count();
    if let Some(component) = fitting.min_by_key(open) {
        let mut params = Answers::new();
        complete(bench, &component, &mut params);
        spec.platforms.push(platform(&format!("with-{}", component.id), &component, params));
    }
}

/// The port of the first endpoint that a developer reaches; the others have those after it.
const FIRST_PORT: u16 = 18000;

/// Leads visitors to whatever is open to them, and a developer as well.
pub(super) fn routes(open: &[(String, String)], spec: &mut StackSpec) {
    let path = |index: usize, unit: &str| if index == 0 { "/".to_owned() } else { format!("/{unit}") };
    let leads = open.iter().enumerate().map(|(index, (unit, endpoint))| RouteSpec {
        path: path(index, unit),
        unit: unit.clone(),
        endpoint: Some(endpoint.clone()),
        when: None,
        each: None,
        place: Place::default(),
    });
    spec.routes = leads.collect();
    spec.units.iter_mut().for_each(|unit| unit.publish.clear());
    for (port, (unit, endpoint)) in (FIRST_PORT..).zip(open) {
        if let Some(unit) = spec.units.iter_mut().find(|known| known.name == *unit) {
            unit.publish.insert(endpoint.clone(), PortSpec::Number(port));
        }
    }
}
