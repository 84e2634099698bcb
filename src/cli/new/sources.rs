//! Answers that are given rather than asked for: `--set`, then a file, then the environment.
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use crate::blueprint::{Blueprint, Given};
use crate::cli::Failure;
use crate::cli::args::New;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml;

/// Variables of the environment that answer questions start with this.
const PREFIX: &str = "STACKWRIGHT_ANSWER_";
/// The largest answers file that is read.
const MAX_ANSWERS: u64 = yaml::MAX_BYTES as u64;

/// Every given answer by question; an earlier source hides a later one.
pub(super) fn gather(blueprint: &Blueprint, arguments: &New) -> Result<BTreeMap<String, Given>, Failure> {
    let mut problems = Diagnostics::new();
    let mut given = BTreeMap::new();
    environment(blueprint, &mut given, &mut problems);
    if let Some(from) = &arguments.answers {
        given.extend(file(from)?);
    }
    given.extend(set(&arguments.set, &mut problems));
    problems.into_result(given).map_err(Failure::input)
}

/// The variable of the environment that answers a question.
pub(in crate::cli) fn variable(id: &str) -> String {
    format!("{PREFIX}{}", id.to_uppercase().replace('-', "_"))
}

/// Answers of the environment. A name that fits no question is an error: it is a misspelt one.
fn environment(blueprint: &Blueprint, given: &mut BTreeMap<String, Given>, problems: &mut Diagnostics) {
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else { continue };
        let question = blueprint.questions.iter().find(|question| variable(&question.id) == name);
        match (question, value.to_str()) {
            (Some(question), Some(value)) => {
                given.insert(question.id.clone(), Given::text(value, format!("the environment variable {name}")));
            }
            (Some(_), None) => {
                problems.push(Diagnostic::error(format!("the environment variable {name} is not UTF-8 text")));
            }
            (None, _) => {
                let known: Vec<String> = blueprint.questions.iter().map(|question| variable(&question.id)).collect();
                let message =
                    format!("the environment variable {name} answers no question of blueprint `{}`", blueprint.id);
                let problem = Diagnostic::error(message).help(format!("unset {name}"));
                problems.push(problem.guess(name, known.iter().map(String::as_str)));
            }
        }
    }
}

/// `--set` answers; the same question twice is a contradiction.
pub(in crate::cli) fn set(pairs: &[String], problems: &mut Diagnostics) -> BTreeMap<String, Given> {
    let mut given = BTreeMap::new();
    for pair in pairs {
        let Some((id, answer)) = pair.split_once('=') else {
            let message = format!("`--set {pair}` has no `=`");
            problems.push(Diagnostic::error(message).help("write it as --set QUESTION=ANSWER"));
            continue;
        };
        let id = id.trim();
        if given.insert(id.to_owned(), Given::text(answer, "--set")).is_some() {
            problems.push(Diagnostic::error(format!("`--set` answers `{id}` twice")).help("leave one of them out"));
        }
    }
    given
}

/// The answers of a file, or of standard input for `-`.
fn file(from: &str) -> Result<BTreeMap<String, Given>, Failure> {
    let (name, text) =
        if from == "-" { ("standard input", read(std::io::stdin().lock(), from)?) } else { (from, open(from)?) };
    let source = Source::new(name, text);
    // A file of comments, with every answer still commented out, is fine.
    if yaml::parse(&source)?.is_empty() {
        return Ok(BTreeMap::new());
    }
    let node = yaml::parse_one(&source)?;
    if node.is_null() {
        return Ok(BTreeMap::new());
    }
    let Some(entries) = node.as_map() else {
        let message = "answers are a map from questions to answers";
        return Err(Failure::input(
            Diagnostic::error(message).at(&source, node.span).help("write lines such as `name: shop`"),
        ));
    };
    let mut given = BTreeMap::new();
    for yaml::Entry { key, value } in entries {
        let Some(id) = key.as_str() else {
            return Err(Failure::input(Diagnostic::error("a question's id is text").at(&source, key.span)));
        };
        given.insert(id.to_owned(), Given::typed(value.to_json(), format!("{name}:{}", key.span.line)));
    }
    Ok(given)
}

fn open(name: &str) -> Result<String, Failure> {
    let path = Path::new(name);
    let file = std::fs::File::open(path).map_err(|error| Failure::unreadable(path, &error))?;
    read(file, name)
}

fn read(from: impl std::io::Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    from.take(MAX_ANSWERS + 1).read_to_end(&mut bytes).map_err(|error| Failure::unreadable(Path::new(name), &error))?;
    if bytes.len() as u64 > MAX_ANSWERS {
        return Err(Failure::input(Diagnostic::error(format!("answers have at most {MAX_ANSWERS} bytes")).file(name)));
    }
    String::from_utf8(bytes).map_err(|_| Failure::input(Diagnostic::error("answers are UTF-8 text").file(name)))
}
