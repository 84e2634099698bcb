//! Blueprints and the answers that their questions accept, read from the questions themselves.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use stackwright::blueprint::{
    Answers, Blueprint, Given, Question, QuestionType, StackSpec, collect, context, is_asked, offered, validate,
};
use stackwright::catalog::Catalog;
use stackwright::check::Severity;
use stackwright::diagnostic::{Diagnostic, Diagnostics, Source};
use stackwright::render::Engine;
use stackwright::tree::FileTree;
use stackwright::{Generated, SPEC_PATH, engine, generate};

/// A blueprint with all that is needed to make it.
pub(crate) struct Bench {
    pub(crate) blueprint: Blueprint,
    pub(crate) engine: Engine,
    pub(crate) catalog: Catalog,
}

/// Every embedded blueprint.
pub(crate) fn benches() -> Vec<Bench> {
    let ids: Vec<String> = Catalog::load(&[]).unwrap().blueprint_ids().into_iter().map(str::to_owned).collect();
    assert!(!ids.is_empty());
    ids.iter().map(|id| Bench::new(id)).collect()
}

impl Bench {
    pub(crate) fn new(id: &str) -> Self {
        let catalog = Catalog::load(&[]).unwrap();
        let (blueprint, _) = Blueprint::of(&catalog, id).unwrap();
        let engine = engine(&catalog);
        Self { blueprint, engine, catalog }
    }

    /// The answers with some of them given.
    pub(crate) fn answers(&self, given: &BTreeMap<String, Value>) -> Result<Answers, Diagnostics> {
        let given = given.iter().map(|(id, answer)| (id.clone(), Given::typed(answer.clone(), "the test"))).collect();
        collect(&self.blueprint, &given, &self.engine)
    }

    pub(crate) fn generate(&self, answers: &Answers) -> Generated {
        stackwright::blueprint::expand(&self.blueprint, answers, &self.engine)
            .and_then(|spec| generate(&spec, &self.catalog, &self.engine))
            .unwrap_or_else(|problems| panic!("with {answers:?}:\n{problems}"))
    }

    /// What comes of those answers.
    pub(crate) fn outcome(&self, given: &BTreeMap<String, Value>) -> Outcome {
        let answers = match self.answers(given) {
            Ok(answers) => answers,
            Err(problems) if problems.iter().all(|problem| self.is_reasoned(problem)) => return Outcome::Refused,
            Err(problems) => return Outcome::Unfit(problems.to_string()),
        };
        let spec = stackwright::blueprint::expand(&self.blueprint, &answers, &self.engine);
        match spec.and_then(|spec| generate(&spec, &self.catalog, &self.engine)) {
            Ok(made) => Outcome::of_findings(made),
            Err(problems) if problems.iter().all(is_rule) => Outcome::Refused,
            Err(problems) => Outcome::Failed(problems.to_string()),
        }
    }

