//! Which targets a stack has: those whose runtime is among its environments and whose condition holds.
use std::rc::Rc;

use super::{BTreeMap, Diagnostics, Planner, Runtime, TargetManifest, Value, dynamic, manifest, target_ids};
use crate::catalog::Component;
use crate::stack::Params;

/// Every target of the catalog, with whether this stack has it.
#[derive(Default)]
pub(super) struct Targets(BTreeMap<String, (Rc<TargetManifest>, bool)>);

impl Targets {
    /// The targets that the stack has.
    pub(super) fn present(&self) -> Vec<(String, Rc<TargetManifest>)> {
        let here = self.0.iter().filter(|(_, (_, here))| *here);
        here.map(|(id, (manifest, _))| (id.clone(), Rc::clone(manifest))).collect()
    }

    /// The runtime of the target that a template belongs to, if it is bound to one; nothing where the stack doesn't
    /// have the target. A template belongs to the target that its first folder is named after.
    pub(super) fn runtime_of(&self, folder: &str, from: &str) -> Option<Option<Runtime>> {
        let name = folder.strip_prefix("targets/").or_else(|| Some(from.split_once('/')?.0));
        match name.and_then(|name| self.0.get(name)) {
            Some((manifest, here)) => here.then_some(manifest.runtime),
            None => Some(None),
        }
    }
}

/// Decides for every target whether the stack has it.
pub(super) fn targets(planner: &Planner) -> Result<Targets, Diagnostics> {
    let mut targets = Targets::default();
    for id in target_ids(planner.catalog) {
        let manifest = manifest(planner.catalog, &id)?;
        let runs = manifest.runtime.is_none_or(|runtime| planner.stack.environments_on(runtime).next().is_some());
        let here = match &manifest.when {
            Some(when) if runs => {
                let context = planner.context(&planner.whole(), &[]);
                planner.engine.holds(&format!("target `{id}`"), when, &context).map_err(|problem| *problem)?
            }
            _ => runs,
        };
        targets.0.insert(id, (Rc::new(manifest), here));
    }
    Ok(targets)
}

/// The function `has(capability)`: whether something in the stack provides it.
pub(super) fn has(planner: &Planner) -> Result<Value, Diagnostics> {
    let stack = planner.stack;
    let units = stack.units.iter().map(|unit| (&unit.component, &unit.params));
    let platforms = stack.platforms.iter().map(|platform| (&platform.component, &platform.params));
    let mut provided = Vec::new();
    for (id, params) in units.chain(platforms) {
        provided.extend(provided_by(planner, &*planner.catalog.component(id)?, params)?);
    }
    Ok(Value::from_function(move |capability: &str| provided.iter().any(|known| known == capability)))
}

fn provided_by(planner: &Planner, component: &Component, params: &Params) -> Result<Vec<String>, Diagnostics> {
    let context = dynamic(serde_json::json!({ "params": params }));
    let mut provided = Vec::new();
    for (capability, provision) in &component.provides {
        let holds = |when: &String| planner.engine.holds(&component.id, when, &context);
        if provision.when.as_ref().map_or(Ok(true), holds).map_err(|problem| *problem)? {
            provided.push(capability.clone());
        }
    }
    Ok(provided)
}
