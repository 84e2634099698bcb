//! The form of `component.yaml`.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::contribution::{Acceptance, Contribution};
use super::file_rule::FileRule;
use super::param::Param;
use super::process::{Preset, ProcessSpec};
use super::provision::{KnownValue, Managed, Operator, Package, Provision};
use super::question::Rule;
use super::slot::Slot;
use crate::stack::{Artifact, CodeCheck, Generate, Protocol, Provider, Role, Runtime, VariableType};
use crate::yaml::{At, Place};

/// A component: a reusable part of a stack, one folder of data and templates.
///
/// Texts marked *template* may hold `@{ … }@` over the names that `docs/components.md` lists; fields marked
/// *expression* hold the bare expression.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The id; equal to the folder's name.
    pub id: String,
    /// The component that it is with some things different: mappings are laid over those of the other key by key, a
    /// null takes a key away, anything else takes its place; files that are not in its own folder are the other's.
    #[serde(default)]
    pub extends: Option<String>,
    /// One line for lists.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// One sentence on what it is for.
    pub summary: String,
    /// The language a service is written in.
    #[serde(default)]
    pub language: Option<String>,
    /// The places of a service that features fill.
    #[serde(default)]
    pub slots: Vec<Slot>,
    /// What can be chosen, by parameter id.
    #[serde(default)]
    pub params: BTreeMap<String, Param>,
    /// Values that this file names once, in order: `let.<name>` stands for them in every expression after (text without
    /// templates, or one template expression).
    #[serde(default, rename = "let")]
    pub named: serde_json::Map<String, Value>,
    /// What processes of a role have unless they say otherwise, those that features add among them.
    #[serde(default)]
    pub presets: BTreeMap<Role, Preset>,
    /// What must hold of an instance, with the reason (expressions over `params`, `unit`, `features`, `filled`,
    /// `bindings`, `project` and `provided`).
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// The pinned image, as an id in a `pins.yaml` (template over `params`); for what is not built.
    #[serde(default)]
    pub image: Option<String>,
    /// The directory of its source in the repository (template over `unit`); `apps/<unit>` when absent.
    #[serde(default)]
    pub directory: Option<String>,
    /// The directory that its image is built from, `.` for the whole repository; its own when absent.
    #[serde(default)]
    pub context: Option<String>,
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
    /// Why its container is for a developer's machine only; elsewhere it has another provider.
    #[serde(default)]
    pub development: Option<String>,
    /// How an operator provides it.
    #[serde(default)]
    pub operator: Option<Operator>,
    /// How a package of a machine's own system provides it.
    #[serde(default)]
    pub package: Option<Package>,
    /// How a cloud provides it.
    #[serde(default)]
    pub managed: Option<Managed>,
    /// What is built of a service, by the runtime of an environment; an image where none is named.
    #[serde(default)]
    pub artifacts: BTreeMap<Runtime, Artifact>,
    /// Whether it decides how many of a process run, for a platform; without one, numbers are fixed.
    #[serde(default)]
    pub scales: bool,
    /// How many connections it accepts.
    #[serde(default)]
    pub connection_limit: Option<u32>,
    /// What it reaches outside the stack.
    #[serde(default)]
    pub outbound: Vec<OutboundSpec>,
    /// A program in the image that asks an HTTP path, with `{port}` and `{path}` in its arguments.
    #[serde(default)]
    pub http_check: Vec<String>,
    /// A public path that says which build answers, as JSON with the key `release`.
    #[serde(default)]
    pub version_path: Option<String>,
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
    /// What it adds to files that others assemble.
    #[serde(default)]
    pub contributes: Vec<Contribution>,
    /// Points of files that it assembles, to which others contribute.
    #[serde(default)]
    pub accepts: BTreeMap<String, Acceptance>,
    /// Where it stands.
    #[serde(skip)]
    pub place: Place,
}

impl Component {
    /// Where it stands, to look further from.
    pub fn at(&self) -> At<'_> {
        self.place.at()
    }

    /// Where a value of a capability is found when it is provided that way, unless it follows from `provides`.
    pub fn known_value(&self, provider: Provider, capability: &str, value: &str) -> Option<&KnownValue> {
        let values = match provider {
            Provider::Operator => self.operator.as_ref().map(|operator| &operator.values),
            Provider::Package => self.package.as_ref().map(|package| &package.values),
            Provider::Managed => self.managed.as_ref().map(|managed| &managed.values),
            Provider::Container | Provider::External => None,
        };
        values?.get(capability)?.get(value)
    }
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

/// A port.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointSpec {
    /// The port inside the container.
    pub port: u16,
    /// What is spoken on it.
    pub protocol: Protocol,
    /// Whether it is for operators: a route leads there only when it names it.
    #[serde(default)]
    pub admin: bool,
    /// The path at which monitoring reads metrics from it.
    #[serde(default)]
    pub scrape: Option<String>,
    /// Whether it exists (expression over `params`).
    #[serde(default)]
    pub when: Option<String>,
}

/// Something that a component needs from another.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
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
    /// Whether it takes the place of another requirement of the same alias, of the service that a feature extends.
    #[serde(default)]
    pub replaces: bool,
    /// The provider's values that become variables: variable name (template when `each` is given) to value name.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// Whether it exists (expression over `params`).
    #[serde(default)]
    pub when: Option<String>,
    /// One requirement per item of this list (expression), `<alias>-<item>`; `item` is the item.
    #[serde(default)]
    pub each: Option<String>,
    /// The unit that serves it (template), where the component itself knows which.
    #[serde(default)]
    pub unit: Option<String>,
    /// What of the provider it uses alone (template; a list is several): no other unit may claim the same.
    #[serde(default)]
    pub claims: Option<String>,
    /// Why nobody else may use what it claims.
    #[serde(default)]
    pub because: Option<String>,
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
    /// Slots that it fills without text, beside those that its folder `slots` has text for.
    pub fills: Vec<String>,
    /// What must hold of the service, with the reason; `params` are the feature's own, `unit.params` the service's.
    pub rules: Vec<Rule>,
    /// Further endpoints.
    pub endpoints: BTreeMap<String, EndpointSpec>,
    /// Further processes.
    pub processes: BTreeMap<String, ProcessSpec>,
    /// Endpoints that existing long-running processes serve as well.
    pub serves: BTreeMap<String, Vec<String>>,
    /// What the unit offers because of it: facts only.
    pub provides: BTreeMap<String, Provision>,
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
    /// Further checks of the service's code.
    pub checks: Vec<CodeCheck>,
}
