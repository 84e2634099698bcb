//! Who contributes: the targets of a stack, and every use of its components.
use std::collections::BTreeMap;

use serde::Serialize;

use super::scopes::{Published, published};
use super::{Context, Diagnostics, Planner, Scope, dynamic};
use crate::catalog::{Acceptance, Contribution, ContributionEach};
use crate::stack::{Params, Platform, Unit};

/// A component of the stack, or a target.
pub(super) struct Contributor<'a> {
    /// Its folder in the catalog.
    pub(super) folder: String,
    pub(super) contributes: Vec<Contribution>,
    pub(super) accepts: BTreeMap<String, Acceptance>,
    instances: Vec<Instance<'a>>,
}

/// One use of a component, as `instances` shows it.
#[derive(Serialize)]
pub(super) struct Instance<'a> {
    pub(super) name: String,
    pub(super) title: String,
    params: Option<&'a Params>,
    /// The unit; for a feature, the service that it extends.
    unit: Option<&'a Unit>,
    /// Its ports on a developer's machine, by endpoint.
    published: BTreeMap<String, Published>,
    platform: Option<&'a Platform>,
}

impl<'a> Contributor<'a> {
    /// What a contribution is made for, each with what its templates see.
    pub(super) fn scopes(&self, planner: &Planner, each: ContributionEach) -> Vec<(&Instance<'a>, Context)> {
        match each {
            ContributionEach::Instance => self.instances.iter().map(|one| (one, one.context(planner))).collect(),
            ContributionEach::Component => {
                let all = planner.context(&planner.whole(), &[("instances", dynamic(&self.instances))]);
                self.instances.first().map(|one| (one, all)).into_iter().collect()
            }
        }
    }
}

impl Instance<'_> {
    fn context(&self, planner: &Planner) -> Context {
        let scope = Scope { unit: self.unit, platform: self.platform, ..planner.whole() };
        let params = self.params.map(|params| ("params", dynamic(params)));
        planner.context(&scope, &params.into_iter().collect::<Vec<_>>())
    }
}

/// The targets, then every component in the order in which the stack first uses it.
pub(super) fn contributors<'a>(planner: &Planner<'a>) -> Result<Vec<Contributor<'a>>, Diagnostics> {
    let mut found = Vec::new();
    for (id, manifest) in planner.targets.present() {
        let itself = Instance {
            name: id.clone(),
            title: id.clone(),
            params: None,
            unit: None,
            published: BTreeMap::new(),
            platform: None,
        };
        found.push(Contributor {
            folder: format!("targets/{id}"),
            contributes: manifest.contributes.clone(),
            accepts: manifest.accepts.clone(),
            instances: vec![itself],
        });
    }
    for (id, instances) in instances(planner) {
        let component = planner.catalog.component(id)?;
        found.push(Contributor {
            folder: format!("components/{id}"),
            contributes: component.contributes.clone(),
            accepts: component.accepts.clone(),
            instances,
        });
    }
    Ok(found)
}

/// Every use of every component.
fn instances<'a>(planner: &Planner<'a>) -> Vec<(&'a str, Vec<Instance<'a>>)> {
    let mut found: Vec<(&str, Vec<Instance>)> = Vec::new();
    let mut add = |id: &'a str, instance| match found.iter_mut().find(|(known, _)| *known == id) {
        Some((_, instances)) => instances.push(instance),
        None => found.push((id, vec![instance])),
    };
    for unit in &planner.stack.units {
        let of = |params| Instance {
            name: unit.name.to_string(),
            title: unit.title.clone(),
            params: Some(params),
            unit: Some(unit),
            published: published(unit),
            platform: None,
        };
        add(&unit.component, of(&unit.params));
        for feature in &unit.features {
            add(&feature.component, of(&feature.params));
        }
    }
    for platform in &planner.stack.platforms {
        let (name, title) = (platform.name.to_string(), platform.title.clone());
        let params = Some(&platform.params);
        add(
            &platform.component,
            Instance { name, title, params, unit: None, published: BTreeMap::new(), platform: Some(platform) },
        );
    }
    found
}
