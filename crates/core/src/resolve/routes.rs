//! Outside paths, and the endpoints that they lead to.
use std::collections::BTreeMap;

use super::Run;
use super::bindings::providers_of;
use super::draft::{Draft, with_other};
use crate::blueprint::RouteSpec;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{Endpoint, Protocol, Route};
use crate::yaml::At;

/// What leads visitors to routes.
const GATEWAY: &str = "gateway.http";

/// The routes, longest path first.
pub(super) fn lead(run: &Run, draft: &Draft) -> Result<Vec<Route>, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut routes: Vec<Route> = Vec::new();
    let mut paths: BTreeMap<&str, At> = BTreeMap::new();
    for spec in &run.spec.routes {
        let at = spec.place.at().key("path");
        if let Some(other) = paths.insert(&spec.path, at) {
            let problem = Diagnostic::error(format!("two routes have the path `{}`", spec.path));
            problems.push(at.point(with_other(problem, other)));
        }
        if !spec.path.starts_with('/') {
            problems.push(at.point(Diagnostic::error(format!("the path `{}` doesn't start with `/`", spec.path))));
        }
        if let Some((process, endpoint)) = problems.absorb(find(draft, spec)) {
            routes.push(Route { path: spec.path.clone(), process, endpoint });
        }
    }
    if let Some(first) = run.spec.routes.first() {
        problems.extend(gateway(run, draft, first)?);
    }
    routes.sort_by(|a, b| b.path.len().cmp(&a.path.len()).then_with(|| a.path.cmp(&b.path)));
    problems.into_result(routes)
}

/// Beyond a developer's machine something has to lead visitors to the routes.
fn gateway(run: &Run, draft: &Draft, first: &RouteSpec) -> Result<Option<Diagnostic>, Diagnostics> {
    let Some(environment) = draft.environments.iter().find(|environment| !environment.is_local()) else {
        return Ok(None);
    };
    for platform in &draft.platforms {
        if run.catalog.component(&platform.component)?.provides.contains_key(GATEWAY) {
            return Ok(None);
        }
    }
    if draft.units.iter().any(|unit| unit.component.provides.contains_key(GATEWAY)) {
        return Ok(None);
    }
    let problem = Diagnostic::error(format!(
        "nothing leads visitors to `{}` in `{}`: no part of the stack provides `{GATEWAY}`",
        first.path, environment.name
    ));
    let problem = match providers_of(run, GATEWAY).as_slice() {
        [] => problem.help("`stackwright list` shows what each component provides"),
        known => problem.help(format!("add a gateway under `platforms`, whose component is {}", known.join(" or "))),
    };
    Ok(Some(first.place.at().key("path").point(problem)))
}

/// The process and the endpoint that a route leads to.
fn find(draft: &Draft, spec: &RouteSpec) -> Result<(String, String), Box<Diagnostic>> {
    let at = spec.place.at();
    let name = &spec.unit;
    let Some(unit) = draft.unit(name) else {
        let problem = Diagnostic::error(format!("a route leads to unit `{name}`, which does not exist"))
            .guess(name, draft.units.iter().map(|unit| unit.unit.name.as_str()));
        return Err(Box::new(at.key("unit").point(problem)));
    };
    let process = |endpoint: &Endpoint| unit.unit.processes.iter().find(|p| p.serves.contains(&endpoint.name));
    let open: Vec<&Endpoint> = unit.unit.endpoints.iter().filter(|endpoint| process(endpoint).is_some()).collect();
    let public: Vec<&Endpoint> =
        open.iter().copied().filter(|known| known.protocol == Protocol::Http && !known.admin).collect();
    let endpoint = match &spec.endpoint {
        Some(wanted) => open.iter().find(|endpoint| endpoint.name == *wanted).copied().ok_or_else(|| {
            let problem = Diagnostic::error(format!("no process of `{name}` serves an endpoint `{wanted}`"))
                .guess(wanted, open.iter().map(|endpoint| endpoint.name.as_str()));
            Box::new(at.key("endpoint").point(problem))
        })?,
        None => match public.as_slice() {
            [only] => *only,
            [] => return Err(Box::new(at.key("unit").point(closed(name, &open)))),
            several => return Err(Box::new(at.key("unit").point(which(name, several)))),
        },
    };
    let process = process(endpoint).map(|process| process.id.to_string()).unwrap_or_default();
    Ok((process, endpoint.name.clone()))
}

/// A unit that serves nothing a visitor is led to by itself.
fn closed(name: &str, open: &[&Endpoint]) -> Diagnostic {
    let problem = Diagnostic::error(format!("`{name}` serves no HTTP that a route could lead to"));
    match open.iter().find(|endpoint| endpoint.protocol == Protocol::Http) {
        Some(admin) => problem
            .note(format!("`{}` is for operators, and no visitor gets there unless a route says so", admin.name))
            .help(format!("if it is meant: `endpoint: {}`", admin.name)),
        None => problem.help("lead the route to another unit"),
    }
}

/// A unit with several endpoints for visitors.
fn which(name: &str, several: &[&Endpoint]) -> Diagnostic {
    let names = several.iter().map(|endpoint| endpoint.name.as_str()).collect::<Vec<_>>();
    Diagnostic::error(format!("`{name}` serves HTTP on several endpoints: {}; which one is meant?", names.join(", ")))
        .help(format!("name it: `endpoint: {}`", names[0]))
}
