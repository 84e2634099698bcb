//! The way from answers to a repository that tests go: the embedded catalog with files of a test's own over it.
#![allow(dead_code, reason = "each test program uses its part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use stackwright::Generated;
use stackwright::blueprint::{Blueprint, Given, StackSpec, collect, expand};
use stackwright::catalog::{Catalog, OwnFiles};
use stackwright::diagnostic::{Diagnostics, Source};
use stackwright::render::Engine;
use stackwright::stack::Stack;
use stackwright::tree::FileTree;

/// Every file below a directory of this repository, by its path there.
pub(crate) fn files_below(directory: &str) -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let mut found = BTreeMap::new();
    let mut pending = vec![root.clone()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let inside = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(inside, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// A catalog with its template engine.
pub(crate) struct Bench {
    pub(crate) catalog: Catalog,
    pub(crate) engine: Engine,
}

impl Bench {
    /// What the program itself has.
    pub(crate) fn embedded() -> Self {
        Self::with(BTreeMap::new()).unwrap_or_else(|problems| panic!("{problems}"))
    }

    /// The same with further files, by path below their catalog, which messages call `catalog`.
    pub(crate) fn with(files: BTreeMap<String, String>) -> Result<Self, Diagnostics> {
        let own = (!files.is_empty()).then(|| OwnFiles { directory: "catalog".into(), files });
        let catalog = Catalog::load(&own.into_iter().collect::<Vec<_>>())?;
        let engine = stackwright::engine(&catalog);
        Ok(Self { catalog, engine })
    }

    /// The text of an embedded blueprint.
    pub(crate) fn source(&self, blueprint: &str) -> Source {
        self.catalog.source(&format!("blueprints/{blueprint}.yaml"))
    }

    /// What a blueprint describes with those answers.
    pub(crate) fn spec(&self, blueprint: &Source, given: &[(&str, Value)]) -> Result<StackSpec, Diagnostics> {
        let blueprint = Blueprint::parse(blueprint, &self.catalog)?;
        let given = given.iter().map(|(id, answer)| ((*id).to_owned(), Given::typed(answer.clone(), "the test")));
        let answers = collect(&blueprint, &given.collect(), &self.engine)?;
        expand(&blueprint, &answers, &self.engine)
    }

    /// The stack of a blueprint with those answers.
    pub(crate) fn resolved(&self, blueprint: &Source, given: &[(&str, Value)]) -> Result<Stack, Diagnostics> {
        stackwright::resolve::resolve(&self.spec(blueprint, given)?, &self.catalog, &self.engine)
    }

    /// The stack with its files, which nothing has checked.
    pub(crate) fn assembled(
        &self,
        blueprint: &Source,
        given: &[(&str, Value)],
    ) -> Result<(Stack, FileTree), Diagnostics> {
        stackwright::assemble(&self.spec(blueprint, given)?, &self.catalog, &self.engine)
    }

    /// The repository, checked.
    pub(crate) fn generated(&self, blueprint: &Source, given: &[(&str, Value)]) -> Result<Generated, Diagnostics> {
        stackwright::generate(&self.spec(blueprint, given)?, &self.catalog, &self.engine)
    }
}
