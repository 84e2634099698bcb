//! `catalog check`: what is wrong with components, blueprints and templates.
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use crate::blueprint::{Blueprint, collect};
use crate::cli::Done;
use crate::cli::args::{CatalogCheck, Format};
use crate::cli::output::{Output, count};
use crate::cli::progress::Progress;
use crate::cli::workbench::Workbench;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::generate;

/// The version of the JSON. It only grows.
const VERSION: u32 = 1;

pub(in crate::cli) fn run(arguments: &CatalogCheck, catalogs: &[PathBuf], output: &Output) -> Done {
    let workbench = Workbench::open(catalogs)?;
    workbench.tell_overrides(output);
    let catalog = &workbench.catalog;
    let progress = Progress::start(output, "Checking the catalog");
    let mut problems = crate::author::check(catalog, &workbench.engine, &crate::syntax::faults);
    if problems.is_empty() {
        for id in catalog.blueprint_ids() {
            problems.extend(made(&workbench, id));
        }
    }
    drop(progress);
    let (components, blueprints) = (catalog.component_ids().len(), catalog.blueprint_ids().len());
    let files = catalog.files().count();
    match arguments.format {
        Format::Json => {
            output.json(&json!({
                "version": VERSION,
                "components": components,
                "blueprints": blueprints,
                "files": files,
                "problems": problems,
            }))?;
        }
        Format::Text => {
            let found = if problems.is_empty() { "nothing found".to_owned() } else { count(problems.len(), "problem") };
            let (components, blueprints, files) =
                (count(components, "component"), count(blueprints, "blueprint"), count(files, "file"));
            let gap = if problems.is_empty() { "" } else { "\n\n" };
            let text = problems.render(output.color);
            output.raw(&format!("{text}{gap}{components}, {blueprints}, {files}: {found}\n"))?;
        }
    }
    Ok(ExitCode::from(u8::from(!problems.is_empty())))
}

/// What goes wrong when a blueprint is made with its defaults; one that needs answers is left out.
fn made(workbench: &Workbench, id: &str) -> Diagnostics {
    let engine = &workbench.engine;
    let Ok((blueprint, _)) = Blueprint::of(&workbench.catalog, id) else { return Diagnostics::new() };
    let needs_answers = blueprint.questions.iter().any(|question| question.default.is_none());
    let answers = match collect(&blueprint, &BTreeMap::new(), engine) {
        Ok(answers) => answers,
        Err(_) if needs_answers => return Diagnostics::new(),
        Err(problems) => return problems,
    };
    let spec = crate::blueprint::expand(&blueprint, &answers, engine);
    match spec.and_then(|spec| generate(&spec, &workbench.catalog, engine)) {
        Err(problems) => problems,
        Ok(made) => made
            .report
            .findings
            .iter()
            .map(|finding| {
                let problem = Diagnostic::new(finding.severity, finding.message.clone()).code(finding.rule);
                let problem = problem.file(finding.place());
                let origin = made.tree.get(&finding.file).map(|file| file.origin.to_string()).unwrap_or_default();
                problem
                    .note(format!("in a repository from `{id}`, rendered from {origin}"))
                    .maybe_help(finding.hint.clone())
            })
            .collect(),
    }
}
