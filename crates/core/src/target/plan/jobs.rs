//! Turns rules into jobs: one job is one file.
use std::cell::RefCell;

use super::providers::Providers;
use super::{
    BTreeMap, Catalog, Context, Contributions, Diagnostic, Diagnostics, Engine, FileRule, Ownership, Scope, Stack,
    Value, dynamic, listing, presence::Targets, scopes, view,
};
use crate::stack::{Name, base};
use crate::target::kubernetes::annotations;
use minijinja::value::merge_maps;

/// One file to render.
pub struct Job {
    /// Where it goes.
    pub path: String,
    /// The template's path in the catalog.
    pub template: String,
    /// What the template sees.
    pub context: Context,
    /// Who may edit it afterwards.
    pub owner: Ownership,
    /// The component, target or blueprint that it comes from.
    pub component: String,
    /// Whether the template is copied as it is.
    pub verbatim: bool,
}

/// A target, and the environment, unit and process that it is shown for.
type ViewKey<'a> = (String, [Option<&'a Name>; 3]);

/// Collects jobs.
pub(in crate::target) struct Planner<'a> {
    pub(in crate::target) stack: &'a Stack,
    pub(in crate::target) catalog: &'a Catalog,
    pub(in crate::target) engine: &'a Engine,
    shared: Vec<(&'static str, Value)>,
    /// Each unit as templates see it, by name.
    units: BTreeMap<String, Value>,
    /// The targets that this stack has.
    pub(super) targets: Targets,
    providers: Providers,
    /// Functions that every template sees.
    functions: Context,
    /// What targets show: computed once, though several files and contributions read it.
    views: RefCell<BTreeMap<ViewKey<'a>, Value>>,
    jobs: Vec<Job>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(stack: &'a Stack, catalog: &'a Catalog, engine: &'a Engine) -> Result<Self, Diagnostics> {
        let units = stack.units.iter().map(|unit| (unit.name.to_string(), dynamic(unit))).collect();
        let providers = Providers::of(stack, catalog, &units)?;
        let (shared, targets, functions) = (scopes::shared(stack), Targets::default(), Context::default());
        let (views, jobs) = (RefCell::default(), Vec::new());
        Ok(Self { stack, catalog, engine, shared, units, targets, providers, functions, views, jobs })
    }

    /// What a target shows of a scope.
    pub(super) fn view(&self, target: &str, scope: &Scope<'a>) -> Result<Value, String> {
        let (environment, unit) = (scope.environment.map(|one| &one.name), scope.unit.map(|one| &one.name));
        let key = (target.to_owned(), [environment, unit, scope.process.map(|one| &one.id)]);
        if let Some(known) = self.views.borrow().get(&key) {
            return Ok(known.clone());
        }
        let seen = dynamic(view(target, scope)?);
        self.views.borrow_mut().insert(key, seen.clone());
        Ok(seen)
    }

    /// Adds names that every template sees.
    pub(super) fn share(&mut self, names: Context) {
        self.functions = names;
    }

    /// The jobs, by path. Their templates may ask which files there are and what was contributed.
    pub(super) fn finish(mut self, contributions: &Contributions) -> Result<Vec<Job>, Diagnostics> {
        self.jobs.sort_by(|a, b| a.path.cmp(&b.path));
        let listing = listing::functions(self.jobs.iter().map(|job| job.path.clone()).collect());
        let early = merge_maps([self.functions.clone(), listing.clone()]);
        let annotations = annotations::function(contributions.fragments(annotations::POINT, &early));
        let annotations = Value::from(BTreeMap::from([("annotations", annotations)]));
        let complete = contributions.complete(&early, self.engine, self.catalog)?;
        let complete = merge_maps([complete, annotations]);
        for job in &mut self.jobs {
            // The last one that has a name decides.
            job.context = merge_maps([job.context.clone(), listing.clone(), complete.clone()]);
        }
        Ok(self.jobs)
    }

    /// The scope of a file for the whole repository.
    pub(in crate::target) fn whole(&self) -> Scope<'a> {
        Scope { stack: self.stack, environment: None, unit: None, process: None, platform: None }
    }

    /// What templates see in that scope.
    pub(in crate::target) fn context(&self, scope: &Scope, extra: &[(&'static str, Value)]) -> Context {
        let mut names = self.shared.clone();
        names.extend(self.providers.functions(self.stack, scope.environment));
        if let Some(environment) = scope.environment {
            names.push(("environment", dynamic(environment)));
        }
        if let Some(unit) = scope.unit {
            names.push(("unit", self.units.get(unit.name.as_str()).cloned().unwrap_or_default()));
            let endpoints: BTreeMap<_, _> = unit.endpoints.iter().map(|e| (e.name.clone(), e)).collect();
            names.push(("endpoints", dynamic(endpoints)));
            names.push(("published", dynamic(scopes::published(unit))));
            let served = |id: &str| unit.processes.iter().any(|process| process.id == *id);
            let routes = self.stack.routes.iter().filter(|route| served(&route.process));
            names.push(("base", Value::from(base(routes.map(|route| &route.path)))));
            names.push(("bindings", self.providers.bindings(unit)));
        }
        if let (Some(unit), Some(environment)) = (scope.unit, scope.environment) {
            names.push(("provider", dynamic(unit.provider(&environment.name))));
            names.push(("artifact", dynamic(unit.artifact(&environment.name))));
        }
        if let Some(process) = scope.process {
            names.push(("process", dynamic(process)));
        }
        if let Some(platform) = scope.platform {
            names.push(("platform", dynamic(platform)));
            if scope.unit.is_none() {
                let endpoints: BTreeMap<_, _> = platform.endpoints.iter().map(|e| (e.name.clone(), e)).collect();
                names.push(("endpoints", dynamic(endpoints)));
            }
        }
        names.extend(extra.iter().cloned());
        let names = Context::from(names.into_iter().collect::<BTreeMap<_, _>>()); // of equal names the last one holds
        if self.functions.is_undefined() { names } else { merge_maps([names, self.functions.clone()]) }
    }

    /// Adds a job.
    pub(in crate::target) fn push(&mut self, job: Job) {
        self.jobs.push(job);
    }

    /// Adds the jobs of one rule of a folder.
    pub(super) fn rule(
        &mut self,
        rule: &FileRule,
        folder: &str,
        owner: &str,
        target: Option<&str>,
        scope: &Scope<'a>,
        extra: &[(&'static str, Value)],
    ) -> Result<(), Diagnostics> {
        let from = &rule.from;
        let Some(to) = &rule.to else {
            let problem = Diagnostic::error(format!("{folder}: the file rule from `{from}` lacks `to`"));
            return Err(problem.note("only files of a service's source have their place already").into());
        };
        if !self.targets.have(folder, from) {
            return Ok(());
        }
        let runtime = self.targets.runtime_of(folder, from);
        for scope in scopes::each(scope, &rule.each, runtime) {
            let label = format!("{folder}, file rule `{to}`");
            let mut extra = extra.to_vec();
            if let Some(target) = target {
                let seen = self.view(target, &scope).map_err(|why| Diagnostic::error(format!("{label}: {why}")))?;
                extra.push(("view", seen));
            }
            let context = self.context(&scope, &extra);
            if let Some(when) = &rule.when
                && !self.engine.holds(&label, when, &context)?
            {
                continue;
            }
            let path = self.engine.text(&label, to, &context)?;
            for (template, path) in self.sources(folder, from, &path) {
                let known = self.catalog.text(&template).is_some();
                if !known {
                    return Err(Diagnostic::error(format!("{label}: there is no template `{template}`")).into());
                }
                let path = self.engine.text(&label, &path, &context)?;
                self.jobs.push(Job {
                    path,
                    template,
                    context: context.clone(),
                    owner: rule.owner.unwrap_or(Ownership::Managed),
                    component: owner.to_owned(),
                    verbatim: rule.verbatim,
                });
            }
        }
        Ok(())
    }

    /// Templates and output paths of a rule: one file, or a whole tree.
    pub(super) fn sources(&self, folder: &str, from: &str, to: &str) -> Vec<(String, String)> {
        let Some(tree) = from.strip_suffix("/**") else {
            return vec![(format!("{folder}/{from}"), to.to_owned())];
        };
        let root = format!("{folder}/{tree}");
        let files = self.catalog.files_under(&root);
        files.map(|file| (format!("{root}/{file}"), format!("{}/{file}", to.trim_end_matches('/')))).collect()
    }
}
