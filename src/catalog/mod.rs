//! The catalog: components, blueprints, target templates and pinned versions.
//!
//! The embedded files come first; a user's own directories may add files and override them by path.
mod check;
mod component;
mod file_rule;
mod pins;
mod process;
mod provision;
mod source;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

pub use check::check;
pub use component::*;
pub use file_rule::*;
pub use pins::Pins;
pub use process::*;
pub use provision::*;

use crate::blueprint::Blueprint;
use crate::diagnostic::{Diagnostic, Diagnostics, Source, did_you_mean};
use crate::yaml;

/// Where the pinned versions stand.
const PINS: &str = "versions.yaml";

/// One text of the catalog.
#[derive(Debug, Clone)]
pub struct Text {
    /// The file's contents.
    pub text: std::borrow::Cow<'static, str>,
    /// The user's directory it comes from; none for embedded files.
    pub directory: Option<PathBuf>,
    /// The file itself; none for embedded ones.
    pub file: Option<PathBuf>,
}

/// Everything that stacks are made of.
pub struct Catalog {
    files: Arc<BTreeMap<String, Text>>,
    components: RefCell<BTreeMap<String, Rc<Component>>>,
    pins: Pins,
    /// Whether a directory of the user's takes part.
    own: bool,
}

impl Catalog {
    /// The embedded catalog with the user's directories over it, the last one on top.
    pub fn load(directories: &[PathBuf]) -> Result<Self, Diagnostics> {
        let mut files = source::embedded();
        let mut problems = Diagnostics::new();
        let mut pins = Pins::parse(&source_of(&files, PINS))?;
        for directory in directories {
            match source::read(directory) {
                Ok(mut own) => {
                    // Pins are joined, not replaced: nobody has to copy all of them to add one.
                    if own.contains_key(PINS) {
                        pins.merge(Pins::parse(&source_of(&own, PINS))?);
                        own.remove(PINS);
                    }
                    files.extend(own);
                }
                Err(found) => problems.extend(found),
            }
        }
        problems.into_result(())?;
        Ok(Self { files: Arc::new(files), components: RefCell::default(), pins, own: !directories.is_empty() })
    }

    /// The pinned versions.
    pub fn pins(&self) -> &Pins {
        &self.pins
    }

    /// All pins as text, where directories of the user's own take part, which may add some.
    pub fn own_pins(&self) -> Option<String> {
        self.own.then(|| self.pins.text())
    }

    /// Lays the files of a blueprint that was given as a file over the catalog: `blueprints/<id>/`.
    pub fn add_files(&mut self, blueprint: &Blueprint, folder: &Path) -> Result<(), Diagnostics> {
        let own = source::read_named(folder, blueprint.files.iter().map(|file| file.from.as_str()))?;
        let own = own.into_iter().map(|(path, text)| (format!("blueprints/{}/{path}", blueprint.id), text));
        Arc::make_mut(&mut self.files).extend(own);
        Ok(())
    }

    /// What a blueprint's `files` name and the catalog doesn't have.
    pub fn check_files(&self, blueprint: &Blueprint, source: &Source) -> Result<(), Diagnostics> {
        let folder = format!("blueprints/{}", blueprint.id);
        let known = |from: &str| match from.strip_suffix("/**") {
            Some(tree) => self.files_under(&format!("{folder}/{tree}")).next().is_some(),
            None => self.files.contains_key(&format!("{folder}/{from}")),
        };
        let missing: Vec<usize> =
            (0..blueprint.files.len()).filter(|index| !known(&blueprint.files[*index].from)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let node = yaml::parse_one(source)?;
        let beside = source.name.trim_end_matches(".yaml").trim_end_matches(".yml");
        let problem = |index: usize| {
            let from = &blueprint.files[index].from;
            Diagnostic::error(format!("there is no template `{from}`"))
                .at(source, node.nearest(&["files", &index.to_string(), "from"]).span)
                .help(format!("a blueprint's own files lie in the folder beside it: {beside}/{from}"))
        };
        Err(missing.into_iter().map(problem).collect())
    }

    /// Every text by path, for a template loader.
    pub fn texts(&self) -> Arc<BTreeMap<String, Text>> {
        Arc::clone(&self.files)
    }

    /// The text at that path, `components/<id>/component.yaml`.
    pub fn text(&self, path: &str) -> Option<&Text> {
        self.files.get(path)
    }

    /// The text at that path as a source for messages.
    pub fn source(&self, path: &str) -> Source {
        source_of(&self.files, path)
    }

    /// Paths of the files below `folder`, sorted, relative to it.
    pub fn files_under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a str> {
        self.files
            .range(folder.to_owned()..)
            .map_while(move |(path, _)| path.strip_prefix(folder))
            .filter_map(|rest| rest.strip_prefix('/'))
    }

    /// Every path with its text.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text))
    }

