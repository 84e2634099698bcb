//! `check`: the rules that `new` ran, on a repository as it is now.
use std::path::PathBuf;
use std::process::ExitCode;

use super::args::Check;
use super::output::Output;
use super::repository::Repository;
use super::workbench::Workbench;
use super::{Done, Failure};
use crate::check::format::{self, Format};
use crate::check::{self, Drift, Files, RULES, RuleBook, Severity};
use crate::diagnostic::Diagnostic;
use crate::{directory, record};

pub(super) fn run(arguments: &Check, catalogs: &[PathBuf], output: &Output) -> Done {
    if let Some(id) = &arguments.explain {
        return explain(id, output);
    }
    let repository = Repository::at(&arguments.dir)?;
    let stack = repository.stack()?;
    let files = directory::repository(repository.root()).map_err(Failure::io)?;
    let own = if catalogs.is_empty() { None } else { Some(Workbench::open(catalogs)?) };
    let book = own.as_ref().map(|own| RuleBook::of(&own.catalog)).transpose()?;
    let drift = drift(&repository, &files, own)?;
    let report = check::check_repository(book.as_ref().unwrap_or_else(|| RuleBook::embedded()), &stack, &files, &drift);
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

/// What no longer follows from the repository's own description.
fn drift(repository: &Repository, files: &Files, own: Option<Workbench>) -> Result<Drift, Failure> {
    let Ok(lock) = repository.lock() else {
        let unknown = Some("no record says which catalog made the repository".to_owned());
        return Ok(Drift { unknown, ..Drift::default() });
    };
    if record::is_untouched(files, &lock) {
        return Ok(Drift::default());
    }
    let workbench = own.map_or_else(|| Workbench::open(&[]), Ok)?;
    Ok(record::drift(files, &lock, &workbench.catalog, &workbench.engine))
}

fn explain(id: &str, output: &Output) -> Done {
    if let Some(text) = check::explain(id) {
        output.text(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    let known: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let problem = Diagnostic::error(format!("there is no rule `{id}`")).note(format!("known: {}", known.join(", ")));
    Err(Failure::input(problem.guess(id, known)))
}
