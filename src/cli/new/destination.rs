//! What the destination says about the answers.
use std::path::Path;

use crate::blueprint::{Blueprint, Given, Question, QuestionType, dynamic};
use crate::render::Engine;

/// Makes the directory's own name the default of the question that names the project, where it is a name.
pub(super) fn offer_name(blueprint: &mut Blueprint, directory: &Path, engine: &Engine) {
    let absolute = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
    let Some(name) = absolute.file_name().and_then(|name| name.to_str()) else { return };
    let expression = blueprint.project.name.clone();
    let Some(question) = blueprint.questions.iter_mut().find(|question| is_sole(&expression, question)) else { return };
    let nothing = dynamic(serde_json::json!({}));
    let fits = Given::text(name, "the directory").accept(question, engine, &nothing).is_ok();
    if fits && question.kind == QuestionType::Name {
        question.default = Some(name.into());
    }
}

/// Whether a template is that question's answer and nothing else.
fn is_sole(template: &str, question: &Question) -> bool {
    let inner = template.trim().strip_prefix("@{").and_then(|rest| rest.strip_suffix("}@"));
    inner.is_some_and(|expression| expression.trim() == question.id)
}
