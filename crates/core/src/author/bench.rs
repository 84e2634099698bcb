//! Where a component is tried: its catalog, with somebody who uses everything that a component offers.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::json;

use super::corners::corners;
use crate::blueprint::{Answers, dynamic};
use crate::catalog::{Catalog, Component, Kind, OwnFiles, Product};
use crate::render::Engine;
use crate::yaml;

/// A catalog to try components in.
pub(super) struct Bench {
    pub(super) catalog: Catalog,
    pub(super) engine: Engine,
    /// Platform components that make secrets, or hand over those that people keep.
    pub(super) keepers: BTreeSet<String>,
}

impl Bench {
    /// A bench over a catalog.
    pub(super) fn new(catalog: &Catalog) -> Self {
        let components = catalog.component_ids().into_iter().filter_map(|id| catalog.component(id).ok());
        let consumers = components.filter_map(|component| consumer(catalog, &component));
        let own = OwnFiles { directory: String::new(), files: consumers.collect() };
        let catalog = catalog.with(&own);
        let engine = crate::engine(&catalog);
        let products = Product::all(&catalog).unwrap_or_default().into_iter();
        let keeping =
            products.filter(|product| product.checks.hands_over_secrets || !product.checks.secrets.is_empty());
        let platform = |id: &String| catalog.component(id).is_ok_and(|component| component.kind == Kind::Platform);
        let keepers = keeping.filter_map(|product| product.component).filter(platform).collect();
        Self { catalog, engine, keepers }
    }

    /// Components that can be read, by id.
    pub(super) fn components(&self) -> Vec<Arc<Component>> {
        let ids = self.catalog.component_ids().into_iter();
        ids.filter_map(|id| self.catalog.component(id).ok()).collect()
    }

    /// Who uses what a component offers, if it offers anything to other units.
    pub(super) fn consumer(&self, component: &Component) -> Option<Arc<Component>> {
        self.catalog.component(&consumer_id(&component.id)).ok()
    }

    /// A value for every parameter of a component: its default, or one that it would accept.
    pub(super) fn defaults(&self, component: &Component) -> Answers {
        let mut params = Answers::new();
        for (id, param) in &component.params {
            let value = param
                .default
                .clone()
                .or_else(|| corners(&param.question(id), &Answers::new(), &self.engine).into_iter().next());
            params.extend(value.map(|value| (id.clone(), value)));
        }
        params
    }

    /// Parameters with which a component offers a capability: as few changes as possible.
    pub(super) fn offering(&self, component: &Component, capability: &str, given: &Answers) -> Option<Answers> {
        let when = &component.provides.get(capability)?.when;
        let holds = |params: &Answers| {
            let context = dynamic(json!({ "params": params }));
            when.as_ref().is_none_or(|when| self.engine.holds("", when, &context).unwrap_or(false))
        };
        let mut params = self.defaults(component);
        params.extend(given.clone());
        if holds(&params) {
            return Some(given.clone());
        }
        self.changes(component, &params).into_iter().find_map(|(id, value)| {
            let mut changed = params.clone();
            changed.insert(id.clone(), value.clone());
            let mut given = given.clone();
            given.insert(id, value);
            holds(&changed).then_some(given)
        })
    }

    /// Every other value of one parameter of a component.
    pub(super) fn changes(&self, component: &Component, params: &Answers) -> Vec<(String, serde_json::Value)> {
        let all = component.params.iter().flat_map(|(id, param)| {
            let present: Answers = params.get(id).map(|value| (id.clone(), value.clone())).into_iter().collect();
            let values = corners(&param.question(id), &present, &self.engine);
            values.into_iter().skip(present.len()).map(move |value| (id.clone(), value))
        });
        all.collect()
    }
}

fn consumer_id(id: &str) -> String {
    format!("consumer-of-{id}")
}

/// The description of a program that takes every value of everything that a component offers.
fn consumer(catalog: &Catalog, component: &Component) -> Option<(String, String)> {
    let unit = matches!(component.kind, Kind::Service | Kind::Resource | Kind::Tool);
    let offers = component.provides.iter().filter(|(_, offer)| !offer.values.is_empty());
    let requires: BTreeMap<String, serde_json::Value> = offers
        .enumerate()
        .map(|(index, (capability, offer))| {
            let variable = |value: &String| (format!("VALUE_{index}_{}", value.to_uppercase()), value.clone());
            let variables: BTreeMap<String, String> = offer.values.keys().map(variable).collect();
            let requirement = json!({ "capability": capability, "optional": true, "variables": variables });
            (format!("offer-{index}"), requirement)
        })
        .collect();
    if !unit || requires.is_empty() {
        return None;
    }
    let id = consumer_id(&component.id);
    let description = json!({
        "id": id, "title": "Consumer", "kind": "tool", "summary": "Takes what is offered",
        "image": catalog.pins().image_ids().first()?, "user": 65532, "requires": requires,
        "processes": { "take": { "role": "worker", "command": ["take"] } },
    });
    Some((format!("components/{id}/component.yaml"), yaml::to_string(&description)))
}
