use std::collections::VecDeque;
use std::sync::Arc;

use super::*;
use crate::catalog::Catalog;
use crate::cli::prompt::Check;
use crate::diagnostic::{Diagnostic, Source};

/// Answers from a list, and records what it was asked and told.
#[derive(Default)]
struct Script {
    answers: VecDeque<&'static str>,
    log: Vec<String>,
}

impl Script {
    /// The next answer; `<` goes back, and after the last one the run is cancelled.
    fn next(&mut self, ask: &str) -> Result<&'static str, Stop> {
        self.log.push(ask.to_owned());
        match self.answers.pop_front() {
            Some("<") => Err(Stop::Back),
            Some(answer) => Ok(answer),
            None => Err(Failure::cancelled().into()),
        }
    }

    fn place(&mut self, ask: Ask, items: &[Item]) -> Result<Option<usize>, Stop> {
        let wanted = self.next(ask.text)?;
        self.log.extend(items.iter().map(|item| format!("  - {}: {}", item.name, item.about)));
        let place = items.iter().position(|item| item.name.starts_with(wanted));
        Ok(Some(place.unwrap_or_else(|| panic!("{}: no {wanted}", ask.text))).filter(|_| !wanted.is_empty()))
    }
}

impl Prompt for Script {
    fn line(&mut self, ask: Ask, default: Option<&str>, check: Check) -> Result<String, Stop> {
        loop {
            let typed = self.next(&format!("{} [{}]", ask.text, default.unwrap_or_default()))?;
            let answer = if typed.is_empty() { default.unwrap_or_default() } else { typed };
            match check(answer) {
                Ok(()) => return Ok(answer.to_owned()),
                Err(why) => self.log.push(format!("refused: {why}")),
            }
        }
    }

    fn yes_no(&mut self, ask: Ask, default: Option<bool>) -> Result<bool, Stop> {
        let answer = self.next(ask.text)?;
        Ok(if answer.is_empty() { default.unwrap() } else { answer == "y" })
    }

    fn one(&mut self, ask: Ask, items: &[Item], start: usize) -> Result<usize, Stop> {
        Ok(self.place(ask, items)?.unwrap_or(start))
    }

    fn some(&mut self, ask: Ask, items: &[Item], picked: &[bool]) -> Result<Vec<usize>, Stop> {
        let mut picked = picked.to_vec();
        if let Some(place) = self.place(ask, items)? {
            picked[place] = !picked[place];
        }
        Ok((0..items.len()).filter(|place| picked[*place]).collect())
    }

    fn tell(&mut self, text: &str) {
        self.log.push(text.to_owned());
    }

