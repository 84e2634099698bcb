//! The stack in Compose's words: services, published ports, health checks and start conditions.
mod development;
mod start;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;

use serde::Serialize;

use development::{Development, Test, development, test};
use start::{depends_on, health_check};
pub(super) use values::settings;
use values::{escaped, settable};

use super::scope::Scope;
use crate::stack::{Endpoint, Name, Process, Provider, Role, Source, Stack, Unit, port_variable};

/// What the Compose templates see.
#[derive(Debug, Serialize)]
struct View {
    /// One service per process that runs on a developer's machine.
    services: Vec<Service>,
    /// Names of the volumes that keep data.
    volumes: Vec<String>,
    /// How services differ where code is edited.
    development: Vec<Development>,
    /// One container per built unit, for its own checks.
    tests: Vec<Test>,
}

/// A process.
#[derive(Debug, Serialize)]
struct Service {
    /// The process's id, which is its host name too.
    name: String,
    /// What it is, for a comment.
    about: String,
    /// The image it runs; for built units a name that exists on this machine only.
    image: String,
    /// The directory the image is built from, for the one service of a unit that builds it.
    context: Option<String>,
    /// Where the Dockerfile is in it, when not at its top.
    dockerfile: Option<String>,
    /// Whether the image is built by another service and must not be looked for in a registry.
    shared_image: bool,
    /// The argument vector; empty means the image's own.
    command: Vec<String>,
    /// The name of the anchor under which the environment is defined here, when others share it.
    anchor: Option<String>,
    /// The anchor that holds this service's environment, when an earlier service defined it.
    alias: Option<String>,
    /// The environment, escaped for interpolation.
    environment: BTreeMap<String, String>,
    /// Published ports in the short syntax.
    ports: Vec<String>,
    /// Named volumes in the short syntax.
    volumes: Vec<String>,
    /// What has to be there first: the condition by service.
    depends_on: BTreeMap<String, Depends>,
    /// How its health is found out.
    healthcheck: Option<HealthCheck>,
    /// Seconds after which it is killed.
    stop_seconds: u32,
    /// When it runs.
    life: Life,
    /// How many run, where that isn't one.
    scale: Option<u32>,
    /// Whether its file system is read-only and its privileges are dropped.
    confined: bool,
    /// Writable paths that are lost when it stops.
    tmpfs: Vec<String>,
}

/// When a service runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Life {
    /// Until it is stopped.
    Always,
    /// To its end, before others start.
    Once,
    /// When somebody asks for it.
    Asked,
}

/// A start condition.
#[derive(Debug, Serialize)]
struct Depends {
    /// `service_healthy`, `service_started` or `service_completed_successfully`.
    condition: &'static str,
}

/// A health check.
#[derive(Debug, Serialize)]
struct HealthCheck {
    /// The argument vector, `CMD` first, escaped for interpolation.
    test: Vec<String>,
    /// Seconds between two questions.
    interval: u32,
    /// Seconds to wait for an answer.
    timeout: u32,
    /// Wrong answers in a row that count.
    retries: u32,
    /// Seconds during which wrong answers don't count.
    start_period: u32,
}

/// A port on a developer's machine.
#[derive(Debug, Serialize)]
pub(super) struct Published {
    /// The variable in `.env` that changes it.
    pub(super) variable: String,
    /// The unit that serves it.
    pub(super) unit: String,
    /// The endpoint's name.
    pub(super) endpoint: String,
    /// What is spoken on it.
    pub(super) protocol: crate::stack::Protocol,
    /// The port inside the container.
    pub(super) port: u16,
    /// The port on the machine, unless `.env` says otherwise.
    pub(super) host_port: u16,
}

/// The view of the whole stack.
pub(super) fn view(scope: &Scope) -> Result<serde_json::Value, String> {
    let stack = scope.stack;
    let mut view = View { services: Vec::new(), volumes: Vec::new(), development: Vec::new(), tests: Vec::new() };
    for unit in local_units(stack) {
        let mut shared: Vec<(String, BTreeMap<String, String>)> = Vec::new();
        let mut services = Vec::new();
        for process in &unit.processes {
            let mut service = service(stack, unit, process)?;
            share_environment(&mut service, &mut services, &mut shared);
            view.volumes.extend(process.volumes.iter().map(|mount| format!("{}-{}", unit.name, mount.name)));
            services.push(service);
        }
        view.services.extend(services);
        view.development.extend(development(stack, unit));
        view.tests.extend(test(stack, unit)?);
    }
    view.volumes.sort();
    view.volumes.dedup();
    serde_json::to_value(view).map_err(|error| error.to_string())
}

/// The units that the stack itself runs on a developer's machine.
pub(super) fn local_units(stack: &Stack) -> impl Iterator<Item = &Unit> {
    let local = stack.local_environment().map(|environment| &environment.name);
    stack.units.iter().filter(move |unit| local.is_none_or(|name| unit.provider(name) == Provider::Container))
}

/// The ports that a unit publishes on a developer's machine.
pub(super) fn published(unit: &Unit) -> Vec<Published> {
    let open = |endpoint: &Endpoint| open(&unit.name, endpoint, unit.port_variable(&endpoint.name)?);
    unit.endpoints.iter().filter_map(open).collect()
}

