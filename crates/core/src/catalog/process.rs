//! The form of a process in `component.yaml`.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::stack::Role;

/// A way the image runs.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcessSpec {
    /// What it is for.
    pub role: Role,
    /// The argument vector (templates, or one template of a list); empty means what the image starts by itself.
    #[serde(default)]
    pub command: CommandSpec,
    /// The argument vector on a developer's machine.
    #[serde(default)]
    pub reload: Option<Vec<String>>,
    /// Names of the endpoints it serves.
    #[serde(default)]
    pub serves: Vec<String>,
    /// How its health is found out.
    #[serde(default)]
    pub probes: ProbeSpecs,
    /// Seconds it needs to finish its work once told to stop (number or template).
    #[serde(default)]
    pub drain: Option<Value>,
    /// What it asks for.
    #[serde(default)]
    pub resources: ResourceSpec,
    /// What it keeps.
    #[serde(default)]
    pub volumes: Vec<VolumeSpec>,
    /// Writable paths that may be lost.
    #[serde(default)]
    pub scratch: Vec<String>,
    /// How many run.
    #[serde(default)]
    pub scale: ScaleSpec,
    /// Exactly one, never two at once.
    #[serde(default)]
    pub singleton: bool,
    /// Five cron fields, for role `cron`.
    #[serde(default)]
    pub schedule: Option<String>,
    /// Processes of the same unit that must be there first.
    #[serde(default)]
    pub after: Vec<String>,
    /// Database connections that one replica may open (number or template).
    #[serde(default)]
    pub connections: Option<Value>,
    /// Channels it takes messages from: names (list or template of a list) by the alias of the broker.
    #[serde(default)]
    pub consumes: BTreeMap<String, Value>,
    /// Aliases of the bindings it uses; all of the unit's when absent.
    #[serde(default)]
    pub uses: Option<Vec<String>>,
    /// One process per item of this list (expression); `item` is the item.
    #[serde(default)]
    pub each: Option<String>,
    /// Whether it exists (expression).
    #[serde(default)]
    pub when: Option<String>,
}

/// What processes of a role have unless they say otherwise.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Preset {
    /// Names of the endpoints they serve.
    pub serves: Vec<String>,
    /// How their health is found out.
    pub probes: ProbeSpecs,
    /// Seconds they need to finish their work once told to stop (number or template).
    pub drain: Option<Value>,
    /// What they ask for.
    pub resources: ResourceSpec,
    /// Writable paths that may be lost.
    pub scratch: Vec<String>,
    /// How many run.
    pub scale: ScaleSpec,
    /// Database connections that one replica may open (number or template).
    pub connections: Option<Value>,
    /// Aliases of the bindings they use; all of the unit's when absent.
    pub uses: Option<Vec<String>>,
}

/// An argument vector.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum CommandSpec {
    /// Its words (templates).
    Words(Vec<String>),
    /// A template of a list.
    List(String),
}

impl Default for CommandSpec {
    fn default() -> Self {
        Self::Words(Vec::new())
    }
}

/// Health questions.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProbeSpecs {
    /// Passes once it has started.
    pub startup: Option<ProbeSpec>,
    /// Passes while it can take work.
    pub ready: Option<ProbeSpec>,
    /// Passes unless a restart would help.
    pub live: Option<ProbeSpec>,
}

/// One health question: exactly one of `http`, `grpc`, `tcp` and `exec`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProbeSpec {
    /// A path to GET (template).
    pub http: Option<String>,
    /// The endpoint whose gRPC health service answers.
    pub grpc: Option<String>,
    /// The endpoint that must accept a connection.
    pub tcp: Option<String>,
    /// A program in the image that must exit with 0 (templates).
    pub exec: Option<Vec<String>>,
    /// The endpoint of an `http` probe; the process's first when absent.
    pub port: Option<String>,
    /// Seconds between two questions; 2 for `startup`, 5 for `ready` and 10 for `live` when absent.
    pub period: Option<u32>,
    /// Seconds to wait for an answer; 3 when absent.
    pub timeout: Option<u32>,
    /// Wrong answers in a row that count; 60 for `startup`, 3 for `ready` and 6 for `live` when absent.
    pub failures: Option<u32>,
}

/// What a process asks for.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResourceSpec {
    /// Processor time: `100m` is a tenth of a core.
    pub cpu: String,
    /// Memory: `256Mi`.
    pub memory: String,
}

impl Default for ResourceSpec {
    fn default() -> Self {
        Self { cpu: "50m".into(), memory: "128Mi".into() }
    }
}

/// Something a process keeps.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VolumeSpec {
    /// Its name.
    pub name: String,
    /// Where it is mounted.
    pub path: String,
    /// How large it is: `10Gi`.
    pub size: String,
    /// Whether it exists (expression over `params`).
    #[serde(default)]
    pub when: Option<String>,
}

/// How many replicas run.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScaleSpec {
    /// On a developer's machine.
    pub local: u32,
    /// Elsewhere.
    pub default: u32,
    /// The most that run elsewhere, where something measures how much there is to do.
    pub max: Option<u32>,
    /// What is measured to decide how many run.
    pub signals: Vec<SignalSpec>,
}

/// A measure of how much there is to do.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalSpec {
    /// What is asked, in the words of whatever scales.
    pub source: String,
    /// How it is asked (templates).
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// One signal per item of this list (expression); `item` is the item.
    #[serde(default)]
    pub each: Option<String>,
}

impl Default for ScaleSpec {
    fn default() -> Self {
        Self { local: 1, default: 1, max: None, signals: Vec::new() }
    }
}