    /// How much rules have against those answers; nothing is rendered to find out.
    pub(crate) fn refusals(&self, given: &BTreeMap<String, Value>) -> usize {
        let answers = match self.answers(given) {
            Ok(answers) => answers,
            // Components are asked only once the questions are content: that is one step further.
            Err(problems) => return 1000 + problems.len(),
        };
        let spec = stackwright::blueprint::expand(&self.blueprint, &answers, &self.engine).unwrap();
        let made = stackwright::resolve::resolve(&spec, &self.catalog, &self.engine);
        made.err().map_or(0, |problems| if problems.iter().all(is_rule) { problems.len() } else { 0 })
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

    pub(crate) fn tree(&self, answers: &Answers) -> FileTree {
        stackwright::blueprint::expand(&self.blueprint, answers, &self.engine)
            .and_then(|spec| stackwright::assemble(&spec, &self.catalog, &self.engine))
            .unwrap_or_else(|problems| panic!("with {answers:?}:\n{problems}"))
            .1
    }

    /// Paths of a repository that come out otherwise when it is made anew from nothing but its own `stackwright.yaml`.
    pub(crate) fn not_from_the_description(&self, tree: &FileTree) -> Vec<String> {
        let written = Source::new(SPEC_PATH, tree.get(SPEC_PATH).unwrap().contents.as_str());
        let again =
            StackSpec::parse(&written).and_then(|spec| stackwright::assemble(&spec, &self.catalog, &self.engine));
        let (_, again) = again.unwrap_or_else(|problems| panic!("{problems}"));
        let paths: BTreeSet<&str> = tree.iter().chain(again.iter()).map(|(path, _)| path.as_str()).collect();
        let text = |tree: &FileTree, path: &str| tree.get(path).map(|file| file.contents.clone());
        paths.into_iter().filter(|path| text(tree, path) != text(&again, path)).map(str::to_owned).collect()
    }

    /// Answers that a question accepts in the company of `answers`: the present one first, then what differs from it in
    /// kind. None for a question that is not asked.
    pub(crate) fn variants(&self, question: &Question, answers: &Answers) -> Vec<Value> {
        let all = context(answers);
        if !is_asked(question, &self.engine, &all).unwrap() {
            return Vec::new();
        }
        let present = answers[&question.id].clone();
        let text = present.as_str().unwrap_or_default().to_owned();
        let mut variants = vec![present.clone()];
        variants.extend(match question.kind {
            QuestionType::Boolean => vec![true.into(), false.into()],
            QuestionType::Choice => self.choices(question, answers).into_iter().map(Value::from).collect(),
            QuestionType::Multi => {
                let choices = self.choices(question, answers);
                let one = choices.first().map(|choice| Value::from(vec![choice.clone()]));
                one.into_iter().chain([Value::from(choices), Value::Array(Vec::new())]).collect()
            }
            QuestionType::List => {
                vec![vec!["only"].into(), vec!["one", "two", "three"].into(), Value::Array(Vec::new())]
            }
            QuestionType::Items => items(question, &present),
            QuestionType::Name => vec![format!("{text}-two").into()],
            QuestionType::Domain => vec!["other.example.org".into()],
            QuestionType::Repository => vec!["git@git.example.org:team/other.git".into()],
            QuestionType::Registry => vec!["registry.example.org/team".into()],
            QuestionType::Text => vec!["another".into(), format!("{text}2").into()],
            QuestionType::Number => [question.min, question.max, present.as_i64().map(|n| n + 1)]
                .into_iter()
                .flatten()
                .map(Value::from)
                .collect(),
        });
        let mut kept: Vec<Value> = Vec::new();
        for variant in variants {
            let mut changed = answers.clone();
            changed.insert(question.id.clone(), variant.clone());
            let fits = validate(question, &variant, &self.engine, &all).is_ok();
            if !kept.contains(&variant) && fits && self.refusals(&changed) == 0 {
                kept.push(variant);
            }
        }
        kept
    }

    /// What can be chosen and is not refused.
    fn choices(&self, question: &Question, answers: &Answers) -> Vec<String> {
        let offers = offered(question, &self.engine, &context(answers)).unwrap();
        offers.iter().filter(|(_, refused)| refused.is_none()).map(|(choice, _)| choice.value.clone()).collect()
    }
}

/// What comes of a set of answers.
pub(crate) enum Outcome {
    /// A repository without a finding.
    Clean(Box<Generated>),
    /// A refusal by a rule, in its words.
    Refused,
    /// No answers to these questions: of the wrong form, or missing.
    Unfit(String),
    /// Anything else.
    Failed(String),
}

impl Outcome {
    fn of_findings(made: Generated) -> Self {
        let bad = made.report.findings.iter().filter(|finding| finding.severity > Severity::Note);
        let bad: Vec<String> = bad
            .map(|finding| format!("{}:{:?} {} {}", finding.file, finding.line, finding.rule, finding.message))
            .collect();
        if bad.is_empty() { Self::Clean(Box::new(made)) } else { Self::Failed(bad.join("\n")) }
    }
}

/// Whether a problem is a refusal by a component's rule.
pub(crate) fn is_rule(problem: &Diagnostic) -> bool {
    problem.code.as_deref() == Some(stackwright::resolve::REFUSED)
}

/// The list without its last item, and each item with one of its fields the other way: yes or no, or no list.
fn items(question: &Question, present: &Value) -> Vec<Value> {
    let items = present.as_array().cloned().unwrap_or_default();
    let mut lists: Vec<Value> = items.split_last().map(|(_, rest)| rest.to_vec().into()).into_iter().collect();
    for (index, field) in (0..items.len()).flat_map(|index| question.fields.iter().map(move |field| (index, field))) {
        let mut changed = items.clone();
        let value = &mut changed[index][&field.id];
        *value = match value {
            Value::Bool(is) => (!*is).into(),
            Value::Array(_) => Value::Array(Vec::new()),
            _ => continue,
        };
        lists.push(changed.into());
    }
    lists
}
