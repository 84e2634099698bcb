//! All answers together, before anything is made of them.
use serde_json::Value;

use super::{Interview, PROMPT};
use crate::blueprint::{Answers, Next, Question, collect, context, is_asked, next_question};
use crate::cli::Failure;
use crate::cli::prompt::{Ask, Item, Stop};
use crate::diagnostic::Diagnostics;

impl Interview<'_> {
    /// Shows every answer: those that are accepted, and whether `git init` is wanted; nothing after a change.
    pub(super) fn summary(&mut self, answers: &Answers) -> Result<Option<(Answers, bool)>, Stop> {
        let mut rows = Vec::new();
        for question in &self.blueprint.questions {
            if is_asked(question, self.engine, &context(answers))? {
                rows.push(self.row(question, answers));
            }
        }
        self.prompt.table(&rows);
        let actions = ["Yes, make it", "Yes, and run `git init` there", "Change an answer", "Cancel"];
        let actions = actions.into_iter().filter(|action| self.offers_git || !action.contains("git"));
        let actions: Vec<Item> = actions.map(|action| Item { name: action.to_owned(), about: String::new() }).collect();
        let picked = self.prompt.one(Ask { text: "Is everything right?", help: None }, &actions, 0)?;
        match actions.len() - picked {
            1 => Err(Failure::cancelled().into()),
            2 => self.change(&rows).map(|()| None),
            _ => match self.accepted() {
                Ok(answers) => Ok(Some((answers, picked > 0))),
                Err(problems) => {
                    self.prompt.tell(&problems.render(false));
                    Ok(None)
                }
            },
        }
    }

    /// A question with its answer, and where that comes from.
    fn row(&self, question: &Question, answers: &Answers) -> [String; 3] {
        let answer = answers.get(&question.id).map(|answer| brief(question, answer)).unwrap_or_default();
        let origin = self.given.get(&question.id).map(|given| given.origin.as_str());
        let origin = origin.filter(|origin| *origin != PROMPT).unwrap_or_default();
        [question.id.clone(), answer, origin.to_owned()]
    }

    /// The answers, when nothing speaks against them together.
    fn accepted(&self) -> Result<Answers, Diagnostics> {
        let answers = collect(self.blueprint, &self.given, self.engine)?;
        (self.possible)(&answers)?;
        Ok(answers)
    }

    /// Asks for one answer again; whoever goes back keeps the present one.
    fn change(&mut self, rows: &[[String; 3]]) -> Result<(), Stop> {
        let items = rows.iter().map(|[id, answer, _]| Item { name: id.clone(), about: answer.clone() });
        let ask = Ask { text: "Which one?", help: None };
        let picked = match self.prompt.one(ask, &items.collect::<Vec<_>>(), 0) {
            Err(Stop::Back) => return Ok(()),
            picked => picked?,
        };
        let Some(id) = rows.get(picked).map(|row| &row[0]) else { return Ok(()) };
        let present = self.given.remove(id);
        let Next::Question(next) = next_question(self.blueprint, &self.given, self.engine)? else { return Ok(()) };
        match self.question(&next) {
            Err(Stop::Back) => {
                self.given.extend(present.map(|present| (id.clone(), present)));
                Ok(())
            }
            other => other,
        }
    }
}

/// An answer for people: items by their names only.
pub(in crate::cli) fn brief(question: &Question, answer: &Value) -> String {
    match (&question.key, answer) {
        (Some(key), Value::Array(items)) => {
            items.iter().filter_map(|item| item.get(key)).map(shown).collect::<Vec<_>>().join(", ")
        }
        (None, Value::Array(items)) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        _ => shown(answer),
    }
}

/// An answer as it is typed: the text that `--set` reads back.
pub(in crate::cli) fn shown(answer: &Value) -> String {
    match answer {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}
