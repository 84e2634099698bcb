//! What is proved of a component or blueprint: that every pair of choices makes a right repository, that each choice has
//! an effect, that what is left out leaves no trace, and that twice is the same.
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::answered::{Outcome, differing};
use super::corners::cover;
use crate::blueprint::Answers;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::tree::{FileTree, RenderedFile};
use crate::{SPEC_PATH, STACK_PATH};

/// What was proved of one component or blueprint.
#[derive(Debug, Serialize)]
pub struct Suite {
    /// Its id; for a feature with the service that it extends, `metrics on api`.
    pub id: String,
    /// `component` or `blueprint`.
    pub kind: &'static str,
    /// What was tried, in order.
    pub cases: Vec<Case>,
    /// The files with nothing but defaults: those that come from the component, or the whole repository.
    #[serde(skip)]
    pub files: BTreeMap<String, String>,
}

impl Suite {
    /// Proves what there is to prove.
    pub(super) fn of<C: Chosen>(id: String, kind: &'static str, chosen: &C) -> Self {
        let made = chosen.with(None).ok().flatten();
        let own = made.iter().flat_map(FileTree::iter).filter(|(_, file)| chosen.owns(file));
        let files = own.map(|(path, file)| (path.to_string(), file.contents.clone())).collect();
        Self { id, kind, cases: cases(chosen), files }
    }
}

/// One thing that was tried.
#[derive(Debug, Serialize)]
pub struct Case {
    /// What was tried.
    pub name: String,
    /// What is wrong.
    pub problems: Diagnostics,
    /// Whether rules refuse these choices, so that there is nothing to prove.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
}

/// A choice: a question or a parameter.
pub(super) struct Choice {
    pub(super) id: String,
    /// What can be chosen; the present value first.
    pub(super) values: Vec<Value>,
}

/// Something that has choices, and of which repositories are made.
pub(super) trait Chosen: Sync {
    /// What is chosen: `question` or `parameter`.
    const WORD: &'static str;

    /// Its choices, as far as they can be made beside the defaults.
    fn choices(&self) -> Vec<Choice>;

    /// What comes of choices, with defaults for the rest.
    fn outcome(&self, picks: &Answers) -> Outcome;

    /// The repository with the defaults but for one value, with nothing adapted to it; none where rules refuse it.
    fn with(&self, pick: Option<(&str, &Value)>) -> Result<Option<FileTree>, Diagnostics>;

    /// Whether a file comes from it.
    fn owns(&self, _: &RenderedFile) -> bool {
        true
    }

    /// What can be left out, by a word for it, and the repository without it.
    fn left_out(&self) -> Vec<(String, Result<FileTree, Diagnostics>)>;

    /// What else must hold of a repository.
    fn further(&self, _: &FileTree) -> Diagnostics {
        Diagnostics::new()
    }
}

fn cases<C: Chosen>(chosen: &C) -> Vec<Case> {
    let choices = chosen.choices();
    let mut cases = pairs(chosen, &choices);
    cases.push(twice(chosen));
    cases.extend(effects(chosen, &choices));
    cases.extend(traces(chosen));
    cases
}

impl Case {
    /// Something that rules permit.
    pub fn new(name: String, problems: Diagnostics) -> Self {
        Self { name, problems, refused: false }
    }
}

/// Every pair of values in some repository.
fn pairs<C: Chosen>(chosen: &C, choices: &[Choice]) -> Vec<Case> {
    let open: Vec<&Choice> = choices.iter().filter(|choice| !choice.values.is_empty()).collect();
    let sizes: Vec<usize> = open.iter().map(|choice| choice.values.len()).collect();
    let mut rows = cover(&sizes);
    if rows.is_empty() {
        rows.push(vec![0; open.len()]);
    }
    let row = |row: &Vec<usize>| {
        let picks = open.iter().zip(row).map(|(choice, at)| (choice.id.clone(), choice.values[*at].clone()));
        let picks: Answers = picks.collect();
        let (problems, refused) = match chosen.outcome(&picks) {
            Outcome::Clean(made) => (chosen.further(&made.tree), false),
            Outcome::Refused => (Diagnostics::new(), true),
            Outcome::Unfit(problems) | Outcome::Failed(problems) => (problems, false),
        };
        let told = picks.iter().map(|(id, value)| format!("{id} = {value}")).collect::<Vec<_>>().join(", ");
        let name = if told.is_empty() { "it makes a right repository".to_owned() } else { format!("with {told}") };
        Case { name, problems, refused }
    };
    rows.par_iter().map(row).collect()
}

