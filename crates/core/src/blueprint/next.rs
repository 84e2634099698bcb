//! What to ask next: the order of questions that every front end shares, on a terminal or elsewhere.
use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Answers, Blueprint, Choice, Given, Question, QuestionType, answer, context, default_of, is_asked, offered,
};
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
    /// Every question has an answer, the defaults included; [`collect`](super::collect) tells whether they fit.
    Complete(Answers),
}

/// The first question that is asked and has no answer, or one that is refused.
///
/// ```
/// # use std::collections::BTreeMap;
/// # use stackwright_core::blueprint::{Blueprint, Given, Next, next_question};
/// # use stackwright_core::{catalog::Catalog, diagnostic::Source, engine};
/// let catalog = Catalog::load(&[])?;
/// let text = r#"{ id: t, title: T, summary: T, version: "1", units: [], environments: [],
///   questions: [{ id: name, type: name, ask: Name? },
///     { id: host, type: text, ask: Host?, default: "@{ name }@.local" }],
///   project: { name: t, domain: t.io, repository: r, registry: r, summary: T } }"#;
/// let blueprint = Blueprint::parse(&Source::new("t.yaml", text), &catalog)?;
/// let mut given = BTreeMap::from([("name".to_owned(), Given::text("Shop", "--set"))]);
/// let Next::Question(next) = next_question(&blueprint, &given, &engine(&catalog)).map_err(|problem| *problem)? else { panic!() };
/// assert_eq!(next.question.id, "name");
/// assert!(next.refused.is_some(), "a name has lower-case letters");
///
/// given.insert("name".to_owned(), Given::text("shop", "--set"));
/// let Next::Question(next) = next_question(&blueprint, &given, &engine(&catalog)).map_err(|problem| *problem)? else { panic!() };
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
        let mut choices = offered(question, engine, &known)?;
        if question.kind == QuestionType::Choice {
            for (choice, refused) in choices.iter_mut().filter(|(_, refused)| refused.is_none()) {
                *refused = broken_rule(blueprint, question, &choice.value.as_str().into(), &earlier, engine);
            }
        }
        return Ok(Next::Question(NextQuestion { question, earlier, default, choices, refused }));
    }
    Ok(Next::Complete(earlier))
}

/// Why an answer can't stay: a rule over several answers that it breaks, whatever comes after. A rule that needs a later
/// answer says nothing yet.
pub fn broken_rule(
    blueprint: &Blueprint,
    question: &Question,
    answer: &Value,
    earlier: &Answers,
    engine: &Engine,
) -> Option<String> {
    let mut answers = earlier.clone();
    answers.insert(question.id.clone(), answer.clone());
    let known = context(&answers);
    let broken =
        blueprint.rules.iter().find(|rule| engine.holds("rules", &rule.that, &known).is_ok_and(|holds| !holds));
    broken.map(|rule| rule.because.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::diagnostic::Source;

    const TEXT: &str = r#"{ id: t, title: T, summary: T, version: "1", units: [], environments: [],
        project: { name: t, domain: t.io, repository: r, registry: r, summary: T },
        questions: [
          { id: size, type: number, ask: Size?, default: 1, max: 9 },
          { id: big, type: boolean, ask: Big?, default: true, when: size > 5 },
          { id: where, type: choice, ask: Where?, default: here, choices: [
            { value: here, title: Here },
            { value: there, title: There, refused: size > 7, because: that is too much for there },
            { value: away, title: Away } ] } ],
        rules: [
          { that: "where != 'away' or not big", because: what is big stays },
          { that: "size != 3 or where != 'here'", because: three are never here } ] }"#;

    /// What comes next after those answers: the question, its default and the choices with the reasons against them.
    fn after(given: &[(&str, Given)]) -> String {
        let catalog = Catalog::load(&[]).unwrap();
        let blueprint = Blueprint::parse(&Source::new("t.yaml", TEXT), &catalog).unwrap();
        let given = given.iter().map(|(id, answer)| ((*id).to_owned(), answer.clone())).collect();
        match next_question(&blueprint, &given, &crate::engine(&catalog)).unwrap() {
            Next::Complete(answers) => serde_json::to_string(&answers).unwrap(),
            Next::Question(next) => {
                let choices = next.choices.iter().map(|(choice, refused)| {
                    format!(" {}{}", choice.value, refused.as_ref().map(|why| format!(" ({why})")).unwrap_or_default())
                });
                let refused = next.refused.map(|problem| format!(": {}", problem.message)).unwrap_or_default();
                format!("{} {}{}{refused}", next.question.id, next.default.unwrap(), choices.collect::<String>())
            }
        }
    }

    fn number(value: i64) -> Given {
        Given::typed(value.into(), "a test")
    }

    #[test]
    fn open_questions_come_in_order_and_those_not_asked_are_passed_over() {
        assert_eq!(after(&[]), "size 1");
        assert_eq!(after(&[("size", number(6))]), "big true");
        assert_eq!(after(&[("size", number(4))]), r#"where "here" here there away (what is big stays)"#);
        let complete = after(&[("where", Given::as_default()), ("size", Given::as_default())]);
        assert_eq!(complete, r#"{"big":true,"size":1,"where":"here"}"#);
    }

    #[test]
    fn a_choice_is_refused_by_its_own_condition_and_by_a_rule_over_several_answers() {
        let big = Given::typed(true.into(), "a test");
        assert_eq!(
            after(&[("size", number(8)), ("big", big)]),
            r#"where "here" here there (that is too much for there) away (what is big stays)"#
        );
        assert!(after(&[("size", number(3))]).contains("here (three are never here) there away"));
    }

    #[test]
    fn an_answer_that_is_refused_is_asked_for_again_with_the_reason() {
        assert_eq!(after(&[("size", number(10))]), "size 1: answer `size`: the number is 10; it must be at most 9");
        let there = Given::text("there", "a test");
        let asked = after(&[("size", number(8)), ("big", Given::as_default()), ("where", there)]);
        assert!(asked.ends_with("answer `where`: `there` is refused: that is too much for there"), "{asked}");
    }
}
