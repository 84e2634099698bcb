//! The first pass: units with their components, parameters, features and environments.
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::Value;

use super::Run;
use crate::blueprint::{ProviderSpec, StackSpec, UnitSpec};
use crate::catalog::{Component, Extension, Kind, Param, ParamType, Requirement};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::stack::{
    Channel, CodeCheck, Edge, Environment, Feature, Name, Origin, Outbound, Params, Platform, Project, Provider, Route, Secret,
    Source, Stack, Unit, UnitKind, Variable,
};

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
    pub(super) component: Rc<Component>,
    /// Features with what they add to this unit's component.
    pub(super) features: Vec<(Rc<Component>, Params, Extension)>,
    pub(super) spec: UnitSpec,
    /// What it and its features need from others, by alias.
    pub(super) requires: BTreeMap<String, Requirement>,
    /// Aliases of bindings that each process uses, by process name.
    pub(super) uses: BTreeMap<String, Vec<String>>,
    /// Channels that each process consumes, by process name: broker alias and channel.
    pub(super) consumes: BTreeMap<String, Vec<(String, String)>>,
    /// Names of processes of the same unit that each process waits for.
    pub(super) after: BTreeMap<String, Vec<String>>,
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
            from: Origin {
                blueprint: spec.from.blueprint.clone(),
                version: spec.from.version.clone(),
                answers: spec.from.answers.clone(),
            },
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
pub(super) fn units(run: &Run) -> Result<Draft, Diagnostics> {
    let mut problems = Diagnostics::new();
    let project = project(run, &mut problems);
    let environments = environments(run, &project, &mut problems);
    let mut units: Vec<DraftUnit> = Vec::new();
    for spec in &run.spec.units {
        match unit(run, spec, &project, &environments) {
            Ok(unit) => units.push(unit),
            Err(found) => problems.extend(found),
        }
    }
    units.sort_by(|a, b| a.unit.name.cmp(&b.unit.name));
    for pair in units.windows(2).filter(|pair| pair[0].unit.name == pair[1].unit.name) {
        let name = &pair[0].unit.name;
        let problem = Diagnostic::error(format!("two units are called `{name}`")).help("rename one of them");
        problems.push(run.place.mark(problem, "units", name.as_str(), &[]));
    }
    let mut platforms = Vec::new();
    for spec in &run.spec.platforms {
        match platform(run, spec) {
            Ok(platform) => platforms.push(platform),
            Err(found) => problems.extend(found),
        }
    }
    platforms.sort_by(|a: &Platform, b| a.name.cmp(&b.name));
    problems.into_result(())?;
    Ok(Draft { project, units, platforms, environments })
}

fn project(run: &Run, problems: &mut Diagnostics) -> Project {
    let spec = &run.spec.project;
    let name = name(&spec.name, "the project's name", problems);
    Project {
        title: crate::render::title(name.as_str()),
        name,
        domain: spec.domain.clone(),
        repository: spec.repository.clone(),
        registry: spec.registry.trim_end_matches('/').to_owned(),
        summary: spec.summary.clone(),
    }
}

/// The name, or a stand-in with the problem said.
fn name(text: &str, what: &str, problems: &mut Diagnostics) -> Name {
    Name::new(text)
        .or_else(|error| {
            problems.push(Diagnostic::error(format!("{what}: {error}")).help("choose another name"));
            Name::new("unnamed")
        })
        .unwrap_or_else(|_| unreachable!("`unnamed` is a name"))
}

