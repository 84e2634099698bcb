//! What `new` made, would make, or refuses to make.
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use super::Ending;
use crate::Generated;
use crate::blueprint::{Answers, FromSpec};
use crate::check::{Finding, Severity};
use crate::cli::args::Format;
use crate::cli::output::{Output, count};
use crate::cli::{Done, Failure, quote};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::stack::{Stack, Unit, UnitKind};
use crate::tree::{FileTree, Ownership};

/// The version of the JSON that `new` prints. It only grows.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    status: &'static str,
    directory: String,
    blueprint: &'a str,
    blueprint_version: &'a str,
    answers: &'a Answers,
    units: Vec<Made<'a>>,
    environments: Vec<&'a str>,
    files: Vec<File<'a>>,
    rules_run: usize,
    findings: &'a [Finding],
    notes: &'a [Finding],
}

#[derive(Serialize)]
struct Made<'a> {
    name: &'a str,
    kind: UnitKind,
    component: &'a str,
    /// Ids of its processes.
    processes: Vec<&'a str>,
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
    owner: Ownership,
    component: &'a str,
    template: &'a str,
    bytes: usize,
    executable: bool,
}

fn document<'a>(made: &'a Generated, from: &'a FromSpec, directory: &Path, status: &'static str) -> Document<'a> {
    let files = made.tree.iter().map(|(path, file)| File {
        path: path.as_str(),
        owner: file.owner,
        component: &file.origin.component,
        template: &file.origin.template,
        bytes: file.contents.len(),
        executable: file.is_executable(),
    });
    let units = made.stack.units.iter().map(|unit| Made {
        name: unit.name.as_str(),
        kind: unit.kind,
        component: &unit.component,
        processes: unit.processes.iter().map(|process| process.id.as_str()).collect(),
    });
    Document {
        version: VERSION,
        status,
        directory: directory.display().to_string(),
        blueprint: &from.blueprint,
        blueprint_version: &from.version,
        answers: &from.answers,
        units: units.collect(),
        environments: made.stack.environments.iter().map(|environment| environment.name.as_str()).collect(),
        files: files.collect(),
        rules_run: made.report.rules_run,
        findings: &made.report.findings,
        notes: &made.report.notes,
    }
}

pub(super) fn json(
    made: &Generated,
    from: &FromSpec,
    directory: &Path,
    ending: &Ending,
    output: &Output,
) -> Result<(), Failure> {
    let status = match ending {
        Ending::Created { .. } => "created",
        Ending::Unchanged => "unchanged",
        Ending::Planned => "planned",
    };
    output.json(&document(made, from, directory, status))
}

/// The end of a run whose result the rules refuse: each finding with the template to blame.
pub(super) fn refused(made: &Generated, from: &FromSpec, directory: &Path, format: Format, output: &Output) -> Done {
    if format == Format::Json {
        output.json(&document(made, from, directory, "refused"))?;
    }
    let mut shown: Vec<Diagnostic> = made.report.findings.iter().map(|finding| blame(finding, &made.tree)).collect();
    let errors = count(made.report.count(Severity::Error), "error");
    shown.push(
        Diagnostic::error(format!("nothing was written: the rules find {errors} in the rendered repository")).help(
            "the fault is in the templates named above; `stackwright check --explain RULE` tells what a rule wants",
        ),
    );
    output.problems(&shown);
    Ok(ExitCode::from(1))
}

/// Warnings do not stop a run, and are not hidden either.
pub(super) fn warnings(made: &Generated, output: &Output) {
    let shown: Vec<Diagnostic> = made.report.findings.iter().map(|finding| blame(finding, &made.tree)).collect();
    output.problems(&shown);
}

/// A finding in a file that exists only in memory, with the template that made it.
fn blame(finding: &Finding, tree: &FileTree) -> Diagnostic {
    let mut problem =
        Diagnostic::new(finding.severity, finding.message.clone()).code(finding.rule).file(finding.file.as_str());
    if let Some(file) = tree.get(&finding.file) {
        if let Some(line) = finding.line {
            problem = problem.at(&Source::new(finding.file.as_str(), file.contents.as_str()), Span::line(line));
        }
        problem = problem.note(format!("rendered from {}", file.origin));
    }
    problem.maybe_help(finding.hint.clone())
}

pub(super) fn text(made: &Generated, directory: &Path, ending: &Ending, output: &Output) -> Result<(), Failure> {
    let shown = quote::word(&directory.to_string_lossy());
    match ending {
        Ending::Unchanged => output.say(&format!("{shown}: nothing to change")),
        Ending::Planned => {
            let paths: Vec<&str> = made.tree.iter().map(|(path, _)| path.as_str()).collect();
            output.text(&(paths.join("\n") + "\n"))?;
            let title = format!("Would make {shown} from {}: {} files", made.stack.from.blueprint, made.tree.len() + 1);
            output.message(&output.strong(&title));
            summary(made, &shown, output);
            output.say("\nNothing was written; the same command without --dry-run writes it.");
        }
        Ending::Created { files, replaced_current_directory } => {
            let title = format!("Made {shown} from {}: {files} files", made.stack.from.blueprint);
            output.message(&output.strong(&title));
            summary(made, &shown, output);
            let mut next = vec![if *replaced_current_directory { "cd .".to_owned() } else { format!("cd {shown}") }];
            next.extend(first_target(&made.tree));
            output.say(&format!("\nNext: {}", next.join(" && ")));
        }
    }
    Ok(())
}

/// What runs, where, and what the rules say.
fn summary(made: &Generated, directory: &str, output: &Output) {
    let stack = &made.stack;
    for (word, kind) in [("services", UnitKind::Service), ("resources", UnitKind::Resource), ("tools", UnitKind::Tool)]
    {
        let units = stack.units.iter().filter(|unit| unit.kind == kind);
        for (index, unit) in units.enumerate() {
            let label = if index == 0 { word } else { "" };
            output.say(&format!("  {label:<13}{}", describe(unit)));
        }
    }
    output.say(&format!("  {:<13}{}", "environments", environments(stack)));
    let report = &made.report;
    let found = match report.findings.len() {
        0 => "nothing found".to_owned(),
        some => format!("{some} found"),
    };
    output.say(&format!("  {:<13}{} checked, {found}", "rules", report.rules_run));
    if !report.notes.is_empty() {
        let notes = count(report.notes.len(), "note");
        output.say(&format!("  {:<13}{notes}, to be settled before production: stackwright check {directory}", ""));
    }
}

fn describe(unit: &Unit) -> String {
    let processes: Vec<&str> = unit.processes.iter().map(|process| process.name.as_str()).collect();
    let mut text = format!("{} ({})", unit.name, unit.component);
    if unit.kind == UnitKind::Service || processes.len() > 1 {
        text.push_str(&format!(": {}", processes.join(", ")));
    }
    text
}

fn environments(stack: &Stack) -> String {
    let names: Vec<&str> = stack.environments.iter().map(|environment| environment.name.as_str()).collect();
    names.join(", ")
}

/// The command that starts what was made, where its Makefile has one.
fn first_target(tree: &FileTree) -> Option<String> {
    let makefile = &tree.get("Makefile")?.contents;
    let starts = makefile.lines().any(|line| line.starts_with("up:"));
    starts.then(|| "make up".to_owned())
}