    fn table(&mut self, rows: &[[String; 3]]) {
        self.log.extend(rows.iter().map(|row| row.join("|")));
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

/// The same questions, three of them in a group, and then one that follows from nothing before.
fn grouped() -> String {
    let group = |text: String, id: &str| text.replace(&format!("id: {id}, "), &format!("id: {id}, group: Looks, "));
    let flags = "  - { id: bells, type: boolean, ask: Bells?, group: Sounds, default: true }\n\
                 \x20 - { id: horns, type: boolean, ask: Horns?, group: Sounds, default: false }\nproject:";
    let text =
        BLUEPRINT.replace("    type: choice\n", "    type: choice\n    group: Looks\n").replace("project:", flags);
    ["domain", "web"].into_iter().fold(text, group)
}

fn talk(blueprint: &str, answers: &[&'static str]) -> (Result<Answers, Failure>, Vec<String>) {
    let blueprint = Blueprint::parse(&Source::new("tiny.yaml", blueprint), &Catalog::load(&[]).unwrap()).unwrap();
    let engine = Engine::new(Arc::new(|_| None), |_| None, |_| None);
    let mut prompt = Script { answers: answers.iter().copied().collect(), log: Vec::new() };
    let possible = |answers: &Answers| match answers["name"].as_str() {
        Some("nowhere") => Err(Diagnostic::error("a component has a rule against it").into()),
        _ => Ok(()),
    };
    let interview = Interview::new(&blueprint, &engine, &mut prompt, BTreeMap::new(), &possible, true);
    (interview.run().map(|accepted| accepted.answers), prompt.log)
}

fn interview(answers: &[&'static str]) -> (Result<Answers, Failure>, Vec<String>) {
    talk(BLUEPRINT, answers)
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
    assert_eq!(log[1], "refused: `Shop` has 'S'; a name consists of lower-case letters, digits and single hyphens");
    assert!(log.contains(&"  Not possible: `large` is refused: a short name has no room".to_owned()), "{log:?}");
    assert!(log.contains(&"  - large: not possible: a short name has no room".to_owned()), "{log:?}");
}

#[test]
fn going_back_offers_what_was_typed_and_defaults_follow_the_new_answer() {
    let (answers, log) = interview(&["shop", "d.io", "n", "Change", "<", "<", "<", "<", "short", "", "", "Yes"]);
    let answers = answers.unwrap();
    assert_eq!(
        (&answers["name"], &answers["domain"], &answers["web"]),
        (&"short".into(), &"d.io".into(), &false.into())
    );
    let asked: Vec<&str> =
        log.iter().filter(|line| line.contains('?') && !line.contains("Is everything")).map(String::as_str).collect();
    assert_eq!(
        asked,
        [
            "Name? [tiny]",
            "Domain? [shop.example.com]",
            "Web?",
            "Which one?",
            "Web?",
            "Domain? [d.io]",
            "Name? [shop]",
            "Domain? [d.io]",
            "Web?",
        ]
    );
}

#[test]
fn before_the_first_question_there_is_nothing_to_go_back_to() {
    let (answers, log) = interview(&["<", "shop", "", "", "", "Yes"]);
    assert_eq!(answers.unwrap()["name"], "shop");
    assert_eq!(log[1], "  This is the first question; Ctrl-C ends the run");
}

#[test]
fn a_change_at_the_summary_reaches_what_depends_on_it() {
    // The new name refuses the size that was chosen; the domain was a default and follows.
    let (answers, log) = interview(&["shop", "", "", "large", "Change", "name", "short", "small", "Yes"]);
    let answers = answers.unwrap();
    assert_eq!((&answers["domain"], &answers["size"]), (&"short.example.com".into(), &"small".into()));
    assert!(log.iter().any(|line| line.contains("`large` is refused: a short name has no room")), "{log:?}");
    // A question that is not asked any more is not shown, and one that is asked again gets its turn.
    let (answers, log) = interview(&["a", "", "n", "Change", "web", "y", "large", "Yes"]);
    assert_eq!(answers.unwrap()["size"], "large");
    let first = log.iter().position(|line| line == "Is everything right?").unwrap();
    assert_eq!(log[first - 3..first], ["name|a|", "domain|a.example.com|default", "web|no|"]);
    // Whoever goes back from a change keeps what was there.
    let (answers, log) = interview(&["a", "", "n", "Change", "name", "<", "Yes"]);
    assert_eq!(answers.unwrap()["name"], "a", "{log:?}");
}

#[test]
fn a_rule_over_several_answers_speaks_at_the_last_of_them() {
    let (answers, log) = interview(&["lonely", "", "y", "n", "Yes"]);
    assert_eq!(answers.unwrap()["web"], false);
    assert_eq!(log[2..5], ["Web?", "  Not possible: lonely projects have no visitors", "Web?"]);
}

#[test]
fn what_no_stack_can_be_made_of_leads_back_to_the_summary() {
    let (answers, log) = interview(&["nowhere", "", "", "small", "Yes", "Change", "name", "shop", "Yes"]);
    assert_eq!(answers.unwrap()["name"], "shop");
    assert!(log.iter().any(|line| line.starts_with("error: a component has a rule against it")), "{log:?}");
}

#[test]
fn the_defaults_of_a_group_are_taken_as_a_whole() {
    let (answers, log) = talk(&grouped(), &["shop", "Take these", "", "Yes"]);
    assert_eq!(answers.unwrap()["size"], "small");
    assert_eq!(log[1..4], ["domain|shop.example.com|", "web|yes|", "size|small|"]);
    assert!(!log.iter().any(|line| line.starts_with("Domain?")), "{log:?}");
    let (answers, log) = talk(&grouped(), &["shop", "Take the defaults for the rest", "Yes"]);
    assert_eq!(answers.unwrap()["bells"], true);
    assert!(!log.contains(&"Sounds".to_owned()), "{log:?}");
}

#[test]
fn a_group_is_asked_for_one_by_one_and_going_back_offers_it_again() {
    let offer = "Looks: are these defaults right?";
    let (answers, log) = talk(&grouped(), &["shop", "Ask me", "<", "Ask me", "d.io", "n", "", "Yes"]);
    let answers = answers.unwrap();
    assert_eq!((&answers["domain"], &answers["web"]), (&"d.io".into(), &false.into()));
    assert_eq!(log.iter().filter(|line| *line == offer).count(), 2, "{log:?}");
}

#[test]
fn the_yes_or_no_questions_of_a_group_are_one_list() {
    let (answers, log) = talk(&grouped(), &["shop", "Take these", "horns", "<", "", "Yes"]);
    let answers = answers.unwrap();
    assert_eq!((&answers["bells"], &answers["horns"]), (&true.into(), &true.into()));
    assert_eq!(log.iter().filter(|line| *line == "  - horns: Horns?").count(), 2, "{log:?}");
}

#[test]
fn cancelling_is_an_end() {
    assert!(interview(&["shop", "", "", "small", "Cancel"]).0.is_err());
    assert!(interview(&["shop"]).0.is_err());
}
