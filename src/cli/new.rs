//! `new`: answers, the repository in memory, the rules over it, and only then the disk.
mod destination;
mod report;
mod sources;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{Format, New};
use super::output::Output;
use super::workbench::Workbench;
use super::{Done, Failure};
use crate::blueprint::{Answers, Blueprint, collect};
use crate::diagnostic::{Diagnostic, Source};
use crate::project::{self, Lock, Outcome, interrupt};
use crate::{Generated, generate};

/// A blueprint that is being made into a repository.
struct Order {
    blueprint: Blueprint,
    source: Source,
    answers: Answers,
}

pub(super) fn run(arguments: &New, catalogs: &[PathBuf], output: &Output) -> Done {
    // Without a handler Ctrl-C ends the process at once, which is right everywhere but at a prompt.
    let _ = interrupt::install();
    let workbench = Workbench::open(catalogs)?;
    workbench.tell_overrides(output);
    let Some(named) = arguments.blueprint.as_deref() else {
        return Err(unnamed(&workbench));
    };
    let (mut blueprint, source) = workbench.blueprint(named)?;
    if let Some(directory) = &arguments.dir {
        project::preflight(directory)?;
        destination::offer_name(&mut blueprint, directory, &workbench.engine);
    }
    let given = sources::gather(&blueprint, arguments)?;
    let answers = collect(&blueprint, &given, &workbench.engine)?;
    let order = Order { blueprint, source, answers };
    make(&order, arguments, &workbench, output)
}

/// Renders, checks and writes.
fn make(order: &Order, arguments: &New, workbench: &Workbench, output: &Output) -> Done {
    let Order { blueprint, source, answers } = order;
    let made = generate(blueprint, answers, &workbench.catalog, &workbench.engine, source)?;
    let directory = arguments.dir.clone().unwrap_or_else(|| PathBuf::from(made.stack.project.name.as_str()));
    if made.report.denies(crate::check::Severity::Error) {
        return report::refused(&made, &directory, arguments.format, output);
    }
    report::warnings(&made, output);
    let lock = Lock::new(env!("CARGO_PKG_VERSION"), record(blueprint, answers), &made.tree);
    let outcome = if arguments.dry_run { plan(&directory, &lock)? } else { write(&directory, &made, &lock)? };
    match arguments.format {
        Format::Json => report::json(&made, &directory, &outcome, output)?,
        Format::Text => report::text(&made, &directory, &outcome, output)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What a run came to.
enum Ending {
    /// The repository was written: so many files, the lock included.
    Created { files: usize, replaced_current_directory: bool },
    /// It was there already.
    Unchanged,
    /// It would have been written.
    Planned,
}

fn plan(directory: &Path, lock: &Lock) -> Result<Ending, Failure> {
    let anything = project::would_write(directory, lock)?;
    Ok(if anything { Ending::Planned } else { Ending::Unchanged })
}

fn write(directory: &Path, made: &Generated, lock: &Lock) -> Result<Ending, Failure> {
    Ok(match project::write_new(directory, &made.tree, lock)? {
        Outcome::Created { files, replaced_current_directory, .. } => Ending::Created { files, replaced_current_directory },
        Outcome::Unchanged { .. } => Ending::Unchanged,
    })
}

/// What the lock says about where the repository comes from.
fn record(blueprint: &Blueprint, answers: &Answers) -> serde_json::Value {
    serde_json::json!({ "id": blueprint.id, "version": blueprint.version, "answers": answers })
}

/// The message when no blueprint is named and nobody can be asked.
fn unnamed(workbench: &Workbench) -> Failure {
    let ids = workbench.catalog.blueprint_ids();
    let mut problem = Diagnostic::error("no blueprint is named");
    for id in &ids {
        problem = problem.note(format!("there is `{id}`"));
    }
    let first = ids.first().copied().unwrap_or("BLUEPRINT");
    Failure::input(problem.help(format!("name one: stackwright new {first} my-project")))
}
