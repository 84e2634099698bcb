//! Questions to a person, behind a trait, so that only tests of the terminal itself need one.
use std::io::{self, ErrorKind, IsTerminal as _};

use console::{Term, measure_text_width};
use inquire::error::InquireResult;
use inquire::ui::{RenderConfig, Styled};
use inquire::validator::Validation;
use inquire::{Confirm, InquireError, MultiSelect, Select, Text};

use super::Failure;
use super::columns::{cut, pad, table};
use super::output::Output;
use crate::diagnostic::{Diagnostic, one_line};

/// A question as it is shown.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    /// The question.
    pub(super) text: &'a str,
    /// What the answer decides, shown below.
    pub(super) help: Option<&'a str>,
}

/// Something that can be chosen.
pub(super) struct Item {
    /// What is chosen.
    pub(super) name: String,
    /// What that means; may be empty.
    pub(super) about: String,
}

/// Why there is no answer.
pub(super) enum Stop {
    /// The person wants to go back to the question before.
    Back,
    /// The run ends.
    End(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::End(failure)
    }
}

impl From<Box<Diagnostic>> for Stop {
    fn from(problem: Box<Diagnostic>) -> Self {
        Self::End(problem.into())
    }
}

/// Says why a text is no answer.
pub(super) type Check<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// Somebody who answers.
pub(super) trait Prompt {
    /// A line of text that passes the check; an empty one means the default, where there is one.
    fn line(&mut self, ask: Ask, default: Option<&str>, check: Check) -> Result<String, Stop>;
    /// Yes or no.
    fn yes_no(&mut self, ask: Ask, default: Option<bool>) -> Result<bool, Stop>;
    /// One of the items, by its place; `start` is marked first.
    fn one(&mut self, ask: Ask, items: &[Item], start: usize) -> Result<usize, Stop>;
    /// Any of the items, by their places.
    fn some(&mut self, ask: Ask, items: &[Item], picked: &[bool]) -> Result<Vec<usize>, Stop>;
    /// Tells something that needs no answer.
    fn tell(&mut self, text: &str);
    /// Tells rows of a name, a text and a remark.
    fn table(&mut self, rows: &[[String; 3]]);
}

/// Whether somebody is there to be asked: messages and answers both go to a terminal, and no automation runs us.
pub(super) fn somebody_there() -> bool {
    let automated = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    io::stdin().is_terminal() && io::stderr().is_terminal() && !automated
}

/// Prompts on the terminal behind standard error.
pub(super) struct Terminal<'a> {
    output: &'a Output,
    config: RenderConfig<'static>,
}

/// What keys do, below each kind of question.
const LINE_KEYS: &str = "Esc goes back";
const ONE_KEYS: &str = "↑↓ moves, Enter takes, Esc goes back";
const SOME_KEYS: &str = "↑↓ moves, Space marks, Enter takes, Esc goes back";

impl<'a> Terminal<'a> {
    pub(super) fn new(output: &'a Output) -> Self {
        let config = if output.message_color { RenderConfig::default_colored() } else { RenderConfig::empty() };
        Self { output, config: config.with_canceled_prompt_indicator(Styled::new("(back)")) }
    }

    fn width() -> usize {
        usize::from(Term::stderr().size().1)
    }

    /// What is left of the line after the question, with the marks around it.
    fn room(ask: &str) -> usize {
        Self::width().saturating_sub(measure_text_width(ask) + 8).max(12)
    }

    /// The items as lines, their names below each other.
    fn lines(items: &[Item]) -> Vec<String> {
        let widest =
            items.iter().filter(|item| !item.about.is_empty()).map(|item| measure_text_width(&item.name)).max();
        let line = |item: &Item| match widest {
            Some(widest) if !item.about.is_empty() => format!("{}  {}", pad(&item.name, widest), item.about),
            _ => item.name.clone(),
        };
        items.iter().map(|item| cut(&one_line(&line(item)), Self::width().saturating_sub(7))).collect()
    }

    /// How many items are shown at once.
    fn page() -> usize {
        usize::from(Term::stderr().size().0).saturating_sub(6).clamp(3, 20)
    }
}

