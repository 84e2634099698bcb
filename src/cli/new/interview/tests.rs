use std::collections::VecDeque;
use std::sync::Arc;

use super::*;
use crate::catalog::Catalog;
use crate::diagnostic::Source;

/// Answers from a list, and records what it was asked and told.
#[derive(Default)]
struct Script {
    answers: VecDeque<&'static str>,
    log: Vec<String>,
}

impl Script {
    fn next(&mut self, ask: &str) -> Result<&'static str, Failure> {
        self.log.push(ask.to_owned());
        self.answers.pop_front().ok_or_else(Failure::cancelled)
    }

    fn place(&mut self, ask: &str, items: &[String]) -> Result<usize, Failure> {
        let wanted = self.next(ask)?;
        self.log.extend(items.iter().map(|item| format!("  - {item}")));
        Ok(items.iter().position(|item| item.starts_with(wanted)).unwrap_or_else(|| panic!("no {wanted} in {items:?}")))
    }
}

impl Prompt for Script {
    fn line(&mut self, ask: &str, default: Option<&str>) -> Result<String, Failure> {
        let answer = self.next(&format!("{ask} [{}]", default.unwrap_or_default()))?;
        Ok(if answer.is_empty() { default.unwrap_or_default().to_owned() } else { answer.to_owned() })
    }

    fn yes_no(&mut self, ask: &str, default: Option<bool>) -> Result<bool, Failure> {
        let answer = self.next(ask)?;
        Ok(if answer.is_empty() { default.unwrap() } else { answer == "y" })
    }

    fn one(&mut self, ask: &str, items: &[String], _: usize) -> Result<usize, Failure> {
        self.place(ask, items)
    }

    fn some(&mut self, ask: &str, items: &[String], _: &[bool]) -> Result<Vec<usize>, Failure> {
        Ok(vec![self.place(ask, items)?])
    }

    fn tell(&mut self, text: &str) {
        self.log.push(text.to_owned());
    }
}

const BLUEPRINT: &str = r#"
id: tiny
title: Tiny
summary: Tiny
version: "1"
questions:
  - { id: name, type: name, ask: Name?, default: tiny }
  - { id: domain, type: domain, ask: Domain?, default: "@{ name }@.example.com" }
  - { id: web, type: boolean, ask: Web?, default: true }
  - id: size
    type: choice
    ask: Size?
    when: web
    default: small
    choices:
      - { value: small, title: Small }
      - { value: large, title: Large, refused: "name == 'short'", because: a short name has no room }
project: { name: "@{ name }@", domain: "@{ domain }@", repository: "https://h/a/b.git", registry: r.example.com/a, summary: Tiny }
units: []
environments: []
rules:
  - { that: "not (web and name == 'lonely')", because: lonely projects have no visitors }
"#;

fn interview(answers: &[&'static str]) -> (Result<Answers, Failure>, Vec<String>) {
    let blueprint = Blueprint::parse(&Source::new("tiny.yaml", BLUEPRINT), &Catalog::load(&[]).unwrap()).unwrap();
    let engine = Engine::new(Arc::new(|_| None), |_| None, |_| None);
    let mut prompt = Script { answers: answers.iter().copied().collect(), log: Vec::new() };
    let interview = Interview {
        blueprint: &blueprint,
        engine: &engine,
        prompt: &mut prompt,
        given: BTreeMap::new(),
        settled: BTreeSet::new(),
    };
    (interview.run(), prompt.log)
}

#[test]
fn defaults_follow_earlier_answers() {
    let (answers, log) = interview(&["shop", "", "", "small", "Yes"]);
    let answers = answers.unwrap();
    assert_eq!(answers["domain"], "shop.example.com");
    assert_eq!(answers["web"], true);
    assert_eq!(log[1], "Domain? [shop.example.com]");
}

#[test]
fn a_refused_answer_is_asked_again_with_the_reason() {
    let (answers, log) = interview(&["Shop", "short", "", "", "large", "small", "Yes"]);
    assert_eq!(answers.unwrap()["size"], "small");
    let told: Vec<&String> = log.iter().filter(|line| line.contains("Not possible")).collect();
    assert_eq!(
        told[0],
        "  Not possible: `Shop` has 'S'; a name consists of lower-case letters, digits and single hyphens"
    );
    assert_eq!(told[1], "  Not possible: `large` is refused: a short name has no room");
    assert!(log.contains(&"  - large: not possible, a short name has no room".to_owned()), "{log:?}");
}

#[test]
fn a_change_at_the_summary_reaches_what_depends_on_it() {
    // The new name refuses the size that was chosen; the domain was a default and follows.
    let (answers, log) = interview(&["shop", "", "", "large", "Change name", "short", "small", "Yes"]);
    let answers = answers.unwrap();
    assert_eq!((&answers["domain"], &answers["size"]), (&"short.example.com".into(), &"small".into()));
    assert!(log.iter().any(|line| line.contains("`large` is refused: a short name has no room")), "{log:?}");
    // A question that is not asked any more is not shown, and one that is asked again gets its turn.
    let (answers, log) = interview(&["a", "", "n", "Change web", "y", "large", "Yes"]);
    assert_eq!(answers.unwrap()["size"], "large");
    let first = log.iter().position(|line| line == "Is everything right?").unwrap();
    assert!(!log[first..first + 6].iter().any(|line| line.contains("size")), "{log:?}");
}

#[test]
fn rules_over_all_answers_lead_back_to_the_summary() {
    let (answers, log) = interview(&["lonely", "", "", "small", "Yes", "Change web", "n", "Yes"]);
    assert_eq!(answers.unwrap()["web"], false);
    assert!(log.iter().any(|line| line.starts_with("error: lonely projects have no visitors")), "{log:?}");
}

#[test]
fn cancelling_is_an_end() {
    assert!(interview(&["shop", "", "", "small", "Cancel"]).0.is_err());
    assert!(interview(&["shop"]).0.is_err());
}
