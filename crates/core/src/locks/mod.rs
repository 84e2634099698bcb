//! Dependency locks: a complete resolution is kept as data; a repository gets the closure of what it uses.
mod ask;
mod go;
mod go_tidy;
mod join;
mod npm;
mod npm_install;
mod python;
mod uv;

use std::collections::{BTreeMap, BTreeSet};

pub use ask::{Question, questions};
use serde_json::{Value, json};

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
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
    unit: &Name,
    dependencies: &BTreeMap<String, Value>,
    catalog: &Catalog,
) -> Result<BTreeMap<String, String>, Diagnostics> {
    let mut texts = BTreeMap::new();
    if dependencies.contains_key("python") {
        let resolution = python::kept(catalog, &[])?;
        let runtime = names(dependencies, "python");
        let all: Vec<String> = runtime.iter().cloned().chain(names(dependencies, "python-dev")).collect();
        for (key, direct) in [("python", &runtime), ("python_dev", &all)] {
            let text = python::requirements(&resolution, direct)
                .map_err(|gone| lacking(&format!("`{unit}`"), python::FILE, &gone))?;
            texts.insert(key.to_owned(), text.trim_end().to_owned());
        }
        texts.insert("python_direct".to_owned(), python::direct(&resolution, &runtime));
        let dev = names(dependencies, "python-dev");
        texts.insert("python_dev_direct".to_owned(), python::direct(&resolution, &dev));
    }
    if dependencies.contains_key("npm") {
        let resolution = npm::kept(catalog, &[])?;
        let (runtime, dev) = (ask::mapped(dependencies, &["npm"]), ask::mapped(dependencies, &["npm-dev"]));
        let mut manifest = json!({
            "name": unit, "version": "0.0.0", "dependencies": runtime, "devDependencies": dev,
        });
        if !resolution.engines.is_empty() {
            manifest["engines"] = json!(resolution.engines);
        }
        let text = npm::package_lock(&resolution, &manifest, &runtime, &dev)
            .map_err(|gone| lacking(&format!("`{unit}`"), npm::FILE, &gone))?;
        texts.insert("npm".to_owned(), text);
    }
    Ok(texts)
}

/// The lock of the module that services written in Go share, when there are any: from the dependency groups of all
/// of them.
pub(crate) fn shared(groups: &BTreeSet<String>, catalog: &Catalog) -> Result<BTreeMap<String, String>, Diagnostics> {
    if groups.is_empty() {
        return Ok(BTreeMap::new());
    }
    let kept = go::kept(catalog)?;
    go::module(&kept, groups).map_err(|gone| lacking("the Go module", go::FILE, &gone).into())
}

/// A kept file in JSON.
fn parsed<T: serde::de::DeserializeOwned>(source: &Source) -> Result<T, Diagnostics> {
    serde_json::from_str(&source.text).map_err(|error| Diagnostic::error(error.to_string()).file(&*source.name).into())
}

fn lacking(unit: &str, file: &str, gone: &str) -> Diagnostic {
    Diagnostic::error(format!("{unit} depends on {gone}, which no component's {file} holds"))
        .help("`stackwright catalog lock COMPONENT --catalog DIR` resolves what a component adds; it needs a network")
}

pub(crate) fn names(dependencies: &BTreeMap<String, Value>, group: &str) -> Vec<String> {
    let list = dependencies.get(group).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}
