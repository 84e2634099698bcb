//! Asking: every open question in order, back and forth, then a summary in which one answer at a time can be changed.
mod groups;
mod items;
mod summary;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::blueprint::{
    Answers, Blueprint, Choice, Given, Next, NextQuestion, Question, QuestionType, broken_rule, context, next_question,
    parse_text, validate,
};
use crate::cli::Failure;
use crate::cli::prompt::{Ask, Item, Prompt, Stop};
use crate::diagnostic::{Diagnostic, Diagnostics, one_line};
use crate::render::{Context, Engine};
pub(in crate::cli) use summary::{brief, shown};

/// Where an answer comes from that was given here.
const PROMPT: &str = "an answer at the prompt";
/// How a list is typed.
const SEPARATED: &str = "Separated by commas.";

/// A conversation about one blueprint.
pub(in crate::cli) struct Interview<'a> {
    blueprint: &'a Blueprint,
    engine: &'a Engine,
    prompt: &'a mut dyn Prompt,
    /// Whether a stack can be made of the answers.
    possible: &'a dyn Fn(&Answers) -> Result<(), Diagnostics>,
    /// Whether a repository of git may be made of the result.
    offers_git: bool,
    given: BTreeMap<String, Given>,
    /// What was asked, the latest last.
    steps: Vec<Step>,
    /// What was typed last, also where it was taken back: it is offered again.
    typed: BTreeMap<String, Value>,
    /// Groups that are asked question by question.
    opened: BTreeSet<String>,
}

/// What a conversation came to.
pub(in crate::cli) struct Accepted {
    pub(in crate::cli) answers: Answers,
    /// What was given of them; the others are defaults.
    pub(in crate::cli) given: BTreeMap<String, Given>,
    /// Whether `git init` is wanted.
    pub(in crate::cli) git: bool,
}

/// What can be gone back to.
enum Step {
    /// These questions were answered at once.
    Answered(Vec<String>),
    /// The defaults of a group were refused.
    Opened(String),
}

/// A choice with the reason why it is refused.
type Offer<'q> = (&'q Choice, Option<String>);

impl<'a> Interview<'a> {
    pub(in crate::cli) fn new(
        blueprint: &'a Blueprint,
        engine: &'a Engine,
        prompt: &'a mut dyn Prompt,
        given: BTreeMap<String, Given>,
        possible: &'a dyn Fn(&Answers) -> Result<(), Diagnostics>,
        offers_git: bool,
    ) -> Self {
        let (steps, typed, opened) = Default::default();
        Self { blueprint, engine, prompt, possible, offers_git, given, steps, typed, opened }
    }

    /// Asks until everything is accepted.
    pub(in crate::cli) fn run(mut self) -> Result<Accepted, Failure> {
        loop {
            let step = match next_question(self.blueprint, &self.given, self.engine)? {
                Next::Question(next) => self.step(&next).map(|step| self.steps.push(step)),
                Next::Complete(answers) => match self.summary(&answers) {
                    Ok(Some((answers, git))) => return Ok(Accepted { answers, given: self.given, git }),
                    other => other.map(|_| ()),
                },
            };
            match step {
                Ok(()) => {}
                Err(Stop::Back) => self.back(),
                Err(Stop::End(failure)) => return Err(failure),
            }
        }
    }

    fn step(&mut self, next: &NextQuestion) -> Result<Step, Stop> {
        if let Some(problem) = &next.refused {
            self.prompt.tell(&problem.render(false));
            self.typed.remove(&next.question.id);
        } else if let Some(step) = self.group(next)? {
            return Ok(step);
        }
        self.question(next)?;
        Ok(Step::Answered(vec![next.question.id.clone()]))
    }

    /// Takes back what was asked last.
    fn back(&mut self) {
        match self.steps.pop() {
            Some(Step::Answered(questions)) => self.given.retain(|id, _| !questions.contains(id)),
            Some(Step::Opened(group)) => drop(self.opened.remove(&group)),
            None => self.prompt.tell("  This is the first question; Ctrl-C ends the run"),
        }
    }

