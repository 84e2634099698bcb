//! From a blueprint and answers to the stack description, every expression decided.
use std::collections::BTreeMap;

use minijinja::value::{Serde, Value as Dynamic};
use serde_json::Value;

use super::answers::context;
use super::{
    Answers, Blueprint, EnvironmentSpec, FeatureSpec, FileSpec, FromSpec, PlatformSpec, PortSpec, ProjectSpec,
    ProviderSpec, RouteSpec, StackSpec, UnitSpec,
};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::{Context, Engine};
use crate::stack::HostGroup;
use crate::yaml::At;

type Step<T> = Result<T, Box<Diagnostic>>;

/// The stack that the blueprint describes for those answers.
pub fn expand(blueprint: &Blueprint, answers: &Answers, engine: &Engine) -> Result<StackSpec, Diagnostics> {
    let scope = Expander { engine, context: context(answers) };
    let mut problems = Diagnostics::new();
    let project = scope.project(&blueprint.project).unwrap_or_else(|problem| {
        problems.push(*problem);
        blueprint.project.clone()
    });
    let units = made(&blueprint.units, &mut problems, |unit| {
        scope.each(unit.place.at(), unit.when.as_ref(), unit.each.as_ref(), |scope| scope.unit(unit))
    });
    let platforms = made(&blueprint.platforms, &mut problems, |platform| {
        scope.each(platform.place.at(), platform.when.as_ref(), None, |scope| scope.platform(platform))
    });
    let routes = made(&blueprint.routes, &mut problems, |route| {
        scope.each(route.place.at(), route.when.as_ref(), route.each.as_ref(), |scope| scope.route(route))
    });
    let environments = made(&blueprint.environments, &mut problems, |environment| {
        scope.each(environment.place.at(), None, environment.each.as_ref(), |scope| scope.environment(environment))
    });
    let files = made(&blueprint.files, &mut problems, |file| {
        scope.each(file.place.at(), file.when.as_ref(), None, |scope| scope.file(&blueprint.id, file))
    });
    problems.into_result(())?;
    let from =
        FromSpec { blueprint: blueprint.id.clone(), version: blueprint.version.clone(), answers: answers.clone() };
    let place = blueprint.place.clone();
    Ok(StackSpec { from, project, units, platforms, routes, environments, files, place })
}

/// What is made of each part of a list; one that can't be made is a problem.
fn made<S, T>(parts: &[S], problems: &mut Diagnostics, make: impl Fn(&S) -> Step<Vec<T>>) -> Vec<T> {
    parts.iter().filter_map(|part| problems.absorb(make(part))).flatten().collect()
}

struct Expander<'a> {
    engine: &'a Engine,
    context: Context,
}

