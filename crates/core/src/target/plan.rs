//! Which files the repository has: every rule of every target and component, for everything it applies to.
mod contributions;
mod instances;
mod jobs;
mod listing;
mod points;
mod presence;
mod providers;
mod scopes;

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::Value;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Scope, app, compose, view};
use crate::blueprint::{FileSpec, dynamic};
use crate::catalog::{Acceptance, Catalog, Contribution, FileRule, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::locks;
use crate::render::{Context, Engine};
use crate::stack::{Runtime, Stack};
use crate::tree::Ownership;
use crate::yaml;

use contributions::Contributions;
pub use jobs::Job;
pub(super) use jobs::Planner;
pub(crate) use points::check_points;

/// The form of `targets/<id>/target.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TargetManifest {
    /// What an environment must run on for it; without such an environment it is absent.
    #[serde(default)]
    pub(crate) runtime: Option<Runtime>,
    /// Whether the stack has it (expression).
    #[serde(default)]
    pub(crate) when: Option<String>,
    /// Its files.
    pub(crate) files: Vec<FileRule>,
    /// What it adds to files that others assemble.
    #[serde(default)]
    pub(crate) contributes: Vec<Contribution>,
    /// Points of its files to which others contribute.
    #[serde(default)]
    pub(crate) accepts: BTreeMap<String, Acceptance>,
}

/// Every file that the repository of that stack has, by path.
///
/// `files` are those that the project's description adds to its components' ones.
pub fn plan(stack: &Stack, files: &[FileSpec], catalog: &Catalog, engine: &Engine) -> Result<Vec<Job>, Diagnostics> {
    let mut planner = Planner::new(stack, catalog, engine)?;
    planner.targets = presence::targets(&planner)?;
    let contributions = Contributions::collect(&planner)?;
    planner.share(contributions.early());
    let mut problems = Diagnostics::new();
    for result in [targets(&mut planner), units(&mut planner), platforms(&mut planner), own(&mut planner, files)] {
        problems.absorb(result);
    }
    problems.into_result(())?;
    planner.finish(&contributions)
}

/// Ids of the catalog's targets.
pub(crate) fn target_ids(catalog: &Catalog) -> Vec<String> {
    let manifests = catalog.files_under("targets").filter_map(|path| path.strip_suffix("/target.yaml"));
    manifests.map(str::to_owned).collect()
}

/// Reads a target's manifest.
pub(crate) fn manifest(catalog: &Catalog, id: &str) -> Result<TargetManifest, Diagnostics> {
    let source = catalog.source(&format!("targets/{id}/target.yaml"));
    yaml::decode(&yaml::parse_one(&source)?, &source)
}

fn targets(planner: &mut Planner) -> Result<(), Diagnostics> {
    for (id, manifest) in planner.targets.present() {
        for rule in &manifest.files {
            let scope = planner.whole();
            planner.rule(rule, &format!("targets/{id}"), &id, rule.view.as_deref().or(Some(&id)), &scope, &[])?;
        }
    }
    Ok(())
}

fn units(planner: &mut Planner) -> Result<(), Diagnostics> {
    let stack = planner.stack;
    for unit in &stack.units {
        let component = planner.catalog.component(&unit.component)?;
        let scope = Scope { unit: Some(unit), ..planner.whole() };
        let params = ("params", dynamic(&unit.params));
        let consumers = ("consumers", dynamic(scopes::consumers(stack, unit)));
        if component.kind == Kind::Service {
            app::plan(planner, unit, &component)?;
        }
        let folder = format!("components/{}", unit.component);
        for rule in component.files.iter().filter(|rule| rule.to.is_some()) {
            let extra = [params.clone(), consumers.clone()];
            planner.rule(rule, &folder, &unit.component, rule.view.as_deref(), &scope, &extra)?;
        }
        for feature in &unit.features {
            let component = planner.catalog.component(&feature.component)?;
            let folder = format!("components/{}", feature.component);
            for rule in component.files.iter().filter(|rule| rule.to.is_some()) {
                let extra = [("params", dynamic(&feature.params))];
                planner.rule(rule, &folder, &feature.component, rule.view.as_deref(), &scope, &extra)?;
            }
        }
    }
    Ok(())
}

/// The dependency groups of the module that several services share.
fn shared_groups(planner: &Planner) -> Result<BTreeSet<String>, Diagnostics> {
    let mut groups = BTreeSet::new();
    for unit in planner.stack.units.iter().filter(|unit| unit.directory().is_some()) {
        let component = planner.catalog.component(&unit.component)?;
        groups.extend(locks::names(&app::dependencies(planner, unit, &component)?, "go"));
    }
    Ok(groups)
}

fn platforms(planner: &mut Planner) -> Result<(), Diagnostics> {
    let stack = planner.stack;
    let locks = dynamic(locks::shared(&shared_groups(planner)?, planner.catalog)?);
    for platform in &stack.platforms {
        let component = planner.catalog.component(&platform.component)?;
        let scope = Scope { platform: Some(platform), ..planner.whole() };
        let folder = format!("components/{}", platform.component);
        for rule in &component.files {
            let extra = [("params", dynamic(&platform.params)), ("locks", locks.clone())];
            planner.rule(rule, &folder, &platform.component, rule.view.as_deref(), &scope, &extra)?;
        }
    }
    Ok(())
}

/// Files that the description itself names.
fn own(planner: &mut Planner, files: &[FileSpec]) -> Result<(), Diagnostics> {
    let context = planner.context(&planner.whole(), &[]);
    let owner = &planner.stack.from.blueprint;
    let mut problems = Diagnostics::new();
    for file in files {
        let (folder, from) = file.from.split_once('/').unwrap_or(("", &file.from));
        let sources = planner.sources(folder, from, &file.to);
        let known = !sources.is_empty() && sources.iter().all(|(template, _)| planner.catalog.text(template).is_some());
        if !known {
            let problem = Diagnostic::error(format!("there is no template `{}` for `{}`", file.from, file.to));
            let problem = problem.help("name the catalog that has it, `--catalog DIR`, or remove it from `files`");
            problems.push(file.place.at().key("from").point(problem));
            continue;
        }
        for (template, path) in sources {
            let (context, component) = (context.clone(), owner.clone());
            let owner = file.owner.unwrap_or(Ownership::Managed);
            planner.push(Job { path, template, context, verbatim: false, owner, component });
        }
    }
    problems.into_result(())
}