    /// Asks one question and keeps the answer that no rule speaks against.
    fn question(&mut self, next: &NextQuestion) -> Result<(), Stop> {
        let NextQuestion { question, earlier, .. } = next;
        let mut suggestion = self.typed.get(&question.id).or(next.default.as_ref()).cloned();
        loop {
            let answer = self.obtain(question, suggestion, &next.choices, &context(earlier))?;
            match broken_rule(self.blueprint, question, &answer, earlier, self.engine) {
                None => {
                    self.keep(&question.id, answer, next.default.as_ref());
                    return Ok(());
                }
                Some(because) => self.refuse(&[because]),
            }
            suggestion = Some(answer);
        }
    }

    /// Keeps an answer; one that is the default follows it, also when that changes.
    fn keep(&mut self, id: &str, answer: Value, default: Option<&Value>) {
        if Some(&answer) == default {
            self.typed.remove(id);
            self.given.insert(id.to_owned(), Given::as_default());
        } else {
            self.typed.insert(id.to_owned(), answer.clone());
            self.given.insert(id.to_owned(), Given::typed(answer, PROMPT));
        }
    }

    /// Asks a question, or for a field of an item, as often as it takes.
    fn obtain(
        &mut self,
        question: &Question,
        mut suggestion: Option<Value>,
        choices: &[Offer],
        earlier: &Context,
    ) -> Result<Value, Stop> {
        loop {
            let typed = self.once(question, suggestion.as_ref(), choices, earlier)?;
            match validate(question, &typed, self.engine, earlier) {
                Ok(answer) => return Ok(answer),
                Err(reasons) => self.refuse(&reasons),
            }
            // Nobody types a whole list of things a second time.
            suggestion = Some(typed);
        }
    }

    fn refuse(&mut self, reasons: &[String]) {
        for why in reasons {
            self.prompt.tell(&format!("  Not possible: {}", one_line(why)));
        }
    }

    /// One attempt.
    fn once(
        &mut self,
        question: &Question,
        suggestion: Option<&Value>,
        choices: &[Offer],
        earlier: &Context,
    ) -> Result<Value, Stop> {
        let ask = Ask { text: &question.ask, help: question.help.as_deref() };
        match question.kind {
            QuestionType::Boolean => Ok(self.prompt.yes_no(ask, suggestion.and_then(Value::as_bool))?.into()),
            QuestionType::Choice => {
                let start = choices.iter().position(|(choice, _)| suggestion.is_some_and(|it| *it == choice.value));
                let picked = self.prompt.one(ask, &items_of(choices), start.unwrap_or(0))?;
                Ok(choices.get(picked).map(|(choice, _)| choice.value.as_str()).into())
            }
            QuestionType::Multi => {
                let before = suggestion.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
                let picked: Vec<bool> =
                    choices.iter().map(|(choice, _)| before.iter().any(|it| *it == choice.value)).collect();
                let picked = self.prompt.some(ask, &items_of(choices), &picked)?;
                Ok(picked.into_iter().filter_map(|place| Some(choices.get(place)?.0.value.as_str())).collect())
            }
            QuestionType::Items => self.whole_list(question, suggestion, earlier),
            _ => self.line(question, suggestion, earlier),
        }
    }

    /// A line of text, read by the question's type.
    fn line(&mut self, question: &Question, suggestion: Option<&Value>, earlier: &Context) -> Result<Value, Stop> {
        let hints = [question.help.as_deref(), (question.kind == QuestionType::List).then_some(SEPARATED)];
        let help = hints.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let ask = Ask { text: &question.ask, help: Some(help.as_str()).filter(|help| !help.is_empty()) };
        let engine = self.engine;
        let check = |typed: &str| {
            let read = parse_text(question, typed)?;
            validate(question, &read, engine, earlier).map(|_| ()).map_err(|reasons| reasons.join("; "))
        };
        let typed = self.prompt.line(ask, suggestion.map(shown).as_deref(), &check)?;
        parse_text(question, &typed).map_err(|why| Failure::input(Diagnostic::error(why)).into())
    }
}

/// What can be chosen; what is refused stays, with the reason.
fn items_of(choices: &[Offer]) -> Vec<Item> {
    let item = |(choice, refused): &Offer| Item {
        name: choice.value.clone(),
        about: match refused {
            Some(because) => format!("not possible: {because}"),
            None if choice.title == choice.value => String::new(),
            None => choice.title.clone(),
        },
    };
    choices.iter().map(item).collect()
}

#[cfg(test)]
mod tests;
