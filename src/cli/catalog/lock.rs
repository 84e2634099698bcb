//! `catalog lock`: what components' packages resolve to, as their package managers say.
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread::ScopedJoinHandle;

use super::own;
use crate::catalog::Catalog;
use crate::cli::args::CatalogLock;
use crate::cli::output::Output;
use crate::cli::workbench::Workbench;
use crate::cli::{Done, Failure};
use crate::diagnostic::Diagnostic;
use crate::locks::{Question, questions};

/// How many lines of a package manager's complaint are shown.
const SHOWN: usize = 20;

pub(in crate::cli) fn run(arguments: &CatalogLock, catalogs: &[PathBuf], output: &Output) -> Done {
    let directory = own::directory(catalogs)?;
    let workbench = Workbench::open(catalogs)?;
    let ids = chosen(arguments.id.as_deref(), &workbench.catalog, directory)?;
    let questions = questions(&workbench.catalog, &ids, arguments.upgrade)?;
    if questions.is_empty() {
        output.message(&format!(
            "nothing to resolve: no packages under `dependencies` of {} that aren't kept",
            ids.join(", ")
        ));
    }
    for question in questions {
        for (id, packages) in &question.wanted {
            let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
            output.message(&format!("{id}: {}", packages.join(", ")));
        }
        let times = if question.runs.len() == 1 { String::new() } else { format!(", {} times", question.runs.len()) };
        output.message(&format!("running {} {}{times}", question.program, question.arguments.join(" ")));
        for (path, text) in question.read(&ask(&question)?)? {
            let path = directory.join(path);
            let folder = path.parent().unwrap_or(directory);
            let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
            written.map_err(|error| own::unwritable(&path, &error))?;
            output.text(&format!("{}\n", path.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The components of the directory that is written into: the one that was named, or all.
fn chosen<'a>(id: Option<&'a str>, catalog: &'a Catalog, directory: &Path) -> Result<Vec<&'a str>, Failure> {
    let shown = directory.display().to_string();
    let own = |id: &&str| {
        let text = catalog.text(&format!("components/{id}/component.yaml"));
        text.is_some_and(|text| text.directory.as_deref() == Some(shown.as_str()))
    };
    let own: Vec<&str> = catalog.component_ids().into_iter().filter(own).collect();
    let Some(id) = id else { return Ok(own) };
    if own.contains(&id) {
        return Ok(vec![id]);
    }
    let problem = Diagnostic::error(format!("`{shown}` has no component `{id}`"));
    Err(Failure::input(problem.note(format!("its components: {}", own.join(", "))).guess(id, own)))
}

/// Runs the package manager, side by side where it runs several times, and reads what it leaves.
fn ask(question: &Question) -> Result<Vec<Vec<String>>, Failure> {
    let workers = std::thread::available_parallelism().map_or(1, NonZero::get);
    let mut answers = Vec::new();
    for runs in question.runs.chunks(workers) {
        let done: Vec<_> = std::thread::scope(|scope| {
            let started: Vec<_> = runs.iter().map(|files| scope.spawn(|| run_once(question, files))).collect();
            started.into_iter().map(ScopedJoinHandle::join).collect()
        });
        for answer in done {
            answers.push(answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
    }
    Ok(answers)
}

/// One run, in a directory of its own.
fn run_once(question: &Question, files: &BTreeMap<&'static str, String>) -> Result<Vec<String>, Failure> {
    let stage = tempfile::tempdir().map_err(|error| own::unwritable(&std::env::temp_dir(), &error))?;
    for (name, text) in files {
        let path = stage.path().join(name);
        fs::write(&path, text).map_err(|error| own::unwritable(&path, &error))?;
    }
    let program = question.program;
    let mut command = Command::new(program);
    command.args(question.arguments).envs(question.environment.iter().copied()).current_dir(stage.path());
    let done = command.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            let problem =
                Diagnostic::error(format!("`{program}` isn't there, and these packages are resolved with it"));
            Failure::input(problem.help(format!("install it: {}", question.install)))
        }
        _ => Failure::io(Diagnostic::error(format!("can't run `{program}`: {error}"))),
    })?;
    if !done.status.success() {
        return Err(Failure::input(complaint(question, &String::from_utf8_lossy(&done.stderr))));
    }
    let read = |name: &&str| {
        let path = stage.path().join(name);
        fs::read_to_string(&path).map_err(|error| Failure::unreadable(&path, &error))
    };
    question.answers.iter().map(read).collect()
}

fn complaint(question: &Question, said: &str) -> Diagnostic {
    let problem = Diagnostic::error(format!("`{}` can't resolve these packages", question.program));
    let lines = said.lines().filter(|line| !line.trim().is_empty()).take(SHOWN);
    let problem = lines.fold(problem, |problem, line| problem.note(line.trim_end()));
    problem.help(format!("it needs {}", question.needs))
}
