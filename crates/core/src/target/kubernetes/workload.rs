//! One process as a workload.
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::network::{self, Policy};
use super::settings::{self, Setting, Settings};
use super::{Labels, clusters, in_base, labels, replicas, runs};
use crate::stack::{Environment, Probe, ProbeAction, Process, Protocol, Role, Source, Stack, Unit, UnitKind};

/// Seconds between being taken out of the load balancing and the stop signal.
const PRE_STOP: u32 = 5;
/// Seconds that the time budget keeps free at the end.
const MARGIN: u32 = 5;

/// One process, in the base or in the one environment that runs it.
#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the template asks each of them on its own")]
pub(super) struct Workload {
    /// Whether its manifest belongs into this directory.
    pub(super) here: bool,
    /// `Deployment`, `StatefulSet`, `Job` or `CronJob`.
    kind: &'static str,
    /// When it is applied among others: the stores first, then the jobs of the release, then the services.
    order: i32,
    /// The labels that select its pods.
    labels: Labels,
    /// The image with its tag.
    image: String,
    /// How many run unless an overlay says otherwise; absent for jobs.
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<u32>,
    /// Whether two must never run at once.
    recreate: bool,
    /// Whether more than one runs somewhere, so that they are spread over nodes and zones.
    spread: bool,
    /// Whether more than one runs in each environment of this directory.
    budget: bool,
    /// The arguments, with `$(` escaped.
    args: Vec<String>,
    /// What it receives.
    settings: Settings,
    /// Variables that only this environment gives to a workload of the base.
    patch: Vec<Setting>,
    /// The ports it listens on.
    ports: Vec<Port>,
    /// Where monitoring reads its metrics.
    #[serde(skip_serializing_if = "Option::is_none")]
    scrape: Option<Scrape>,
    /// The ports that others use; without any there is no Service.
    service: Vec<Port>,
    /// Whether clients must see each pod: one gRPC connection would stay on one pod for ever.
    headless: bool,
    /// Startup, readiness and liveness probe, by their Kubernetes names.
    probes: Map<String, Json>,
    /// Seconds to sleep before the stop signal, for what accepts requests.
    pre_stop: u32,
    /// What it asks for and the memory it is held to.
    resources: Json,
    /// What it writes and may lose.
    scratch: Vec<Scratch>,
    /// What it may talk to and who may talk to it.
    policy: Policy,
}

/// A named port.
#[derive(Serialize)]
struct Port {
    /// The endpoint's name.
    name: String,
    /// Its number.
    number: u16,
    /// What is spoken on it, where gateways must know.
    #[serde(skip_serializing_if = "Option::is_none")]
    app_protocol: Option<&'static str>,
}

/// Where metrics are read.
#[derive(Serialize)]
struct Scrape {
    /// The port's number.
    port: u16,
    /// The path.
    path: String,
}

/// A writable directory that is empty at each start.
#[derive(Serialize)]
struct Scratch {
    /// The volume's name.
    name: String,
    /// Where it is mounted.
    path: String,
}

/// The workload of a process: for the base without an environment, else for that overlay.
pub(super) fn view(
    stack: &Stack,
    unit: &Unit,
    process: &Process,
    environment: Option<&Environment>,
) -> Result<Workload, String> {
    let shared = in_base(stack, unit);
    let here = match environment {
        None => shared,
        Some(environment) => !shared && runs(unit, environment),
    };
    let patch = match environment {
        Some(environment) if shared => settings::patch(stack, unit, process, environment)?,
        _ => Vec::new(),
    };
    let mut counts = clusters(stack).map(|environment| replicas(process, environment));
    let long = process.long_running();
    let several = long && !process.stateful && counts.any(|count| count > 1);
    let budget = match environment {
        None => spared_everywhere(stack, process),
        Some(environment) => several && replicas(process, environment) > 1,
    };
    let used = used_ports(stack, unit, process);
    let headless = used.iter().any(|port| port.app_protocol.is_some());
    Ok(Workload {
        here,
        kind: kind(process),
        order: order(unit, process),
        labels: labels(unit, process),
        image: match &unit.source {
            Source::Built { image, .. } => format!("{image}:unreleased"),
            Source::Image { reference } => reference.clone(),
        },
        replicas: (long && process.scale.max.is_none()).then(|| match environment {
            Some(environment) => replicas(process, environment),
            None if process.singleton => 1,
            None => process.scale.default,
        }),
        recreate: process.singleton,
        spread: several,
        budget,
        args: process.command.iter().map(|word| settings::escape(word)).collect(),
        settings: settings::container(stack, unit, process, environment)?,
        patch,
        ports: served(unit, process).collect(),
        scrape: scrape(unit, process),
        service: used,
        headless,
        probes: probes(unit, process),
        pre_stop: pre_stop(process),
        resources: resources(process),
        scratch: scratch(process),
        policy: network::policy(stack, unit, process, environment),
    })
}

