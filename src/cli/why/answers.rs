//! Which answers a file or line depends on: each answer is changed in turn, and the result compared.
use serde::Serialize;
use serde_json::Value;

use crate::blueprint::{Answers, Blueprint, Question, QuestionType, context, is_asked, offered, validate, with_item};
use crate::cli::new;
use crate::cli::workbench::Workbench;
use crate::lock::LockedFile;
use crate::render::{Context, Engine};
use crate::tree::{FileTree, digest};

/// An answer that changes what was asked about.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(super) struct Influence {
    /// The question.
    pub(super) question: String,
    /// The answer that was given.
    pub(super) answer: String,
}

/// The answers that change the file, or the line of it; `Err` says why that can't be told.
pub(super) fn influences(
    workbench: &Workbench,
    blueprint: &Blueprint,
    answers: &Answers,
    (path, locked): (&str, &LockedFile),
    line: Option<&str>,
) -> Result<Vec<Influence>, String> {
    let tree = assemble(workbench, blueprint, answers)
        .filter(|tree| tree.get(path).is_some_and(|file| digest(file.contents.as_bytes()) == locked.sha256))
        .ok_or("which answers matter can't be told: this version of stackwright, or this catalog, renders the file differently")?;
    let before = tree.get(path).map(|file| file.contents.as_str()).unwrap_or_default();
    if line.is_some_and(|line| !before.lines().any(|other| other == line)) {
        return Err("which answers matter can't be told: the line is not as it was written".into());
    }
    let mut found = Vec::new();
    for question in &blueprint.questions {
        let Some(answer) = answers.get(&question.id) else { continue };
        if changes(workbench, blueprint, answers, question, (path, before), line) {
            found.push(Influence { question: question.id.clone(), answer: new::brief(question, answer) });
        }
    }
    Ok(found)
}

fn assemble(workbench: &Workbench, blueprint: &Blueprint, answers: &Answers) -> Option<FileTree> {
    let spec = crate::blueprint::expand(blueprint, answers, &workbench.engine).ok()?;
    let (_, tree) = crate::assemble(&spec, &workbench.catalog, &workbench.engine).ok()?;
    Some(tree)
}

/// Whether some other answer to that question changes the file, or takes the line away.
fn changes(
    workbench: &Workbench,
    blueprint: &Blueprint,
    answers: &Answers,
    question: &Question,
    (path, before): (&str, &str),
    line: Option<&str>,
) -> bool {
    let others = others(question, answers, &workbench.engine);
    others.into_iter().any(|other| {
        let mut changed = answers.clone();
        changed.insert(question.id.clone(), other);
        let Some(tree) = assemble(workbench, blueprint, &changed) else { return false };
        let Some(after) = tree.get(path).map(|file| file.contents.as_str()) else { return true };
        match line {
            None => after != before,
            Some(line) => {
                let count = |text: &str| text.lines().filter(|other| *other == line).count();
                count(after) < count(before)
            }
        }
    })
}

/// Other answers that the question accepts: every other choice, the other boolean, a longer name or list.
pub(super) fn others(question: &Question, answers: &Answers, engine: &Engine) -> Vec<Value> {
    let all = context(answers);
    answers.get(&question.id).map(|answer| instead_of(answer, question, engine, &all)).unwrap_or_default()
}

/// Other answers than this one to a question, or values of a field.
fn instead_of(answer: &Value, question: &Question, engine: &Engine, all: &Context) -> Vec<Value> {
    if !is_asked(question, engine, all).unwrap_or(false) {
        return Vec::new();
    }
    let text = answer.as_str().unwrap_or_default();
    let tries: Vec<Value> = match question.kind {
        QuestionType::Boolean => vec![(!answer.as_bool().unwrap_or_default()).into()],
        QuestionType::Number => {
            let number = answer.as_i64().unwrap_or_default();
            vec![number.saturating_add(1).into(), number.saturating_sub(1).into()]
        }
        QuestionType::Choice => {
            let offers = offered(question, engine, all).unwrap_or_default();
            offers.iter().map(|(choice, _)| choice.value.as_str().into()).collect()
        }
        QuestionType::Multi => {
            let offers = offered(question, engine, all).unwrap_or_default();
            let mut tries: Vec<Value> = vec![Value::Array(Vec::new())];
            tries.extend(offers.iter().map(|(choice, _)| Value::from(vec![choice.value.as_str()])));
            tries
        }
        QuestionType::List => {
            let items = answer.as_array().cloned().unwrap_or_default();
            let longer = [vec![Value::from("other")], items.clone()].concat();
            vec![longer.into(), items.get(1..).unwrap_or_default().into()]
        }
        QuestionType::Items => other_items(answer, question, engine, all),
        QuestionType::Domain => vec![format!("other-{text}").into()],
        QuestionType::Name => vec![format!("{text}x").into(), "other".into()],
        QuestionType::Repository => vec![format!("{}-other.git", text.trim_end_matches(".git")).into()],
        QuestionType::Registry => vec![format!("{text}/other").into()],
        QuestionType::Text => vec![format!("{text} other").into(), "other".into()],
    };
    let fits = |other: &Value| other != answer && validate(question, other, engine, all).is_ok();
    tries.into_iter().filter(fits).collect()
}

/// The list without its last item, and with one field of one item changed.
fn other_items(answer: &Value, question: &Question, engine: &Engine, all: &Context) -> Vec<Value> {
    let items = answer.as_array().cloned().unwrap_or_default();
    let mut lists: Vec<Value> = items.split_last().map(|(_, rest)| rest.to_vec().into()).into_iter().collect();
    for (index, item) in items.iter().enumerate() {
        let Some(fields) = item.as_object() else { continue };
        let context = with_item(all, fields);
        for field in &question.fields {
            let others = fields.get(&field.id).map(|value| instead_of(value, field, engine, &context));
            lists.extend(others.into_iter().flatten().map(|other| {
                let mut changed = items.clone();
                changed[index][&field.id] = other;
                changed.into()
            }));
        }
    }
    lists
}
