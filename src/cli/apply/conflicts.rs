//! Open conflicts: which there are and why, and how they are closed.
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::{Value, json};

use super::{editor, site};
use crate::cli::args::{Format, Resolve};
use crate::cli::output::Output;
use crate::cli::plan::Reasoned;
use crate::cli::{Done, Failure};
use crate::diagnostic::Diagnostic;
use crate::merge::{self, Side};
use crate::project::{CONFLICTS, Site};
use crate::tree::RelPath;

/// The version of the JSON. It only grows.
const VERSION: u32 = 1;

/// What `resolve` was asked for.
pub(super) fn run(arguments: &Resolve, output: &Output) -> Done {
    match &arguments.id {
        Some(id) if arguments.ours || arguments.theirs || arguments.edit => resolve(id, arguments, output),
        Some(directory) if Path::new(directory).is_dir() => list(Path::new(directory), arguments.format, output),
        Some(id) => {
            let problem = Diagnostic::error(format!("nothing says what becomes of conflict `{id}`"));
            Err(Failure::input(
                problem.help("keep what your file held with --ours, take what is rendered with --theirs, or write other lines with --edit"),
            ))
        }
        None => list(&arguments.dir, arguments.format, output),
    }
}

/// The records of conflicts, by path, and what keeps git from them.
pub(super) fn records(conflicts: &[Reasoned]) -> Result<Vec<(RelPath, String)>, Failure> {
    if conflicts.is_empty() {
        return Ok(Vec::new());
    }
    let mut records = vec![(super::path(&format!("{CONFLICTS}/.gitignore"))?, "*\n".to_owned())];
    for conflict in conflicts {
        let record = Record { version: VERSION, conflict };
        let text = serde_json::to_string_pretty(&record).unwrap_or_default() + "\n";
        records.push((record_of(&conflict.conflict.id)?, text));
    }
    Ok(records)
}

/// A conflict as it is recorded.
#[derive(Serialize)]
struct Record<'a> {
    version: u32,
    #[serde(flatten)]
    conflict: &'a Reasoned,
}

/// Where the record of a conflict is.
fn record_of(id: &str) -> Result<RelPath, Failure> {
    super::path(&format!("{CONFLICTS}/{id}.json"))
}

/// Says which conflicts are open, as a reason not to begin anew.
pub(super) fn open(site: &Site) -> Result<Failure, Failure> {
    let mut problem = Diagnostic::error("conflicts of an earlier run are open");
    for path in site.conflicts()? {
        problem = problem.note(path);
    }
    Ok(Failure::input(problem.help(
        "see them with `stackwright resolve`, take a side with `stackwright resolve ID --ours|--theirs|--edit` or edit the file, \
         then run `stackwright apply --continue`; `stackwright apply --abort` takes everything back",
    )))
}

/// A conflict that is still marked.
struct Open {
    path: String,
    id: String,
    /// Its line now.
    line: usize,
    /// What is recorded of it, unless somebody removed that.
    record: Option<Reasoned>,
}

impl Open {
    /// Every open conflict, file by file.
    fn all(root: &Path, site: &Site) -> Result<Vec<Self>, Failure> {
        let mut found = Vec::new();
        for path in site.conflicts()? {
            let text = read(root, &path)?;
            for id in merge::marked(&text) {
                let line = merge::line(&text, &id).unwrap_or_default();
                let mut record = recorded(root, &id);
                if let Some(record) = &mut record {
                    record.conflict.line = line;
                }
                found.push(Self { path: path.clone(), id, line, record });
            }
        }
        Ok(found)
    }

    fn text(&self) -> String {
        let Self { path, id, line, record } = self;
        let Some(record) = record else {
            return format!(
                "{path}: {id} in line {line}\n  its record is gone: only the file says what the sides are\n"
            );
        };
        let lines = record.reasons().into_iter().chain(record.sides());
        let lines: Vec<String> = lines.map(|line| format!("  {line}\n")).collect();
        format!("{path}: {}\n{}", record.told(), lines.concat())
    }

