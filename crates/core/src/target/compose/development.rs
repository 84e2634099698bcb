//! The services where code is edited, and the containers in which it is checked.
use std::collections::BTreeMap;

use serde::Serialize;

use super::start::condition;
use super::values::{environment, escaped};
use super::{Depends, builder, dockerfile, here, image, local_units};
use crate::stack::{Condition, Stack, Unit, UnitKind};

/// A service where its code is edited.
#[derive(Debug, Serialize)]
pub(super) struct Development {
    /// The service.
    name: String,
    /// The image with development tools.
    image: String,
    /// Whether this service builds that image.
    builds: bool,
    /// The argument vector that reloads code; empty keeps the usual one.
    command: Vec<String>,
    /// Source paths that the container sees live, in the short syntax.
    volumes: Vec<String>,
}

/// The container in which a unit's own checks run.
#[derive(Debug, Serialize)]
pub(super) struct Test {
    /// Its service name.
    name: String,
    /// The image with the checks' tools.
    image: String,
    /// The directory it is built from.
    context: String,
    /// Where the Dockerfile is in it, when not at its top.
    dockerfile: Option<String>,
    /// The environment, escaped for interpolation.
    environment: BTreeMap<String, String>,
    /// The sources of the services that it talks to, in the short syntax: their descriptions are there.
    sources: Vec<String>,
    /// The servers that checks may need.
    depends_on: BTreeMap<String, Depends>,
}

/// How the unit's services differ where its code is edited.
pub(super) fn development(stack: &Stack, unit: &Unit) -> Vec<Development> {
    let Some(directory) = unit.directory() else { return Vec::new() };
    if unit.live.is_empty() && unit.processes.iter().all(|process| process.reload.is_none()) {
        return Vec::new();
    }
    let builder = builder(unit);
    let live = |path: &String| match path.as_str() {
        "." => format!("./{directory}:/app:ro,z"),
        path => format!("./{directory}/{path}:/app/{path}:ro,z"),
    };
    let volumes: Vec<_> = unit.live.iter().map(live).collect();
    unit.processes
        .iter()
        .map(|process| Development {
            name: process.id.to_string(),
            image: image(stack, unit, "dev"),
            builds: builder.is_some_and(|id| *id == process.id),
            command: process.reload.as_deref().map(escaped).unwrap_or_default(),
            volumes: volumes.clone(),
        })
        .collect()
}

/// Where tests find what is outside the source that their image is built from.
const CONTRACT: &str = "/contract";

/// The container for the unit's own checks, if it has any.
pub(super) fn test(stack: &Stack, unit: &Unit) -> Result<Option<Test>, String> {
    let (Some(directory), Some(process)) = (unit.directory(), unit.processes.first()) else { return Ok(None) };
    if unit.checks.is_empty() {
        return Ok(None);
    }
    let main = unit.main_process().unwrap_or(process);
    let mut depends = BTreeMap::new();
    if unit.checks.iter().any(|check| check.needs_bindings) {
        for binding in &unit.bindings {
            let servers =
                local_units(stack).filter(|other| other.name == binding.unit && other.kind != UnitKind::Service);
            for server in servers.flat_map(|other| &other.processes).filter(|process| process.long_running()) {
                depends.insert(server.id.to_string(), condition(stack, &server.id, Condition::Healthy));
            }
        }
    }
    let mut variables = environment(stack, unit, main)?;
    variables.insert("ENV_SCHEMA".to_owned(), format!("{CONTRACT}/env.schema.yaml"));
    Ok(Some(Test {
        name: format!("{}-test", unit.name),
        image: image(stack, unit, "test"),
        context: here(unit.context().unwrap_or(directory)),
        dockerfile: dockerfile(unit),
        environment: variables,
        sources: unit.bindings.iter().filter_map(|binding| source(stack, binding.unit.as_str())).collect(),
        depends_on: depends,
    }))
}

/// A service's source, mounted where the checks of others find it.
fn source(stack: &Stack, name: &str) -> Option<String> {
    let directory = stack.unit(name)?.directory()?;
    Some(format!("./{directory}:{CONTRACT}/{name}:ro,z"))
}
