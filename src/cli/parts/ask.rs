//! The parameters of a component: given, asked for, or left at their defaults.
use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use crate::blueprint::{Answers, Blueprint, Given, QuestionType, collect, of_component};
use crate::catalog::Component;
use crate::cli::args::Add;
use crate::cli::new::{Accepted, Interview, set, shown};
use crate::cli::output::Output;
use crate::cli::prompt::{self, Terminal};
use crate::cli::workbench::Workbench;
use crate::cli::{Failure, quote};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::project::interrupt;

/// Values of parameters that are not left at their defaults.
pub(super) type Params = BTreeMap<String, Value>;

/// Takes the parameters from `--set` and, on a terminal, from prompts. `possible` says whether a stack can be made of them.
pub(super) fn parameters(
    arguments: &Add,
    component: &Component,
    workbench: &Workbench,
    possible: &dyn Fn(&Params) -> Result<(), Diagnostics>,
    output: &Output,
) -> Result<Params, Failure> {
    let mut problems = Diagnostics::new();
    let given = set(&arguments.set, &mut problems);
    for id in given.keys().filter(|id| !component.params.contains_key(*id)) {
        let problem = Diagnostic::error(format!("`{}` has no parameter `{id}`", component.id));
        let problem = problem.help(format!("`stackwright show {}` lists its parameters", component.id));
        problems.push(problem.guess(id, component.params.keys().map(String::as_str)));
    }
    problems.into_result(())?;
    let questions = of_component(component);
    let asks = !arguments.yes && !component.params.is_empty() && prompt::somebody_there();
    let (answers, given) = if asks {
        ask(&questions, given, workbench, possible, output)?
    } else {
        (collect(&questions, &given, &workbench.engine)?, given)
    };
    Ok(chosen(component, &answers, &given))
}

fn ask(
    questions: &Blueprint,
    given: BTreeMap<String, Given>,
    workbench: &Workbench,
    possible: &dyn Fn(&Params) -> Result<(), Diagnostics>,
    output: &Output,
) -> Result<(Answers, BTreeMap<String, Given>), Failure> {
    let _ = interrupt::install();
    let asking = interrupt::prompting();
    let mut terminal = Terminal::new(output);
    let fits = |answers: &Answers| possible(answers);
    let asked = Interview::new(questions, &workbench.engine, &mut terminal, given, &fits, false).run();
    if asked.is_err() {
        // The signal's own thread may be late; it must not end the process before the reason is told.
        std::mem::forget(asking);
    }
    asked.map(|Accepted { answers, given, .. }| (answers, given))
}

/// What is written down: what was said, and every list, so that items can be added to it and taken out again.
fn chosen(component: &Component, answers: &Answers, given: &BTreeMap<String, Given>) -> Params {
    let said = |id: &String| given.get(id).is_some_and(|given| !given.is_default());
    let list = |id: &String| component.params.get(id).is_some_and(|param| param.kind == QuestionType::List);
    let written = answers.iter().filter(|(id, _)| said(id) || list(id));
    written.map(|(id, value)| (id.clone(), value.clone())).collect()
}

/// The command that does without questions what was just asked.
pub(super) fn equivalent(arguments: &Add, params: &Params, catalogs: &[PathBuf]) -> String {
    let mut words = vec!["stackwright add".to_owned(), quote::word(&arguments.what)];
    words.extend(arguments.name.as_deref().map(quote::word));
    let mut option = |name: &str, value: &str| words.push(format!("{name} {}", quote::word(value)));
    if arguments.dir.as_os_str() != "." {
        option("--dir", &arguments.dir.to_string_lossy());
    }
    arguments.to.iter().for_each(|unit| option("--to", unit));
    params.iter().for_each(|(id, value)| option("--set", &format!("{id}={}", shown(value))));
    arguments.r#use.iter().for_each(|pair| option("--use", pair));
    arguments.provider.iter().for_each(|pair| option("--provider", pair));
    arguments.publish.iter().for_each(|pair| option("--publish", pair));
    format!("{} --yes{}", words.join(" "), quote::catalogs(catalogs))
}
