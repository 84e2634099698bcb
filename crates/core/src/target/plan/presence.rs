//! Which targets a stack has: those whose runtime is among its environments and whose condition holds.
use std::rc::Rc;

use super::{BTreeMap, Diagnostics, Planner, Runtime, TargetManifest, manifest, target_ids};

/// Every target of the catalog, with whether this stack has it.
#[derive(Default)]
pub(super) struct Targets(BTreeMap<String, (Rc<TargetManifest>, bool)>);

impl Targets {
    /// The targets that the stack has.
    pub(super) fn present(&self) -> Vec<(String, Rc<TargetManifest>)> {
        let here = self.0.iter().filter(|(_, (_, here))| *here);
        here.map(|(id, (manifest, _))| (id.clone(), Rc::clone(manifest))).collect()
    }

    /// Whether the stack has the target that a template belongs to: the one that its first folder is named after.
    pub(super) fn have(&self, folder: &str, from: &str) -> bool {
        self.of(folder, from).is_none_or(|(_, here)| *here)
    }

    /// The runtime that the target of a template is bound to.
    pub(super) fn runtime_of(&self, folder: &str, from: &str) -> Option<Runtime> {
        self.of(folder, from)?.0.runtime
    }

    fn of(&self, folder: &str, from: &str) -> Option<&(Rc<TargetManifest>, bool)> {
        let own = folder.strip_prefix("targets/");
        self.0.get(own.or_else(|| Some(from.split_once('/')?.0))?)
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
                planner.engine.holds(&format!("target `{id}`"), when, &context)?
            }
            _ => runs,
        };
        targets.0.insert(id, (Rc::new(manifest), here));
    }
    Ok(targets)
}
