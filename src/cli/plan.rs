//! `plan` and `diff`: what rendering the repository anew would change, without writing anything.
mod file;
mod prepare;
mod reason;
mod show;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{Diff, Plan, PlanFormat};
use super::output::Output;
use super::{Done, Failure};
use crate::diagnostic::Diagnostic;
use crate::project;
pub(super) use file::Seal;
pub(super) use prepare::{Prepared, Project, told};
pub(super) use reason::Reasoned;
pub(super) use show::{summary, text};

pub(super) fn run(arguments: &Plan, catalogs: &[PathBuf], output: &Output) -> Done {
    let prepared = prepare(&arguments.dir, catalogs)?;
    match arguments.format {
        PlanFormat::Text => output.text(&show::text(&prepared))?,
        PlanFormat::Markdown => output.text(&show::markdown(&prepared))?,
        PlanFormat::Json => output.json(&show::json(&prepared))?,
    }
    if let Some(path) = &arguments.out {
        Seal::of(&prepared).write(path)?;
        output.say(&format!("apply exactly this with: stackwright apply {}", path.display()));
    }
    Ok(ended(&prepared))
}

/// The same as a unified diff alone.
pub(super) fn diff(arguments: &Diff, catalogs: &[PathBuf], output: &Output) -> Done {
    let prepared = prepare(&arguments.dir, catalogs)?;
    output.text(&show::diffs(&prepared))?;
    Ok(ended(&prepared))
}

/// What `apply` would do; a plan of a repository that is half written would be wrong.
fn prepare(dir: &Path, catalogs: &[PathBuf]) -> Result<Prepared, Failure> {
    if project::is_interrupted(dir) {
        let problem = Diagnostic::error("a run of `apply` was interrupted here");
        let help = "finish it: stackwright apply; or take it back: stackwright apply --abort";
        return Err(Failure::input(problem.help(help)));
    }
    Prepared::of(dir, catalogs)
}

/// 1 where something would change, as `diff` does.
fn ended(prepared: &Prepared) -> ExitCode {
    ExitCode::from(u8::from(prepared.changes_something()))
}
