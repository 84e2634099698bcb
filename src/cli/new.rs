//! `new`: answers, the repository in memory, the rules over it, and only then the disk.
mod destination;
mod equivalent;
mod interview;
mod report;
mod sources;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{Format, New};
use super::output::Output;
use super::prompt::{self, Prompt, Terminal};
use super::workbench::Workbench;
use super::{Done, Failure};
use crate::blueprint::{Answers, Blueprint, StackSpec, collect, expand, strangers};
use crate::diagnostic::Diagnostic;
use crate::project::{self, Lock, Outcome, interrupt};
use crate::{Generated, generate, record};
use interview::Interview;
pub(super) use interview::{brief, shown};
pub(super) use sources::variable;

/// A blueprint with the answers to its questions.
struct Order {
    blueprint: Blueprint,
    answers: Answers,
}

impl Order {
    /// The stack that is ordered.
    fn describe(&self, workbench: &Workbench) -> Result<StackSpec, Failure> {
        Ok(expand(&self.blueprint, &self.answers, &workbench.engine)?)
    }
}

pub(super) fn run(arguments: &New, catalogs: &[PathBuf], output: &Output) -> Done {
    // Without a handler Ctrl-C ends the process at once, which is right everywhere but at a prompt.
    let _ = interrupt::install();
    let workbench = Workbench::with_blueprint(catalogs, arguments.blueprint.as_deref())?;
    workbench.tell_overrides(output);
    let mut terminal = asks(arguments).then(Terminal::new);
    let prompt = terminal.as_mut().map(|terminal| terminal as &mut dyn Prompt);
    match prompt {
        None => {
            let Some(named) = arguments.blueprint.as_deref() else { return Err(unnamed(&workbench)) };
            let blueprint = open(named, arguments, &workbench)?;
            let given = sources::gather(&blueprint, arguments)?;
            let answers = collect(&blueprint, &given, &workbench.engine)?;
            let spec = Order { blueprint, answers }.describe(&workbench)?;
            make(&spec, arguments, &workbench, output)
        }
        Some(prompt) => ask(prompt, arguments, catalogs, &workbench, output),
    }
}

/// Whether to ask at all. Answers from standard input leave nobody there to be asked.
fn asks(arguments: &New) -> bool {
    !arguments.yes && arguments.answers.as_deref() != Some("-") && prompt::somebody_there()
}

/// The blueprint, with what the destination says about it.
fn open(named: &str, arguments: &New, workbench: &Workbench) -> Result<Blueprint, Failure> {
    let (mut blueprint, _) = workbench.blueprint(named)?;
    if let Some(directory) = &arguments.dir {
        project::preflight(directory)?;
        destination::offer_name(&mut blueprint, directory, &workbench.engine);
    }
    Ok(blueprint)
}

/// A run with questions, which ends with the command that needs none.
fn ask(prompt: &mut dyn Prompt, arguments: &New, catalogs: &[PathBuf], workbench: &Workbench, output: &Output) -> Done {
    let asking = interrupt::prompting();
    let (named, mut order, outside) = match converse(prompt, arguments, workbench) {
        Ok(talked) => talked,
        Err(failure) => {
            // The signal's own thread may be late; it must not end the process before the reason is told.
            std::mem::forget(asking);
            return Err(failure);
        }
    };
    drop(asking);
    let engine = &workbench.engine;
    let spec = order.describe(workbench)?;
    let directory = directory(&spec, arguments);
    // As the printed command will see it: the directory is named there, and offers its name.
    destination::offer_name(&mut order.blueprint, &directory, engine);
    let made = (&order.blueprint, &order.answers);
    let command = equivalent::command(&named, &directory, catalogs, made, &outside, engine)?;
    let done = make(&spec, arguments, workbench, output);
    // Also after a failure: nobody should have to answer everything again.
    output.say(&format!("\nThe same without questions:\n  {command}"));
    done
}

/// The questions: which blueprint, the order, and the questions that were answered from outside.
fn converse(
    prompt: &mut dyn Prompt,
    arguments: &New,
    workbench: &Workbench,
) -> Result<(String, Order, BTreeSet<String>), Failure> {
    let named = match &arguments.blueprint {
        Some(named) => named.clone(),
        None => choose(prompt, workbench)?,
    };
    let blueprint = open(&named, arguments, workbench)?;
    let given = sources::gather(&blueprint, arguments)?;
    strangers(&blueprint, &given).into_result(())?;
    let outside: BTreeSet<String> = given.keys().cloned().collect();
    let (engine, settled) = (&workbench.engine, BTreeSet::new());
    let answers = Interview { blueprint: &blueprint, engine, prompt, given, settled }.run()?;
    Ok((named, Order { blueprint, answers }, outside))
}

/// Which blueprint, when none was named.
fn choose(prompt: &mut dyn Prompt, workbench: &Workbench) -> Result<String, Failure> {
    let ids = workbench.catalog.blueprint_ids();
    let mut items = Vec::new();
    for id in &ids {
        items.push(format!("{id}: {}", Blueprint::of(&workbench.catalog, id)?.0.title));
    }
    let picked = prompt.one("Which blueprint?", &items, 0)?;
    ids.get(picked).map(|id| (*id).to_owned()).ok_or_else(Failure::cancelled)
}

/// Where the repository goes: as typed, else the project's name.
fn directory(spec: &StackSpec, arguments: &New) -> PathBuf {
    arguments.dir.clone().unwrap_or_else(|| PathBuf::from(&spec.project.name))
}

/// Renders, checks and writes.
fn make(spec: &StackSpec, arguments: &New, workbench: &Workbench, output: &Output) -> Done {
    let made = generate(spec, &workbench.catalog, &workbench.engine)?;
    let directory = directory(spec, arguments);
    let from = &spec.from;
    if made.report.denies(crate::check::Severity::Error) {
        return report::refused(&made, from, &directory, arguments.format, output);
    }
    report::warnings(&made, output);
    let lock = record::lock(&made.tree, &workbench.catalog);
    let outcome = if arguments.dry_run { plan(&directory, &lock)? } else { write(&directory, &made, &lock)? };
    match arguments.format {
        Format::Json => report::json(&made, from, &directory, &outcome, output)?,
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
        Outcome::Created { files, replaced_current_directory, .. } => {
            Ending::Created { files, replaced_current_directory }
        }
        Outcome::Unchanged { .. } => Ending::Unchanged,
    })
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
