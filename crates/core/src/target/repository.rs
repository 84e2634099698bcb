//! What stands at the root of a repository: task runner, scripts and the contract of variables.
use std::collections::BTreeMap;

use serde::Serialize;

use super::compose::{Published, all_published, local_units, published, settings};
use super::scope::Scope;
use crate::stack::{Generate, Name, ProbeAction, Protocol, Route, Runtime, Stack, Unit, Variable, VariableType};

/// What the templates see.
#[derive(Debug, Serialize)]
struct View {
    /// Ports on a developer's machine.
    ports: Vec<Published>,
    /// What `.env` holds.
    secrets: Vec<LocalSecret>,
    /// What `.env` may hold: secrets that are not generated.
    optional: Vec<LocalSecret>,
    /// Variables of the services that `.env` may set.
    settings: Vec<LocalSetting>,
    /// The services' own checks, one line each.
    checks: Vec<Check>,
    /// Addresses that must answer once everything is up.
    probes: Vec<Probe>,
    /// Where visitors are led to, by path.
    visits: Vec<Visit>,
    /// The contract of variables: unit, then variable.
    contract: BTreeMap<String, BTreeMap<String, Term>>,
    /// The clusters, in the order in which a release travels.
    environments: Vec<String>,
    /// The unit whose endpoint visitors open in a browser, with the variable and port that lead to it.
    entry: Option<Entry>,
}

/// A secret on a developer's machine.
#[derive(Debug, Serialize)]
struct LocalSecret {
    /// Its name in `.env`.
    name: String,
    /// What it is for.
    help: String,
    /// How many random bytes it has; absent where the developer fills it in.
    bytes: Option<u8>,
}

/// A variable that a developer may set.
#[derive(Debug, Serialize)]
struct LocalSetting {
    /// Its name in `.env`.
    name: String,
    /// What it means.
    help: String,
    /// Its value where `.env` says nothing.
    value: String,
}

/// One check of a service's code.
#[derive(Debug, Serialize)]
struct Check {
    /// The service.
    unit: String,
    /// The check.
    name: String,
    /// `servers` when it needs the unit's bindings to be running, else `alone`.
    needs: &'static str,
    /// The argument vector.
    command: Vec<String>,
}

/// An address that must answer.
#[derive(Debug, Serialize)]
struct Probe {
    /// The unit that answers.
    unit: String,
    /// The variable that holds its port.
    variable: String,
    /// The port without that variable.
    port: u16,
    /// The path.
    path: String,
}

/// A public path and how it is asked on a developer's machine.
#[derive(Debug, Serialize)]
struct Visit {
    /// The path.
    path: String,
    /// The unit that it leads to.
    unit: String,
    /// The variable that holds its port; absent where the port isn't published.
    variable: Option<String>,
    /// The port without that variable.
    port: u16,
    /// The process that answers.
    process: String,
    /// What asks in its container whether it is ready, where the port isn't published.
    command: Vec<String>,
}

/// Where visitors come in.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    /// The unit.
    pub(super) unit: String,
    /// The variable that holds its port.
    pub(super) variable: String,
    /// The port without that variable.
    pub(super) port: u16,
    /// The route's path: `/` is a page to open.
    pub(super) path: String,
}

/// One variable of the contract.
#[derive(Debug, Serialize)]
struct Term {
    /// What it means.
    help: String,
    /// How its text is read.
    #[serde(rename = "type")]
    kind: VariableType,
    /// Whether the unit refuses to start without it.
    required: bool,
    /// Whether its value must not be seen.
    secret: bool,
    /// What the unit assumes without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
    /// A value as it may look.
    #[serde(skip_serializing_if = "String::is_empty")]
    example: String,
    /// What brought it.
    because: String,
    /// The processes that receive it; absent means all of the unit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    processes: Vec<Name>,
}

/// The view of the whole stack.
pub(super) fn view(scope: &Scope) -> Result<serde_json::Value, String> {
    let stack = scope.stack;
    let (secrets, optional) = secrets(stack).into_iter().partition(|secret| secret.bytes.is_some());
    let view = View {
        ports: all_published(stack),
        secrets,
        optional,
        settings: settings(stack)
            .into_iter()
            .map(|setting| LocalSetting { name: setting.name, help: setting.help, value: setting.value })
            .collect(),
        checks: stack.units.iter().flat_map(checks).collect(),
        probes: probes(stack),
        visits: stack.routes.iter().filter_map(|route| visit(stack, route)).collect(),
        contract: contract(&stack.variables),
        environments: stack.environments_on(Runtime::Cluster).map(|environment| environment.name.to_string()).collect(),
        entry: entry(stack),
    };
    serde_json::to_value(view).map_err(|error| error.to_string())
}

