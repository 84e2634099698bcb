//! What the destination says about the answers.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::blueprint::{Answers, Blueprint, Given, Question, QuestionType, dynamic};
use crate::cli::output::Output;
use crate::diagnostic::{Diagnostic, Severity};
use crate::render::Engine;

/// Makes the directory's own name the default of the question that names the project, where it is a name.
pub(super) fn offer_name(blueprint: &mut Blueprint, directory: &Path, engine: &Engine) {
    let absolute = absolute(directory);
    let Some(name) = absolute.file_name().and_then(|name| name.to_str()) else { return };
    let expression = blueprint.project.name.clone();
    let Some(question) = blueprint.questions.iter_mut().find(|question| is_sole(&expression, question)) else { return };
    let nothing = dynamic(serde_json::json!({}));
    let fits =
        Given::text(name, "the directory").accept(question, engine, &nothing).is_some_and(|accepted| accepted.is_ok());
    if fits && question.kind == QuestionType::Name {
        question.default = Some(name.into());
    }
}

/// Where the project's name comes from, where one answer decides it: an option, a file, the directory, the blueprint.
pub(super) fn named_by(
    blueprint: &Blueprint,
    answers: &Answers,
    given: &BTreeMap<String, Given>,
    directory: Option<&Path>,
) -> Option<String> {
    let question = blueprint.questions.iter().find(|question| is_sole(&blueprint.project.name, question))?;
    if let Some(given) = given.get(&question.id).filter(|given| !given.is_default()) {
        return Some(given.origin.clone());
    }
    let name = answers.get(&question.id).and_then(serde_json::Value::as_str);
    let by_directory =
        directory.is_some_and(|directory| absolute(directory).file_name().and_then(|it| it.to_str()) == name);
    Some(if by_directory { "the directory" } else { "the blueprint's default" }.to_owned())
}

/// Whether a directory lies in a repository of git already.
pub(super) fn in_git(directory: &Path) -> bool {
    absolute(directory).ancestors().any(|folder| folder.join(".git").exists())
}

/// Starts a repository of git there; the one other program that is ever run, on request.
pub(super) fn git_init(directory: &Path, output: &Output) {
    let ran = Command::new("git").args(["init", "--quiet"]).current_dir(directory).stdin(Stdio::null()).output();
    let why = match ran {
        Ok(ran) if ran.status.success() => return,
        Ok(ran) => String::from_utf8_lossy(&ran.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    output.problems([&Diagnostic::new(Severity::Warning, format!("`git init` did not work: {why}"))]);
}

fn absolute(directory: &Path) -> PathBuf {
    std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned())
}

/// Whether a template is that question's answer and nothing else.
fn is_sole(template: &str, question: &Question) -> bool {
    let inner = template.trim().strip_prefix("@{").and_then(|rest| rest.strip_suffix("}@"));
    inner.is_some_and(|expression| expression.trim() == question.id)
}
