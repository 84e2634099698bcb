//! `why`: which component, template and answers produced a file, or a line of it.
mod answers;
pub(super) mod template;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

use super::args::{Format, Why};
use super::output::Output;
use super::repository::Repository;
use super::workbench::Workbench;
use super::{Done, Failure};
use crate::blueprint::Blueprint;
use crate::diagnostic::Diagnostic;
use crate::lock::{Lock, LockedFile};
use crate::stack::Stack;
use crate::tree::digest;
use answers::{Influence, influences};
use template::Fragment;

/// The version of the JSON. It only grows.
const VERSION: u32 = 1;

/// Everything that is known about a file or line.
#[derive(Serialize)]
struct Origin<'a> {
    version: u32,
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The text of that line.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    owner: crate::tree::Ownership,
    component: &'a str,
    template: &'a str,
    /// Lines of the template that may have produced the line, best first.
    #[serde(skip_serializing_if = "Option::is_none")]
    template_lines: Option<Vec<usize>>,
    /// Where else the line may come from, when no line of the template fits: what features insert.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fragments: Vec<Fragment>,
    /// Whether the file is as it was written.
    edited: bool,
    blueprint: String,
    /// Answers that change the file or the line when they change; absent when that can't be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<Vec<Influence>>,
    /// What limits this answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    limits: Vec<String>,
}

pub(super) fn run(arguments: &Why, catalogs: &[PathBuf], output: &Output) -> Done {
    let (typed, line) = split(&arguments.path);
    let (root, path) = locate(&typed)?;
    let repository = Repository::at(&root)?;
    let lock = repository.lock()?;
    let Some((known, locked)) = lock.files.iter().find(|(known, _)| known.as_str() == path) else {
        return Err(stranger(&path, &lock));
    };
    let text =
        std::fs::read_to_string(root.join(known.as_str())).map_err(|error| Failure::unreadable(&typed, &error))?;
    let shown = line.map(|line| line_of(&text, line, &path)).transpose()?;
    let workbench = Workbench::with_blueprint(catalogs, arguments.blueprint.as_deref())?;
    let stack = repository.stack()?;
    let mut limits = Vec::new();
    let template = workbench.catalog.text(&locked.template).map(|template| template.text.as_ref());
    let template_lines = match (&shown, template) {
        (Some(shown), Some(template)) => Some(crate::render::candidates(template, shown)),
        _ => None,
    };
    let fragments = match (&shown, &template_lines) {
        (Some(shown), Some(lines)) if lines.is_empty() => {
            template::fragments(&workbench.catalog, &locked.component, &features(&stack), shown)
        }
        _ => Vec::new(),
    };
    let from = repository.from()?;
    let id = from.blueprint;
    let blueprint = open(arguments.blueprint.as_deref(), &id, &workbench)?;
    let blueprint = blueprint.ok_or_else(|| {
        let absent = format!("blueprint `{id}` is not in the catalog; if it is a file, name it: --blueprint FILE");
        format!("which answers matter can't be told: {absent}")
    });
    let found = blueprint.and_then(|blueprint| {
        influences(&workbench, &blueprint, &from.answers, (known.as_str(), locked), shown.as_deref())
    });
    let answers = match found {
        Ok(found) => Some(found),
        Err(why) => {
            limits.push(why);
            None
        }
    };
    let edited = digest(text.as_bytes()) != locked.sha256;
    if edited && line.is_some() {
        limits.push("the file was edited since it was written, so this line may be yours".into());
    }
    let LockedFile { owner, component, template, .. } = locked;
    let origin = Origin {
        version: VERSION,
        path: &path,
        line,
        text: shown,
        owner: *owner,
        component,
        template,
        template_lines,
        fragments,
        edited,
        blueprint: id,
        answers,
        limits,
    };
    match arguments.format {
        Format::Json => output.json(&origin)?,
        Format::Text => output.text(&describe(&origin))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The blueprint that the repository was made from: in the named file, or in the catalog, if that has it.
fn open(named: Option<&str>, id: &str, workbench: &Workbench) -> Result<Option<Blueprint>, Failure> {
    let Some(named) = named else {
        return Ok(Blueprint::of(&workbench.catalog, id).ok().map(|(blueprint, _)| blueprint));
    };
    let (blueprint, _) = workbench.blueprint(named)?;
    if blueprint.id != id {
        let problem =
            Diagnostic::error(format!("the repository was made from blueprint `{id}`, not from `{}`", blueprint.id));
        return Err(Failure::input(problem.file(named)));
    }
    Ok(Some(blueprint))
}

/// The features of a repository's services.
pub(super) fn features(stack: &Stack) -> BTreeSet<String> {
    let features = stack.units.iter().flat_map(|unit| &unit.features);
    features.map(|feature| feature.component.clone()).collect()
}

/// The path and the line of `PATH:LINE`.
fn split(typed: &str) -> (PathBuf, Option<usize>) {
    match typed.rsplit_once(':').map(|(path, line)| (path, line.parse::<usize>())) {
        Some((path, Ok(line))) if !path.is_empty() && line > 0 && !Path::new(typed).exists() => {
            (path.into(), Some(line))
        }
        _ => (typed.into(), None),
    }
}

/// The repository that a path is in, and the path inside it.
fn locate(typed: &Path) -> Result<(PathBuf, String), Failure> {
    let absolute = std::path::absolute(typed).map_err(|error| Failure::unreadable(typed, &error))?;
    if let Err(error) = std::fs::symlink_metadata(&absolute) {
        return Err(Failure::unreadable(typed, &error));
    }
    let root = absolute.ancestors().skip(1).find(|folder| folder.join(crate::tree::LOCK_PATH).is_file());
    let Some(root) = root else {
        let problem = Diagnostic::error(format!("`{}` is in no repository that stackwright made", typed.display()));
        return Err(Failure::input(problem.note(format!("no directory above it has `{}`", crate::tree::LOCK_PATH))));
    };
    let inside = absolute.strip_prefix(root).unwrap_or(&absolute).components();
    let parts = inside.filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    });
    Ok((root.to_owned(), parts.collect::<Vec<_>>().join("/")))
}

