//! Every embedded blueprint with all that is needed to make it.
use std::collections::BTreeMap;

use serde_json::Value;
use stackwright::author::Answered;
use stackwright::blueprint::{Answers, Blueprint};
use stackwright::catalog::Catalog;
use stackwright::diagnostic::Diagnostics;
use stackwright::render::Engine;
use stackwright::tree::FileTree;
use stackwright::{Generated, generate};

use crate::bench::Bench;

/// A blueprint with all that is needed to make it.
pub(crate) struct Subject {
    pub(crate) blueprint: Blueprint,
    pub(crate) engine: Engine,
    pub(crate) catalog: Catalog,
}

/// Every embedded blueprint.
pub(crate) fn subjects() -> Vec<Subject> {
    let ids: Vec<String> = Bench::embedded().catalog.blueprint_ids().into_iter().map(str::to_owned).collect();
    assert!(!ids.is_empty());
    ids.iter().map(|id| Subject::new(id)).collect()
}

impl Subject {
    pub(crate) fn new(id: &str) -> Self {
        let Bench { catalog, engine } = Bench::embedded();
        let (blueprint, _) = Blueprint::of(&catalog, id).unwrap();
        Self { blueprint, engine, catalog }
    }

    /// The blueprint as it is tried.
    pub(crate) fn answered(&self) -> Answered<'_> {
        Answered { blueprint: &self.blueprint, catalog: &self.catalog, engine: &self.engine }
    }

    /// The answers with some of them given.
    pub(crate) fn answers(&self, given: &BTreeMap<String, Value>) -> Result<Answers, Diagnostics> {
        self.answered().answers(given)
    }

    pub(crate) fn generate(&self, answers: &Answers) -> Generated {
        stackwright::blueprint::expand(&self.blueprint, answers, &self.engine)
            .and_then(|spec| generate(&spec, &self.catalog, &self.engine))
            .unwrap_or_else(|problems| panic!("with {answers:?}:\n{problems}"))
    }

    pub(crate) fn tree(&self, answers: &Answers) -> FileTree {
        self.answered().tree(answers).unwrap_or_else(|problems| panic!("with {answers:?}:\n{problems}"))
    }

    /// Paths of a repository that come out otherwise when it is made anew from nothing but its own `stackwright.yaml`.
    pub(crate) fn not_from_the_description(&self, tree: &FileTree) -> Vec<String> {
        let found = self.answered().not_from_the_description(tree);
        found.unwrap_or_else(|problems| panic!("{problems}")).into_iter().collect()
    }
}