fn environments(run: &Run, project: &Project, problems: &mut Diagnostics) -> Vec<Environment> {
    let mut environments: Vec<Environment> = Vec::new();
    for spec in &run.spec.environments {
        let own = name(&spec.name, "an environment's name", problems);
        let namespace = name(&format!("{}-{own}", project.name), "an environment's namespace", problems);
        if environments.iter().any(|other| other.name == own) {
            problems.push(Diagnostic::error(format!("two environments are called `{own}`")).help("rename one of them"));
        }
        environments.push(Environment {
            name: own,
            local: spec.local,
            host: spec.host.clone(),
            namespace,
            replicas: spec.replicas.clone(),
            revision: spec.revision.clone().unwrap_or_else(|| "main".into()),
        });
    }
    environments.sort_by_key(|environment| !environment.local);
    if environments.iter().filter(|environment| environment.local).count() != 1 {
        problems
            .push(Diagnostic::error("a stack has exactly one local environment").help("mark one with `local: true`"));
    }
    environments
}

fn unit(run: &Run, spec: &UnitSpec, project: &Project, environments: &[Environment]) -> Result<DraftUnit, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mark = |problem: Diagnostic, keys: &[&str]| run.place.mark(problem, "units", &spec.name, keys);
    let name = name(&spec.name, "a unit's name", &mut problems);
    let component = match run.catalog.component(&spec.component) {
        Ok(component) => component,
        Err(found) => {
            problems.extend(found.into_iter().map(|problem| mark(problem, &["component"])));
            return Err(problems);
        }
    };
    let kind = match component.kind {
        Kind::Service => UnitKind::Service,
        Kind::Resource => UnitKind::Resource,
        Kind::Tool => UnitKind::Tool,
        Kind::Feature | Kind::Platform => {
            let problem = Diagnostic::error(format!("`{}` can't be a unit", component.id))
                .note("a feature belongs under a service's `features`, a platform component under `platforms`");
            problems.push(mark(problem, &["component"]));
            return Err(problems);
        }
    };
    let label = format!("unit `{name}`");
    let params = params(&component, &spec.params, &label, &mut |problem| problems.push(mark(problem, &["params"])));
    let mut features = Vec::new();
    for feature in &spec.features {
        match extension(run, &component, feature, &label) {
            Ok(found) => features.push(found),
            Err(found) => problems.extend(found.into_iter().map(|problem| mark(problem, &["features"]))),
        }
    }
    let source = source(run, &component, &name, &params, project).unwrap_or_else(|problem| {
        problems.push(mark(*problem, &["component"]));
        Source::Image { reference: String::new() }
    });
    let providers = providers(spec, kind, environments, &mut |problem| problems.push(mark(problem, &["providers"])));
    problems.into_result(())?;
    let selector = selector(run, &component, &name, &params).map_err(|problem| mark(*problem, &["component"]))?;
    let checks = checks(run, &component, &name, &params).map_err(|problem| mark(*problem, &["component"]))?;
    let outbound = component.outbound.iter().chain(features.iter().flat_map(|(_, _, added)| &added.outbound));
    let unit = Unit {
        name,
        kind,
        component: component.id.clone(),
        title: component.title.clone(),
        language: component.language.clone(),
        source,
        params,
        features: features
            .iter()
            .map(|(feature, params, _)| Feature {
                component: feature.id.clone(),
                title: feature.title.clone(),
                params: params.clone(),
            })
            .collect(),
        providers,
        endpoints: Vec::new(),
        processes: Vec::new(),
        bindings: Vec::new(),
        outbound: outbound.map(|spec| Outbound { what: spec.what.clone(), port: spec.port }).collect(),
        connection_limit: component.connection_limit,
        http_check: component.http_check.clone(),
        checks,
        live: component.live.clone(),
        selector,
    };
    Ok(DraftUnit {
        unit,
        component,
        features,
        spec: spec.clone(),
        requires: BTreeMap::new(),
        uses: BTreeMap::new(),
        consumes: BTreeMap::new(),
        after: BTreeMap::new(),
    })
}

