//! The command that does without questions what was just asked.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::interview::shown;
use crate::blueprint::{Answers, Blueprint, QuestionType, context, default_of, essential, is_asked};
use crate::cli::{Failure, quote};
use crate::render::Engine;

/// The command, with the answers that differ from their defaults; those of `outside` came from somewhere that need not
/// be there the next time, so they are always named.
pub(super) fn command(
    named: &str,
    directory: &Path,
    catalogs: &[PathBuf],
    (blueprint, answers): (&Blueprint, &Answers),
    outside: &BTreeSet<String>,
    engine: &Engine,
) -> Result<String, Failure> {
    let mut words = vec!["stackwright".to_owned(), "new".into(), quote::word(named)];
    words.push(quote::word(&directory.to_string_lossy()));
    words.push(format!("--yes{}", quote::catalogs(catalogs)));
    let mut earlier = Answers::new();
    for question in &blueprint.questions {
        let Some(answer) = answers.get(&question.id) else { continue };
        let known = context(&earlier);
        let differs = default_of(question, engine, &known)?.as_ref() != Some(answer);
        if is_asked(question, engine, &known)? && (differs || outside.contains(&question.id)) {
            words.push("--set".into());
            let told = match question.kind {
                QuestionType::Items => essential(question, answer, engine, &known).to_string(),
                _ => shown(answer),
            };
            words.push(quote::word(&format!("{}={told}", question.id)));
        }
        earlier.insert(question.id.clone(), answer.clone());
    }
    Ok(words.join(" "))
}
