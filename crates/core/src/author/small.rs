//! A small stack around one component: whoever provides what it requires, and what its rules ask for.
use std::collections::BTreeMap;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::bench::Bench;
use super::repairs;
use super::surroundings::{environments, platforms, providers, routes};
use crate::blueprint::{Answers, FeatureSpec, FromSpec, PlatformSpec, ProjectSpec, QuestionType, StackSpec, UnitSpec};
use crate::catalog::{Component, Kind};
use crate::diagnostic::Diagnostics;
use crate::resolve::{REFUSED, Required, literals, outline, resolve};
use crate::yaml::Place;

/// What the component's own unit or platform is called.
pub(super) const SAMPLE: &str = "sample";
/// How many stacks are looked at before rules count as right to refuse.
const LIMIT: usize = 60;
/// How many times providers may need providers.
const DEPTH: usize = 12;

/// A component that is tried.
pub(super) struct Subject {
    pub(super) component: Arc<Component>,
    /// The service that it extends.
    pub(super) host: Option<Arc<Component>>,
}

/// What comes of a component with some parameters.
pub(super) enum Small {
    /// A stack that can be rendered.
    Made(Box<StackSpec>),
    /// A refusal by rules, in their words.
    Refused(Diagnostics),
    /// Mistakes.
    Faulty(Diagnostics),
}

impl Subject {
    /// A component as it can be tried: by itself, or once with each service that it extends.
    pub(super) fn all(bench: &Bench, component: &Arc<Component>) -> Vec<Self> {
        let own = |host| Self { component: Arc::clone(component), host };
        if component.kind != Kind::Feature {
            return vec![own(None)];
        }
        let hosts = component.on.keys().filter_map(|id| bench.catalog.component(id).ok());
        hosts.map(|host| own(Some(host))).collect()
    }

    /// The smallest stack with the component and those parameters.
    pub(super) fn small(&self, bench: &Bench, params: &Answers) -> Small {
        let mut open = match settle(bench, self, self.alone(bench, params)) {
            Ok(Settled { spec, refusals }) if refusals.is_empty() => return Small::Made(Box::new(spec)),
            Ok(settled) => vec![settled],
            Err(problems) => return Small::Faulty(problems),
        };
        let refused = open[0].refusals.clone();
        let mut looked = 0;
        while let Some(next) = nearest(&mut open) {
            for spec in repairs::all(bench, &next.spec, &next.refusals, params) {
                looked += 1;
                match settle(bench, self, spec) {
                    Ok(Settled { spec, refusals }) if refusals.is_empty() => return Small::Made(Box::new(spec)),
                    Ok(settled) if settled.refusals.len() <= next.refusals.len() + 1 => open.push(settled),
                    _ => {}
                }
                if looked >= LIMIT {
                    return Small::Refused(refused);
                }
            }
        }
        Small::Refused(refused)
    }

    /// A description with nothing but the component.
    fn alone(&self, bench: &Bench, params: &Answers) -> StackSpec {
        let mut params = params.clone();
        complete(bench, &self.component, &mut params);
        let id = self.component.id.clone();
        let mut spec = bare(environments(&self.component));
        match (&self.host, self.component.kind) {
            (Some(host), _) => {
                let mut unit = unit(bench, SAMPLE, host, Answers::new());
                unit.features.push(FeatureSpec { component: id, when: None, params, place: Place::default() });
                spec.units.push(unit);
            }
            (None, Kind::Platform) => {
                spec.platforms.push(platform(SAMPLE, &self.component, params));
                let service = service_for(bench, &self.component);
                spec.units.extend(service.map(|service| unit(bench, "served", &service, Answers::new())));
            }
            (None, _) => spec.units.push(unit(bench, SAMPLE, &self.component, params)),
        }
        let consumed = bench.consumer(&self.component);
        spec.units.extend(consumed.map(|consumer| self.consumer(bench, &consumer, &spec)));
        providers(bench, &mut spec);
        spec
    }

    /// Who uses what the component offers with its present parameters.
    fn consumer(&self, bench: &Bench, consumer: &Component, spec: &StackSpec) -> UnitSpec {
        let mut user = unit(bench, "consumer", consumer, Answers::new());
        let params = &spec.units[0].params;
        for (alias, requirement) in &consumer.requires {
            if bench.offering(&self.component, &requirement.capability, params).as_ref() == Some(params) {
                user.uses.insert(alias.clone(), SAMPLE.to_owned());
            }
        }
        user
    }
}

/// A description that is as complete as requirements make it, and what rules have against it.
struct Settled {
    spec: StackSpec,
    refusals: Diagnostics,
}

/// The stack that rules have least against; of equals, the one that was found first.
fn nearest(open: &mut Vec<Settled>) -> Option<Settled> {
    let at = (0..open.len()).min_by_key(|at| open[*at].refusals.len())?;
    Some(open.remove(at))
}

/// Adds whoever provides what is required, until nothing is.
fn settle(bench: &Bench, subject: &Subject, mut spec: StackSpec) -> Result<Settled, Diagnostics> {
    for _ in 0..DEPTH {
        let found = outline(&spec, &bench.catalog, &bench.engine)?;
        platforms(bench, subject, !found.open.is_empty(), &mut spec);
        routes(&found.open, &mut spec);
        let before = spec.units.len();
        let changed = found.needs.iter().filter(|need| provide(bench, need, &mut spec)).count();
        if changed == 0 && before == spec.units.len() {
            break;
        }
        providers(bench, &mut spec);
    }
    match resolve(&spec, &bench.catalog, &bench.engine) {
        Ok(_) => Ok(Settled { spec, refusals: Diagnostics::new() }),
        Err(problems) if problems.iter().all(|problem| problem.code.as_deref() == Some(REFUSED)) => {
            Ok(Settled { spec, refusals: problems })
        }
        Err(problems) => Err(problems),
    }
}

