//! What a package manager is asked when packages are resolved, and what becomes of its answer. Nothing is run here.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{go_tidy, npm_install, uv};
use crate::catalog::{Catalog, Component};
use crate::diagnostic::Diagnostics;

/// What a package manager is asked.
pub struct Question {
    /// The program to run.
    pub program: &'static str,
    /// Its arguments.
    pub arguments: &'static [&'static str],
    /// Variables of its environment, beside the present ones.
    pub environment: &'static [(&'static str, &'static str)],
    /// The files that it reads, by name: it runs once for each of these, in a directory that holds nothing else.
    pub runs: Vec<BTreeMap<&'static str, String>>,
    /// The files that it leaves each time.
    pub answers: &'static [&'static str],
    /// How to come by the program.
    pub install: &'static str,
    /// What it needs to be there.
    pub needs: String,
    /// What is asked for, by component.
    pub wanted: BTreeMap<String, BTreeSet<String>>,
    pub(super) reader: Reader,
}

/// From the files that the program left, run by run, to the components' files, by path in the catalog.
pub(super) type Reader = Box<dyn Fn(&[Vec<String>]) -> Result<BTreeMap<String, String>, Diagnostics> + Send + Sync>;

impl Question {
    /// The files of the components, by path in the catalog, from what each run left.
    pub fn read(&self, answers: &[Vec<String>]) -> Result<BTreeMap<String, String>, Diagnostics> {
        (self.reader)(answers)
    }
}

/// What a component asks for, and what is there already: the packages of the service that it extends.
pub(super) struct Part {
    pub(super) component: String,
    pub(super) own: BTreeMap<String, Value>,
    pub(super) host: BTreeMap<String, Value>,
}

/// One question for each package manager that those components ask something of. What is kept stays at its version, unless it
/// is one of theirs and `upgrade` wants the newest releases.
pub fn questions(catalog: &Catalog, ids: &[&str], upgrade: bool) -> Result<Vec<Question>, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut all = Vec::new();
    for id in ids {
        all.extend(problems.absorb(parts(catalog, id)).into_iter().flatten());
    }
    problems.into_result(())?;
    let fixed = if upgrade { ids } else { &[] };
    let asked = [
        uv::question(catalog, &all, fixed)?,
        npm_install::question(catalog, &all, fixed)?,
        go_tidy::question(catalog, &all, upgrade)?,
    ];
    Ok(asked.into_iter().flatten().collect())
}

fn parts(catalog: &Catalog, id: &str) -> Result<Vec<Part>, Diagnostics> {
    let component = catalog.component(id)?;
    let part = |own: &BTreeMap<String, Value>, host: Option<&Component>| Part {
        component: id.to_owned(),
        own: own.clone(),
        host: host.map(|host| host.dependencies.clone()).unwrap_or_default(),
    };
    let base = component.extends.as_ref().map(|base| catalog.component(base)).transpose()?;
    let mut parts = vec![part(&component.dependencies, base.as_deref())];
    for (host, added) in &component.on {
        parts.push(part(&added.dependencies, Some(&*catalog.component(host)?)));
    }
    Ok(parts)
}

/// The names in those groups. What depends on parameters is no name yet.
pub(super) fn listed(dependencies: &BTreeMap<String, Value>, groups: &[&str]) -> Vec<String> {
    let lists = groups.iter().filter_map(|group| dependencies.get(*group)?.as_array());
    let names = lists.flatten().filter_map(Value::as_str).filter(|name| !name.contains("@{"));
    names.map(str::to_owned).collect()
}

/// The names with their versions in those groups.
pub(super) fn mapped(dependencies: &BTreeMap<String, Value>, groups: &[&str]) -> BTreeMap<String, String> {
    let maps = groups.iter().filter_map(|group| dependencies.get(*group)?.as_object());
    maps.flatten().filter_map(|(name, version)| Some((name.clone(), version.as_str()?.to_owned()))).collect()
}
