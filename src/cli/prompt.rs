//! Questions to a person, behind a trait, so that only tests of the terminal itself need one.
use std::io::{self, ErrorKind, IsTerminal as _};

use dialoguer::console::Term;
use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, Input, MultiSelect, Select};

use super::Failure;
use crate::diagnostic::{Diagnostic, one_line, printable};

/// Somebody who answers.
pub(super) trait Prompt {
    /// A line of text; an empty line means the default, where there is one.
    fn line(&mut self, ask: &str, default: Option<&str>) -> Result<String, Failure>;
    /// Yes or no.
    fn yes_no(&mut self, ask: &str, default: Option<bool>) -> Result<bool, Failure>;
    /// One of the items, by its place; `start` is marked first.
    fn one(&mut self, ask: &str, items: &[String], start: usize) -> Result<usize, Failure>;
    /// Any of the items, by their places.
    fn some(&mut self, ask: &str, items: &[String], picked: &[bool]) -> Result<Vec<usize>, Failure>;
    /// Tells something that needs no answer.
    fn tell(&mut self, text: &str);
}

/// Whether somebody is there to be asked: messages and answers both go to a terminal, and no automation runs us.
pub(super) fn somebody_there() -> bool {
    let automated = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
    io::stdin().is_terminal() && io::stderr().is_terminal() && !automated
}

/// Prompts on the terminal behind standard error.
pub(super) struct Terminal {
    term: Term,
    theme: ColorfulTheme,
}

impl Terminal {
    pub(super) fn new() -> Self {
        Self { term: Term::stderr(), theme: ColorfulTheme::default() }
    }

    /// Ctrl-C ends the run, and so does Esc where a prompt knows it. dialoguer leaves the cursor hidden, so it is shown here, in the one place
    /// that every prompt returns through.
    fn settle<T>(&self, result: dialoguer::Result<Option<T>>) -> Result<T, Failure> {
        match result {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) => {
                let _ = self.term.show_cursor();
                Err(Failure::cancelled())
            }
            Err(dialoguer::Error::IO(error)) => {
                let _ = self.term.show_cursor();
                let _ = self.term.write_line("");
                Err(match error.kind() {
                    ErrorKind::Interrupted | ErrorKind::UnexpectedEof => Failure::cancelled(),
                    _ => Failure::io(Diagnostic::error(format!("can't ask on this terminal: {error}"))),
                })
            }
        }
    }
}

impl Prompt for Terminal {
    // Esc does not end this prompt: dialoguer's `Input` has no form that ends without an answer, drops Esc, and reads
    // the keys itself. Its line editing is worth more than a second key for what Ctrl-C does.
    fn line(&mut self, ask: &str, default: Option<&str>) -> Result<String, Failure> {
        let mut input = Input::<String>::with_theme(&self.theme).with_prompt(one_line(ask)).allow_empty(false);
        if let Some(default) = default {
            input = input.default(one_line(default).into_owned());
        }
        self.settle(input.interact_text_on(&self.term).map(Some))
    }

    fn yes_no(&mut self, ask: &str, default: Option<bool>) -> Result<bool, Failure> {
        let mut confirm = Confirm::with_theme(&self.theme).with_prompt(one_line(ask)).wait_for_newline(true);
        if let Some(default) = default {
            confirm = confirm.default(default);
        }
        self.settle(confirm.interact_on_opt(&self.term))
    }

    fn one(&mut self, ask: &str, items: &[String], start: usize) -> Result<usize, Failure> {
        let items = items.iter().map(|item| one_line(item));
        let select = Select::with_theme(&self.theme).with_prompt(one_line(ask)).items(items).default(start);
        self.settle(select.interact_on_opt(&self.term))
    }

    fn some(&mut self, ask: &str, items: &[String], picked: &[bool]) -> Result<Vec<usize>, Failure> {
        let items = items.iter().map(|item| one_line(item)).zip(picked.iter().copied());
        let select = MultiSelect::with_theme(&self.theme).with_prompt(one_line(ask)).items_checked(items);
        self.settle(select.interact_on_opt(&self.term))
    }

    fn tell(&mut self, text: &str) {
        let _ = self.term.write_line(&printable(text));
    }
}
