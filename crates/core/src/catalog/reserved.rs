//! Words that can't be used as a name, with the reason.
//!
//! They come from lists that are kept (`words/*.txt`), from names in the templates themselves, and from what a component's
//! `reserved.yaml` says. Questions ask through the function `reserved`, `resolve` asks for what a stack's description says.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Deserialize;

use super::identifiers::{Names, spans_folder};
use super::{Text, source_of};
use crate::diagnostic::Diagnostics;
use crate::render::in_form;
use crate::yaml;

/// The contents of a component's `reserved.yaml`: what its parameters must not be, by parameter; `unit` stands for the
/// unit's own name, `project` for the project's, and `others` for the units beside a platform component.
pub type ReservedWords = BTreeMap<String, Limits>;

/// What one parameter must not be.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// How long it may be.
    pub longest: Option<Longest>,
    /// Lists of `words/` that must not hold it, by the form in which the templates use it (`plural | snake`).
    pub lists: BTreeMap<String, Vec<String>>,
    /// Single words with the reason, which ends the sentence "it is …".
    pub words: BTreeMap<String, String>,
    /// Beginnings with the reason, which ends the sentence "it is …".
    pub beginnings: BTreeMap<String, String>,
}

/// How long a word may be, and why.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Longest {
    /// The most characters.
    pub characters: usize,
    /// Why it may not be longer.
    pub because: String,
}

/// What is known of one parameter.
struct Known {
    limits: Limits,
    /// Names that stand in the templates, by where that is.
    scopes: BTreeMap<String, Names>,
}

/// Looks words up.
pub struct Reserved {
    files: Arc<BTreeMap<String, Text>>,
    known: Mutex<BTreeMap<(String, String), Arc<Known>>>,
}

impl Reserved {
    pub(super) fn new(files: Arc<BTreeMap<String, Text>>) -> Self {
        Self { files, known: Mutex::default() }
    }

    /// The component's own words.
    pub fn words_of(&self, component: &str) -> Result<ReservedWords, Diagnostics> {
        let path = format!("components/{component}/reserved.yaml");
        if !self.files.contains_key(&path) {
            return Ok(ReservedWords::new());
        }
        let source = source_of(&self.files, &path);
        yaml::decode(&yaml::parse_one(&source)?, &source)
    }

    /// Why that parameter of the component can't be that word; none when it can.
    pub fn reason(&self, component: &str, parameter: &str, word: &str) -> Result<Option<String>, Diagnostics> {
        let known = self.known(component, parameter)?;
        let limits = &known.limits;
        if let Some(longest) = limits.longest.as_ref().filter(|longest| word.len() > longest.characters) {
            let (length, most) = (word.len(), longest.characters);
            return Ok(Some(format!("`{word}` has {length} characters, more than {most}: {}", longest.because)));
        }
        let beginning = limits.beginnings.iter().find(|(beginning, _)| word.starts_with(beginning.as_str()));
        if let Some((_, why)) = limits.words.get_key_value(word).or(beginning) {
            return Ok(Some(format!("`{word}` is {why}")));
        }
        for (form, lists) in &limits.lists {
            let Some(name) = in_form(word, form) else { continue };
            for list in lists {
                let list = self.list(list);
                if list.words().any(|listed| listed == name) {
                    return Ok(Some(is_taken(word, &name, list.what())));
                }
            }
        }
        Ok(known.scopes.iter().find_map(|(place, names)| {
            names.taken(word).map(|name| is_taken(word, &name, &format!("a name that {place} has already")))
        }))
    }

    /// Names of lists that the component's words name and the catalog doesn't have, and of forms that don't exist.
    pub(crate) fn unknown(&self, component: &str) -> Result<Vec<String>, Diagnostics> {
        let mut unknown = Vec::new();
        for (form, lists) in self.words_of(component)?.values().flat_map(|limits| &limits.lists) {
            unknown.extend(in_form("word", form).is_none().then(|| format!("there is no form `{form}`")));
            let absent = lists.iter().filter(|list| self.list(list).0.is_empty());
            unknown.extend(absent.map(|list| format!("there is no list `words/{list}.txt`")));
        }
        Ok(unknown)
    }

