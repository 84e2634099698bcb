//! `new`: answers, the repository in memory, the rules over it, and only then the disk.
mod destination;
mod equivalent;
mod interview;
mod report;
mod sources;
mod summary;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{Format, New};
use super::output::Output;
use super::progress::Progress;
use super::prompt::{self, Ask, Item, Prompt, Stop, Terminal};
use super::workbench::Workbench;
use super::{Done, Failure};
use crate::blueprint::{Answers, Blueprint, Given, StackSpec, collect, expand, strangers};
use crate::diagnostic::Diagnostic;
use crate::project::{self, Outcome, interrupt};
use crate::resolve::resolve;
use crate::{Generated, generate, record};
pub(super) use interview::{Accepted, Interview, brief, shown};
pub(super) use sources::{set, variable};

/// What a run is given.
#[derive(Clone, Copy)]
struct Run<'a> {
    arguments: &'a New,
    catalogs: &'a [PathBuf],
    workbench: &'a Workbench,
    output: &'a Output,
}

/// A blueprint with the answers to its questions.
struct Order {
    blueprint: Blueprint,
    answers: Answers,
    /// Where the project's name comes from.
    named_by: Option<String>,
}

/// What a conversation came to.
struct Conversation {
    /// The blueprint, as it was named.
    named: String,
    order: Order,
    /// The questions that were answered from outside.
    outside: BTreeSet<String>,
    /// Whether `git init` is wanted.
    git: bool,
}

/// What was made of an order, in memory.
struct Rendered<'a> {
    generated: &'a Generated,
    spec: &'a StackSpec,
    directory: &'a Path,
    named_by: Option<&'a str>,
    catalogs: &'a [PathBuf],
}

pub(super) fn run(arguments: &New, catalogs: &[PathBuf], output: &Output) -> Done {
    // Without a handler Ctrl-C ends the process at once, which is right everywhere but at a prompt.
    let _ = interrupt::install();
    let workbench = &Workbench::with_blueprint(catalogs, arguments.blueprint.as_deref())?;
    workbench.tell_overrides(output);
    let run = Run { arguments, catalogs, workbench, output };
    if asks(arguments) {
        return run.ask(&mut Terminal::new(output));
    }
    let Some(named) = arguments.blueprint.as_deref() else { return Err(unnamed(workbench)) };
    let blueprint = run.open(named)?;
    let given = sources::gather(&blueprint, arguments)?;
    let answers = collect(&blueprint, &given, &workbench.engine)?;
    let order = run.order(blueprint, answers, &given);
    run.make(&order, &order.describe(workbench)?, false)
}

/// Whether to ask at all. Answers from standard input leave nobody there to be asked.
fn asks(arguments: &New) -> bool {
    !arguments.yes && arguments.answers.as_deref() != Some("-") && prompt::somebody_there()
}

impl Order {
    /// The stack that is ordered.
    fn describe(&self, workbench: &Workbench) -> Result<StackSpec, Failure> {
        Ok(expand(&self.blueprint, &self.answers, &workbench.engine)?)
    }
}