/// The defaults, made twice.
fn twice<C: Chosen>(chosen: &C) -> Case {
    let name = "made twice it has the same bytes".to_owned();
    let problems = match (chosen.with(None), chosen.with(None)) {
        (Ok(Some(one)), Ok(Some(two))) => {
            let differ = differing(&one, &two).into_iter();
            differ.map(|path| Diagnostic::error("it has other bytes the second time").file(path)).collect()
        }
        (Err(problems), _) | (_, Err(problems)) => problems,
        _ => Diagnostics::new(),
    };
    Case::new(name, problems)
}

/// Each choice: every other value changes a file beyond the record of the choice itself.
fn effects<C: Chosen>(chosen: &C, choices: &[Choice]) -> Vec<Case> {
    let Ok(Some(before)) = chosen.with(None) else { return Vec::new() };
    let proof = |choice: &Choice| {
        let name = format!("{} `{}` has an effect", C::WORD, choice.id);
        let mut problems = Diagnostics::new();
        let mut others = 0;
        for value in choice.values.iter().skip(1) {
            match chosen.with(Some((&choice.id, value))) {
                Ok(None) => {}
                Ok(Some(after)) => {
                    others += 1;
                    let changed: BTreeSet<String> = differing(&before, &after);
                    if !changed.iter().any(|path| path != SPEC_PATH && path != STACK_PATH) {
                        problems.push(Diagnostic::error(format!("`{}` = {value} changes nothing", choice.id)));
                    }
                }
                Err(found) => problems.extend(found),
            }
        }
        if others == 0 && problems.is_empty() {
            let what = C::WORD;
            problems.push(Diagnostic::error(format!("{what} `{}` has only one value that it accepts", choice.id)));
        }
        Case::new(name, problems)
    };
    choices.par_iter().filter(|choice| !choice.values.is_empty()).map(proof).collect()
}

/// What is left out, and what is found of it.
fn traces<C: Chosen>(chosen: &C) -> Vec<Case> {
    let case = |(word, tree): (String, Result<FileTree, Diagnostics>)| {
        let name = format!("without `{word}` there is no trace of it");
        Case::new(name, tree.map_or_else(|problems| problems, |tree| named(&tree, &word)))
    };
    chosen.left_out().into_iter().map(case).collect()
}

/// Files that come from a component or name it; records say what isn't there, too.
fn named(tree: &FileTree, word: &str) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for (path, file) in tree.iter().filter(|(path, _)| ![SPEC_PATH, STACK_PATH].contains(&path.as_str())) {
        let path = path.as_str();
        let fault = |what: &str| Diagnostic::error(format!("it {what} `{word}`, which was left out"));
        if file.origin.component == word {
            problems.push(fault("comes from").file(path));
        } else if has_word(path, word) {
            problems.push(fault("is named after").file(path));
        } else if let Some(line) = file.contents.lines().position(|line| has_word(line, word)) {
            problems.push(fault("names").file(format!("{path}:{}", line + 1)));
        }
    }
    problems
}

/// Whether a text has that word, alone or between other characters than letters, in any case. `.Metrics` is a member of
/// somebody else's package and no mention.
fn has_word(text: &str, word: &str) -> bool {
    let (lower, word) = (text.to_lowercase(), word.to_lowercase());
    lower.match_indices(&word).any(|(at, _)| {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        let before = lower[..at].chars().next_back();
        let member = before == Some('.') && text.get(at..).is_some_and(|rest| rest.starts_with(char::is_uppercase));
        !member && !letter(before) && !letter(lower[at + word.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::has_word;

    #[test]
    fn a_word_is_found_between_other_characters_than_letters() {
        for (text, found) in [
            ("use metrics_http", true),
            ("Metrics", true),
            ("MetricsHandler", false),
            ("a-metrics.b", true),
            ("scope.Metrics {", false),
            ("a.metrics", true),
        ] {
            assert_eq!(has_word(text, "metrics"), found, "{text}");
        }
    }
}
