//! The stack in Kubernetes' words: workloads, services, policies, and what differs between environments.
//!
//! What is the same in every cluster goes into the base; what differs goes into the overlays.
pub(super) mod annotations;
mod network;
mod settings;
mod workload;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value as Json;

use super::scope::Scope;
use crate::stack::{Environment, Process, Provider, Runtime, Source, Stack, Unit, UnitKind};

/// What the templates of `templates/targets/kubernetes` see as `view`.
pub(super) fn view(scope: &Scope) -> Result<Json, String> {
    let stack = scope.stack;
    let view = match (scope.environment, scope.unit, scope.process) {
        (environment, Some(unit), Some(process)) => {
            serde_json::to_value(workload::view(stack, unit, process, environment)?)
        }
        (environment, Some(unit), None) => serde_json::to_value(file(stack, unit, environment)?),
        (Some(environment), ..) => serde_json::to_value(overlay(stack, environment)?),
        (None, ..) => serde_json::to_value(Base { config_maps: base_maps(stack)?, scraped: scraped(stack) }),
    };
    view.map_err(|error| error.to_string())
}

/// The file of one unit: every process that runs there.
#[derive(Serialize)]
struct File<'a> {
    /// Its processes.
    processes: Vec<Part<'a>>,
}

/// One process in the file of its unit.
#[derive(Serialize)]
struct Part<'a> {
    /// The process.
    process: &'a Process,
    /// The same in Kubernetes' words.
    workload: workload::Workload,
}

fn file<'a>(stack: &Stack, unit: &'a Unit, environment: Option<&Environment>) -> Result<File<'a>, String> {
    let mut processes = Vec::new();
    for process in &unit.processes {
        let workload = workload::view(stack, unit, process, environment)?;
        if workload.here {
            processes.push(Part { process, workload });
        }
    }
    Ok(File { processes })
}

/// What every environment shares.
#[derive(Serialize)]
struct Base {
    /// Plain variables that have the same value everywhere, one map per unit.
    config_maps: Vec<settings::ConfigMap>,
    /// Names of the ports that monitoring reads.
    scraped: BTreeSet<String>,
}

/// What one environment adds to the base.
#[derive(Default, Serialize)]
struct Overlay {
    /// Images of the project, which delivery moves from one build to the next.
    images: Vec<String>,
    /// How many of each process run.
    replicas: Vec<Replicas>,
    /// Plain variables whose value belongs to this environment, one map per unit.
    config_maps: Vec<settings::ConfigMap>,
    /// Permitted conversations that exist in this environment only.
    policies: Vec<network::Policy>,
    /// Processes that run at least twice here but not everywhere, so that their disruption budget is here.
    budgets: Vec<Labels>,
}

/// A number of replicas.
#[derive(Serialize)]
struct Replicas {
    /// The workload's name.
    name: String,
    /// How many run.
    count: u32,
}

/// The labels that select the pods of one process and never change.
#[derive(Serialize, Clone, PartialEq)]
struct Labels {
    /// The workload's name, which is not a label.
    id: String,
    /// The unit.
    name: String,
    /// The process in the unit.
    component: String,
}

fn labels(unit: &Unit, process: &Process) -> Labels {
    Labels { id: process.id.to_string(), name: unit.name.to_string(), component: process.name.to_string() }
}

fn base_maps(stack: &Stack) -> Result<Vec<settings::ConfigMap>, String> {
    let maps = stack.units.iter().filter(|unit| in_base(stack, unit));
    let maps = maps.map(|unit| settings::base_map(stack, unit));
    Ok(maps.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn scraped(stack: &Stack) -> BTreeSet<String> {
    let endpoints = stack.units.iter().flat_map(|unit| &unit.endpoints);
    endpoints.filter(|endpoint| endpoint.scrape.is_some()).map(|endpoint| endpoint.name.clone()).collect()
}

fn overlay(stack: &Stack, environment: &Environment) -> Result<Overlay, String> {
    let mut overlay = Overlay { images: stack.units.iter().filter_map(own_image).collect(), ..Overlay::default() };
    for unit in stack.units.iter().filter(|unit| runs(unit, environment)) {
        overlay.config_maps.extend(settings::overlay_map(stack, unit, environment)?);
        if !in_base(stack, unit) {
            continue; // everything about it is in its own files in this overlay
        }
        for process in &unit.processes {
            overlay.policies.extend(network::overlay_policy(stack, unit, process, environment));
            let count = replicas(process, environment);
            // What there is one of stands in the base; an overlay says that there is none.
            let varies = !process.singleton && !process.stateful || count == 0;
            if unit.kind != UnitKind::Resource && process.long_running() && varies {
                if process.scale.max.is_none() {
                    overlay.replicas.push(Replicas { name: process.id.to_string(), count });
                }
                if count > 1 && !workload::spared_everywhere(stack, process) {
                    overlay.budgets.push(labels(unit, process));
                }
            }
        }
    }
    Ok(overlay)
}

/// The image's name without a tag, for what the project builds.
fn own_image(unit: &Unit) -> Option<String> {
    match &unit.source {
        Source::Built { image, .. } => Some(image.clone()),
        Source::Image { .. } => None,
    }
}

/// The environments that this target is for.
fn clusters(stack: &Stack) -> impl Iterator<Item = &Environment> {
    stack.environments_on(Runtime::Cluster)
}

/// Whether the stack itself runs the unit's containers there.
fn runs(unit: &Unit, environment: &Environment) -> bool {
    unit.kind == UnitKind::Service || unit.provider(&environment.name) == Provider::Container
}

/// Whether the unit's containers run in every cluster, so that the base holds them.
fn in_base(stack: &Stack, unit: &Unit) -> bool {
    clusters(stack).all(|environment| runs(unit, environment))
}

/// How many of a process run in an environment.
fn replicas(process: &Process, environment: &Environment) -> u32 {
    let own = environment.replicas.get(process.id.as_str()).copied().unwrap_or(process.scale.default);
    if process.singleton { own.min(1) } else { own }
}
