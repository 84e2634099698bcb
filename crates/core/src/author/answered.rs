//! A blueprint with answers: what comes of them, and which answers its questions accept.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::corners::corners;
use crate::blueprint::{Answers, Blueprint, Given, Question, StackSpec, collect, expand};
use crate::catalog::Catalog;
use crate::check::Severity;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::render::{Engine, FAILED};
use crate::resolve::{REFUSED, resolve};
use crate::tree::FileTree;
use crate::{Generated, SPEC_PATH, assemble, generate};

/// What comes of a set of choices.
pub enum Outcome {
    /// A repository without a finding.
    Clean(Box<Generated>),
    /// A refusal by a rule, in its words.
    Refused,
    /// No answers to these questions: of the wrong form, or missing.
    Unfit(Diagnostics),
    /// Anything else.
    Failed(Diagnostics),
}

impl Outcome {
    /// What comes of a description: findings that are no notes are failures.
    pub(super) fn of(spec: &StackSpec, catalog: &Catalog, engine: &Engine) -> Self {
        match generate(spec, catalog, engine) {
            Ok(made) => Self::found(made),
            Err(problems) if problems.iter().all(is_rule) => Self::Refused,
            Err(problems) => Self::Failed(problems),
        }
    }

    fn found(made: Generated) -> Self {
        let bad = made.report.findings.iter().filter(|finding| finding.severity > Severity::Note);
        let problem = |finding: &crate::check::Finding| {
            let origin = made.tree.get(&finding.file).map(|file| file.origin.to_string()).unwrap_or_default();
            let problem =
                Diagnostic::new(finding.severity, finding.message.clone()).code(finding.rule).file(finding.place());
            problem.note(format!("rendered from {origin}")).maybe_help(finding.hint.clone())
        };
        let bad: Diagnostics = bad.map(problem).collect();
        if bad.is_empty() { Self::Clean(Box::new(made)) } else { Self::Failed(bad) }
    }
}

/// Whether a problem is a refusal by a component's rule, or by a template.
pub(super) fn is_rule(problem: &Diagnostic) -> bool {
    [Some(REFUSED), Some(FAILED)].contains(&problem.code.as_deref())
}

/// A blueprint with all that is needed to make it.
#[derive(Clone, Copy)]
pub struct Answered<'a> {
    /// The blueprint.
    pub blueprint: &'a Blueprint,
    /// The catalog that its components are from.
    pub catalog: &'a Catalog,
    /// The catalog's engine.
    pub engine: &'a Engine,
}

impl Answered<'_> {
    /// All answers with some of them given.
    pub fn answers(&self, given: &Answers) -> Result<Answers, Diagnostics> {
        let given = given.iter().map(|(id, answer)| (id.clone(), Given::typed(answer.clone(), "the trial"))).collect();
        collect(self.blueprint, &given, self.engine)
    }

    /// What comes of those answers.
    pub fn outcome(&self, given: &Answers) -> Outcome {
        let answers = match self.answers(given) {
            Ok(answers) => answers,
            Err(problems) if problems.iter().all(|problem| self.is_reasoned(problem)) => return Outcome::Refused,
            Err(problems) => return Outcome::Unfit(problems),
        };
        match expand(self.blueprint, &answers, self.engine) {
            Ok(spec) => Outcome::of(&spec, self.catalog, self.engine),
            Err(problems) => Outcome::Failed(problems),
        }
    }

    /// How much rules have against those answers; nothing is rendered to find out.
    pub fn refusals(&self, given: &Answers) -> usize {
        let answers = match self.answers(given) {
            Ok(answers) => answers,
            // Components are asked only once the questions are content: that is one step further.
            Err(problems) => return 1000 + problems.len(),
        };
        let spec = expand(self.blueprint, &answers, self.engine);
        let made = spec.and_then(|spec| resolve(&spec, self.catalog, self.engine));
        made.err().map_or(0, |problems| if problems.iter().all(is_rule) { problems.len() } else { 0 })
    }

    /// The repository for complete answers, unchecked.
    pub fn tree(&self, answers: &Answers) -> Result<FileTree, Diagnostics> {
        let spec = expand(self.blueprint, answers, self.engine)?;
        Ok(assemble(&spec, self.catalog, self.engine)?.1)
    }

    /// Paths of a repository that come out otherwise when it is made anew from nothing but its own description.
    pub fn not_from_the_description(&self, tree: &FileTree) -> Result<BTreeSet<String>, Diagnostics> {
        let written = tree.get(SPEC_PATH).map(|file| file.contents.clone()).unwrap_or_default();
        let spec = StackSpec::parse(&Source::new(SPEC_PATH, written))?;
        let (_, again) = assemble(&spec, self.catalog, self.engine)?;
        Ok(differing(tree, &again))
    }

    /// Answers that a question accepts and no rule refuses in the company of `answers`: the present one first, then what
    /// differs from it in kind. None for a question that is not asked.
    pub fn variants(&self, question: &Question, answers: &Answers) -> Vec<Value> {
        let accepted = |variant: &Value| {
            let mut changed = answers.clone();
            changed.insert(question.id.clone(), variant.clone());
            self.refusals(&changed) == 0
        };
        corners(question, answers, self.engine).into_iter().filter(accepted).collect()
    }

    /// Whether a refused answer is refused by a condition of its question or of the blueprint, in the condition's words.
    fn is_reasoned(&self, problem: &Diagnostic) -> bool {
        fn reasons(questions: &[Question]) -> Vec<&str> {
            let own = questions.iter().flat_map(|question| question.check.iter().map(|rule| rule.because.as_str()));
            own.chain(questions.iter().flat_map(|question| reasons(&question.fields))).collect()
        }
        let rules = self.blueprint.rules.iter().map(|rule| rule.because.as_str());
        let said = |because: &str| {
            problem.message.contains(because) || problem.notes.iter().any(|note| note.contains(because))
        };
        reasons(&self.blueprint.questions).into_iter().chain(rules).any(said)
    }
}

/// Paths of files that differ.
pub(super) fn differing(one: &FileTree, two: &FileTree) -> BTreeSet<String> {
    let text = |tree: &FileTree| -> BTreeMap<String, String> {
        tree.iter().map(|(path, file)| (path.to_string(), file.contents.clone())).collect()
    };
    let (one, two) = (text(one), text(two));
    let paths = one.keys().chain(two.keys()).filter(|path| one.get(*path) != two.get(*path));
    paths.cloned().collect()
}