/// The published endpoint that visitors reach under the shortest route.
pub(super) fn entry(stack: &Stack) -> Option<Entry> {
    let route = stack.routes.iter().min_by_key(|route| route.path.len())?;
    let (unit, _) = stack.process(&route.process)?;
    let open = published(unit).into_iter().find(|open| open.endpoint == route.endpoint)?;
    Some(Entry { unit: open.unit, variable: open.variable, port: open.host_port, path: route.path.clone() })
}

/// The secrets that the local environment refers to: the stack's, by name.
fn secrets(stack: &Stack) -> Vec<LocalSecret> {
    let mut secrets: Vec<_> = stack
        .secrets
        .iter()
        .map(|secret| LocalSecret {
            name: secret.name.clone(),
            help: secret.help.clone(),
            bytes: match secret.generate {
                Generate::Hex16 => Some(16),
                Generate::Hex32 => Some(32),
                Generate::Empty => None,
            },
        })
        .collect();
    secrets.sort_by(|a, b| a.name.cmp(&b.name));
    secrets
}

fn checks(unit: &Unit) -> Vec<Check> {
    let checks = unit.checks.iter().map(|check| Check {
        unit: unit.name.to_string(),
        name: check.name.clone(),
        needs: if check.needs_bindings { "servers" } else { "alone" },
        command: check.command.clone(),
    });
    checks.collect()
}

/// How a public path is asked: through its port, or inside the container where that isn't published.
fn visit(stack: &Stack, route: &Route) -> Option<Visit> {
    let (unit, process) = stack.process(&route.process)?;
    let (path, name, id) = (route.path.clone(), unit.name.to_string(), process.id.to_string());
    if let Some(open) = published(unit).into_iter().find(|open| open.endpoint == route.endpoint) {
        let (variable, port) = (Some(open.variable), open.host_port);
        return Some(Visit { path, unit: name, variable, port, process: id, command: Vec::new() });
    }
    let Some(ProbeAction::Http { path: ready, endpoint }) = process.probes.ready.as_ref().map(|probe| &probe.action)
    else {
        return None;
    };
    let port = unit.endpoint(endpoint)?.port;
    let filled = |word: &String| word.split("{port}").collect::<Vec<_>>().join(&port.to_string());
    let filled = |word: &String| filled(word).split("{path}").collect::<Vec<_>>().join(ready);
    let command: Vec<_> = unit.http_check.iter().map(filled).collect();
    (!command.is_empty()).then_some(Visit { path, unit: name, variable: None, port, process: id, command })
}

/// One address per published HTTP endpoint whose process has a health question for it.
fn probes(stack: &Stack) -> Vec<Probe> {
    let mut probes = Vec::new();
    for unit in local_units(stack) {
        for open in published(unit).into_iter().filter(|open| open.protocol == Protocol::Http) {
            let server = unit.processes.iter().find(|process| process.serves.contains(&open.endpoint));
            let questions = server.map(|process| &process.probes);
            let asked = questions.and_then(|probes| probes.ready.as_ref().or(probes.live.as_ref()));
            if let Some(ProbeAction::Http { path, endpoint }) = asked.map(|probe| &probe.action)
                && *endpoint == open.endpoint
            {
                let path = path.clone();
                probes.push(Probe { unit: open.unit, variable: open.variable, port: open.host_port, path });
            }
        }
    }
    probes
}

fn contract(variables: &[Variable]) -> BTreeMap<String, BTreeMap<String, Term>> {
    let mut contract: BTreeMap<String, BTreeMap<String, Term>> = BTreeMap::new();
    for variable in variables {
        let term = Term {
            help: variable.help.clone(),
            kind: variable.kind,
            required: variable.required,
            secret: variable.secret,
            default: variable.default.clone(),
            example: variable.example.clone(),
            because: variable.because.clone(),
            processes: variable.processes.clone(),
        };
        contract.entry(variable.unit.to_string()).or_default().insert(variable.name.clone(), term);
    }
    contract
}
