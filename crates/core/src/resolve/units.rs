//! One unit: its component with parameters and features, its source, and who runs it where.
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::Run;
use super::draft::{DraftUnit, name};
use super::params::params;
use super::providers;
use crate::blueprint::{FeatureSpec, UnitSpec, dynamic};
use crate::catalog::{Component, Extension, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{
    Artifact, CodeCheck, Environment, Feature, Name, Outbound, Params, Project, Provider, Source, Unit, UnitKind,
};

pub(super) fn unit(
    run: &Run,
    spec: &UnitSpec,
    project: &Project,
    environments: &[Environment],
) -> Result<DraftUnit, Diagnostics> {
    let mut problems = Diagnostics::new();
    let at = spec.place.at();
    let chosen = at.key("component");
    let name = name(&spec.name, "a unit's name", at.key("name"), &mut problems);
    let found = run.catalog.component(&spec.component).map_err(|found| chosen.point_all(found));
    let Some(component) = problems.absorb(found) else { return Err(problems) };
    let kind = match component.kind {
        Kind::Service => UnitKind::Service,
        Kind::Resource => UnitKind::Resource,
        Kind::Tool => UnitKind::Tool,
        Kind::Feature | Kind::Platform => {
            let problem = Diagnostic::error(format!("`{}` can't be a unit", component.id))
                .note("a feature belongs under a service's `features`, a platform component under `platforms`");
            problems.push(chosen.point(problem));
            return Err(problems);
        }
    };
    let label = format!("unit `{name}`");
    let params = params(run.engine, &component, &spec.params, &label, at.key("params"), &mut problems);
    let mut features = Vec::new();
    for feature in &spec.features {
        let found = extension(run, &component, feature, &label);
        features.extend(problems.absorb(found.map_err(|found| feature.place.at().point_all(found))));
    }
    let source = source(run, &component, &name, &params, project).unwrap_or_else(|problem| {
        problems.push(chosen.point(*problem));
        Source::Image { reference: String::new() }
    });
    let providers = providers::decide(spec, &component, kind, environments, &mut problems);
    problems.into_result(())?;
    let operated = providers.values().any(|provider| *provider == Provider::Operator);
    let selector = selector(run, &component, &name, &params).map_err(|problem| chosen.point(*problem))?;
    let checks = checks(run, &component, &features, &name, &params).map_err(|problem| chosen.point(*problem))?;
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
        described: BTreeMap::new(),
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
    let params = params(run.engine, &feature, &spec.params, &label, spec.place.at().key("params"), &mut problems);
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
        let text = |key: &str, text: &String| run.engine.text(component.at().key(key), text, &context);
        let directory = component.directory.as_ref();
        let directory = directory.map_or_else(|| Ok(format!("apps/{name}")), |path| text("directory", path))?;
        let context = component.context.as_ref().map(|path| text("context", path)).transpose()?;
        let context = context.map(|context| context.trim_matches(['.', '/']).to_owned());
        let image = format!("{}/{}-{name}", project.registry, project.name);
        return Ok(Source::Built { directory, context, image });
    };
    let context = dynamic(json!({ "params": params }));
    let at = component.at().key("image");
    let id = run.engine.text(at, image, &context)?;
    let reference = run.catalog.pins().image(&id).ok_or_else(|| {
        let problem = Diagnostic::error(format!("component `{}`: no pins.yaml has an image `{id}`", component.id));
        let pin =
            format!("pin it in components/{}/pins.yaml: `images: {{ {id}: {{ ref: \"name:tag\" }} }}`", component.id);
        Box::new(at.point(problem.help(pin).guess(&id, run.catalog.pins().image_ids())))
    })?;
    Ok(Source::Image { reference: reference.to_owned() })
}

/// How the unit's code is checked, with its name and parameters filled in.
fn checks(
    run: &Run,
    component: &Component,
    features: &[(Arc<Component>, Params, Extension)],
    name: &Name,
    params: &Params,
) -> Result<Vec<CodeCheck>, Box<Diagnostic>> {
    let context = dynamic(json!({ "unit": { "name": name }, "params": params }));
    let own = (component.at(), &component.checks);
    let added = features.iter().map(|(feature, _, added)| (feature.at().key("on").key(&component.id), &added.checks));
    let mut filled = Vec::new();
    for (at, checks) in std::iter::once(own).chain(added) {
        for (index, check) in checks.iter().enumerate() {
            let at = at.key("checks").item(index).key("command");
            let words = check.command.iter().enumerate();
            let words = words.map(|(index, word)| run.engine.text(at.item(index), word, &context));
            filled.push(CodeCheck { command: words.collect::<Result<_, _>>()?, ..check.clone() });
        }
    }
    Ok(filled)
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
    let at = component.at().key("operator").key("selector");
    labels.map(|(key, text)| Ok((key.clone(), run.engine.text(at.key(key), text, &context)?))).collect()
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