    fn list(&self, name: &str) -> List<'_> {
        List(self.files.get(&format!("words/{name}.txt")).map_or("", |text| text.text.as_ref()))
    }

    fn known(&self, component: &str, parameter: &str) -> Result<Arc<Known>, Diagnostics> {
        let key = (component.to_owned(), parameter.to_owned());
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(&key) {
            return Ok(Arc::clone(known));
        }
        let limits = self.words_of(component)?.remove(parameter).unwrap_or_default();
        let known = Arc::new(Known { limits, scopes: self.scopes(component, parameter) });
        all.insert(key, Arc::clone(&known));
        Ok(known)
    }

    /// The names in the application of a component, and in what features add to it: all of them, so that a feature
    /// that comes later finds its names free.
    fn scopes(&self, component: &str, parameter: &str) -> BTreeMap<String, Names> {
        let (own, added) = (format!("components/{component}/app/"), format!("/on/{component}/app/"));
        let expressions = expressions(parameter);
        let all = self.files.range("components/".to_owned()..).take_while(|(path, _)| path.starts_with("components/"));
        let files: Vec<_> = all
            .filter_map(|(path, text)| match (path.strip_prefix(&own), path.split_once(&added)) {
                (Some(inner), _) => Some((inner, text, &expressions[..])),
                // A feature's `params` are its own.
                (None, Some((_, inner))) => Some((inner, text, &expressions[..1])),
                _ => None,
            })
            .collect();
        let mentions = |text: &Text| expressions.iter().any(|expression| text.text.contains(expression));
        let read: BTreeSet<&str> =
            files.iter().filter(|(_, text, _)| mentions(text)).map(|file| scope_of(file.0)).collect();
        let mut scopes: BTreeMap<String, Names> = BTreeMap::new();
        for (path, text, expressions) in files {
            folders(path, expressions, &mut scopes);
            if read.contains(scope_of(path)) {
                scopes.entry(readable(scope_of(path))).or_default().read(path, &text.text, expressions);
            }
        }
        scopes
    }
}

/// Where a file's names are seen: in its whole folder, or in itself.
fn scope_of(path: &str) -> &str {
    if spans_folder(path) { path.rsplit_once('/').map_or("", |(folder, _)| folder) } else { path }
}

/// How templates write the parameter.
fn expressions(parameter: &str) -> Vec<String> {
    match parameter {
        "unit" => vec!["unit.name".into()],
        "project" => vec!["project.name".into()],
        _ => vec![format!("unit.params.{parameter}"), format!("params.{parameter}")],
    }
}

/// Adds each piece of a path to the names of its folder.
fn folders(path: &str, expressions: &[String], scopes: &mut BTreeMap<String, Names>) {
    let mut folder = "";
    for piece in path.split('/') {
        let scope = if folder.is_empty() {
            "the application's folder".to_owned()
        } else {
            format!("its folder {}", readable(folder))
        };
        scopes.entry(scope).or_default().file(piece, expressions);
        let end = folder.len() + usize::from(!folder.is_empty()) + piece.len();
        folder = &path[..end];
    }
}

/// A template's path without the expressions in it.
fn readable(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some((before, tag)) = rest.split_once("@{") {
        out.push_str(before);
        out.push('…');
        rest = tag.split_once("}@").map_or("", |(_, after)| after);
    }
    format!("`{out}{rest}`")
}

/// A list: lines that begin with `#` say where it is from, one of them what its words are.
struct List<'a>(&'a str);

impl<'a> List<'a> {
    fn words(&self) -> impl Iterator<Item = &'a str> {
        self.0.lines().filter(|line| !line.starts_with('#'))
    }

    /// What each word is, `a keyword of Python`.
    fn what(&self) -> &'a str {
        self.0
            .lines()
            .find_map(|line| line.strip_prefix("# Each is "))
            .unwrap_or("a word that is taken")
            .trim_end_matches('.')
    }
}

fn is_taken(word: &str, name: &str, what: &str) -> String {
    let subject =
        if word == name { format!("`{word}`") } else { format!("`{word}` becomes `{name}` in the code, which") };
    format!("{subject} is {what}; take another word, or two joined by a hyphen")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    #[test]
    fn the_specimen_in_the_documentation_is_read() {
        let page = include_str!("../../../../docs/components.md");
        let specimen = page.split_once("## Words that are taken").unwrap().1.split("```yaml\n").nth(1).unwrap();
        let source = Source::new("reserved.yaml", specimen.split_once("```").unwrap().0);
        let words: ReservedWords = yaml::decode(&yaml::parse_one(&source).unwrap(), &source).unwrap();
        assert_eq!(words.keys().collect::<Vec<_>>(), ["noun", "others"]);
        assert_eq!(words["noun"].lists.len(), 2);
    }
}
