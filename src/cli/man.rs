//! `man`: the manual pages.
use std::process::ExitCode;

use super::args::{self, Man};
use super::output::Output;
use super::{Done, Failure};
use crate::diagnostic::Diagnostic;

pub(super) fn run(arguments: &Man, output: &Output) -> Done {
    let mut command = args::command();
    command.build();
    for verb in &arguments.verb {
        let found = command.find_subcommand(verb).cloned();
        let Some(inner) = found else {
            let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            let problem =
                Diagnostic::error(format!("there is no verb `{verb}`")).note(format!("known: {}", known.join(", ")));
            return Err(Failure::input(problem.guess(verb, known)));
        };
        command = inner;
    }
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(command).render(&mut page);
    rendered.map_err(|error| Failure::io(Diagnostic::error(format!("can't render the page: {error}"))))?;
    output.raw(&String::from_utf8_lossy(&page))?;
    Ok(ExitCode::SUCCESS)
}
