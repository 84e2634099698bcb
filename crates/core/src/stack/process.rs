//! Processes: the ways a unit's image runs.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Name;

/// One way an image runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Its name in the unit: `web`, `worker-default`.
    pub name: Name,
    /// Its name in the stack: the unit's name alone for the unit's first long-running process, else
    /// `<unit>-<process>`.
    pub id: Name,
    /// What it is for.
    pub role: Role,
    /// The argument vector; empty means what the image starts by itself.
    pub command: Vec<String>,
    /// The argument vector on a developer's machine, where code is reloaded on change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reload: Option<Vec<String>>,
    /// Names of the unit's endpoints that this process serves.
    pub serves: Vec<String>,
    /// How its health is found out.
    pub probes: Probes,
    /// Seconds it needs to finish its work once told to stop.
    pub drain: u32,
    /// Seconds after which it is killed: drain plus the margins of the time budget.
    pub stop_timeout: u32,
    /// Whether there is exactly one, never two at once.
    pub singleton: bool,
    /// When it runs, as five cron fields, for role `cron`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// Whether it keeps data of its own.
    pub stateful: bool,
    /// How many run.
    pub scale: Scale,
    /// What it asks for.
    pub resources: Resources,
    /// What it keeps, and where.
    pub volumes: Vec<Mount>,
    /// Paths that must be writable but may be lost; the rest of the file system is read-only.
    pub scratch: Vec<String>,
    /// The numeric user and group it runs as.
    pub user: u32,
    /// What has to be there first.
    pub after: Vec<Start>,
    /// Database connections that one replica may open, by binding alias of the database.
    pub connections: u32,
    /// Names of the variables it receives.
    pub variables: Vec<String>,
}

impl Process {
    /// Whether it runs until it is stopped.
    pub fn long_running(&self) -> bool {
        !matches!(self.role, Role::Job | Role::Cron)
    }
}

/// What a process is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Answers HTTP.
    Web,
    /// Answers gRPC.
    Grpc,
    /// Takes work from a queue.
    Worker,
    /// Decides when work is due.
    Scheduler,
    /// Runs once per release, before the rest.
    Job,
    /// Runs at set times.
    Cron,
    /// Serves other units: a database, a cache.
    Server,
}

/// How a process's health is found out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probes {
    /// Passes once it has started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub startup: Option<Probe>,
    /// Passes while it can take work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready: Option<Probe>,
    /// Passes unless a restart would help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Probe>,
}

/// One health question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// How it is asked.
    pub action: ProbeAction,
    /// Seconds between two questions.
    pub period: u32,
    /// Seconds to wait for an answer.
    pub timeout: u32,
    /// Wrong answers in a row that count.
    pub failures: u32,
}

/// How a health question is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum ProbeAction {
    /// A GET that must be answered with 2xx or 3xx.
    Http {
        /// The path.
        path: String,
        /// The endpoint's name.
        endpoint: String,
    },
    /// The standard gRPC health service.
    Grpc {
        /// The endpoint's name.
        endpoint: String,
    },
    /// A connection that must be accepted.
    Tcp {
        /// The endpoint's name.
        endpoint: String,
    },
    /// A program in the image that must exit with 0.
    Exec {
        /// Its argument vector.
        command: Vec<String>,
    },
}

/// How many replicas run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// On a developer's machine.
    pub local: u32,
    /// Elsewhere, unless the environment says otherwise.
    pub default: u32,
    /// The most that run elsewhere; absent where the number is fixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
    /// What is measured to decide how many run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Signal>,
}

/// A measure of how much there is to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// What is asked, in the words of whatever scales.
    pub source: String,
    /// How it is asked.
    pub settings: BTreeMap<String, String>,
}

/// What a process asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// Thousandths of a core.
    pub cpu_millis: u32,
    /// Mebibytes, as request and as limit.
    pub memory_mib: u32,
}

/// Something a process keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mount {
    /// The volume's name.
    pub name: Name,
    /// Where it is mounted.
    pub path: String,
    /// How large it is, in gibibytes.
    pub size_gib: u32,
}

/// Something that has to be there before a process starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The id of the process to wait for.
    pub process: Name,
    /// What to wait for.
    pub until: Condition,
}

/// What a start waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// It answers its health question.
    Healthy,
    /// It ran to its end without an error.
    Completed,
    /// It was started.
    Started,
}
