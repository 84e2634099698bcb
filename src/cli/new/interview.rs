//! Asking: every question that has no answer yet, then a summary in which one answer at a time can be changed.
mod items;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::blueprint::{
    Answers, Blueprint, Given, Question, QuestionType, answer, collect, context, default_of, is_asked, offered,
    parse_text, validate,
};
use crate::cli::Failure;
use crate::cli::prompt::Prompt;
use crate::diagnostic::one_line;
use crate::render::{Context, Engine};

/// A conversation about one blueprint.
pub(super) struct Interview<'a> {
    pub(super) blueprint: &'a Blueprint,
    pub(super) engine: &'a Engine,
    pub(super) prompt: &'a mut dyn Prompt,
    /// Answers that were given or differ from the default. The others follow their defaults, also when these change.
    pub(super) given: BTreeMap<String, Given>,
    /// Questions that were answered with their default.
    pub(super) settled: BTreeSet<String>,
}

/// What was chosen at the summary.
enum Choice {
    Accept,
    Change(usize),
    Cancel,
}

impl Interview<'_> {
    /// Asks until everything is accepted.
    pub(super) fn run(mut self) -> Result<Answers, Failure> {
        let mut answers = self.walk()?;
        loop {
            match self.summary(&answers)? {
                Choice::Cancel => return Err(Failure::cancelled()),
                Choice::Change(index) => {
                    let question = &self.blueprint.questions[index];
                    let earlier = self.blueprint.questions[..index].iter().map(|question| &question.id);
                    let earlier = earlier.filter_map(|id| answers.get_key_value(id));
                    let earlier = context(&earlier.map(|(id, answer)| (id.clone(), answer.clone())).collect());
                    self.ask(question, answers.get(&question.id), &earlier)?;
                    answers = self.walk()?;
                }
                Choice::Accept => match collect(self.blueprint, &self.given, self.engine) {
                    Ok(answers) => return Ok(answers),
                    Err(problems) => self.prompt.tell(&problems.render(false)),
                },
            }
        }
    }

    /// Goes through the questions in order and asks those that are open: an earlier answer may open or refuse later ones.
    fn walk(&mut self) -> Result<Answers, Failure> {
        let mut answers = Answers::new();
        for question in &self.blueprint.questions {
            let earlier = context(&answers);
            let asked = is_asked(question, self.engine, &earlier)?;
            let given = self.given.get(&question.id);
            let open = asked && given.is_none() && !self.settled.contains(&question.id);
            let known = if open { Ok(None) } else { answer(question, given, self.engine, &earlier) };
            let value = match known {
                Ok(Some(value)) => value,
                Ok(None) => self.ask(question, None, &earlier)?,
                Err(problem) if asked => {
                    self.prompt.tell(&problem.render(false));
                    self.ask(question, None, &earlier)?
                }
                Err(problem) => return Err(problem.into()),
            };
            answers.insert(question.id.clone(), value);
        }
        Ok(answers)
    }

    /// Asks one question until the answer is accepted.
    fn ask(&mut self, question: &Question, current: Option<&Value>, earlier: &Context) -> Result<Value, Failure> {
        let default = default_of(question, self.engine, earlier)?;
        let answer = self.obtain(question, current.or(default.as_ref()), earlier)?;
        if Some(&answer) == default.as_ref() {
            self.given.remove(&question.id);
            self.settled.insert(question.id.clone());
        } else {
            self.given.insert(question.id.clone(), Given::typed(answer.clone(), "an answer at the prompt"));
        }
        Ok(answer)
    }

    /// Asks a question, or for a field of an item, as often as it takes.
    fn obtain(&mut self, question: &Question, suggestion: Option<&Value>, earlier: &Context) -> Result<Value, Failure> {
        if let Some(help) = &question.help {
            self.prompt.tell(&format!("  {}", one_line(help)));
        }
        let mut suggestion = suggestion.cloned();
        loop {
            let typed = self.once(question, suggestion.as_ref(), earlier)?.map_err(|why| vec![why]);
            let reasons = match typed.map(|typed| (validate(question, &typed, self.engine, earlier), typed)) {
                Ok((Ok(answer), _)) => return Ok(answer),
                Ok((Err(reasons), typed)) => {
                    // Nobody types a whole list of things a second time.
                    if question.kind == QuestionType::Items {
                        suggestion = Some(typed);
                    }
                    reasons
                }
                Err(reasons) => reasons,
            };
            self.refuse(&reasons);
        }
    }

    fn refuse(&mut self, reasons: &[String]) {
        for why in reasons {
            self.prompt.tell(&format!("  Not possible: {}", one_line(why)));
        }
    }

    /// One attempt; `Err` inside says why the text can't be read.
    fn once(
        &mut self,
        question: &Question,
        suggestion: Option<&Value>,
        earlier: &Context,
    ) -> Result<Result<Value, String>, Failure> {
        let ask = question.ask.as_str();
        Ok(match question.kind {
            QuestionType::Boolean => Ok(self.prompt.yes_no(ask, suggestion.and_then(Value::as_bool))?.into()),
            QuestionType::Choice => {
                let (values, items) = self.choices(question, earlier)?;
                let start = values.iter().position(|value| Some(*value) == suggestion.and_then(Value::as_str));
                let picked = self.prompt.one(ask, &items, start.unwrap_or(0))?;
                values.get(picked).map(|value| Value::from(*value)).ok_or_else(|| "nothing was chosen".into())
            }
            QuestionType::Multi => {
                let (values, items) = self.choices(question, earlier)?;
                let before = suggestion.and_then(Value::as_array);
                let is_picked =
                    |value: &&str| before.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(*value)));
                let picked: Vec<bool> = values.iter().map(is_picked).collect();
                let picked = self.prompt.some(ask, &items, &picked)?;
                Ok(picked.into_iter().filter_map(|index| values.get(index)).map(|value| Value::from(*value)).collect())
            }
            QuestionType::Items => Ok(self.items_of(question, suggestion, earlier)?),
            QuestionType::List => {
                let ask = format!("{ask} (separated by commas)");
                parse_text(question, &self.prompt.line(&ask, suggestion.map(shown).as_deref())?)
            }
            _ => parse_text(question, &self.prompt.line(ask, suggestion.map(shown).as_deref())?),
        })
    }

    /// What can be chosen; what is refused is shown with the reason.
    fn choices<'q>(&self, question: &'q Question, earlier: &Context) -> Result<(Vec<&'q str>, Vec<String>), Failure> {
        let offers = offered(question, self.engine, earlier)?;
        let item = |(choice, refused): &(&crate::blueprint::Choice, Option<String>)| match refused {
            None => format!("{}: {}", choice.value, choice.title),
            Some(because) => format!("{}: not possible, {because}", choice.value),
        };
        let items = offers.iter().map(item).collect();
        Ok((offers.iter().map(|(choice, _)| choice.value.as_str()).collect(), items))
    }

    fn summary(&mut self, answers: &Answers) -> Result<Choice, Failure> {
        let mut items = vec!["Yes, make it".to_owned()];
        let mut indices = Vec::new();
        for (index, question) in self.blueprint.questions.iter().enumerate() {
            let earlier = context(answers);
            if let Some(answer) = answers.get(&question.id)
                && is_asked(question, self.engine, &earlier)?
            {
                items.push(format!("Change {}: {}", question.id, brief(question, answer)));
                indices.push(index);
            }
        }
        items.push("Cancel".to_owned());
        let picked = self.prompt.one("Is everything right?", &items, 0)?;
        Ok(match picked.checked_sub(1).map(|place| indices.get(place)) {
            None => Choice::Accept,
            Some(Some(index)) => Choice::Change(*index),
            Some(None) => Choice::Cancel,
        })
    }
}

/// An answer for people: items by their names only.
pub(in crate::cli) fn brief(question: &Question, answer: &Value) -> String {
    match (&question.key, answer) {
        (Some(key), Value::Array(items)) => {
            items.iter().filter_map(|item| item.get(key)).map(shown).collect::<Vec<_>>().join(", ")
        }
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

#[cfg(test)]
mod tests;
