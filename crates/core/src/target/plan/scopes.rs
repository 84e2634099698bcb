//! Scopes: what a rule is repeated for, and what every template sees.
use minijinja::value::Value;
use serde::Serialize;

use super::{BTreeMap, Scope, Stack, compose, dynamic};
use crate::blueprint::import_path;
use crate::catalog::Each;
use crate::stack::{Environment, Project, Runtime, Unit, UnitKind};

/// The project as templates see it.
#[derive(Serialize)]
struct ProjectView<'a> {
    #[serde(flatten)]
    project: &'a Project,
    /// The repository's address as languages that import by address write it: `git.example.com/acme/shop`.
    module: String,
}

/// What every template sees.
pub(super) fn shared(stack: &Stack) -> Vec<(&'static str, Value)> {
    vec![
        ("project", dynamic(ProjectView { project: &stack.project, module: import_path(&stack.project.repository) })),
        ("units", dynamic(&stack.units)),
        ("platforms", dynamic(&stack.platforms)),
        ("channels", dynamic(&stack.channels)),
        ("routes", dynamic(&stack.routes)),
        ("environments", dynamic(&stack.environments)),
        ("remotes", dynamic(stack.remote_environments().collect::<Vec<_>>())),
        ("clusters", dynamic(stack.environments_on(Runtime::Cluster).collect::<Vec<_>>())),
        ("promoted", dynamic(stack.promoted_environment())),
        ("local", dynamic(stack.local_environment())),
        ("variables", dynamic(&stack.variables)),
        ("secrets", dynamic(&stack.secrets)),
        ("edges", dynamic(&stack.edges)),
    ]
}

/// The scopes of a rule, outermost `each` first; what belongs to a runtime is repeated for its environments only.
pub(super) fn each<'a>(scope: &Scope<'a>, each: &[Each], runtime: Option<Runtime>) -> Vec<Scope<'a>> {
    let mut scopes = vec![*scope];
    for step in each {
        scopes = scopes.iter().flat_map(|scope| one(scope, *step, runtime)).collect();
    }
    scopes
}

fn one<'a>(scope: &Scope<'a>, each: Each, runtime: Option<Runtime>) -> Vec<Scope<'a>> {
    let stack = scope.stack;
    let units = |wanted: fn(&Unit) -> bool| {
        let units = stack.units.iter().filter(|unit| wanted(unit));
        units.map(|unit| Scope { unit: Some(unit), ..*scope }).collect()
    };
    match each {
        Each::Environment => {
            let wanted = |environment: &&Environment| match runtime {
                Some(runtime) => environment.runtime == runtime,
                None => !environment.is_local(),
            };
            let environments = stack.environments.iter().filter(wanted);
            environments.map(|environment| Scope { environment: Some(environment), ..*scope }).collect()
        }
        Each::Service => units(|unit| unit.kind == UnitKind::Service),
        Each::Resource => units(|unit| unit.kind == UnitKind::Resource),
        Each::Tool => units(|unit| unit.kind == UnitKind::Tool),
        Each::Unit => units(|_| true),
        Each::Process => match scope.unit {
            Some(unit) => unit.processes.iter().map(|process| Scope { process: Some(process), ..*scope }).collect(),
            None => stack
                .processes()
                .map(|(unit, process)| Scope { unit: Some(unit), process: Some(process), ..*scope })
                .collect(),
        },
    }
}

/// A port on a developer's machine.
#[derive(Serialize)]
pub(super) struct Published {
    /// The port, unless `.env` says otherwise.
    port: u16,
    /// The variable that moves it.
    variable: String,
}

/// The ports that a unit publishes on a developer's machine, by endpoint.
pub(super) fn published(unit: &Unit) -> BTreeMap<String, Published> {
    let open = compose::published(unit).into_iter();
    open.map(|open| (open.endpoint, Published { port: open.host_port, variable: open.variable })).collect()
}

/// The units that are bound to a unit.
pub(super) fn consumers<'a>(stack: &'a Stack, unit: &Unit) -> Vec<&'a Unit> {
    let bound = |other: &&Unit| other.bindings.iter().any(|binding| binding.unit == unit.name);
    stack.units.iter().filter(bound).collect()
}
