//! What `new` made, would make, or refuses to make.
use std::process::ExitCode;

use serde_json::{Value, json};

use super::{Ending, Rendered};
use crate::check::{Finding, Severity};
use crate::cli::args::Format;
use crate::cli::output::{Output, count};
use crate::cli::{Done, Failure};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::project::{Kept, Outcome};
use crate::stack::Unit;
use crate::tree::{FileTree, RelPath, RenderedFile};

/// The version of the JSON that `new` prints. It only grows.
const VERSION: u32 = 1;

fn document(of: &Rendered, status: &str) -> Value {
    let (made, from) = (of.generated, &of.spec.from);
    let unit = |unit: &Unit| {
        let processes: Vec<_> = unit.processes.iter().map(|process| &process.id).collect();
        json!({ "name": unit.name, "kind": unit.kind, "component": unit.component, "processes": processes })
    };
    let file = |(path, file): (&RelPath, &RenderedFile)| {
        json!({
            "path": path,
            "owner": file.owner,
            "component": file.origin.component,
            "template": file.origin.template,
            "bytes": file.contents.len(),
            "executable": file.is_executable(),
        })
    };
    let environments: Vec<_> = made.stack.environments.iter().map(|environment| &environment.name).collect();
    json!({
        "version": VERSION,
        "status": status,
        "directory": of.directory.display().to_string(),
        "blueprint": from.blueprint,
        "blueprint_version": from.version,
        "answers": from.answers,
        "units": made.stack.units.iter().map(unit).collect::<Vec<_>>(),
        "environments": environments,
        "files": made.tree.iter().map(file).collect::<Vec<_>>(),
        "rules_run": made.report.rules_run,
        "findings": made.report.findings,
        "notes": made.report.notes,
    })
}

pub(super) fn json(made: &Rendered, ending: &Ending, output: &Output) -> Result<(), Failure> {
    let mut kept: &[Kept] = &[];
    let status = match ending {
        Ending::Written(Outcome::Created { kept: found, .. }) => {
            kept = found;
            "created"
        }
        Ending::Written(Outcome::Unchanged) => "unchanged",
        Ending::Planned => "planned",
    };
    let mut document = document(made, status);
    if !kept.is_empty() {
        document["kept"] = json!(kept);
    }
    output.json(&document)
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