fn stranger(path: &str, lock: &Lock) -> Failure {
    let problem = if path == crate::tree::LOCK_PATH {
        Diagnostic::error(format!("`{path}` is the record that `why` reads; no template made it"))
    } else {
        let written = lock.files.keys().map(crate::tree::RelPath::as_str);
        Diagnostic::error(format!("stackwright did not write `{path}`")).guess(path, written)
    };
    Failure::input(problem)
}

fn line_of(text: &str, line: usize, path: &str) -> Result<String, Failure> {
    let found = text.lines().nth(line - 1).map(str::to_owned);
    let count = text.lines().count();
    found.ok_or_else(|| Failure::input(Diagnostic::error(format!("`{path}` has {count} lines, and no line {line}"))))
}

fn describe(origin: &Origin) -> String {
    let place = origin.line.map_or_else(|| origin.path.to_owned(), |line| format!("{}:{line}", origin.path));
    let mut out = format!("{place}\n");
    let mut line = |label: &str, text: &str| {
        let _ = writeln!(out, "  {label:<11}{text}");
    };
    if let Some(text) = &origin.text {
        line("text", text.trim());
    }
    line(
        "owner",
        match origin.owner {
            crate::tree::Ownership::Managed => "managed: rendered from the stack",
            crate::tree::Ownership::Seeded => "seeded: written once, yours since",
        },
    );
    line("component", origin.component);
    line("template", &format!("{}{}", origin.template, numbered(origin.template_lines.as_deref().unwrap_or_default())));
    for fragment in &origin.fragments {
        let from = &fragment.component;
        line("", &format!("{}{}, from {from}", fragment.template, numbered(&fragment.lines)));
    }
    if origin.template_lines.as_ref().is_some_and(Vec::is_empty) && origin.fragments.is_empty() {
        line("", "no line of it looks like this one: it comes from a value, or from a template that this one includes");
    }
    line("blueprint", &origin.blueprint);
    line("state", if origin.edited { "edited since it was written" } else { "as it was written" });
    match origin.answers.as_deref() {
        None => {}
        Some([]) => line("answers", "none changes it"),
        Some(influences) => {
            for (index, influence) in influences.iter().enumerate() {
                let label = if index == 0 { "answers" } else { "" };
                line(label, &format!("{} = {}", influence.question, influence.answer));
            }
        }
    }
    for limit in &origin.limits {
        line("", &format!("({limit})"));
    }
    out
}

/// Lines of a template as they are said: one, or the first of several that fit.
pub(super) fn numbered(lines: &[usize]) -> String {
    let shown: Vec<String> = lines.iter().take(3).map(ToString::to_string).collect();
    match shown.as_slice() {
        [] => String::new(),
        [only] => format!(", line {only}"),
        several => format!(", one of the lines {}", several.join(", ")),
    }
}
