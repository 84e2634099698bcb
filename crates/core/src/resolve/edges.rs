//! Who talks to whom: from bindings, routes and what is reached outside. Network rules allow exactly this.
use super::draft::{Draft, DraftUnit};
use crate::stack::{Edge, Name, OUTSIDE, Protocol, Provider, Route};

/// The edges, sorted.
pub(super) fn draw(draft: &Draft, routes: &[Route]) -> Vec<Edge> {
    let mut edges = Vec::new();
    for unit in &draft.units {
        for process in &unit.unit.processes {
            let uses = unit.uses.get(process.name.as_str());
            for binding in &unit.unit.bindings {
                if uses.is_some_and(|uses| !uses.contains(&binding.alias)) {
                    continue;
                }
                if let Some(provider) = draft.unit(binding.unit.as_str()) {
                    bound(draft, &process.id, &binding.alias, &binding.endpoint, provider, &mut edges);
                }
            }
            for outbound in &unit.unit.outbound {
                edges.push(edge(process.id.as_str(), OUTSIDE, outbound.port, outbound.what.clone(), Vec::new()));
            }
        }
    }
    for route in routes {
        let owner = draft.units.iter().find(|unit| unit.unit.processes.iter().any(|p| p.id == *route.process));
        let port = owner.and_then(|unit| unit.unit.endpoint(&route.endpoint)).map(|endpoint| endpoint.port);
        if let Some(port) = port {
            edges.push(edge(OUTSIDE, &route.process, port, format!("route {}", route.path), Vec::new()));
        }
    }
    edges.sort_by(|a: &Edge, b| (&a.from, &a.to, a.port, &a.because).cmp(&(&b.from, &b.to, b.port, &b.because)));
    edges.dedup();
    edges
}

/// An edge to the provider where the stack or an operator runs it, one to the outside where somebody else does.
fn bound(draft: &Draft, from: &Name, alias: &str, endpoint: &str, provider: &DraftUnit, edges: &mut Vec<Edge>) {
    let Some(served) = provider.unit.endpoint(endpoint) else { return };
    let port = served.port;
    // What somebody else serves over HTTP is served encrypted, on the port for it.
    let away_port = if served.protocol == Protocol::Http { 443 } else { port };
    let serving = provider.unit.processes.iter().find(|process| process.serves.iter().any(|name| name == endpoint));
    let Some(serving) = serving else { return };
    let outside = |environment: &&crate::stack::Environment| {
        matches!(provider.unit.provider(&environment.name), Provider::External | Provider::Managed)
    };
    let (away, here): (Vec<_>, Vec<_>) = draft.environments.iter().partition(outside);
    let only = |some: &[&crate::stack::Environment]| {
        let all = some.len() == draft.environments.len();
        if all { Vec::new() } else { some.iter().map(|environment| environment.name.clone()).collect() }
    };
    if !here.is_empty() {
        edges.push(edge(from.as_str(), serving.id.as_str(), port, format!("uses {alias}"), only(&here)));
    }
    if !away.is_empty() {
        edges.push(edge(from.as_str(), OUTSIDE, away_port, format!("uses {alias}"), only(&away)));
    }
}

fn edge(from: &str, to: &str, port: u16, because: String, environments: Vec<Name>) -> Edge {
    Edge { from: from.to_owned(), to: to.to_owned(), port, because, environments }
}