fn extension(
    run: &Run,
    host: &Component,
    spec: &crate::blueprint::FeatureSpec,
    label: &str,
) -> Result<(Rc<Component>, Params, Extension), Diagnostics> {
    let feature = run.catalog.component(&spec.component)?;
    if feature.kind != Kind::Feature {
        return Err(Diagnostic::error(format!("`{}` is not a feature", feature.id)).into());
    }
    let Some(added) = feature.on.get(&host.id) else {
        let hosts = feature.on.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        return Err(Diagnostic::error(format!("feature `{}` can't extend `{}`", feature.id, host.id))
            .note(format!("it extends {hosts}"))
            .into());
    };
    let mut problems = Diagnostics::new();
    let label = format!("{label}, feature `{}`", feature.id);
    let params = params(&feature, &spec.params, &label, &mut |problem| problems.push(problem));
    problems.into_result(())?;
    Ok((Rc::clone(&feature), params, added.clone()))
}

fn platform(run: &Run, spec: &crate::blueprint::PlatformSpec) -> Result<Platform, Diagnostics> {
    let mut problems = Diagnostics::new();
    let name = name(&spec.name, "a platform entry's name", &mut problems);
    let component = run.catalog.component(&spec.component)?;
    if component.kind != Kind::Platform {
        problems.push(Diagnostic::error(format!("`{}` is not a platform component", component.id)));
    }
    let label = format!("platform `{name}`");
    let params = params(&component, &spec.params, &label, &mut |problem| problems.push(problem));
    problems.into_result(())?;
    Ok(Platform { name, component: component.id.clone(), title: component.title.clone(), params })
}

/// The component's parameters with the given values and defaults.
fn params(
    component: &Component,
    given: &BTreeMap<String, Value>,
    label: &str,
    report: &mut dyn FnMut(Diagnostic),
) -> Params {
    for key in given.keys().filter(|key| !component.params.contains_key(*key)) {
        let guess = did_you_mean(key, component.params.keys().map(String::as_str));
        let next = guess.map_or_else(
            || format!("`stackwright show {}` lists its parameters", component.id),
            |guess| format!("did you mean `{guess}`?"),
        );
        report(Diagnostic::error(format!("{label}: `{}` has no parameter `{key}`", component.id)).help(next));
    }
    let mut params = Params::new();
    for (key, param) in &component.params {
        match given.get(key).or(param.default.as_ref()) {
            Some(value) => match typed(param, value) {
                Ok(value) => drop(params.insert(key.clone(), value)),
                Err(why) => {
                    report(Diagnostic::error(format!("{label}: parameter `{key}`: {why}")).note(param.help.clone()));
                }
            },
            None => report(
                Diagnostic::error(format!("{label}: parameter `{key}` has no value and no default"))
                    .note(param.help.clone()),
            ),
        }
    }
    params
}

fn typed(param: &Param, value: &Value) -> Result<Value, String> {
    let text = || value.as_str().ok_or("expected text; put it in quotes".to_owned());
    match param.kind {
        ParamType::Text => text().map(Value::from),
        ParamType::Name => Name::new(text()?).map(|name| Value::from(name.as_str())).map_err(|e| e.to_string()),
        ParamType::Choice => {
            let text = text()?;
            if param.choices.iter().any(|choice| choice == text) {
                return Ok(text.into());
            }
            let guess = did_you_mean(text, param.choices.iter().map(String::as_str));
            let guess = guess.map(|guess| format!("; did you mean `{guess}`?")).unwrap_or_default();
            Err(format!("`{text}` is none of {}{guess}", param.choices.join(", ")))
        }
        ParamType::Boolean => value.as_bool().map(Value::from).ok_or("expected true or false".into()),
        ParamType::Number => value.as_i64().map(Value::from).ok_or("expected a whole number".into()),
        ParamType::List => {
            let items = value.as_array().ok_or("expected a list")?;
            for item in items {
                Name::new(item.as_str().ok_or("expected a list of names")?).map_err(|e| e.to_string())?;
            }
            Ok(value.clone())
        }
    }
}