impl Expander<'_> {
    /// What is made once, or once per item; nothing where `when` fails.
    fn each<T>(
        &self,
        at: At,
        when: Option<&String>,
        each: Option<&String>,
        make: impl Fn(&Self) -> Step<T>,
    ) -> Step<Vec<T>> {
        if !self.holds(at, when)? {
            return Ok(Vec::new());
        }
        let Some(each) = each else { return Ok(vec![make(self)?]) };
        let items = self.engine.items(at.key("each"), each, &self.context)?.into_iter().enumerate();
        items.map(|(index, item)| make(&self.with(&[("item", item), ("index", index.into())]))).collect()
    }

    fn holds(&self, at: At, when: Option<&String>) -> Step<bool> {
        when.map_or(Ok(true), |when| self.engine.holds(at.key("when"), when, &self.context))
    }

    fn with(&self, names: &[(&str, Dynamic)]) -> Self {
        let own = names.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let own = Dynamic::from(own.collect::<BTreeMap<_, _>>());
        let context = minijinja::value::merge_maps([self.context.clone(), own]);
        Self { engine: self.engine, context }
    }

    fn text(&self, at: At, text: &str) -> Step<String> {
        self.engine.text(at, text, &self.context)
    }

    fn values<'v>(&self, at: At, values: impl IntoIterator<Item = (&'v String, &'v Value)>) -> Step<Answers> {
        let value =
            |(key, value): (&String, &Value)| Ok((key.clone(), self.engine.value(at.key(key), value, &self.context)?));
        // A value that gives nothing is not given: the parameter takes its default.
        let given = |value: &Step<(String, Value)>| !matches!(value, Ok((_, Value::Null)));
        values.into_iter().map(value).filter(given).collect()
    }

    fn texts(&self, at: At, texts: &BTreeMap<String, String>) -> Step<BTreeMap<String, String>> {
        texts.iter().map(|(key, text)| Ok((key.clone(), self.text(at.key(key), text)?))).collect()
    }

    fn project(&self, project: &ProjectSpec) -> Step<ProjectSpec> {
        let at = project.place.at();
        Ok(ProjectSpec {
            name: self.text(at.key("name"), &project.name)?,
            domain: self.text(at.key("domain"), &project.domain)?,
            repository: self.text(at.key("repository"), &project.repository)?,
            registry: self.text(at.key("registry"), &project.registry)?,
            summary: self.text(at.key("summary"), &project.summary)?,
            place: project.place.clone(),
        })
    }

    fn unit(&self, unit: &UnitSpec) -> Step<UnitSpec> {
        let at = unit.place.at();
        let mut features = Vec::new();
        for feature in &unit.features {
            features.extend(self.feature(feature)?);
        }
        let uses = self.texts(at.key("uses"), &unit.uses)?;
        let providers = unit.providers.iter();
        Ok(UnitSpec {
            name: self.text(at.key("name"), &unit.name)?,
            component: self.text(at.key("component"), &unit.component)?,
            when: None,
            each: None,
            params: self.values(at.key("params"), &unit.params)?,
            features,
            uses: uses.into_iter().filter(|(_, unit)| !unit.is_empty()).collect(),
            providers: providers
                .map(|(key, provider)| {
                    Ok((key.clone(), ProviderSpec(self.text(at.key("providers").key(key), &provider.0)?)))
                })
                .collect::<Step<_>>()?,
            publish: self.ports(at.key("publish"), &unit.publish)?,
            place: unit.place.clone(),
        })
    }

    /// The feature, if its condition holds.
    fn feature(&self, feature: &FeatureSpec) -> Step<Option<FeatureSpec>> {
        let at = feature.place.at();
        if !self.holds(at, feature.when.as_ref())? {
            return Ok(None);
        }
        Ok(Some(FeatureSpec {
            component: self.text(at.key("component"), &feature.component)?,
            when: None,
            params: self.values(at.key("params"), &feature.params)?,
            place: feature.place.clone(),
        }))
    }

    fn ports(&self, at: At, ports: &BTreeMap<String, PortSpec>) -> Step<BTreeMap<String, PortSpec>> {
        let mut found = BTreeMap::new();
        for (endpoint, port) in ports {
            let at = at.key(endpoint);
            let text = match port {
                PortSpec::Number(port) => port.to_string(),
                PortSpec::Template(text) => self.text(at, text)?,
            };
            if text.is_empty() {
                continue;
            }
            let port = text.parse().map_err(|_| {
                Box::new(at.point(Diagnostic::error(format!("`{text}` is not a port for `{endpoint}`"))))
            })?;
            found.insert(endpoint.clone(), PortSpec::Number(port));
        }
        Ok(found)
    }

    fn platform(&self, platform: &PlatformSpec) -> Step<PlatformSpec> {
        let at = platform.place.at();
        Ok(PlatformSpec {
            name: platform.name.clone(),
            component: self.text(at.key("component"), &platform.component)?,
            when: None,
            params: self.values(at.key("params"), &platform.params)?,
            place: platform.place.clone(),
        })
    }

    fn route(&self, route: &RouteSpec) -> Step<RouteSpec> {
        let at = route.place.at();
        Ok(RouteSpec {
            path: self.text(at.key("path"), &route.path)?,
            unit: self.text(at.key("unit"), &route.unit)?,
            endpoint: route.endpoint.clone(),
            when: None,
            each: None,
            place: route.place.clone(),
        })
    }

    fn groups(&self, at: At, groups: &[HostGroup]) -> Step<Vec<HostGroup>> {
        let filled = groups.iter().enumerate().map(|(index, group)| {
            let at = at.item(index).key("hosts");
            let hosts = group.hosts.iter().enumerate().map(|(index, host)| self.text(at.item(index), host));
            Ok(HostGroup { name: group.name.clone(), hosts: hosts.collect::<Step<_>>()? })
        });
        filled.collect()
    }

    fn environment(&self, environment: &EnvironmentSpec) -> Step<EnvironmentSpec> {
        let at = environment.place.at();
        let revision = environment.revision.as_ref();
        Ok(EnvironmentSpec {
            name: self.text(at.key("name"), &environment.name)?,
            runtime: environment.runtime,
            host: self.text(at.key("host"), &environment.host)?,
            revision: revision.map(|text| self.text(at.key("revision"), text)).transpose()?,
            replicas: environment.replicas.clone(),
            groups: self.groups(at.key("groups"), &environment.groups)?,
            placement: environment.placement.clone(),
            each: None,
            place: environment.place.clone(),
        })
    }

    /// A file of the blueprint's folder, which the catalog has under the blueprint's id.
    fn file(&self, id: &str, file: &FileSpec) -> Step<FileSpec> {
        Ok(FileSpec {
            from: format!("blueprints/{id}/{}", file.from),
            to: self.text(file.place.at().key("to"), &file.to)?,
            when: None,
            owner: file.owner,
            place: file.place.clone(),
        })
    }
}

/// A serialisable value for expressions.
pub fn dynamic<T: serde::Serialize>(value: T) -> Dynamic {
    Dynamic::from(Serde(value))
}
