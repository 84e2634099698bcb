//! `add`: a part more.
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::ask::{self, Params};
use super::{ENVIRONMENT, Manner, ROUTE, list_name, needed, pairs};
use crate::blueprint::{
    EnvironmentSpec, FeatureSpec, PlatformSpec, PortSpec, ProviderSpec, RouteSpec, StackSpec, UnitSpec,
};
use crate::catalog::{Component, Kind};
use crate::cli::args::Add;
use crate::cli::output::Output;
use crate::cli::plan::{Prepared, Project};
use crate::cli::{Done, Failure};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::edit;
use crate::resolve::resolve;
use crate::stack::Runtime;
use crate::yaml::Place;

pub(in crate::cli) fn run(arguments: &Add, catalogs: &[PathBuf], output: &Output) -> Done {
    let Add { dir, dry_run, allow_dirty, .. } = arguments;
    let manner = Manner { root: dir, dry_run: *dry_run, allow_dirty: *allow_dirty, output };
    let site = manner.open()?;
    let project = Project::open(dir, catalogs)?;
    let mut asked = Params::new();
    let mut spec = project.spec.clone();
    let what = match arguments.what.as_str() {
        ENVIRONMENT => environment(arguments, &mut spec)?,
        ROUTE => route(arguments, &mut spec)?,
        id if project.workbench.catalog.component_ids().contains(&id) => {
            let component = project.workbench.catalog.component(id)?;
            asked = parameters(arguments, &component, &project, output)?;
            part(arguments, &component, asked.clone(), &mut spec)?
        }
        item => of_list(arguments, item, &project, &mut spec)?,
    };
    let text = edit::rewrite(&project.description, &project.spec, &spec)?;
    let done = manner.finish(&site, &Prepared::edited(project, text)?, &format!("added {what}"))?;
    if crate::cli::prompt::somebody_there() && !arguments.yes && !asked.is_empty() {
        output.say(&format!("\nThe same without questions:\n  {}", ask::equivalent(arguments, &asked, catalogs)));
    }
    Ok(done)
}

/// The parameters, with which the stack must still be possible.
fn parameters(
    arguments: &Add,
    component: &Arc<Component>,
    project: &Project,
    output: &Output,
) -> Result<Params, Failure> {
    let possible = |params: &Params| -> Result<(), Diagnostics> {
        let mut spec = project.spec.clone();
        // What is wrong with the command itself is said afterwards.
        if part(arguments, component, params.clone(), &mut spec).is_err() {
            return Ok(());
        }
        resolve(&spec, &project.workbench.catalog, &project.workbench.engine).map(|_| ())
    };
    ask::parameters(arguments, component, &project.workbench, &possible, output)
}

/// A unit, a platform or a feature.
fn part(arguments: &Add, component: &Component, params: Params, spec: &mut StackSpec) -> Result<String, Failure> {
    let name = arguments.name.clone().unwrap_or_else(|| component.id.clone());
    let (id, place) = (component.id.clone(), Place::default());
    refuse_options(arguments, component)?;
    match component.kind {
        Kind::Feature => {
            let to = host(arguments, component, spec)?;
            edit::add_feature(spec, &to, FeatureSpec { component: id.clone(), when: None, params, place })?;
            Ok(format!("`{id}` to `{to}`"))
        }
        Kind::Platform => {
            let new = PlatformSpec { name: name.clone(), component: id, when: None, params, place };
            edit::add_platform(spec, new)?;
            Ok(format!("the platform `{name}`"))
        }
        _ => {
            edit::add_unit(spec, unit(arguments, name.clone(), id, params)?)?;
            Ok(format!("the unit `{name}`"))
        }
    }
}

