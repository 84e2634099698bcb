//! The first pass: the project, its units, platform components and environments.
use std::collections::BTreeMap;
use std::sync::Arc;

use super::params::params;
use super::units::unit;
use super::{Run, addresses};
use crate::blueprint::{PlatformSpec, StackSpec, UnitSpec};
use crate::catalog::{Component, Extension, Kind, Requirement};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{
    Channel, Edge, Environment, Name, Origin, Params, Platform, Project, Route, Secret, Stack, Unit, Variable,
};
use crate::yaml::{At, Place};

/// The stack while it is being decided.
pub(super) struct Draft {
    pub(super) project: Project,
    pub(super) units: Vec<DraftUnit>,
    pub(super) platforms: Vec<Platform>,
    pub(super) environments: Vec<Environment>,
}

/// A unit with what it is made of.
pub(super) struct DraftUnit {
    pub(super) unit: Unit,
    pub(super) component: Arc<Component>,
    /// Features with what they add to this unit's component.
    pub(super) features: Vec<(Arc<Component>, Params, Extension)>,
    pub(super) spec: UnitSpec,
    /// What it and its features need from others, by alias.
    pub(super) requires: BTreeMap<String, Need>,
    /// Where its processes and endpoints are described.
    pub(super) described: BTreeMap<String, Place>,
    /// Aliases of bindings that each process uses, by process name.
    pub(super) uses: BTreeMap<String, Vec<String>>,
    /// Channels that each process consumes, by process name: broker alias and channel.
    pub(super) consumes: BTreeMap<String, Vec<(String, String)>>,
    /// Names of processes of the same unit that each process waits for.
    pub(super) after: BTreeMap<String, Vec<String>>,
}

/// Something that a unit needs from another.
pub(super) struct Need {
    pub(super) requirement: Requirement,
    /// What of the provider no other unit may claim, each with the reason.
    pub(super) claims: Vec<(String, Option<String>)>,
    /// The component or feature that says so, and where.
    pub(super) by: String,
    pub(super) place: Place,
}

impl DraftUnit {
    /// Where the stack describes it.
    pub(super) fn at(&self) -> At<'_> {
        self.spec.place.at()
    }

    /// Remembers where a process or an endpoint is described; there is one of each name.
    pub(super) fn describe(&mut self, what: &str, place: &Place) -> Result<(), Box<Diagnostic>> {
        let Some(other) = self.described.insert(what.to_owned(), place.clone()) else { return Ok(()) };
        let problem = Diagnostic::error(format!("`{}` has the {what} twice", self.unit.name))
            .help("rename one of them, or use only one of the features");
        Err(Box::new(place.at().point(with_other(problem, other.at()))))
    }

    /// Where a process or an endpoint is described.
    pub(super) fn described_at(&self, what: &str) -> At<'_> {
        self.described.get(what).map_or_else(|| self.at(), Place::at)
    }

    /// A problem with what its component says: shown there if the place is known, else where the component is chosen.
    pub(super) fn blame(&self, problem: Diagnostic) -> Diagnostic {
        match problem.file {
            Some(_) => problem.note(format!("in unit `{}`", self.unit.name)),
            None => self.at().key("component").point(problem),
        }
    }

    /// Where its component, or a feature of it, says what it adds to this unit.
    pub(super) fn place_in(&self, component: &Component) -> Place {
        let own = component.id == self.component.id;
        if own { component.place.clone() } else { component.place.key("on").key(&self.component.id) }
    }
}

impl Draft {
    pub(super) fn finish(
        self,
        spec: &StackSpec,
        routes: Vec<Route>,
        channels: Vec<Channel>,
        variables: Vec<Variable>,
        secrets: Vec<Secret>,
        edges: Vec<Edge>,
    ) -> Stack {
        Stack {
            project: self.project,
            from: Origin { blueprint: spec.from.blueprint.clone(), version: spec.from.version.clone() },
            units: self.units.into_iter().map(|draft| draft.unit).collect(),
            platforms: self.platforms,
            channels,
            routes,
            environments: self.environments,
            variables,
            secrets,
            edges,
        }
    }

    pub(super) fn unit(&self, name: &str) -> Option<&DraftUnit> {
        self.units.iter().find(|draft| draft.unit.name == *name)
    }
}

