//! One unit: its component with parameters and features, its source, and who runs it where.
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::Run;
use super::draft::{DraftUnit, name};
use super::params::params;
use crate::blueprint::{FeatureSpec, ProviderSpec, UnitSpec, dynamic};
use crate::catalog::{Component, Extension, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics, did_you_mean};
use crate::stack::{
    Artifact, CodeCheck, Environment, Feature, Name, Outbound, Params, Project, Provider, Runtime, Source, Unit,
    UnitKind,
};

pub(super) fn unit(
    run: &Run,
    spec: &UnitSpec,
    project: &Project,
    environments: &[Environment],
) -> Result<DraftUnit, Diagnostics> {
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
    let params =
        params(run.engine, &component, &spec.params, &label, &mut |problem| problems.push(mark(problem, &["params"])));
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
    let operated = providers.values().any(|provider| *provider == Provider::Operator);
    let selector = selector(run, &component, &name, &params).map_err(|problem| mark(*problem, &["component"]))?;
    let added = features.iter().flat_map(|(_, _, added)| &added.checks);
    let checks = checks(run, &component, added, &name, &params).map_err(|problem| mark(*problem, &["component"]))?;
    let outbound = component.outbound.iter().chain(features.iter().flat_map(|(_, _, added)| &added.outbound));
    let unit = Unit {
        name,
        kind,
        component: component.id.clone(),
        title: component.title.clone(),
        language: component.language.clone(),
        source,
        artifacts: artifacts(&component, environments),
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
        version_path: component.version_path.clone(),
        checks,
        live: component.live.clone(),
        selector: if operated { selector } else { BTreeMap::new() },
        hosts: BTreeMap::new(),
        provides: BTreeMap::new(),
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
    spec: &FeatureSpec,
    label: &str,
) -> Result<(Arc<Component>, Params, Extension), Diagnostics> {
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
    let params = params(run.engine, &feature, &spec.params, &label, &mut |problem| problems.push(problem));
    problems.into_result(())?;
    Ok((Arc::clone(&feature), params, added.clone()))
}

fn source(
    run: &Run,
    component: &Component,
    name: &Name,
    params: &Params,
    project: &Project,
) -> Result<Source, Box<Diagnostic>> {
    let Some(image) = &component.image else {
        let context = dynamic(json!({ "unit": { "name": name } }));
        let text = |text: &String| run.engine.text(&component.id, text, &context);
        let directory = component.directory.as_ref().map_or_else(|| Ok(format!("apps/{name}")), text)?;
        let context = component.context.as_ref().map(text).transpose()?;
        let context = context.map(|context| context.trim_matches(['.', '/']).to_owned());
        let image = format!("{}/{}-{name}", project.registry, project.name);
        return Ok(Source::Built { directory, context, image });
    };
    let context = dynamic(json!({ "params": params }));
    let id = run.engine.text(&component.id, image, &context)?;
    let reference = run.catalog.pins().image(&id).ok_or_else(|| {
        let guess = did_you_mean(&id, run.catalog.pins().image_ids());
        let problem = Diagnostic::error(format!("component `{}`: versions.yaml has no image `{id}`", component.id));
        Box::new(problem.maybe_help(guess.map(|guess| format!("did you mean `{guess}`?"))))
    })?;
    Ok(Source::Image { reference: reference.to_owned() })
}

/// How the unit's code is checked, with its name and parameters filled in.
fn checks<'a>(
    run: &Run,
    component: &'a Component,
    added: impl Iterator<Item = &'a CodeCheck>,
    name: &Name,
    params: &Params,
) -> Result<Vec<CodeCheck>, Box<Diagnostic>> {
    let context = dynamic(json!({ "unit": { "name": name }, "params": params }));
    let filled = |check: &CodeCheck| -> Result<CodeCheck, Box<Diagnostic>> {
        let words = check.command.iter().map(|word| run.engine.text(&component.id, word, &context));
        Ok(CodeCheck { command: words.collect::<Result<_, _>>()?, ..check.clone() })
    };
    component.checks.iter().chain(added).map(filled).collect()
}

/// The labels of the pods that an operator makes for the unit.
fn selector(
    run: &Run,
    component: &Component,
    name: &Name,
    params: &Params,
) -> Result<BTreeMap<String, String>, Box<Diagnostic>> {
    let context = dynamic(json!({ "unit": { "name": name }, "params": params }));
    let labels = component.operator.iter().flat_map(|operator| &operator.selector);
    labels.map(|(key, text)| Ok((key.clone(), run.engine.text(&component.id, text, &context)?))).collect()
}

/// What is built for each environment, where that is no image.
fn artifacts(component: &Component, environments: &[Environment]) -> BTreeMap<Name, Artifact> {
    let built = environments.iter().filter_map(|environment| {
        let artifact =
            component.artifacts.get(&environment.runtime).filter(|artifact| **artifact != Artifact::Image)?;
        Some((environment.name.clone(), *artifact))
    });
    built.collect()
}

/// Who runs a unit in an environment that says nothing about it.
fn usual(runtime: Runtime) -> Provider {
    match runtime {
        Runtime::Machine | Runtime::Cluster => Provider::Container,
        Runtime::Hosts => Provider::Package,
        Runtime::Paas => Provider::Managed,
    }
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
        let fallback = if environment.is_local() { None } else { spec.providers.get("default") };
        let word = spec.providers.get(environment.name.as_str()).or(fallback);
        let provider = match word {
            None => Some(usual(environment.runtime)),
            Some(word) => ProviderSpec::parse(&word.0),
        };
        match provider {
            Some(provider) => drop(providers.insert(environment.name.clone(), provider)),
            None => report(
                Diagnostic::error(format!("`{}` is not a provider", word.map_or("", |word| word.0.as_str())))
                    .note("providers are container, operator, package, managed and external"),
            ),
        }
    }
    providers
}