    fn json(&self) -> Value {
        let Self { path, id, line, record } = self;
        match record {
            Some(record) => serde_json::to_value(record).unwrap_or_default(),
            None => json!({ "path": path, "id": id, "line": line }),
        }
    }
}

/// Lists the open conflicts with their reasons.
fn list(root: &Path, format: Format, output: &Output) -> Done {
    let site = site(root)?;
    let open = Open::all(root, &site)?;
    match format {
        Format::Json => {
            let conflicts: Vec<_> = open.iter().map(Open::json).collect();
            output.json(&json!({ "version": VERSION, "conflicts": conflicts }))?;
        }
        Format::Text => output.text(&open.iter().map(Open::text).collect::<Vec<_>>().join("\n"))?,
    }
    if open.is_empty() {
        let ended = site.conflicts()?.is_empty();
        let all = "all conflicts are resolved; end the run with: stackwright apply --continue";
        output.say(if ended { "no conflict is open" } else { all });
    }
    Ok(ExitCode::from(u8::from(!open.is_empty())))
}

/// What is recorded of a conflict. Its markers are what counts, so a record that can't be read is none.
fn recorded(root: &Path, id: &str) -> Option<Reasoned> {
    let path: PathBuf = root.join(record_of(id).ok()?.as_str());
    serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
}

/// Writes one side of a conflict in place of its markers.
fn resolve(id: &str, arguments: &Resolve, output: &Output) -> Done {
    let root = &arguments.dir;
    let site = site(root)?;
    let mut known = Vec::new();
    for path in site.conflicts()? {
        let text = read(root, &path)?;
        let marked = merge::marked(&text);
        if marked.iter().any(|other| other == id) {
            let resolved = resolved(&text, id, &path, arguments)?;
            site.replace(&path, &text, &resolved)?;
            site.forget(&record_of(id)?)?;
            let left = merge::marked(&resolved).len();
            output.say(&format!("{path}: resolved; {left} left in this file"));
            return Ok(ExitCode::SUCCESS);
        }
        known.extend(marked);
    }
    let problem = Diagnostic::error(format!("no conflict `{id}` is open"));
    let problem = problem.guess(id, known.iter().map(String::as_str));
    Err(Failure::input(problem.help("list those that are: stackwright resolve")))
}

/// The text of a file without the markers of one conflict.
fn resolved(text: &str, id: &str, path: &str, arguments: &Resolve) -> Result<String, Failure> {
    let resolved = if arguments.edit {
        let written = merge::excerpt(text, id).map(|lines| editor::edited(&lines, id, path)).transpose()?;
        written.and_then(|lines| merge::replaced(text, id, &lines))
    } else {
        merge::resolved(text, id, if arguments.ours { Side::Ours } else { Side::Theirs })
    };
    resolved.ok_or_else(|| {
        let problem = Diagnostic::error(format!("of the four markers of conflict `{id}` some are gone")).file(path);
        Failure::input(problem.help("put them back, or remove the rest of them in an editor"))
    })
}

/// Forgets the state before a run whose conflicts are all resolved.
pub(super) fn close(root: &Path, site: &Site, output: &Output) -> Done {
    let open = Open::all(root, site)?;
    if !open.is_empty() {
        let mut problem = Diagnostic::error("conflicts are still marked");
        for Open { path, id, .. } in &open {
            problem = problem.note(format!("{id} in {path}"));
        }
        let help = "see why with `stackwright resolve`; take a side with `stackwright resolve ID --ours|--theirs`, or edit \
                    the file";
        return Err(Failure::findings(problem.help(help)));
    }
    site.settle()?;
    output.say("all conflicts are resolved; check the repository with: stackwright check");
    Ok(ExitCode::SUCCESS)
}

/// A file's text; a file that is gone has no conflict any more.
fn read(root: &Path, path: &str) -> Result<String, Failure> {
    match std::fs::read_to_string(root.join(path)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|error| Failure::unreadable(Path::new(path), &error)),
    }
}
