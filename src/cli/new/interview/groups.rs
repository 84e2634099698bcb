//! Questions that belong together: their defaults as a whole, and their yes-or-no questions as one list.
use serde_json::Value;

use super::{Interview, Step, brief};
use crate::blueprint::{Given, Next, NextQuestion, Question, QuestionType, next_question};
use crate::cli::Failure;
use crate::cli::prompt::{Ask, Item, Stop};

/// A question with its default.
type Assumed<'a> = (&'a Question, Value);

impl<'a> Interview<'a> {
    /// Asks for a group at once where that is possible; nothing where the question is asked by itself.
    pub(super) fn group(&mut self, next: &NextQuestion) -> Result<Option<Step>, Stop> {
        let Some(group) = &next.question.group else { return Ok(None) };
        let (assumed, _) = self.assume(|question| question.group.as_ref() == Some(group))?;
        let flags = assumed.iter().take_while(|(question, _)| is_flag(question)).count();
        if flags > 1 && (flags == assumed.len() || self.opened.contains(group)) {
            return self.mark(group, &assumed[..flags]).map(Some);
        }
        if assumed.len() > 1 && !self.opened.contains(group) {
            return self.offer(group, &assumed).map(Some);
        }
        Ok(None)
    }

    /// The defaults of the open questions from the next one on, as long as they are wanted, and whether that was all.
    /// Nothing, if one that is wanted has none.
    fn assume(&self, wanted: impl Fn(&Question) -> bool) -> Result<(Vec<Assumed<'a>>, bool), Failure> {
        let (mut given, mut assumed) = (self.given.clone(), Vec::new());
        while let Next::Question(next) = next_question(self.blueprint, &given, self.engine)? {
            if !wanted(next.question) {
                return Ok((assumed, false));
            }
            let (Some(default), None) = (next.default, next.refused) else { return Ok((Vec::new(), false)) };
            given.insert(next.question.id.clone(), Given::as_default());
            assumed.push((next.question, default));
        }
        Ok((assumed, true))
    }

    /// Offers the defaults of a group, and of everything after it.
    fn offer(&mut self, group: &str, assumed: &[Assumed]) -> Result<Step, Stop> {
        let (rest, complete) = self.assume(|_| true)?;
        let item = |name: &str| Item { name: name.to_owned(), about: String::new() };
        let mut items = vec![item("Take these"), item("Ask me")];
        if complete && rest.len() > assumed.len() {
            items.push(item("Take the defaults for the rest"));
        }
        let row = |(question, default): &Assumed| [question.id.clone(), brief(question, default), String::new()];
        self.prompt.table(&assumed.iter().map(row).collect::<Vec<_>>());
        let ask = Ask { text: &format!("{group}: are these defaults right?"), help: None };
        let taken = match self.prompt.one(ask, &items, 0)? {
            0 => assumed,
            1 => {
                self.opened.insert(group.to_owned());
                return Ok(Step::Opened(group.to_owned()));
            }
            _ => &rest,
        };
        let ids: Vec<String> = taken.iter().map(|(question, _)| question.id.clone()).collect();
        taken.iter().for_each(|(question, default)| self.keep(&question.id, default.clone(), Some(default)));
        Ok(Step::Answered(ids))
    }

    /// Asks several yes-or-no questions as one list.
    fn mark(&mut self, group: &str, flags: &[Assumed]) -> Result<Step, Stop> {
        let items = flags.iter().map(|(question, _)| Item { name: question.id.clone(), about: question.ask.clone() });
        let items: Vec<Item> = items.collect();
        let marked =
            |(question, default): &Assumed| self.typed.get(&question.id).unwrap_or(default) == &Value::Bool(true);
        let marked: Vec<bool> = flags.iter().map(marked).collect();
        let picked = self.prompt.some(Ask { text: group, help: None }, &items, &marked)?;
        for (place, (question, default)) in flags.iter().enumerate() {
            self.keep(&question.id, picked.contains(&place).into(), Some(default));
        }
        Ok(Step::Answered(flags.iter().map(|(question, _)| question.id.clone()).collect()))
    }
}

/// Whether a question is a yes or no that depends on nothing and has no conditions.
fn is_flag(question: &Question) -> bool {
    question.kind == QuestionType::Boolean && question.when.is_none() && question.check.is_empty()
}
