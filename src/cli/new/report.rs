//! What `new` made, would make, or refuses to make.
use std::process::ExitCode;

use serde::Serialize;

use super::{Ending, Rendered};
use crate::blueprint::Answers;
use crate::check::{Finding, Severity};
use crate::cli::args::Format;
use crate::cli::output::{Output, count};
use crate::cli::{Done, Failure};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::stack::UnitKind;
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
    units: Vec<UnitDocument<'a>>,
    environments: Vec<&'a str>,
    files: Vec<File<'a>>,
    rules_run: usize,
    findings: &'a [Finding],
    notes: &'a [Finding],
}

#[derive(Serialize)]
struct UnitDocument<'a> {
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

fn document<'a>(of: &Rendered<'a>, status: &'static str) -> Document<'a> {
    let (made, from) = (of.generated, &of.spec.from);
    let files = made.tree.iter().map(|(path, file)| File {
        path: path.as_str(),
        owner: file.owner,
        component: &file.origin.component,
        template: &file.origin.template,
        bytes: file.contents.len(),
        executable: file.is_executable(),
    });
    let units = made.stack.units.iter().map(|unit| UnitDocument {
        name: unit.name.as_str(),
        kind: unit.kind,
        component: &unit.component,
        processes: unit.processes.iter().map(|process| process.id.as_str()).collect(),
    });
    Document {
        version: VERSION,
        status,
        directory: of.directory.display().to_string(),
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

pub(super) fn json(made: &Rendered, ending: &Ending, output: &Output) -> Result<(), Failure> {
    let status = match ending {
        Ending::Created { .. } => "created",
        Ending::Unchanged => "unchanged",
        Ending::Planned => "planned",
    };
    output.json(&document(made, status))
}

/// The end of a run whose result the rules refuse: each finding with the template to blame.
pub(super) fn refused(made: &Rendered, format: Format, output: &Output) -> Done {
    if format == Format::Json {
        output.json(&document(made, "refused"))?;
    }
    let (report, tree) = (&made.generated.report, &made.generated.tree);
    let mut shown: Vec<Diagnostic> = report.findings.iter().map(|finding| blame(finding, tree)).collect();
    let errors = count(report.count(Severity::Error), "error");
    shown.push(
        Diagnostic::error(format!("nothing was written: the rules find {errors} in the rendered repository")).help(
            "the fault is in the templates named above; `stackwright check --explain RULE` tells what a rule wants",
        ),
    );
    output.problems(&shown);
    Ok(ExitCode::from(1))
}

/// Warnings do not stop a run, and are not hidden either.
pub(super) fn warnings(made: &Rendered, output: &Output) {
    let (report, tree) = (&made.generated.report, &made.generated.tree);
    let shown: Vec<Diagnostic> = report.findings.iter().map(|finding| blame(finding, tree)).collect();
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
