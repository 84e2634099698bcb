//! Environments: where the stack runs, and on what.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Name;

/// What an environment runs on. A target that needs another runtime has no files there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Runtime {
    /// The developer's own machine, as containers.
    Machine,
    /// A cluster that schedules containers.
    #[default]
    Cluster,
    /// Machines with an init system.
    Hosts,
    /// A platform that takes a build and runs it.
    Paas,
}

/// Where the stack runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name: `local`, `staging`, `production`.
    pub name: Name,
    /// What it runs on.
    pub runtime: Runtime,
    /// The host name it answers to.
    pub host: String,
    /// The isolation unit it occupies in a shared cluster: `<project>-<name>`.
    pub namespace: Name,
    /// How many replicas of each process run, by process id. Jobs and scheduled processes are absent.
    pub replicas: BTreeMap<String, u32>,
    /// The branch or revision that this environment follows.
    pub revision: String,
    /// Its machines, where it runs on hosts, by what they are for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<HostGroup>,
    /// The group of machines that runs each process, where it runs on hosts, by process id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub placement: BTreeMap<String, Name>,
}

/// Machines that are there for the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HostGroup {
    /// What it is called: `app`, `data`.
    pub name: String,
    /// The addresses of its machines.
    pub hosts: Vec<String>,
}

impl Environment {
    /// Whether this is the developer's own machine.
    pub fn is_local(&self) -> bool {
        self.runtime == Runtime::Machine
    }

    /// The machines that run a process, where the environment runs on hosts.
    pub fn hosts_of(&self, process: &str) -> &[String] {
        let placed = self.placement.get(process);
        let group = placed.and_then(|name| self.groups.iter().find(|group| *name == *group.name));
        group.map_or(&[], |group| &group.hosts)
    }
}
