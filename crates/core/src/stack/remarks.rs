//! What somebody who runs the stack has to know, and sees in no single file.
use std::collections::{BTreeMap, BTreeSet};

use super::{Name, Part, Stack, Unit, UnitKind, Value, Variable};

/// One secret that environments keep in several places, which have to agree.
#[derive(Debug, PartialEq, Eq)]
pub struct SharedSecret<'a> {
    /// What a developer's machine calls it.
    pub name: &'a str,
    /// Where it is kept: the secret and the key in it; two at least.
    pub kept: BTreeSet<(&'a str, &'a str)>,
    /// The environments that keep it so.
    pub environments: Vec<&'a Name>,
}

impl Stack {
    /// The resources that no unit is bound to.
    pub fn unused_resources(&self) -> impl Iterator<Item = &Unit> {
        let used: BTreeSet<&Name> =
            self.units.iter().flat_map(|unit| &unit.bindings).map(|binding| &binding.unit).collect();
        self.units.iter().filter(move |unit| unit.kind == UnitKind::Resource && !used.contains(&unit.name))
    }

    /// The secrets that have to agree: by name, each with every combination of places once.
    pub fn shared_secrets(&self) -> Vec<SharedSecret<'_>> {
        let Some(local) = self.local_environment() else { return Vec::new() };
        let mut shared: Vec<SharedSecret<'_>> = Vec::new();
        for environment in self.remote_environments() {
            let mut places: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
            for variable in &self.variables {
                let Some(Value::Stored { secret, key }) = variable.values.get(&environment.name) else { continue };
                for name in inside(variable, &local.name) {
                    places.entry(name).or_default().insert((secret, key));
                }
            }
            for (name, kept) in places.into_iter().filter(|(_, kept)| kept.len() > 1) {
                match shared.iter_mut().find(|known| known.name == name && known.kept == kept) {
                    Some(known) => known.environments.push(&environment.name),
                    None => shared.push(SharedSecret { name, kept, environments: vec![&environment.name] }),
                }
            }
        }
        shared.sort_by_key(|secret| secret.name);
        shared
    }
}

/// The secrets inside a variable's value in that environment.
fn inside<'a>(variable: &'a Variable, environment: &Name) -> impl Iterator<Item = &'a str> {
    let parts = match variable.values.get(environment) {
        Some(Value::Text(parts)) => parts.as_slice(),
        _ => &[],
    };
    parts.iter().filter_map(|part| match part {
        Part::Secret(name) => Some(name.as_str()),
        Part::Plain(_) => None,
    })
}
