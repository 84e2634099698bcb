//! The components and blueprints of a catalog as things with choices.
use serde_json::Value;

use super::answered::{Answered, Outcome, is_rule};
use super::bench::Bench;
use super::small::{SAMPLE, Small, Subject};
use super::suite::{Choice, Chosen, Suite};
use super::syntax::Parser;
use super::{trial, trials};
use crate::assemble;
use crate::blueprint::{Answers, Blueprint, StackSpec};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Engine;
use crate::tree::{FileTree, RenderedFile};

/// Proves what there is to prove of the component or blueprint of that id, or of all.
pub fn test(catalog: &Catalog, engine: &Engine, id: Option<&str>, parser: Parser) -> Result<Vec<Suite>, Diagnostics> {
    let wanted = |known: &&str| id.is_none_or(|id| id == *known);
    let mut suites = Vec::new();
    let bench = Bench::new(catalog);
    for id in catalog.component_ids().into_iter().filter(wanted) {
        let component = catalog.component(id)?;
        for subject in Subject::all(&bench, &component) {
            let host = subject.host.as_ref().map_or_else(String::new, |host| format!(" on {}", host.id));
            let part = Part { bench: &bench, subject: &subject, parser };
            suites.push(Suite::of(format!("{id}{host}"), "component", &part));
        }
    }
    for id in catalog.blueprint_ids().into_iter().filter(wanted) {
        let (blueprint, _) = Blueprint::of(catalog, id)?;
        let answered = Answered { blueprint: &blueprint, catalog, engine };
        suites.push(Suite::of(id.to_owned(), "blueprint", &answered));
    }
    match id {
        Some(id) if suites.is_empty() => {
            let problem = Diagnostic::error(format!("there is no component or blueprint `{id}`"));
            Err(problem.help("`stackwright list` shows what there is; `--catalog DIR` adds your own").into())
        }
        _ => Ok(suites),
    }
}

impl Chosen for Answered<'_> {
    const WORD: &'static str = "question";

    fn choices(&self) -> Vec<Choice> {
        let Ok(defaults) = self.answers(&Answers::new()) else { return Vec::new() };
        let questions = self.blueprint.questions.iter();
        questions.map(|asked| Choice { id: asked.id.clone(), values: self.variants(asked, &defaults) }).collect()
    }

    fn outcome(&self, picks: &Answers) -> Outcome {
        Answered::outcome(self, picks)
    }

    /// Only this answer: what defaults to it keeps its old value.
    fn with(&self, pick: Option<(&str, &Value)>) -> Result<Option<FileTree>, Diagnostics> {
        let mut answers = self.answers(&Answers::new())?;
        answers.extend(pick.map(|(id, value)| (id.to_owned(), value.clone())));
        self.tree(&answers).map(Some)
    }

    /// Units and features with a condition over one yes-or-no question, which are absent when the answer is no.
    fn left_out(&self) -> Vec<(String, Result<FileTree, Diagnostics>)> {
        let Ok(defaults) = self.answers(&Answers::new()) else { return Vec::new() };
        let parts = self.blueprint.units.iter().flat_map(|unit| {
            let own = std::iter::once((&unit.component, &unit.when));
            own.chain(unit.features.iter().map(|feature| (&feature.component, &feature.when)))
        });
        let optional = parts.filter_map(|(component, when)| {
            let when = when.as_ref().filter(|when| defaults.get(*when).is_some_and(Value::is_boolean))?;
            let mut answers = defaults.clone();
            answers.insert(when.clone(), false.into());
            Some((component.clone(), self.tree(&answers)))
        });
        optional.collect()
    }

    fn further(&self, tree: &FileTree) -> Diagnostics {
        match self.not_from_the_description(tree) {
            Ok(paths) => {
                let paths = paths.into_iter();
                let why = "it comes out otherwise from the repository's own description";
                paths.map(|path| Diagnostic::error(why).file(path)).collect()
            }
            Err(problems) => problems,
        }
    }
}

/// A component in a small stack.
struct Part<'a> {
    bench: &'a Bench,
    subject: &'a Subject,
    parser: Parser<'a>,
}

impl Part<'_> {
    fn tree(&self, spec: &StackSpec) -> Result<FileTree, Diagnostics> {
        Ok(assemble(spec, &self.bench.catalog, &self.bench.engine)?.1)
    }
}

impl Chosen for Part<'_> {
    const WORD: &'static str = "parameter";

    fn choices(&self) -> Vec<Choice> {
        let component = &self.subject.component;
        let defaults = self.bench.defaults(component);
        let changes = self.bench.changes(component, &defaults);
        let choice = |id: &String| {
            let others = changes.iter().filter(|(other, _)| other == id).map(|(_, value)| value.clone());
            Choice { id: id.clone(), values: defaults.get(id).cloned().into_iter().chain(others).collect() }
        };
        component.params.keys().map(choice).collect()
    }

    fn outcome(&self, picks: &Answers) -> Outcome {
        match self.subject.small(self.bench, picks) {
            Small::Made(spec) => {
                let found = trial::problems(self.bench, self.subject, &spec, self.parser);
                let Some(found) = found else { return Outcome::Refused };
                if !found.is_empty() {
                    let found = found.into_iter().map(|problem| trials::placed(&self.bench.catalog, problem));
                    return Outcome::Failed(found.collect());
                }
                Outcome::of(&spec, &self.bench.catalog, &self.bench.engine)
            }
            Small::Refused(_) => Outcome::Refused,
            Small::Faulty(problems) => Outcome::Failed(problems),
        }
    }

    fn with(&self, pick: Option<(&str, &Value)>) -> Result<Option<FileTree>, Diagnostics> {
        let picks = pick.map(|(id, value)| (id.to_owned(), value.clone())).into_iter().collect();
        match self.subject.small(self.bench, &picks) {
            Small::Made(spec) => match self.tree(&spec) {
                Err(problems) if problems.iter().all(is_rule) => Ok(None),
                made => made.map(Some),
            },
            Small::Refused(_) => Ok(None),
            Small::Faulty(problems) => Err(problems),
        }
    }

    fn owns(&self, file: &RenderedFile) -> bool {
        file.origin.component == self.subject.component.id
    }

    /// A feature: the service without it.
    fn left_out(&self) -> Vec<(String, Result<FileTree, Diagnostics>)> {
        let Some(host) = &self.subject.host else { return Vec::new() };
        let alone = Subject { component: std::sync::Arc::clone(host), host: None };
        match alone.small(self.bench, &Answers::new()) {
            Small::Made(spec) if spec.units.iter().all(|unit| unit.name != SAMPLE || unit.features.is_empty()) => {
                vec![(self.subject.component.id.clone(), self.tree(&spec))]
            }
            _ => Vec::new(),
        }
    }
}
