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

type Step<T> = Result<T, Box<Diagnostic>>;

/// The stack that the blueprint describes for those answers.
pub fn expand(blueprint: &Blueprint, answers: &Answers, engine: &Engine) -> Result<StackSpec, Diagnostics> {
    let scope = Expander { engine, context: context(answers) };
    let mut problems = Diagnostics::new();
    let project = scope.project(&blueprint.project).unwrap_or_else(|problem| {
        problems.push(*problem);
        blueprint.project.clone()
    });
    let mut units = Vec::new();
    for unit in &blueprint.units {
        scope.each(&unit.name, unit.when.as_ref(), unit.each.as_ref(), &mut problems, |scope| {
            units.push(scope.unit(unit)?);
            Ok(())
        });
    }
    let mut platforms = Vec::new();
    for platform in &blueprint.platforms {
        scope.each(&platform.name, platform.when.as_ref(), None, &mut problems, |scope| {
            platforms.push(scope.platform(platform)?);
            Ok(())
        });
    }
    let mut routes = Vec::new();
    for route in &blueprint.routes {
        scope.each(&route.path, route.when.as_ref(), route.each.as_ref(), &mut problems, |scope| {
            routes.push(scope.route(route)?);
            Ok(())
        });
    }
    let mut environments = Vec::new();
    for environment in &blueprint.environments {
        scope.each(&environment.name, None, environment.each.as_ref(), &mut problems, |scope| {
            environments.push(scope.environment(environment)?);
            Ok(())
        });
    }
    let mut files = Vec::new();
    for file in &blueprint.files {
        scope.each(&file.to, file.when.as_ref(), None, &mut problems, |scope| {
            files.push(scope.file(&blueprint.id, file)?);
            Ok(())
        });
    }
    problems.into_result(())?;
    let from =
        FromSpec { blueprint: blueprint.id.clone(), version: blueprint.version.clone(), answers: answers.clone() };
    Ok(StackSpec { from, project, units, platforms, routes, environments, files })
}

struct Expander<'a> {
    engine: &'a Engine,
    context: Context,
}