fn source(
    run: &Run,
    component: &Component,
    name: &Name,
    params: &Params,
    project: &Project,
) -> Result<Source, Box<Diagnostic>> {
    let Some(image) = &component.image else {
        let context = crate::blueprint::dynamic(serde_json::json!({ "unit": { "name": name } }));
        let text = |text: &String| run.engine.text(&component.id, text, &context);
        let directory = component.directory.as_ref().map_or_else(|| Ok(format!("apps/{name}")), text)?;
        let context = component.context.as_ref().map(text).transpose()?;
        let context = context.map(|context| context.trim_matches(['.', '/']).to_owned());
        let image = format!("{}/{}-{name}", project.registry, project.name);
        return Ok(Source::Built { directory, context, image });
    };
    let context = crate::blueprint::dynamic(serde_json::json!({ "params": params }));
    let id = run.engine.text(&component.id, image, &context)?;
    let reference = run.catalog.pins().image(&id).ok_or_else(|| {
        let guess = did_you_mean(&id, run.catalog.pins().image_ids());
        let problem = Diagnostic::error(format!("component `{}`: versions.yaml has no image `{id}`", component.id));
        Box::new(problem.maybe_help(guess.map(|guess| format!("did you mean `{guess}`?"))))
    })?;
    Ok(Source::Image { reference: reference.to_owned() })
}

/// How the unit's code is checked, with its name and parameters filled in.
fn checks(run: &Run, component: &Component, name: &Name, params: &Params) -> Result<Vec<CodeCheck>, Box<Diagnostic>> {
    let context = crate::blueprint::dynamic(serde_json::json!({ "unit": { "name": name }, "params": params }));
    let filled = |check: &CodeCheck| -> Result<CodeCheck, Box<Diagnostic>> {
        let words = check.command.iter().map(|word| run.engine.text(&component.id, word, &context));
        Ok(CodeCheck { command: words.collect::<Result<_, _>>()?, ..check.clone() })
    };
    component.checks.iter().map(filled).collect()
}

/// The labels of the pods that an operator makes for the unit.
fn selector(
    run: &Run,
    component: &Component,
    name: &Name,
    params: &Params,
) -> Result<BTreeMap<String, String>, Box<Diagnostic>> {
    let context = crate::blueprint::dynamic(serde_json::json!({ "unit": { "name": name }, "params": params }));
    let labels = component.operator.iter().flat_map(|operator| &operator.selector);
    labels.map(|(key, text)| Ok((key.clone(), run.engine.text(&component.id, text, &context)?))).collect()
}

fn providers(
    spec: &UnitSpec,
    kind: UnitKind,
    environments: &[Environment],
    report: &mut dyn FnMut(Diagnostic),
) -> BTreeMap<Name, Provider> {
    let mut providers = BTreeMap::new();
    for key in spec.providers.keys() {
        if key != "default" && !environments.iter().any(|environment| environment.name == **key) {
            let known = || environments.iter().map(|environment| environment.name.as_str());
            let guess = did_you_mean(key, known()).map(|guess| format!("did you mean `{guess}`?"));
            report(Diagnostic::error(format!("there is no environment `{key}`")).maybe_help(guess));
        }
    }
    if kind == UnitKind::Service {
        if !spec.providers.is_empty() {
            report(
                Diagnostic::error(format!("service `{}` has providers", spec.name))
                    .note("the stack runs its own services itself; only resources and tools have providers"),
            );
        }
        return providers;
    }
    for environment in environments {
        let fallback = if environment.local { None } else { spec.providers.get("default") };
        let word = spec.providers.get(environment.name.as_str()).or(fallback);
        let provider = match word {
            None => Some(Provider::Container),
            Some(word) => ProviderSpec::parse(&word.0),
        };
        match provider {
            Some(provider) => drop(providers.insert(environment.name.clone(), provider)),
            None => report(
                Diagnostic::error(format!("`{}` is not a provider", word.map_or("", |word| word.0.as_str())))
                    .note("providers are container, operator, managed and external"),
            ),
        }
    }
    providers
}