/// Refuses what would have no effect.
fn refuse_options(arguments: &Add, component: &Component) -> Result<(), Failure> {
    let unit = !matches!(component.kind, Kind::Feature | Kind::Platform);
    let given = [
        ("--to", arguments.to.is_some() && component.kind != Kind::Feature, "it is no feature"),
        ("a name", arguments.name.is_some() && component.kind == Kind::Feature, "a feature has none"),
        ("--use", !arguments.r#use.is_empty() && !unit, "it is no unit"),
        ("--provider", !arguments.provider.is_empty() && !unit, "it is no unit"),
        ("--publish", !arguments.publish.is_empty() && !unit, "it is no unit"),
    ];
    let wrong = given.iter().filter(|(_, wrong, _)| *wrong);
    let told = wrong.map(|(what, _, why)| {
        Diagnostic::error(format!("{what} does not go with `{}`: {why}", component.id))
            .help("see: stackwright add --help")
    });
    told.collect::<Diagnostics>().into_result(()).map_err(Failure::input)
}

/// The unit that a feature extends: the one that is named, or the only one that it fits.
fn host(arguments: &Add, component: &Component, spec: &StackSpec) -> Result<String, Failure> {
    let fitting = edit::hosts_of(spec, component);
    match (&arguments.to, fitting.as_slice()) {
        (Some(named), _) => Ok(named.clone()),
        (None, [only]) => Ok(only.clone()),
        (None, []) => {
            let on = component.on.keys().cloned().collect::<Vec<_>>().join(", ");
            let problem = Diagnostic::error(format!("no unit of the stack can have the feature `{}`", component.id));
            Err(Failure::input(problem.note(format!("it extends: {on}"))))
        }
        (None, many) => {
            let problem = Diagnostic::error(format!("several units can have the feature `{}`", component.id));
            let problem = problem.note(format!("there is: {}", many.join(", ")));
            Err(Failure::input(problem.help(format!("name one: stackwright add {} --to UNIT", component.id))))
        }
    }
}

fn unit(arguments: &Add, name: String, component: String, params: Params) -> Result<UnitSpec, Failure> {
    let mut problems = Diagnostics::new();
    let uses = pairs(&arguments.r#use, "--use", &mut problems);
    let uses = uses.into_iter().map(|(alias, unit)| (alias.to_owned(), unit.to_owned())).collect();
    let mut providers = BTreeMap::new();
    for text in &arguments.provider {
        let (environment, provider) = text.split_once('=').unwrap_or(("default", text));
        providers.insert(environment.to_owned(), ProviderSpec(provider.to_owned()));
    }
    let mut publish = BTreeMap::new();
    for (endpoint, port) in pairs(&arguments.publish, "--publish", &mut problems) {
        match port.parse() {
            Ok(port) => drop(publish.insert(endpoint.to_owned(), PortSpec::Number(port))),
            Err(_) => problems.push(Diagnostic::error(format!("`--publish {endpoint}={port}`: `{port}` is no port"))),
        }
    }
    let (when, each, features, place) = Default::default();
    let made = UnitSpec { name, component, when, each, params, features, uses, providers, publish, place };
    problems.into_result(made).map_err(Failure::input)
}

/// An environment like the last one, under the project's domain.
fn environment(arguments: &Add, spec: &mut StackSpec) -> Result<String, Failure> {
    let name = needed(arguments.name.as_ref(), "the environment", "add environment NAME")?;
    let keys = keys(arguments, ENVIRONMENT, &["runtime", "host", "revision"])?;
    let last = spec.environments.iter().rfind(|other| other.runtime != Runtime::Machine);
    let like = last.map_or(Runtime::Cluster, |other| other.runtime);
    let runtime = match keys.get("runtime") {
        Some(word) => serde_json::from_value((*word).into()).map_err(|_| {
            let problem = Diagnostic::error(format!("`{word}` is no runtime"));
            Failure::input(problem.help("a runtime is one of: cluster, hosts, paas"))
        })?,
        None => like,
    };
    let host = keys.get("host").map_or_else(|| format!("{name}.{}", spec.project.domain), |host| (*host).to_owned());
    let revision = keys.get("revision").map(|revision| (*revision).to_owned());
    let (replicas, groups, placement, each, place) = Default::default();
    let name = name.to_owned();
    let told = format!("the environment `{name}`");
    edit::add_environment(
        spec,
        EnvironmentSpec { name, runtime, host, revision, replicas, groups, placement, each, place },
    )?;
    Ok(told)
}

fn route(arguments: &Add, spec: &mut StackSpec) -> Result<String, Failure> {
    let path = needed(arguments.name.as_ref(), "the path", "add route PATH --to UNIT")?;
    let unit = needed(arguments.to.as_ref(), "the unit", &format!("add route {path} --to UNIT"))?;
    let endpoint = keys(arguments, ROUTE, &["endpoint"])?.get("endpoint").map(|endpoint| (*endpoint).to_owned());
    let (when, each, place) = Default::default();
    let (path, unit) = (path.to_owned(), unit.to_owned());
    let told = format!("the route `{path}` to `{unit}`");
    edit::add_route(spec, RouteSpec { path, unit, endpoint, when, each, place })?;
    Ok(told)
}

/// An item of a list parameter, or a word that means nothing.
fn of_list(arguments: &Add, item: &str, project: &Project, spec: &mut StackSpec) -> Result<String, Failure> {
    let catalog = &project.workbench.catalog;
    let (Some(name), Some(to)) = (&arguments.name, &arguments.to) else {
        let known = catalog.component_ids();
        let words = known.iter().copied().chain([ENVIRONMENT, ROUTE]);
        let mut problem = Diagnostic::error(format!("there is no component `{item}`"));
        if did_you_mean(item, words.clone()).is_none() {
            problem = problem.help(format!(
                "`stackwright list` names them; for an item of a list: stackwright add {item} NAME --to UNIT"
            ));
        }
        return Err(Failure::input(problem.guess(item, words)));
    };
    let list = list_name(item);
    edit::list_of(spec, catalog, to, &list)?.with(name)?;
    Ok(format!("`{name}` to `{list}` of `{to}`"))
}

/// What `--set` says of something that is no component.
fn keys<'a>(arguments: &'a Add, what: &str, known: &[&str]) -> Result<BTreeMap<&'a str, &'a str>, Failure> {
    let mut problems = Diagnostics::new();
    let pairs: BTreeMap<_, _> = pairs(&arguments.set, "--set", &mut problems).into_iter().collect();
    for key in pairs.keys().filter(|key| !known.contains(key)) {
        let problem = Diagnostic::error(format!("`{key}` is no key of the {what}"));
        problems.push(problem.note(format!("there is: {}", known.join(", "))).guess(key, known.iter().copied()));
    }
    problems.into_result(pairs).map_err(Failure::input)
}
