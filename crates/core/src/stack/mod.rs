//! The stack: everything decided, nothing target-specific.
//!
//! `resolve` builds it, `target` lowers it, `check` joins the files with it. It names no product and no
//! output format; every collection is sorted, so that the same input gives the same bytes.
mod environment;
mod names;
mod process;
mod remarks;
mod unit;
mod variable;

pub use environment::{Environment, HostGroup, Runtime};
pub use names::{Name, NameError};
pub use process::{Condition, Mount, Probe, ProbeAction, Probes, Process, Resources, Role, Scale, Signal, Start};
pub use remarks::SharedSecret;
pub use unit::{
    Artifact, Binding, CodeCheck, Endpoint, Feature, Outbound, Platform, Protocol, Provided, Provider, Source, Unit,
    UnitKind, port_variable, unit_variable,
};
pub use variable::{Generate, Part, Secret, Value, Variable, VariableType};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Values of a component's declared parameters, by parameter id.
pub type Params = BTreeMap<String, serde_json::Value>;

/// A fully resolved stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    /// What the repository as a whole is called and where it lives.
    pub project: Project,
    /// What the stack was made from, for the record.
    pub from: Origin,
    /// Services, resources and tools, by name.
    pub units: Vec<Unit>,
    /// Platform components (gateway, secret store, delivery, continuous integration), by name.
    pub platforms: Vec<Platform>,
    /// Named queues and topics with who publishes and who consumes.
    pub channels: Vec<Channel>,
    /// Outside paths and the endpoints they lead to, longest path first.
    pub routes: Vec<Route>,
    /// Where the stack runs; the local one is first, the rest keep the blueprint's order.
    pub environments: Vec<Environment>,
    /// The contract of every variable, by unit and name.
    pub variables: Vec<Variable>,
    /// Values that are generated or looked up, never written to a file.
    pub secrets: Vec<Secret>,
    /// Who talks to whom, by consumer and provider.
    pub edges: Vec<Edge>,
}

impl Stack {
    /// The unit of that name.
    pub fn unit(&self, name: &str) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.name == *name)
    }

    /// Every process with the unit it belongs to, in order.
    pub fn processes(&self) -> impl Iterator<Item = (&Unit, &Process)> {
        self.units.iter().flat_map(|unit| unit.processes.iter().map(move |process| (unit, process)))
    }

    /// The process with that repository-wide id, and its unit.
    pub fn process(&self, id: &str) -> Option<(&Unit, &Process)> {
        self.processes().find(|(_, process)| process.id == *id)
    }

    /// The variables that the processes of `unit` receive.
    pub fn variables_of<'a>(&'a self, unit: &'a Name) -> impl Iterator<Item = &'a Variable> {
        self.variables.iter().filter(move |variable| variable.unit == *unit)
    }

    /// The developer's own machine.
    pub fn local_environment(&self) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.is_local())
    }

    /// Every environment but the developer's own machine.
    pub fn remote_environments(&self) -> impl Iterator<Item = &Environment> {
        self.environments.iter().filter(|environment| !environment.is_local())
    }

    /// The environments of that runtime.
    pub fn environments_on(&self, runtime: Runtime) -> impl Iterator<Item = &Environment> {
        self.environments.iter().filter(move |environment| environment.runtime == runtime)
    }

    /// The cluster that stays at a commit until somebody promotes a later one: the last of several. One that has a
    /// branch of its own follows that instead, and so does one that nothing is built or released for.
    pub fn promoted_environment(&self) -> Option<&Environment> {
        self.units.iter().find(|unit| unit.directory().is_some())?;
        self.platforms.iter().find(|platform| platform.provides.contains_key(RELEASES))?;
        let first = self.environments_on(Runtime::Cluster).next()?;
        let last = self.environments_on(Runtime::Cluster).last()?;
        (first.name != last.name && first.revision == last.revision).then_some(last)
    }
}

/// The project's own names and addresses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The project's name: a DNS label, also the repository's and the database's.
    pub name: Name,
    /// The name as people read it, `Shop`.
    pub title: String,
    /// The public domain of production, `shop.example.com`.
    pub domain: String,
    /// The address that the repository is cloned from.
    pub repository: String,
    /// Where images are pushed, without the image's own name: `registry.example.com/shop`.
    pub registry: String,
    /// One sentence on what the stack is, from the blueprint.
    pub summary: String,
}

/// What a stack was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The blueprint's id.
    pub blueprint: String,
    /// The blueprint's version.
    pub version: String,
}

/// A named queue or topic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// Its name on the broker.
    pub name: String,
    /// The unit that holds it.
    pub broker: Name,
    /// Ids of the processes that put messages on it.
    pub publishers: Vec<String>,
    /// Ids of the processes that take messages from it.
    pub consumers: Vec<String>,
}

/// The path below which all of these paths lie, `/office`; empty when that is the root, or when there are none.
pub fn base<'a>(paths: impl Iterator<Item = &'a String>) -> String {
    let steps = paths.map(|path| path.split('/').filter(|step| !step.is_empty()).collect::<Vec<_>>());
    let common = steps.reduce(|common, path| {
        common.into_iter().zip(path).take_while(|(one, other)| one == other).map(|(step, _)| step).collect()
    });
    common.into_iter().flatten().flat_map(|step| ["/", step]).collect()
}

/// An outside path that leads to an endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The path prefix, `/api`.
    pub path: String,
    /// The process that answers, by id.
    pub process: String,
    /// The endpoint of that process, by name.
    pub endpoint: String,
}

/// One permitted conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// The id of the process that opens the connection, or `outside` for visitors.
    pub from: String,
    /// The id of the process that accepts it, or `outside` for the internet.
    pub to: String,
    /// The port it is accepted on.
    pub port: u16,
    /// Why it exists: a binding, a route or what is reached outside.
    pub because: String,
    /// Environments in which the edge exists; empty means all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Name>,
}

/// What a platform component provides that releases what is built.
const RELEASES: &str = "ci.releases";

/// The name that stands for visitors and the internet in an [`Edge`].
pub const OUTSIDE: &str = "outside";
