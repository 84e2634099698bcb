//! Units: services, resources and tools, which are one type.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Name, Params, Process};

/// A service, resource or tool of the stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Its name in the stack: `api`, `database`.
    pub name: Name,
    /// What it is.
    pub kind: UnitKind,
    /// The id of the component it is an instance of.
    pub component: String,
    /// The component's title.
    pub title: String,
    /// The language it is written in, for services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where its image comes from.
    pub source: Source,
    /// What is built of it for each environment, by environment name; an image where none is named.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub artifacts: BTreeMap<Name, Artifact>,
    /// Values of the component's parameters.
    pub params: Params,
    /// What extends it, in the blueprint's order.
    pub features: Vec<Feature>,
    /// Who runs it in each environment, by environment name.
    pub providers: BTreeMap<Name, Provider>,
    /// The ports it serves, by name.
    pub endpoints: Vec<Endpoint>,
    /// The ways its image runs.
    pub processes: Vec<Process>,
    /// What it uses, by alias.
    pub bindings: Vec<Binding>,
    /// What it reaches outside the stack.
    pub outbound: Vec<Outbound>,
    /// How many connections it accepts, when it limits them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection_limit: Option<u32>,
    /// A program in its image that asks an HTTP path; `{port}` and `{path}` stand for what is asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub http_check: Vec<String>,
    /// A public path that says which build answers, as JSON with the key `release`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_path: Option<String>,
    /// How its code is checked, inside the image's `test` stage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<CodeCheck>,
    /// Paths of its source directory that a developer's containers see live.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub live: Vec<String>,
    /// The labels that an operator gives to the instances it makes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selector: BTreeMap<String, String>,
    /// The names under which it answers, by environment, where that isn't its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hosts: BTreeMap<Name, String>,
    /// What it offers, by capability.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub provides: BTreeMap<String, Provided>,
}

/// What a unit or a platform entry offers under one capability.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provided {
    /// The endpoint that consumers talk to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// What others may know about it, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: Params,
}

/// A check of a service's code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeCheck {
    /// Its name: `lint`, `types`, `test`.
    pub name: String,
    /// The argument vector.
    pub command: Vec<String>,
    /// Whether it needs what the unit uses to be running.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_bindings: bool,
}

impl Unit {
    /// The endpoint of that name.
    pub fn endpoint(&self, name: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.name == name)
    }

    /// The variable that moves the port of a published endpoint on a developer's machine.
    pub fn port_variable(&self, endpoint: &str) -> Option<String> {
        let mut open = self.endpoints.iter().filter(|known| known.host_port.is_some());
        let found = open.clone().find(|known| known.name == endpoint)?;
        let alone = open.nth(1).is_none();
        let of = if alone { self.name.to_string() } else { format!("{}-{}", self.name, found.name) };
        Some(port_variable(&of))
    }

    /// Who runs it in that environment; what is built is always run by the stack itself.
    pub fn provider(&self, environment: &Name) -> Provider {
        self.providers.get(environment).copied().unwrap_or(Provider::Container)
    }

    /// What is built of it for that environment, for units that are built.
    pub fn artifact(&self, environment: &Name) -> Option<Artifact> {
        let built = matches!(self.source, Source::Built { .. });
        built.then(|| self.artifacts.get(environment).copied().unwrap_or_default())
    }

    /// The process that others talk to, which has the unit's own name.
    pub fn main_process(&self) -> Option<&Process> {
        self.processes.iter().find(|process| process.id == self.name)
    }

    /// The directory of its source, for units that are built.
    pub fn directory(&self) -> Option<&str> {
        match &self.source {
            Source::Built { directory, .. } => Some(directory),
            Source::Image { .. } => None,
        }
    }

    /// The directory that its image is built from, for units that are built; empty for the repository's root.
    pub fn context(&self) -> Option<&str> {
        match &self.source {
            Source::Built { directory, context, .. } => Some(context.as_ref().unwrap_or(directory)),
            Source::Image { .. } => None,
        }
    }

    /// The image's name without a tag for built units, the whole pinned reference otherwise.
    pub fn image(&self) -> &str {
        match &self.source {
            Source::Built { image, .. } => image,
            Source::Image { reference } => reference,
        }
    }
}

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnitKind {
    /// A codebase of the project that builds one image.
    Service,
    /// Something a service uses and does not build.
    Resource,
    /// A self-hosted application beside the stack.
    Tool,
}

/// Where a unit's image comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Source {
    /// Built from the project's own source.
    Built {
        /// Its directory in the repository, `apps/api`; its Dockerfile is there.
        directory: String,
        /// The directory that the image is built from, empty for the repository's root; its own when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        context: Option<String>,
        /// The image's name with registry, without a tag.
        image: String,
    },
    /// Published by somebody else.
    Image {
        /// Name and tag, and the digest where it is known.
        reference: String,
    },
}

/// What is built of a unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Artifact {
    /// An image with everything it needs.
    #[default]
    Image,
    /// One file with the program: an archive, a package, an executable.
    Bundle,
    /// A directory of files, as it stands.
    Directory,
}

/// Who runs a resource in an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// The stack itself, as a container.
    Container,
    /// An operator in the cluster, from an object that describes the wish.
    Operator,
    /// The stack itself, as a package of a machine's own system.
    Package,
    /// The cloud the stack runs on.
    Managed,
    /// Somebody else: only its address and credentials are known.
    External,
}

/// A component that extends a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// The component's id.
    pub component: String,
    /// The component's title.
    pub title: String,
    /// Values of its parameters.
    pub params: Params,
}

/// A component that serves the stack as a whole: a gateway, a secret store, delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Its name in the stack.
    pub name: Name,
    /// The component's id.
    pub component: String,
    /// The component's title.
    pub title: String,
    /// Values of its parameters.
    pub params: Params,
    /// The ports at which its own programs answer on a developer's machine, each named after its program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<Endpoint>,
    /// What it offers, by capability.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub provides: BTreeMap<String, Provided>,
}

/// The variable that moves the port of what has that name.
pub fn port_variable(name: &str) -> String {
    upper(&format!("{name}-port"))
}

/// The name in `.env` of a unit's variable.
pub fn unit_variable(unit: &Name, variable: &str) -> String {
    upper(&format!("{unit}-{variable}"))
}

fn upper(name: &str) -> String {
    let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    name.chars().map(upper).collect()
}

/// A port that a unit serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Its name, at most 15 characters, as some targets demand.
    pub name: String,
    /// The port inside the container.
    pub port: u16,
    /// What is spoken on it.
    pub protocol: Protocol,
    /// Whether it is for operators, and no visitor gets there unless a route names it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub admin: bool,
    /// The path at which monitoring reads metrics from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrape: Option<String>,
    /// The port on a developer's machine, where it is published at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_port: Option<u16>,
}

/// What is spoken on an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// HTTP/1.1 without encryption.
    Http,
    /// gRPC over HTTP/2 without encryption.
    Grpc,
    /// Anything else over TCP.
    Tcp,
}

/// One requirement joined to one provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// What the consumer calls it: `database`.
    pub alias: String,
    /// What is required.
    pub capability: String,
    /// The unit that provides it.
    pub unit: Name,
    /// The endpoint of that unit.
    pub endpoint: String,
    /// Whether the consumer can't start without it.
    pub hard: bool,
}

/// Something outside the stack that a unit reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outbound {
    /// What it is, for people.
    pub what: String,
    /// The port it is reached on.
    pub port: u16,
}