/// Every port on a developer's machine: of the units that run there, then of what watches them.
pub(super) fn all_published(stack: &Stack) -> Vec<Published> {
    let platforms = stack.platforms.iter().flat_map(|platform| {
        let endpoints = platform.endpoints.iter();
        endpoints.filter_map(|endpoint| open(&platform.name, endpoint, port_variable(&endpoint.name)))
    });
    local_units(stack).flat_map(published).chain(platforms).collect()
}

fn open(unit: &Name, endpoint: &Endpoint, variable: String) -> Option<Published> {
    Some(Published {
        variable,
        unit: unit.to_string(),
        endpoint: endpoint.name.clone(),
        protocol: endpoint.protocol,
        port: endpoint.port,
        host_port: endpoint.host_port?,
    })
}

fn service(stack: &Stack, unit: &Unit, process: &Process) -> Result<Service, String> {
    let built = matches!(unit.source, Source::Built { .. });
    let builds = builder(unit).is_some_and(|id| *id == process.id);
    let replicas =
        stack.local_environment().and_then(|environment| environment.replicas.get(process.id.as_str()).copied());
    Ok(Service {
        name: process.id.to_string(),
        about: about(unit, process),
        image: image(stack, unit, "local"),
        context: unit.context().filter(|_| builds).map(here),
        dockerfile: dockerfile(unit).filter(|_| builds),
        shared_image: built && !builds,
        command: escaped(&process.command),
        anchor: None,
        alias: None,
        environment: settable(stack, unit, process)?,
        ports: ports(unit, process),
        volumes: process.volumes.iter().map(|mount| format!("{}-{}:{}", unit.name, mount.name, mount.path)).collect(),
        depends_on: depends_on(stack, unit, process),
        healthcheck: health_check(unit, process),
        stop_seconds: process.stop_timeout,
        life: match process.role {
            Role::Cron => Life::Asked,
            Role::Job => Life::Once,
            _ => Life::Always,
        },
        scale: replicas.or(Some(process.scale.local)).filter(|&count| count != 1 && process.long_running()),
        confined: built,
        tmpfs: if built { process.scratch.clone() } else { Vec::new() },
    })
}

/// What a process is, for people.
fn about(unit: &Unit, process: &Process) -> String {
    let role = match process.role {
        Role::Web => "serves HTTP",
        Role::Grpc => "serves gRPC",
        Role::Worker => "processes work in the background",
        Role::Scheduler => "schedules work",
        Role::Job => "runs once before the other services start",
        Role::Cron => "runs on demand; on a schedule elsewhere",
        Role::Server => return unit.title.clone(),
    };
    format!("{}: {role}", unit.title)
}

/// The process whose service builds the image that all processes of the unit share.
fn builder(unit: &Unit) -> Option<&Name> {
    unit.main_process().or(unit.processes.first()).map(|process| &process.id)
}

/// The image's reference. What is built carries the name of the Compose project, so that two checkouts don't
/// take each other's.
fn image(stack: &Stack, unit: &Unit, tag: &str) -> String {
    match &unit.source {
        Source::Built { .. } => format!("${{COMPOSE_PROJECT_NAME:-{}}}-{}:{tag}", stack.project.name, unit.name),
        Source::Image { reference } => reference.clone(),
    }
}

fn ports(unit: &Unit, process: &Process) -> Vec<String> {
    let first = |endpoint: &str| {
        let serves = |process: &&Process| process.serves.iter().any(|name| name == endpoint);
        unit.processes.iter().find(serves).is_some_and(|found| found.id == process.id)
    };
    published(unit)
        .into_iter()
        .filter(|open| first(&open.endpoint))
        .map(|open| format!("127.0.0.1:${{{}:-{}}}:{}", open.variable, open.host_port, open.port))
        .collect()
}

/// Later services of a unit refer to the first one's environment where theirs is the same.
fn share_environment(
    service: &mut Service,
    earlier: &mut [Service],
    shared: &mut Vec<(String, BTreeMap<String, String>)>,
) {
    if service.environment.is_empty() {
        return;
    }
    if let Some((owner, _)) = shared.iter().find(|(_, environment)| *environment == service.environment) {
        let anchor = format!("{owner}-environment");
        if let Some(first) = earlier.iter_mut().find(|first| first.name == *owner) {
            first.anchor = Some(anchor.clone());
        }
        service.alias = Some(anchor);
    } else {
        shared.push((service.name.clone(), service.environment.clone()));
    }
}

/// A directory of the repository as seen from its root.
fn here(directory: &str) -> String {
    if directory.is_empty() { ".".to_owned() } else { format!("./{directory}") }
}

/// Where the unit's Dockerfile is within what it is built from, when not at its top.
fn dockerfile(unit: &Unit) -> Option<String> {
    let (directory, context) = (unit.directory()?, unit.context()?);
    let below = directory.strip_prefix(context)?.trim_start_matches('/');
    (!below.is_empty()).then(|| format!("{below}/Dockerfile"))
}