impl Run<'_> {
    /// The blueprint, with what the destination says about it.
    fn open(&self, named: &str) -> Result<Blueprint, Failure> {
        let (mut blueprint, _) = self.workbench.blueprint(named)?;
        if let Some(directory) = &self.arguments.dir {
            project::preflight(directory)?;
            destination::offer_name(&mut blueprint, directory, &self.workbench.engine);
        }
        Ok(blueprint)
    }

    fn order(&self, blueprint: Blueprint, answers: Answers, given: &BTreeMap<String, Given>) -> Order {
        let named_by = destination::named_by(&blueprint, &answers, given, self.arguments.dir.as_deref());
        Order { blueprint, answers, named_by }
    }

    /// A run with questions, which ends with the command that needs none.
    fn ask(&self, prompt: &mut dyn Prompt) -> Done {
        let asking = interrupt::prompting();
        let talk = match self.converse(prompt) {
            Ok(talk) => talk,
            Err(failure) => {
                // The signal's own thread may be late; it must not end the process before the reason is told.
                std::mem::forget(asking);
                return Err(failure);
            }
        };
        drop(asking);
        let Conversation { named, mut order, outside, git } = talk;
        let engine = &self.workbench.engine;
        let spec = order.describe(self.workbench)?;
        let directory = self.directory(&spec);
        // As the printed command will see it: the directory is named there, and offers its name.
        destination::offer_name(&mut order.blueprint, &directory, engine);
        let made = (&order.blueprint, &order.answers);
        let command = equivalent::command(&named, &directory, self.catalogs, made, &outside, engine)?;
        let done = self.make(&order, &spec, git);
        // Also after a failure: nobody should have to answer everything again.
        self.output.say(&format!("\nThe same without questions:\n  {command}"));
        done
    }

    /// The questions.
    fn converse(&self, prompt: &mut dyn Prompt) -> Result<Conversation, Failure> {
        let named = match &self.arguments.blueprint {
            Some(named) => named.clone(),
            None => choose(prompt, self.workbench)?,
        };
        let blueprint = self.open(&named)?;
        let given = sources::gather(&blueprint, self.arguments)?;
        strangers(&blueprint, &given).into_result(())?;
        let outside: BTreeSet<String> = given.keys().cloned().collect();
        let Workbench { catalog, engine, .. } = self.workbench;
        let possible = |answers: &Answers| {
            let spec = expand(&blueprint, answers, engine)?;
            resolve(&spec, catalog, engine).map(|_| ())
        };
        let directory = self.arguments.dir.as_deref().unwrap_or(Path::new("."));
        let offers_git = !self.arguments.dry_run && !destination::in_git(directory);
        let Accepted { answers, given, git } =
            Interview::new(&blueprint, engine, prompt, given, &possible, offers_git).run()?;
        let order = self.order(blueprint, answers, &given);
        Ok(Conversation { named, order, outside, git })
    }

    /// Where the repository goes: as typed, else the project's name.
    fn directory(&self, spec: &StackSpec) -> PathBuf {
        self.arguments.dir.clone().unwrap_or_else(|| PathBuf::from(&spec.project.name))
    }

    /// Renders, checks and writes.
    fn make(&self, order: &Order, spec: &StackSpec, git: bool) -> Done {
        let Self { arguments, catalogs, workbench, output } = *self;
        let progress = Progress::start(output, "Rendering and checking");
        let generated = &generate(spec, &workbench.catalog, &workbench.engine)?;
        drop(progress);
        let directory = &self.directory(spec);
        let made = Rendered { generated, spec, directory, named_by: order.named_by.as_deref(), catalogs };
        if generated.report.denies(crate::check::Severity::Error) {
            return report::refused(&made, arguments.format, output);
        }
        report::warnings(&made, output);
        let lock = record::lock(&generated.tree, &workbench.catalog);
        let ending = if !arguments.dry_run {
            Ending::Written(project::write_new(directory, &generated.tree, &lock)?)
        } else if project::would_write(directory, &lock)? {
            Ending::Planned
        } else {
            Ending::Written(Outcome::Unchanged)
        };
        if git && matches!(ending, Ending::Written(Outcome::Created { .. })) {
            destination::git_init(directory, output);
        }
        match arguments.format {
            Format::Json => report::json(&made, &ending, output)?,
            Format::Text => summary::text(&made, &ending, output)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Which blueprint, when none was named.
fn choose(prompt: &mut dyn Prompt, workbench: &Workbench) -> Result<String, Failure> {
    let ids = workbench.catalog.blueprint_ids();
    let mut items = Vec::new();
    for id in &ids {
        let about = Blueprint::of(&workbench.catalog, id)?.0.title;
        items.push(Item { name: (*id).to_owned(), about });
    }
    let ask = Ask { text: "Which blueprint?", help: None };
    let picked = loop {
        match prompt.one(ask, &items, 0) {
            Ok(picked) => break picked,
            Err(Stop::Back) => {}
            Err(Stop::End(failure)) => return Err(failure),
        }
    };
    ids.get(picked).map(|id| (*id).to_owned()).ok_or_else(Failure::cancelled)
}

/// What a run came to.
enum Ending {
    /// The repository is there now.
    Written(Outcome),
    /// It would have been written.
    Planned,
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