    /// Paths of the user's files that replace embedded ones.
    pub fn overrides(&self) -> impl Iterator<Item = (&str, &Path)> {
        let embedded = source::embedded();
        self.files.iter().filter_map(move |(path, text)| {
            let directory = text.directory.as_deref()?;
            embedded.contains_key(path).then_some((path.as_str(), directory))
        })
    }

    /// Ids of all components, sorted.
    pub fn component_ids(&self) -> Vec<&str> {
        self.files_under("components")
            .filter_map(|path| path.strip_suffix("/component.yaml"))
            .filter(|id| !id.contains('/'))
            .collect()
    }

    /// Ids of all blueprints, sorted.
    pub fn blueprint_ids(&self) -> Vec<&str> {
        self.files_under("blueprints")
            .filter_map(|path| path.strip_suffix(".yaml"))
            .filter(|id| !id.contains('/'))
            .collect()
    }

    /// The component of that id.
    pub fn component(&self, id: &str) -> Result<Rc<Component>, Diagnostics> {
        if let Some(known) = self.components.borrow().get(id) {
            return Ok(Rc::clone(known));
        }
        let path = format!("components/{id}/component.yaml");
        if !self.files.contains_key(&path) {
            return Err(unknown("component", id, &self.component_ids()).into());
        }
        let source = self.source(&path);
        let component: Component = yaml::decode(&yaml::parse_one(&source)?, &source)?;
        if component.id != id {
            let message = format!("the component in folder `{id}` calls itself `{}`", component.id);
            return Err(Diagnostic::error(message).file(&*source.name).help(format!("write `id: {id}`")).into());
        }
        let component = Rc::new(component);
        self.components.borrow_mut().insert(id.to_owned(), Rc::clone(&component));
        Ok(component)
    }

    /// The blueprint of that id.
    pub fn blueprint(&self, id: &str) -> Result<(Blueprint, Source), Diagnostics> {
        let path = format!("blueprints/{id}.yaml");
        if !self.files.contains_key(&path) {
            return Err(unknown("blueprint", id, &self.blueprint_ids()).into());
        }
        let source = self.source(&path);
        let blueprint = Blueprint::parse(&source)?;
        if blueprint.id != id {
            let message = format!("the blueprint in `{id}.yaml` calls itself `{}`", blueprint.id);
            return Err(Diagnostic::error(message).file(&*source.name).help(format!("write `id: {id}`")).into());
        }
        self.check_files(&blueprint, &source)?;
        Ok((blueprint, source))
    }
}

/// The message for an id that the catalog doesn't have.
fn unknown(what: &str, id: &str, known: &[&str]) -> Diagnostic {
    let guess = did_you_mean(id, known.iter().copied());
    let next = match guess {
        Some(guess) => format!("did you mean `{guess}`?"),
        None => "`stackwright list` shows what there is; `--catalog DIR` adds your own".to_owned(),
    };
    Diagnostic::error(format!("there is no {what} `{id}`")).note(format!("known: {}", known.join(", "))).help(next)
}

fn source_of(files: &BTreeMap<String, Text>, path: &str) -> Source {
    let (name, text) = match files.get(path) {
        Some(Text { text, file: Some(file), .. }) => (file.display().to_string(), text.as_ref()),
        Some(Text { text, file: None, .. }) => (path.to_owned(), text.as_ref()),
        None => (path.to_owned(), ""),
    };
    Source::new(name, text)
}
