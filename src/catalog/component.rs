//! The form of `component.yaml`.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::process::ProcessSpec;
use crate::stack::{CodeCheck, Generate, Protocol, VariableType};

/// A component: a reusable part of a stack, one folder of data and templates.
///
/// Texts marked *template* may hold `@{ … }@` over the names that `docs/components.md` lists; fields marked
/// *expression* hold the bare expression.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The id; equal to the folder's name.
    pub id: String,
    /// One line for lists.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// One sentence on what it is for.
    pub summary: String,
    /// The language a service is written in.
    #[serde(default)]
    pub language: Option<String>,
    /// Names of the places in the service's templates where features insert text.
    #[serde(default)]
    pub slots: Vec<String>,
    /// What can be chosen, by parameter id.
    #[serde(default)]
    pub params: BTreeMap<String, Param>,
    /// The pinned image, as an id in `versions.yaml` (template over `params`); for what is not built.
    #[serde(default)]
    pub image: Option<String>,
    /// The numeric user that its processes run as.
    #[serde(default)]
    pub user: Option<u32>,
    /// The ports it serves, by name.
    #[serde(default)]
    pub endpoints: BTreeMap<String, EndpointSpec>,
    /// The ways its image runs, in start order.
    #[serde(default)]
    pub processes: BTreeMap<String, ProcessSpec>,
    /// What it needs from others, by alias.
    #[serde(default)]
    pub requires: BTreeMap<String, Requirement>,
    /// Variables that it reads and no requirement provides.
    #[serde(default)]
    pub variables: BTreeMap<String, VariableSpec>,
    /// Generated values, by key.
    #[serde(default)]
    pub secrets: BTreeMap<String, SecretSpec>,
    /// What it offers, by capability.
    #[serde(default)]
    pub provides: BTreeMap<String, Provision>,
    /// How an operator provides it.
    #[serde(default)]
    pub operator: Option<Operator>,
    /// How a cloud provides it, by cloud.
    #[serde(default)]
    pub managed: BTreeMap<String, String>,
    /// How many connections it accepts.
    #[serde(default)]
    pub connection_limit: Option<u32>,
    /// What it reaches outside the stack.
    #[serde(default)]
    pub outbound: Vec<OutboundSpec>,
    /// A program in the image that asks an HTTP path, with `{port}` and `{path}` in its arguments.
    #[serde(default)]
    pub http_check: Vec<String>,
    /// How its code is checked, inside the image's `test` stage.
    #[serde(default)]
    pub checks: Vec<CodeCheck>,
    /// Paths of the source directory that a developer's containers see live.
    #[serde(default)]
    pub live: Vec<String>,
    /// Direct dependencies, by package manager group.
    #[serde(default)]
    pub dependencies: BTreeMap<String, Value>,
    /// What a feature adds, by the id of the service component that it extends.
    #[serde(default)]
    pub on: BTreeMap<String, Extension>,
    /// Files outside the service directory, or conditions for files in it.
    #[serde(default)]
    pub files: Vec<FileRule>,
}

/// What a component is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A codebase skeleton that builds one image.
    Service,
    /// Extends a service.
    Feature,
    /// Something a service uses and does not build.
    Resource,
    /// A self-hosted application beside the stack.
    Tool,
    /// Serves the stack as a whole.
    Platform,
}

/// A parameter.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// What values it takes.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// The value without an answer; without it the parameter must be given.
    #[serde(default)]
    pub default: Option<Value>,
    /// Permitted values of type `choice`.
    #[serde(default)]
    pub choices: Vec<String>,
    /// What it decides.
    pub help: String,
}

/// What values a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ParamType {
    /// Any text.
    Text,
    /// A DNS label.
    Name,
    /// One of `choices`.
    Choice,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Number,
    /// A list of names.
    List,
}

/// A port.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointSpec {
    /// The port inside the container.
    pub port: u16,
    /// What is spoken on it.
    pub protocol: Protocol,
    /// The path at which monitoring reads metrics from it.
    #[serde(default)]
    pub scrape: Option<String>,
    /// Whether it exists (expression over `params`).
    #[serde(default)]
    pub when: Option<String>,
}

/// Something that a component needs from another.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// What is required.
    pub capability: String,
    /// Whether the consumer works without it.
    #[serde(default)]
    pub optional: bool,
    /// Whether the consumer starts without it.
    #[serde(default)]
    pub soft: bool,
    /// The provider's values that become variables: variable name to value name.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

