//! The catalog: components, blueprints, target templates and pinned versions.
//!
//! The embedded files come first; a user's own directories may add files and override them by path.
mod component;
mod contribution;
mod extends;
mod file_rule;
mod identifiers;
mod kept;
mod named;
mod param;
mod pins;
mod presets;
mod process;
mod product;
mod provision;
pub(crate) mod question;
mod reserved;
mod skeleton;
mod slot;
mod source;

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, RwLock};

use rayon::prelude::*;

pub use component::*;
pub use contribution::*;
pub use file_rule::*;
pub use kept::KeptFile;
pub use param::Param;
pub use pins::{ActionPin, CommitHash, Evidence, ImagePin, ImageReference, Pins, PinsFile, VersionPin};
pub use process::*;
pub use product::*;
pub use provision::*;
pub use question::{Choice, ParamRef, Question, QuestionType, Rule};
pub use reserved::{Limits, Longest, Reserved, ReservedWords};
pub use skeleton::Folder;
pub use slot::Slot;
pub use source::OwnFiles;

use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml;
use kept::Kept;

/// What a catalog says about itself, to people only.
const README: &str = "README.md";

/// One text of the catalog.
#[derive(Debug, Clone)]
pub struct Text {
    /// The file's contents.
    pub text: std::borrow::Cow<'static, str>,
    /// The user's directory it comes from; none for embedded files.
    pub directory: Option<String>,
}

/// Everything that stacks are made of.
pub struct Catalog {
    files: Arc<BTreeMap<String, Text>>,
    components: RwLock<BTreeMap<String, Arc<Component>>>,
    /// Descriptions as they were written: several components may build on one.
    documents: RwLock<BTreeMap<String, Arc<yaml::Document>>>,
    kept: Kept,
    pins: Pins,
    reserved: Arc<Reserved>,
    /// Whether a directory of the user's takes part.
    own: bool,
}

impl Catalog {
    /// The embedded catalog with the user's own files over it, the last ones on top.
    pub fn load(own: &[OwnFiles]) -> Result<Self, Diagnostics> {
        let mut files = source::embedded();
        let mut kept = Kept::default();
        kept.take(&mut files);
        for own in own {
            let mut texts = own.texts();
            kept.take(&mut texts);
            files.extend(texts);
        }
        files.remove(README);
        let pins = Pins::join(&kept)?;
        extends::inherit(&mut files);
        let files = Arc::new(files);
        let reserved = Arc::new(Reserved::new(Arc::clone(&files)));
        let (components, documents) = (RwLock::default(), RwLock::default());
        Ok(Self { files, components, documents, kept, pins, reserved, own: !own.is_empty() })
    }

    /// The pinned versions.
    pub fn pins(&self) -> &Pins {
        &self.pins
    }

    /// The words that can't be used as names.
    pub fn reserved(&self) -> Arc<Reserved> {
        Arc::clone(&self.reserved)
    }

    /// The user's own texts by path, those that are joined with embedded ones included; none without a directory of the user's.
    pub fn own_texts(&self) -> Option<Vec<(&str, &Text)>> {
        let files = self.files().filter(|(_, text)| text.directory.is_some());
        self.own.then(|| self.kept.own().chain(files).collect())
    }

