//! The two streams. Nothing else in the program prints.
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::process::ExitCode;

use serde::Serialize;

use super::{Done, Failure};
use crate::diagnostic::{Diagnostic, printable};

/// Where a verb's data and messages go.
#[derive(Clone)]
pub(super) struct Output {
    /// Whether data may be coloured.
    pub(super) color: bool,
    /// Whether messages appear on a terminal.
    pub(super) on_terminal: bool,
    /// Whether messages may be coloured.
    pub(super) message_color: bool,
}

impl Output {
    /// The streams of this process; colour for terminals only, and never with `NO_COLOR`.
    pub(super) fn new() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let allowed = !set("NO_COLOR") && !dumb;
        let on_terminal = io::stderr().is_terminal();
        Self { color: allowed && io::stdout().is_terminal(), on_terminal, message_color: allowed && on_terminal }
    }

    /// Data for people: control characters are shown as escapes.
    pub(super) fn text(&self, text: &str) -> Result<(), Failure> {
        self.raw(&printable(text))
    }

    /// Data that is safe already, or for programs.
    ///
    /// A reader that has gone away, such as `head`, wants no more: that is no failure.
    #[expect(clippy::unused_self, reason = "who holds no `Output` must not print")]
    pub(super) fn raw(&self, text: &str) -> Result<(), Failure> {
        let mut stream = io::stdout().lock();
        match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::io(Diagnostic::error(format!("can't write to standard output: {error}"))))
            }
            _ => Ok(()),
        }
    }

    /// Data as indented JSON.
    pub(super) fn json(&self, data: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(data)
            .map_err(|error| Failure::io(Diagnostic::error(format!("can't write JSON: {error}"))))?;
        self.raw(&(text + "\n"))
    }

    /// A message for people; nobody to tell it to is no failure.
    pub(super) fn say(&self, text: &str) {
        self.message(&printable(text));
    }

    /// Problems, one empty line between two of them.
    pub(super) fn problems<'a>(&self, problems: impl IntoIterator<Item = &'a Diagnostic>) {
        let parts: Vec<String> = problems.into_iter().map(|problem| problem.render(self.message_color)).collect();
        if !parts.is_empty() {
            self.message(&parts.join("\n\n"));
        }
    }

    /// A heading in a message.
    pub(super) fn strong(&self, text: &str) -> String {
        let text = printable(text);
        if self.message_color { format!("\x1b[1m{text}\x1b[0m") } else { text.into_owned() }
    }

    /// A message that was made safe already and may be coloured.
    #[expect(clippy::unused_self, reason = "who holds no `Output` must not print")]
    pub(super) fn message(&self, text: &str) {
        let _ = io::stderr().lock().write_all(format!("{text}\n").as_bytes());
    }

    /// A piece of a line on a terminal, which may be taken back.
    #[expect(clippy::unused_self, reason = "who holds no `Output` must not print")]
    pub(super) fn passing(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// What the argument parser has to say: help and version are data, the rest is bad usage.
    pub(super) fn usage(&self, error: &clap::Error) -> Done {
        let text = error.render();
        if error.use_stderr() {
            // Colours are escapes too, so what was typed is safe to repeat only where it holds none.
            let plain = text.to_string();
            let safe = printable(&plain);
            let colored = self.message_color && safe == plain;
            self.message(if colored { text.ansi().to_string() } else { safe.into_owned() }.trim_end());
            return Ok(ExitCode::from(2));
        }
        self.raw(&if self.color { text.ansi().to_string() } else { text.to_string() })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A number with its noun.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
