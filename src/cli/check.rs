//! `check`: the rules that `new` ran, on a repository as it is now.
use std::process::ExitCode;

use super::args::Check;
use super::output::Output;
use super::repository::Repository;
use super::{Done, Failure};
use crate::check::format::{self, Format};
use crate::check::{self, RULES, Severity};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::directory;

pub(super) fn run(arguments: &Check, output: &Output) -> Done {
    if let Some(id) = &arguments.explain {
        return explain(id, output);
    }
    let repository = Repository::at(&arguments.dir)?;
    let stack = repository.stack()?;
    let files = directory::repository(repository.root()).map_err(Failure::io)?;
    let report = check::check(&stack, &files);
    let format = Format::named(&arguments.format).unwrap_or_default();
    let text = match format {
        Format::Text => format::text(&report, output.color),
        other => format::write(&report, other),
    };
    output.raw(&text)?;
    let level = match arguments.deny.as_str() {
        "note" => Severity::Note,
        "warning" => Severity::Warning,
        _ => Severity::Error,
    };
    Ok(ExitCode::from(u8::from(report.denies(level))))
}

fn explain(id: &str, output: &Output) -> Done {
    if let Some(text) = check::explain(id) {
        output.text(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    let ids = RULES.iter().map(|rule| rule.id);
    let guess = did_you_mean(id, ids.clone()).map(|guess| format!("did you mean `{guess}`?"));
    let known = ids.collect::<Vec<_>>().join(", ");
    Err(Failure::input(
        Diagnostic::error(format!("there is no rule `{id}`")).note(format!("known: {known}")).maybe_help(guess),
    ))
}