/// A variable.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VariableSpec {
    /// What it means.
    pub help: String,
    /// How its text is read.
    #[serde(default, rename = "type")]
    pub kind: VariableType,
    /// Whether its value must not be seen.
    #[serde(default)]
    pub secret: bool,
    /// How a local secret value is made.
    #[serde(default)]
    pub generate: Option<Generate>,
    /// What the program assumes without it (template over `params`).
    #[serde(default)]
    pub default: Option<String>,
    /// Its value in every environment (template; may use `environment` and `secrets`).
    #[serde(default)]
    pub value: Option<String>,
    /// Its value on a developer's machine, where that differs (template).
    #[serde(default)]
    pub local: Option<String>,
    /// A value as it may look.
    #[serde(default)]
    pub example: Option<String>,
    /// Whether the program refuses to start without it; true unless there is a default.
    #[serde(default)]
    pub required: Option<bool>,
    /// Processes that receive it; all when absent.
    #[serde(default)]
    pub processes: Vec<String>,
    /// The one kind of environment that has it; all when absent.
    #[serde(default)]
    pub only: Option<Only>,
    /// Whether it exists (expression).
    #[serde(default)]
    pub when: Option<String>,
}

/// A kind of environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Only {
    /// The developer's machine.
    Local,
}

/// A generated value.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretSpec {
    /// What it is for.
    pub help: String,
    /// How a local value is made.
    pub generate: Generate,
}

/// An offer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provision {
    /// Whether it holds (expression over `params`).
    #[serde(default)]
    pub when: Option<String>,
    /// Why it does not hold when `when` is false.
    #[serde(default)]
    pub because: Option<String>,
    /// The endpoint that consumers talk to; the only one when absent.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// What consumers receive, by value name (templates over `host`, `port`, `params`, `secrets`, `project`).
    #[serde(default)]
    pub values: BTreeMap<String, String>,
}

/// How an operator provides a resource.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// Where its values are found, by capability and value name.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, StoredValue>>,
    /// The labels of the pods that it makes (templates), which network rules select.
    #[serde(default)]
    pub selector: BTreeMap<String, String>,
}

/// A key of a secret that somebody else keeps.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoredValue {
    /// The secret's name (template).
    pub secret: String,
    /// The key in it.
    pub key: String,
}

/// Something outside the stack.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutboundSpec {
    /// What it is.
    pub what: String,
    /// The port it is reached on.
    pub port: u16,
}

/// What a feature adds to services of one component.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Extension {
    /// Further endpoints.
    pub endpoints: BTreeMap<String, EndpointSpec>,
    /// Further processes.
    pub processes: BTreeMap<String, ProcessSpec>,
    /// Endpoints that existing long-running processes serve as well.
    pub serves: BTreeMap<String, Vec<String>>,
    /// Further requirements.
    pub requires: BTreeMap<String, Requirement>,
    /// Further variables.
    pub variables: BTreeMap<String, VariableSpec>,
    /// Further direct dependencies.
    pub dependencies: BTreeMap<String, Value>,
    /// What is reached outside the stack.
    pub outbound: Vec<OutboundSpec>,
    /// Further writable paths for every process.
    pub scratch: Vec<String>,
    /// Channels that every long-running process puts messages on, by the alias of the broker.
    pub publishes: BTreeMap<String, Value>,
}

/// Where a template goes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// The template in this folder; `dir/**` takes the whole tree below `dir`.
    #[serde(default)]
    pub from: Option<String>,
    /// The output path (template); the directory for a tree.
    #[serde(default)]
    pub to: Option<String>,
    /// A path pattern below the service directory that `when` decides about, instead of `from` and `to`.
    #[serde(default)]
    pub path: Option<String>,
    /// What it is rendered for, outermost first.
    #[serde(default, deserialize_with = "one_or_more")]
    #[schemars(with = "OneOrMore")]
    pub each: Vec<Each>,
    /// Whether it is rendered (expression).
    #[serde(default)]
    pub when: Option<String>,
    /// Who may edit it afterwards; `managed` when absent.
    #[serde(default)]
    pub owner: Option<crate::tree::Ownership>,
    /// The target whose view the template sees.
    #[serde(default)]
    pub view: Option<String>,
}

/// What a file is rendered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Each {
    /// Every environment but the local one.
    Environment,
    /// Every service.
    Service,
    /// Every resource.
    Resource,
    /// Every tool.
    Tool,
    /// Every unit.
    Unit,
    /// Every process of the unit in scope, or of all units.
    Process,
}

/// One scope or several.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMore {
    /// One.
    One(Each),
    /// Several, outermost first.
    More(Vec<Each>),
}

fn one_or_more<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Vec<Each>, D::Error> {
    Ok(match OneOrMore::deserialize(input)? {
        OneOrMore::One(each) => vec![each],
        OneOrMore::More(each) => each,
    })
}