/// The help below a question, then what keys do; broken between words, with room for the brackets around it.
fn below(ask: Ask, keys: &str) -> String {
    let help = ask.help.map(|help| format!("{} ", one_line(help))).unwrap_or_default();
    textwrap::fill(&format!("{help}{keys}"), Terminal::width().saturating_sub(3))
}

fn settle<T>(result: InquireResult<T>) -> Result<T, Stop> {
    result.map_err(|error| match error {
        InquireError::OperationCanceled => Stop::Back,
        InquireError::OperationInterrupted => Failure::cancelled().into(),
        InquireError::IO(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::UnexpectedEof) => {
            Failure::cancelled().into()
        }
        other => Failure::io(Diagnostic::error(format!("can't ask on this terminal: {other}"))).into(),
    })
}

impl Prompt for Terminal<'_> {
    fn line(&mut self, ask: Ask, default: Option<&str>, check: Check) -> Result<String, Stop> {
        let (text, help) = (one_line(ask.text), below(ask, LINE_KEYS));
        let room = Self::room(&text);
        let shown = default.map(|default| cut(&one_line(default), room));
        // What is shown of a long default stands for all of it.
        let whole =
            |typed: &str| if Some(typed) == shown.as_deref() { default.unwrap_or(typed) } else { typed }.to_owned();
        let valid = |typed: &str| {
            Ok(match check(&whole(typed)) {
                Ok(()) => Validation::Valid,
                Err(why) => Validation::Invalid(format!("Not possible: {}", one_line(&why)).into()),
            })
        };
        let formatter = |answer: &str| cut(answer, room);
        let mut prompt = Text::new(&text)
            .with_render_config(self.config)
            .with_help_message(&help)
            .with_validator(valid)
            .with_formatter(&formatter);
        prompt.default = shown.as_deref();
        settle(prompt.prompt()).map(|typed| whole(&typed))
    }

    fn yes_no(&mut self, ask: Ask, default: Option<bool>) -> Result<bool, Stop> {
        let (text, help) = (one_line(ask.text), below(ask, LINE_KEYS));
        let mut prompt = Confirm::new(&text).with_render_config(self.config).with_help_message(&help);
        prompt.default = default;
        settle(prompt.prompt())
    }

    fn one(&mut self, ask: Ask, items: &[Item], start: usize) -> Result<usize, Stop> {
        let (text, help) = (one_line(ask.text), below(ask, ONE_KEYS));
        let name = |place: usize| items.get(place).map(|item| one_line(&item.name).into_owned()).unwrap_or_default();
        let formatter = |picked: inquire::list_option::ListOption<&String>| name(picked.index);
        let prompt = Select::new(&text, Self::lines(items))
            .with_render_config(self.config)
            .with_help_message(&help)
            .with_page_size(Self::page())
            .with_starting_cursor(start)
            .without_filtering()
            .with_formatter(&formatter);
        settle(prompt.raw_prompt()).map(|picked| picked.index)
    }

    fn some(&mut self, ask: Ask, items: &[Item], picked: &[bool]) -> Result<Vec<usize>, Stop> {
        let (text, help) = (one_line(ask.text), below(ask, SOME_KEYS));
        let room = Self::room(&text);
        let name = |place: usize| items.get(place).map(|item| one_line(&item.name).into_owned()).unwrap_or_default();
        let formatter = |picked: &[inquire::list_option::ListOption<&String>]| {
            let names: Vec<String> = picked.iter().map(|option| name(option.index)).collect();
            cut(&if names.is_empty() { "none".to_owned() } else { names.join(", ") }, room)
        };
        let marked: Vec<usize> = (0..items.len()).filter(|place| picked.get(*place) == Some(&true)).collect();
        let prompt = MultiSelect::new(&text, Self::lines(items))
            .with_render_config(self.config)
            .with_help_message(&help)
            .with_page_size(Self::page())
            .with_default(&marked)
            .without_filtering()
            .with_formatter(&formatter);
        settle(prompt.raw_prompt()).map(|picked| picked.into_iter().map(|option| option.index).collect())
    }

    fn tell(&mut self, text: &str) {
        self.output.say(text);
    }

    fn table(&mut self, rows: &[[String; 3]]) {
        let rows: Vec<_> = rows.iter().map(|row| row.each_ref().map(|cell| one_line(cell).into_owned())).collect();
        self.output.say(&table(&rows, Self::width()).join("\n"));
    }
}