    /// The pins or locks of that name (`locks/python.yaml`) in all folders: one list for the embedded catalog, one for each
    /// of the user's own, the last ones on top.
    pub fn kept<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Vec<KeptFile>> + 'a {
        self.kept.named(name)
    }

    /// The same catalog with further files over it.
    #[must_use]
    pub fn with(&self, own: &OwnFiles) -> Self {
        let mut files = BTreeMap::clone(&self.files);
        files.extend(own.texts());
        let files = Arc::new(files);
        let reserved = Arc::new(Reserved::new(Arc::clone(&files)));
        Self {
            files,
            components: RwLock::default(),
            documents: RwLock::default(),
            kept: self.kept.clone(),
            pins: self.pins.clone(),
            reserved,
            own: self.own,
        }
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
    pub fn overrides(&self) -> impl Iterator<Item = (&str, &str)> {
        let embedded = LazyCell::new(source::embedded);
        self.files.iter().filter_map(move |(path, text)| {
            let directory = text.directory.as_deref()?;
            embedded.contains_key(path).then_some((path.as_str(), directory))
        })
    }

    /// Ids of the components that have a file of the user's, sorted.
    pub fn own_components(&self) -> BTreeSet<&str> {
        let own = self.files.iter().filter(|(_, text)| text.directory.is_some());
        own.filter_map(|(path, _)| path.strip_prefix("components/")?.split('/').next()).collect()
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
    pub fn component(&self, id: &str) -> Result<Arc<Component>, Diagnostics> {
        if let Some(known) = self.components.read().ok().and_then(|known| known.get(id).cloned()) {
            return Ok(known);
        }
        let path = format!("components/{id}/component.yaml");
        if !self.files.contains_key(&path) {
            return Err(unknown("component", id, &self.component_ids()).into());
        }
        let document = self.document(&path)?;
        let described = self.described(id, document.root.clone(), &document.source)?;
        let mut component: Component = yaml::decode(&described, &document.source)?;
        component.place = yaml::Place::whole(&document);
        if component.id != id {
            let message = format!("the component in folder `{id}` calls itself `{}`", component.id);
            let problem = Diagnostic::error(message).help(format!("write `id: {id}`"));
            return Err(component.at().key("id").point(problem).into());
        }
        let component = Arc::new(component);
        if let Ok(mut known) = self.components.write() {
            known.insert(id.to_owned(), Arc::clone(&component));
        }
        Ok(component)
    }

    /// The text at that path as YAML.
    fn document(&self, path: &str) -> Result<Arc<yaml::Document>, Diagnostics> {
        if let Some(known) = self.documents.read().ok().and_then(|known| known.get(path).cloned()) {
            return Ok(known);
        }
        let document = yaml::Document::read(&self.source(path))?;
        if let Ok(mut known) = self.documents.write() {
            known.insert(path.to_owned(), Arc::clone(&document));
        }
        Ok(document)
    }

    /// What a component's file says, with everything that it leaves to others or names once.
    fn described(&self, id: &str, node: yaml::Node, source: &Source) -> Result<yaml::Node, Diagnostics> {
        let node = extends::whole(self, node, source, &[id])?;
        named::expand(presets::apply(self, node)?, source)
    }

    /// Every capability that some component provides. All components are read for it, and stay read.
    pub fn capabilities(&self) -> Result<BTreeSet<String>, Diagnostics> {
        let mut found = BTreeSet::new();
        for component in self.component_ids().into_par_iter().map(|id| self.component(id)).collect::<Vec<_>>() {
            let component = component?;
            let added = component.on.values().flat_map(|added| added.provides.keys());
            found.extend(component.provides.keys().chain(added).cloned());
        }
        Ok(found)
    }

    /// The text of the blueprint of that id.
    pub fn blueprint_source(&self, id: &str) -> Result<Source, Diagnostics> {
        let path = format!("blueprints/{id}.yaml");
        if !self.files.contains_key(&path) {
            return Err(unknown("blueprint", id, &self.blueprint_ids()).into());
        }
        Ok(self.source(&path))
    }
}

/// The message for an id that the catalog doesn't have.
fn unknown(what: &str, id: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::error(format!("there is no {what} `{id}`"))
        .note(format!("known: {}", known.join(", ")))
        .help("`stackwright list` shows what there is; `--catalog DIR` adds your own")
        .guess(id, known.iter().copied())
}

fn source_of(files: &BTreeMap<String, Text>, path: &str) -> Source {
    let (name, text) = match files.get(path) {
        Some(Text { text, directory: Some(directory) }) => {
            (format!("{}/{path}", directory.trim_end_matches('/')), text.as_ref())
        }
        Some(Text { text, directory: None }) => (path.to_owned(), text.as_ref()),
        None => (path.to_owned(), ""),
    };
    Source::new(name, text)
}