/// Builds the units, or says everything that is wrong with their descriptions.
pub(super) fn begin(run: &Run) -> Result<Draft, Diagnostics> {
    let mut problems = Diagnostics::new();
    addresses::check(run, &mut problems);
    let project = project(run);
    let environments = environments(run, &project, &mut problems);
    if run.spec.units.is_empty() {
        let problem = Diagnostic::error("the stack has no units, so nothing would run")
            .help("add a service, a resource or a tool under `units`");
        problems.push(run.spec.place.at().key("units").name().point(problem));
    }
    let units = run.spec.units.iter();
    let mut units: Vec<DraftUnit> =
        units.filter_map(|spec| problems.absorb(unit(run, spec, &project, &environments))).collect();
    units.sort_by(|a, b| a.unit.name.cmp(&b.unit.name));
    for pair in units.windows(2).filter(|pair| pair[0].unit.name == pair[1].unit.name) {
        let name = &pair[0].unit.name;
        let problem = Diagnostic::error(format!("two units are called `{name}`")).help("rename one of them");
        problems.push(pair[1].at().key("name").point(with_other(problem, pair[0].at().key("name"))));
    }
    let platforms = run.spec.platforms.iter();
    let mut platforms: Vec<Platform> = platforms.filter_map(|spec| problems.absorb(platform(run, spec))).collect();
    platforms.sort_by(|a, b| a.name.cmp(&b.name));
    problems.into_result(())?;
    Ok(Draft { project, units, platforms, environments })
}

/// Says in a note where the other of two things stands.
pub(super) fn with_other(problem: Diagnostic, other: At) -> Diagnostic {
    match other.shown() {
        Some(place) => problem.note(format!("the other is at {place}")),
        None => problem,
    }
}

/// The project; what is wrong with its own texts has been said already.
fn project(run: &Run) -> Project {
    let spec = &run.spec.project;
    let name = name(&spec.name, "the project's name", spec.place.at().key("name"), &mut Diagnostics::new());
    Project {
        title: crate::render::title(name.as_str()),
        name,
        domain: spec.domain.clone(),
        repository: spec.repository.clone(),
        registry: spec.registry.clone(),
        summary: spec.summary.clone(),
    }
}

/// The name, or a stand-in with the problem said.
pub(super) fn name(text: &str, what: &str, at: At, problems: &mut Diagnostics) -> Name {
    Name::new(text)
        .or_else(|error| {
            problems.push(at.point(Diagnostic::error(format!("{what}: {error}")).help("choose another name")));
            Name::new("unnamed")
        })
        .unwrap_or_else(|_| unreachable!("`unnamed` is a name"))
}

fn environments(run: &Run, project: &Project, problems: &mut Diagnostics) -> Vec<Environment> {
    let mut environments: Vec<Environment> = Vec::new();
    for spec in &run.spec.environments {
        let at = spec.place.at().key("name");
        let own = name(&spec.name, "an environment's name", at, problems);
        let namespace = namespace(project, &own, at, problems);
        if environments.iter().any(|other| other.name == own) {
            let problem = Diagnostic::error(format!("two environments are called `{own}`")).help("rename one of them");
            problems.push(at.point(problem));
        }
        environments.push(Environment {
            name: own,
            runtime: spec.runtime,
            host: spec.host.clone(),
            namespace,
            replicas: spec.replicas.clone(),
            revision: spec.revision.clone().unwrap_or_else(|| "main".into()),
            groups: spec.groups.clone(),
            placement: BTreeMap::new(),
        });
    }
    environments.sort_by_key(|environment| !environment.is_local());
    environments
}

/// The isolation unit of an environment; longer than a name that people give may be.
fn namespace(project: &Project, environment: &Name, at: At, problems: &mut Diagnostics) -> Name {
    let text = format!("{}-{environment}", project.name);
    Name::joined(text).unwrap_or_else(|error| {
        let problem = Diagnostic::error(format!("the namespace of environment `{environment}`: {error}"))
            .note("it consists of the project's name and the environment's")
            .help("shorten one of them");
        problems.push(at.point(problem));
        project.name.clone()
    })
}

fn platform(run: &Run, spec: &PlatformSpec) -> Result<Platform, Diagnostics> {
    let mut problems = Diagnostics::new();
    let at = spec.place.at();
    let name = name(&spec.name, "a platform entry's name", at.key("name"), &mut problems);
    let chosen = at.key("component");
    let component = run.catalog.component(&spec.component).map_err(|found| chosen.point_all(found))?;
    if component.kind != Kind::Platform {
        problems.push(chosen.point(Diagnostic::error(format!("`{}` is not a platform component", component.id))));
    }
    let label = format!("platform `{name}`");
    let params = params(run.engine, &component, &spec.params, &label, at.key("params"), &mut problems);
    problems.into_result(())?;
    Ok(Platform {
        name,
        component: component.id.clone(),
        title: component.title.clone(),
        params,
        endpoints: Vec::new(),
        provides: BTreeMap::new(),
    })
}