/// Sees to it that a requirement has a provider; whether something had to be changed.
fn provide(bench: &Bench, need: &Required, spec: &mut StackSpec) -> bool {
    let Some(at) = spec.units.iter().position(|unit| unit.name == need.unit) else { return false };
    if let Some(unit) = need.by.as_ref().and_then(|by| spec.units.iter_mut().find(|unit| unit.name == *by)) {
        let Ok(component) = bench.catalog.component(&unit.component) else { return false };
        let Some(params) = bench.offering(&component, &need.capability, &unit.params) else { return false };
        let changed = unit.params != params;
        unit.params = params;
        return changed;
    }
    let shared = spec.units.iter().find(|unit| {
        let component = bench.catalog.component(&unit.component).ok();
        let params = component.and_then(|component| bench.offering(&component, &need.capability, &unit.params));
        !need.claims && unit.name != need.unit && params.as_ref() == Some(&unit.params)
    });
    if let (Some(shared), None) = (shared, &need.by) {
        let name = shared.name.clone();
        return spec.units[at].uses.insert(need.alias.clone(), name.clone()) != Some(name);
    }
    let Some((component, mut params)) = provider(bench, &need.capability) else { return false };
    names_of(&component, &spec.units[at].params, &mut params);
    let name = need.by.clone().unwrap_or_else(|| format!("{}-{}", need.unit, need.alias));
    spec.units[at].uses.insert(need.alias.clone(), name.clone());
    spec.units.push(unit(bench, &name, &component, params));
    true
}

/// Takes names over from whoever needs a component: what both have a name for under the same key is the same thing.
fn names_of(component: &Component, from: &Answers, params: &mut Answers) {
    let names = component.params.iter().filter(|(_, param)| param.kind == QuestionType::Name);
    params.extend(names.filter_map(|(id, _)| Some((id.clone(), from.get(id)?.clone()))));
}

/// The component that provides a capability with the least around it, and the parameters that this takes.
pub(super) fn provider(bench: &Bench, capability: &str) -> Option<(Arc<Component>, Answers)> {
    let order = |component: &Component| match component.kind {
        Kind::Resource => Some(0),
        Kind::Tool => Some(1),
        Kind::Service => Some(2),
        Kind::Feature | Kind::Platform => None,
    };
    let able = bench.components().into_iter().filter_map(|component| {
        let rank = (order(&component)?, component.requires.len());
        let params = bench.offering(&component, capability, &Answers::new())?;
        Some((rank, component, params))
    });
    able.min_by_key(|(rank, ..)| *rank).map(|(_, component, params)| (component, params))
}

/// A service that needs what a platform provides, or else the one that needs least.
fn service_for(bench: &Bench, platform: &Component) -> Option<Arc<Component>> {
    let services = bench.components().into_iter().filter(|component| component.kind == Kind::Service);
    services.min_by_key(|service| {
        let words: BTreeSet<&str> = service.rules.iter().flat_map(|rule| literals(&rule.that)).collect();
        let asks = platform.provides.keys().any(|capability| words.contains(capability.as_str()));
        (!asks, service.requires.len())
    })
}

/// A unit of a component; parameters that aren't given and have no default get a value.
pub(super) fn unit(bench: &Bench, name: &str, component: &Component, mut params: Answers) -> UnitSpec {
    complete(bench, component, &mut params);
    UnitSpec {
        name: name.to_owned(),
        component: component.id.clone(),
        when: None,
        each: None,
        params,
        features: Vec::new(),
        uses: BTreeMap::default(),
        providers: BTreeMap::default(),
        publish: BTreeMap::default(),
        place: Place::default(),
    }
}

/// Gives every parameter without a default a value.
pub(super) fn complete(bench: &Bench, component: &Component, params: &mut Answers) {
    let defaults = bench.defaults(component);
    let lacking = component.params.iter().filter(|(_, param)| param.default.is_none());
    for (id, _) in lacking {
        if let (false, Some(value)) = (params.contains_key(id), defaults.get(id)) {
            params.insert(id.clone(), value.clone());
        }
    }
}

/// An entry of a platform component.
pub(super) fn platform(name: &str, component: &Component, params: Answers) -> PlatformSpec {
    PlatformSpec { name: name.to_owned(), component: component.id.clone(), when: None, params, place: Place::default() }
}

/// A description without units.
fn bare(environments: Vec<crate::blueprint::EnvironmentSpec>) -> StackSpec {
    StackSpec {
        from: FromSpec { blueprint: SAMPLE.into(), version: "1".into(), answers: Answers::new() },
        project: ProjectSpec {
            name: "trial".into(),
            domain: "trial.example.com".into(),
            repository: "https://git.example.com/acme/trial.git".into(),
            registry: "registry.example.com/acme".into(),
            summary: "A component is tried".into(),
            place: Place::default(),
        },
        units: Vec::new(),
        platforms: Vec::new(),
        routes: Vec::new(),
        environments,
        files: Vec::new(),
        place: Place::default(),
    }
}