impl Expander<'_> {
    /// Runs `make` once, or once per item; not at all where `when` fails.
    fn each(
        &self,
        label: &str,
        when: Option<&String>,
        each: Option<&String>,
        problems: &mut Diagnostics,
        mut make: impl FnMut(&Self) -> Step<()>,
    ) {
        let mut run = || -> Step<()> {
            if let Some(when) = when
                && !self.engine.holds(label, when, &self.context)?
            {
                return Ok(());
            }
            let Some(each) = each else { return make(self) };
            let items = self.engine.evaluate(label, each, &self.context)?;
            let items = items
                .try_iter()
                .map_err(|_| Box::new(Diagnostic::error(format!("{label}: `each: {each}` is not a list"))))?;
            for (index, item) in items.enumerate() {
                make(&self.with(&[("item", item), ("index", index.into())]))?;
            }
            Ok(())
        };
        if let Err(problem) = run() {
            problems.push(*problem);
        }
    }

    fn with(&self, names: &[(&str, Dynamic)]) -> Self {
        let own = names.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let own = Dynamic::from(own.collect::<BTreeMap<_, _>>());
        let context = minijinja::value::merge_maps([self.context.clone(), own]);
        Self { engine: self.engine, context }
    }

    fn text(&self, label: &str, text: &str) -> Step<String> {
        self.engine.text(label, text, &self.context)
    }

    fn values<'v>(&self, label: &str, values: impl IntoIterator<Item = (&'v String, &'v Value)>) -> Step<Answers> {
        let value = |(key, value): (&String, &Value)| {
            Ok((key.clone(), self.engine.value(&format!("{label}.{key}"), value, &self.context)?))
        };
        // A value that gives nothing is not given: the parameter takes its default.
        let given = |value: &Step<(String, Value)>| !matches!(value, Ok((_, Value::Null)));
        values.into_iter().map(value).filter(given).collect()
    }

    fn project(&self, project: &ProjectSpec) -> Step<ProjectSpec> {
        Ok(ProjectSpec {
            name: self.text("project.name", &project.name)?,
            domain: self.text("project.domain", &project.domain)?,
            repository: self.text("project.repository", &project.repository)?,
            registry: self.text("project.registry", &project.registry)?,
            summary: self.text("project.summary", &project.summary)?,
        })
    }

    fn unit(&self, unit: &UnitSpec) -> Step<UnitSpec> {
        let label = format!("unit `{}`", unit.name);
        let mut features = Vec::new();
        for feature in &unit.features {
            let wanted = feature.when.as_ref();
            if wanted.map_or(Ok(true), |when| self.engine.holds(&label, when, &self.context))? {
                features.push(FeatureSpec {
                    component: self.text(&label, &feature.component)?,
                    when: None,
                    params: self.values(&label, &feature.params)?,
                });
            }
        }
        let texts = |map: &BTreeMap<String, String>| -> Step<_> {
            map.iter()
                .map(|(key, text)| Ok((key.clone(), self.text(&label, text)?)))
                .collect::<Step<BTreeMap<String, String>>>()
        };
        let providers = unit.providers.iter();
        Ok(UnitSpec {
            name: self.text(&label, &unit.name)?,
            component: self.text(&label, &unit.component)?,
            when: None,
            each: None,
            params: self.values(&label, &unit.params)?,
            features,
            uses: texts(&unit.uses)?.into_iter().filter(|(_, unit): &(String, String)| !unit.is_empty()).collect(),
            providers: providers
                .map(|(key, provider)| Ok((key.clone(), ProviderSpec(self.text(&label, &provider.0)?))))
                .collect::<Step<_>>()?,
            publish: self.ports(&label, &unit.publish)?,
        })
    }

    fn ports(&self, label: &str, ports: &BTreeMap<String, PortSpec>) -> Step<BTreeMap<String, PortSpec>> {
        let mut found = BTreeMap::new();
        for (endpoint, port) in ports {
            let text = match port {
                PortSpec::Number(port) => port.to_string(),
                PortSpec::Template(text) => self.text(label, text)?,
            };
            if text.is_empty() {
                continue;
            }
            let port = text.parse().map_err(|_| {
                Box::new(Diagnostic::error(format!("{label}: `{text}` is not a port for `{endpoint}`")))
            })?;
            found.insert(endpoint.clone(), PortSpec::Number(port));
        }
        Ok(found)
    }

    fn platform(&self, platform: &PlatformSpec) -> Step<PlatformSpec> {
        let label = format!("platform `{}`", platform.name);
        Ok(PlatformSpec {
            name: platform.name.clone(),
            component: self.text(&label, &platform.component)?,
            when: None,
            params: self.values(&label, &platform.params)?,
        })
    }

    fn route(&self, route: &RouteSpec) -> Step<RouteSpec> {
        let label = format!("route `{}`", route.path);
        Ok(RouteSpec {
            path: self.text(&label, &route.path)?,
            unit: self.text(&label, &route.unit)?,
            endpoint: route.endpoint.clone(),
            when: None,
            each: None,
        })
    }

    fn groups(&self, label: &str, groups: &[HostGroup]) -> Step<Vec<HostGroup>> {
        let filled = groups.iter().map(|group| {
            let hosts = group.hosts.iter().map(|host| self.text(label, host));
            Ok(HostGroup { name: group.name.clone(), hosts: hosts.collect::<Step<_>>()? })
        });
        filled.collect()
    }

    fn environment(&self, environment: &EnvironmentSpec) -> Step<EnvironmentSpec> {
        let label = format!("environment `{}`", environment.name);
        let revision = environment.revision.as_ref();
        Ok(EnvironmentSpec {
            name: self.text(&label, &environment.name)?,
            runtime: environment.runtime,
            host: self.text(&label, &environment.host)?,
            revision: revision.map(|text| self.text(&label, text)).transpose()?,
            replicas: environment.replicas.clone(),
            groups: self.groups(&label, &environment.groups)?,
            placement: environment.placement.clone(),
            each: None,
        })
    }

    /// A file of the blueprint's folder, which the catalog has under the blueprint's id.
    fn file(&self, id: &str, file: &FileSpec) -> Step<FileSpec> {
        Ok(FileSpec {
            from: format!("blueprints/{id}/{}", file.from),
            to: self.text(&format!("file `{}`", file.from), &file.to)?,
            when: None,
            owner: file.owner,
        })
    }
}

/// A serialisable value for expressions.
pub fn dynamic<T: serde::Serialize>(value: T) -> Dynamic {
    Dynamic::from(Serde(value))
}