/// Whether at least two of a process run in every environment, so that the base holds its disruption budget.
pub(super) fn spared_everywhere(stack: &Stack, process: &Process) -> bool {
    process.long_running() && !process.stateful && clusters(stack).all(|environment| replicas(process, environment) > 1)
}

fn kind(process: &Process) -> &'static str {
    match process.role {
        Role::Job => "Job",
        Role::Cron => "CronJob",
        _ if process.stateful => "StatefulSet",
        _ => "Deployment",
    }
}

fn order(unit: &Unit, process: &Process) -> i32 {
    match (unit.kind, process.role) {
        (UnitKind::Resource, _) => -2,
        (_, Role::Job) => -1,
        _ => 0,
    }
}

fn served<'a>(unit: &'a Unit, process: &'a Process) -> impl Iterator<Item = Port> + 'a {
    let endpoints = process.serves.iter().filter_map(|name| unit.endpoint(name));
    endpoints.map(|endpoint| Port {
        name: endpoint.name.clone(),
        number: endpoint.port,
        app_protocol: (endpoint.protocol == Protocol::Grpc).then_some("kubernetes.io/h2c"),
    })
}

fn scrape(unit: &Unit, process: &Process) -> Option<Scrape> {
    let mut endpoints = process.serves.iter().filter_map(|name| unit.endpoint(name));
    endpoints.find_map(|endpoint| Some(Scrape { port: endpoint.port, path: endpoint.scrape.clone()? }))
}

/// The served ports that an edge or a route leads to.
fn used_ports(stack: &Stack, unit: &Unit, process: &Process) -> Vec<Port> {
    let edge = |port: u16| stack.edges.iter().any(|edge| process.id == *edge.to && edge.port == port);
    let route = |name: &str| stack.routes.iter().any(|route| process.id == *route.process && route.endpoint == name);
    let ports = served(unit, process);
    ports.filter(|port| edge(port.number) || route(&port.name)).collect()
}

fn probes(unit: &Unit, process: &Process) -> Map<String, Json> {
    let probes = [
        ("startupProbe", &process.probes.startup),
        ("readinessProbe", &process.probes.ready),
        ("livenessProbe", &process.probes.live),
    ];
    let given = probes.into_iter().filter_map(|(name, probe)| Some((name, probe.as_ref()?)));
    given.map(|(name, asked)| (name.to_owned(), probe(unit, asked))).collect()
}

fn probe(unit: &Unit, probe: &Probe) -> Json {
    let (kind, action) = match &probe.action {
        ProbeAction::Http { path, endpoint } => ("httpGet", json!({ "path": path, "port": endpoint })),
        // The only probe that refuses a port's name.
        ProbeAction::Grpc { endpoint } => {
            ("grpc", json!({ "port": unit.endpoint(endpoint).map(|endpoint| endpoint.port) }))
        }
        ProbeAction::Tcp { endpoint } => ("tcpSocket", json!({ "port": endpoint })),
        ProbeAction::Exec { command } => ("exec", json!({ "command": command })),
    };
    json!({
        kind: action,
        "periodSeconds": probe.period,
        "timeoutSeconds": probe.timeout,
        "failureThreshold": probe.failures,
    })
}

/// Requests still arrive for a moment after a pod was told to stop: load balancers learn of it later.
fn pre_stop(process: &Process) -> u32 {
    match process.role {
        Role::Web | Role::Grpc => process.stop_timeout.saturating_sub(process.drain + MARGIN).min(PRE_STOP),
        _ => 0,
    }
}

fn resources(process: &Process) -> Json {
    let memory = format!("{}Mi", process.resources.memory_mib);
    json!({
        "requests": { "cpu": format!("{}m", process.resources.cpu_millis), "memory": memory },
        "limits": { "memory": memory },
    })
}

fn scratch(process: &Process) -> Vec<Scratch> {
    let taken = |name: &str| process.volumes.iter().any(|mount| mount.name == *name);
    let named = |path: &String| {
        let name: String = path
            .trim_matches('/')
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .collect();
        let name = if taken(&name) { format!("scratch-{name}") } else { name };
        Scratch { name: name.trim_matches('-').to_owned(), path: path.clone() }
    };
    process.scratch.iter().map(named).collect()
}
