//! What to ask next: the order of questions that every front end shares, on a terminal or elsewhere.
use std::collections::BTreeMap;

use serde_json::Value;

use super::{Answers, Blueprint, Choice, Given, Question, answer, context, default_of, is_asked, offered};
use crate::diagnostic::Diagnostic;
use crate::render::Engine;

/// A question that is open, with everything that a front end needs to ask it.
#[derive(Debug)]
pub struct NextQuestion<'a> {
    /// The question.
    pub question: &'a Question,
    /// The answers to the questions before it, also to those that were not asked.
    pub earlier: Answers,
    /// What is taken without an answer.
    pub default: Option<Value>,
    /// What can be chosen, with the reason why a choice is refused.
    pub choices: Vec<(&'a Choice, Option<String>)>,
    /// What is wrong with the answer that was given.
    pub refused: Option<Box<Diagnostic>>,
}

/// What comes after the answers so far.
#[derive(Debug)]
pub enum Next<'a> {
    /// A question is open.
    Question(NextQuestion<'a>),
    /// Every question has an answer, the defaults included; [`collect`](super::collect) tells whether they fit together.
    Complete(Answers),
}

/// The first question that is asked and has no answer, or one that is refused.
///
/// ```
/// # use std::collections::BTreeMap;
/// # use stackwright_core::{blueprint::{Blueprint, Given, Next, next_question}, catalog::Catalog, diagnostic::Source, engine};
/// let catalog = Catalog::load(&[])?;
/// let text = r#"{ id: t, title: T, summary: T, version: "1", units: [], environments: [],
///   questions: [{ id: name, type: name, ask: Name? }, { id: host, type: text, ask: Host?, default: "@{ name }@.local" }],
///   project: { name: t, domain: t.io, repository: r, registry: r, summary: T } }"#;
/// let blueprint = Blueprint::parse(&Source::new("t.yaml", text), &catalog)?;
/// let mut given = BTreeMap::from([("name".to_owned(), Given::text("Shop", "--set"))]);
/// let Next::Question(next) = next_question(&blueprint, &given, &engine(&catalog))? else { panic!() };
/// assert_eq!(next.question.id, "name");
/// assert!(next.refused.is_some(), "a name has lower-case letters");
///
/// given.insert("name".to_owned(), Given::text("shop", "--set"));
/// let Next::Question(next) = next_question(&blueprint, &given, &engine(&catalog))? else { panic!() };
/// assert_eq!((next.question.id.as_str(), next.default.unwrap()), ("host", "shop.local".into()));
/// # Ok::<(), stackwright_core::diagnostic::Diagnostics>(())
/// ```
pub fn next_question<'a>(
    blueprint: &'a Blueprint,
    given: &BTreeMap<String, Given>,
    engine: &Engine,
) -> Result<Next<'a>, Box<Diagnostic>> {
    let mut earlier = Answers::new();
    for question in &blueprint.questions {
        let known = context(&earlier);
        let asked = is_asked(question, engine, &known)?;
        let given = given.get(&question.id);
        let open = asked && given.is_none();
        let refused = match if open { Ok(None) } else { answer(question, given, engine, &known) } {
            Ok(Some(value)) => {
                earlier.insert(question.id.clone(), value);
                continue;
            }
            Ok(None) => None,
            Err(problem) if asked => Some(problem),
            Err(problem) => return Err(problem),
        };
        let default = default_of(question, engine, &known)?;
        let choices = offered(question, engine, &known)?;
        return Ok(Next::Question(NextQuestion { question, earlier, default, choices, refused }));
    }
    Ok(Next::Complete(earlier))
}
