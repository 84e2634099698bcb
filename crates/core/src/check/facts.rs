//! What the rules look at: every file read once, and joined into what it describes.
use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::compose::{self, Compose};
use super::dockerfile::Dockerfile;
use super::kubernetes::{self, Object};
use super::kustomize::{self, Documents, Problem, Rendered};
use super::markdown::Markdown;
use super::products::{Applied, RuleBook};
use super::reading::{self, Fault, Form, Reading};
use super::running::Running;
use super::secrets::SecretMakers;
use super::texts::{EnvFile, Makefile};
use super::{Drift, Files, NotAnalysed};
pub(super) use crate::SPEC_PATH as SPEC;
use crate::catalog::{Scaler, Scrape};
use crate::stack::{Environment, Runtime, Stack};
use crate::yaml::{FileLine, Node};

/// An overlay of one environment, rendered.
pub(super) struct Overlay {
    /// The environment, by position in the stack.
    pub environment: usize,
    pub directory: String,
    pub objects: Vec<Object>,
    pub rendered: Rendered,
}

/// Everything that is known about the repository.
pub(super) struct Facts<'a> {
    pub stack: &'a Stack,
    pub files: &'a Files,
    pub drift: &'a Drift,
    paths: Vec<&'a str>,
    pub documents: Documents<'a>,
    pub faults: Vec<Fault>,
    pub compose: Option<Compose>,
    /// The overlays of known environments, in the stack's order.
    pub overlays: Vec<Overlay>,
    /// Overlay directories that belong to no environment.
    pub strays: Vec<String>,
    /// Problems of kustomizations that no overlay uses, such as the one that bootstraps delivery.
    pub other_problems: Vec<Problem>,
    /// Files that take part in those.
    pub other_used: BTreeSet<String>,
    /// Objects that those render to.
    pub others: BTreeMap<String, Vec<Object>>,
    pub running: Vec<Running>,
    pub dockerfiles: Vec<Dockerfile<'a>>,
    pub markdown: Vec<Markdown<'a>>,
    pub makefile: Option<Makefile<'a>>,
    pub env_example: Option<EnvFile<'a>>,
    pub not_analysed: Vec<NotAnalysed>,
    /// Objects that no kustomization takes.
    pub loose: Vec<Object>,
    book: &'a RuleBook,
    /// What must hold of the products of the stack.
    pub products: Vec<Applied<'a>>,
    pub secret_makers: SecretMakers<'a>,
}

/// Where the example of the local settings lies.
pub(super) const ENV_EXAMPLE: &str = ".env.example";
/// Where the Makefile lies.
pub(super) const MAKEFILE: &str = "Makefile";
/// Where forges look for workflows of the one form that they share.
const WORKFLOWS: [&str; 3] = [".github/workflows/", ".forgejo/workflows/", ".gitea/workflows/"];
/// Where the program keeps its own record.
pub(super) const OWN_DIRECTORY: &str = ".stackwright/";

impl<'a> Facts<'a> {
    /// Reads all files.
    pub(super) fn new(stack: &'a Stack, files: &'a Files, book: &'a RuleBook, drift: &'a Drift) -> Self {
        let products = book.of_components(&components(stack));
        let mut facts = Self {
            stack,
            files,
            drift,
            paths: files.iter().map(|(path, _)| path).collect(),
            documents: Documents::new(),
            faults: Vec::new(),
            compose: None,
            overlays: Vec::new(),
            strays: Vec::new(),
            other_problems: Vec::new(),
            other_used: BTreeSet::new(),
            others: BTreeMap::new(),
            running: Vec::new(),
            dockerfiles: Vec::new(),
            markdown: Vec::new(),
            makefile: files.text(MAKEFILE).map(Makefile::new),
            env_example: files.text(ENV_EXAMPLE).map(EnvFile::new),
            not_analysed: Vec::new(),
            loose: Vec::new(),
            secret_makers: SecretMakers::of(book),
            products,
            book,
        };
        let all: Vec<_> = files.iter().enumerate().collect();
        let read = all.into_par_iter().map(|(index, (path, file))| {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            (path, file.text.as_deref().map(|text| reading::read(index, path, text)))
        });
        for (path, reading) in read.collect::<Vec<_>>() {
            facts.take(path, reading);
        }
        facts.join();
        facts
    }

    /// The path of a file by its number.
    pub(super) fn path(&self, file: u32) -> &'a str {
        self.paths.get(file as usize).copied().unwrap_or_default()
    }

    /// A place as `file:line`.
    pub(super) fn place(&self, at: FileLine) -> String {
        format!("{}:{}", self.path(at.file), at.line)
    }

    /// The local environment's position and the environment; a damaged stack may have none.
    pub(super) fn local(&self) -> Option<(usize, &'a Environment)> {
        self.stack.environments.iter().enumerate().find(|(_, environment)| environment.is_local())
    }

    /// All workflow files with their first document.
    pub(super) fn workflows(&self) -> impl Iterator<Item = (&'a str, &Node)> {
        self.documents
            .iter()
            .filter(|(path, _)| WORKFLOWS.iter().any(|directory| path.starts_with(directory)))
            .filter_map(|(path, documents)| Some((*path, documents.first()?)))
    }

    /// All kustomizations: directory and document.
    pub(super) fn kustomizations(&self) -> impl Iterator<Item = (&'a str, &Node)> {
        self.documents.iter().filter_map(|(path, documents)| {
            let directory = path.strip_suffix(kustomize::FILE)?;
            Some((directory.trim_end_matches('/'), documents.first()?))
        })
    }

    /// The scaler of that kind, if it is one.
    pub(super) fn scaler(&self, kind: &str) -> Option<&'a Scaler> {
        self.book.everywhere().flat_map(|checks| &checks.scalers).find(|scaler| scaler.kind == kind)
    }

    /// The scrape of that kind, if it is one.
    pub(super) fn scrape(&self, kind: &str) -> Option<&'a Scrape> {
        self.book.everywhere().flat_map(|checks| &checks.scrapes).find(|scrape| scrape.kind == kind)
    }

    /// Whether an operator may make something from an object; scalers and scrapes are about what others make.
    pub(super) fn operated(&self, object: &Object) -> bool {
        object.custom() && self.scaler(&object.kind).is_none() && self.scrape(&object.kind).is_none()
    }

    /// Whether several policies of that kind may be attached to one thing.
    pub(super) fn shares(&self, kind: &str) -> bool {
        self.book.everywhere().flat_map(|checks| &checks.shared_policies).any(|one| one == kind)
    }

    /// Whether a component of the stack keeps secrets; else somebody makes them by hand.
    pub(super) fn secrets_are_kept(&self) -> bool {
        let own = self.products.iter().filter(|product| product.component.is_some());
        own.map(|product| product.checks).any(|checks| checks.hands_over_secrets || !checks.secrets.is_empty())
    }

    /// Whether people hand secrets to the cluster that no manifest makes.
    pub(super) fn secrets_are_handed_over(&self) -> bool {
        self.products.iter().any(|product| product.checks.hands_over_secrets)
    }

    /// Keeps what was read of a file; none where it can't be read as text.
    fn take(&mut self, path: &'a str, reading: Option<Reading<'a>>) {
        let Some(Reading { form, faults }) = reading else {
            let what = "a file that is too large or not UTF-8".into();
            self.not_analysed.push(NotAnalysed { file: path.to_owned(), line: None, what });
            return;
        };
        self.faults.extend(faults);
        match form {
            Form::Yaml(documents) => {
                self.documents.insert(path, documents);
            }
            Form::Markdown(page) => self.markdown.push(page),
            Form::Dockerfile(dockerfile) => self.dockerfiles.push(dockerfile),
            Form::Other => {}
        }
    }

    fn join(&mut self) {
        let local = self.local().map(|(index, _)| index);
        if let Some(root) = self.documents.get(compose::PATH).and_then(|documents| documents.first()) {
            let compose = Compose::new(root.clone(), local.unwrap_or_default());
            // Without its environment nothing says what a service should be.
            if local.is_some() {
                self.running.extend(compose.services.iter().map(|service| service.running.clone()));
            }
            self.compose = Some(compose);
        }
        self.render();
        let taken = |path: &str| {
            self.other_used.contains(path) || self.overlays.iter().any(|one| one.rendered.used.contains(path))
        };
        let left = self.documents.iter().filter(|(path, _)| !taken(path)).flat_map(|(_, documents)| documents);
        self.loose = left.filter_map(|node| Object::new(node.clone())).collect();
    }

    /// Renders every kustomization that stands for itself: overlays, then those that no overlay uses.
    fn render(&mut self) {
        let mut overlays = Vec::new();
        let mut others = Vec::new();
        for directory in self.kustomizations().map(|(directory, _)| directory).collect::<Vec<_>>() {
            let Some((parent, name)) = directory.rsplit_once('/') else { continue };
            if !parent.ends_with("overlays") {
                others.push(directory);
                continue;
            }
            let is = |one: &Environment| one.runtime == Runtime::Cluster && one.name == *name;
            match self.stack.environments.iter().position(is) {
                Some(environment) => overlays.push((environment, directory)),
                None => self.strays.push(directory.to_owned()),
            }
        }
        overlays.sort_unstable();
        let rendered = overlays.into_par_iter().map(|(environment, directory)| self.overlay(environment, directory));
        for (overlay, running) in rendered.collect::<Vec<_>>() {
            self.running.extend(running);
            self.overlays.push(overlay);
        }
        others.retain(|directory| {
            let file = kustomize::join(directory, kustomize::FILE);
            !self.overlays.iter().any(|overlay| overlay.rendered.used.contains(&file))
        });
        let rendered = others.into_par_iter().map(|one| (one, kustomize::render(&self.documents, self.files, one)));
        for (directory, mut rendered) in rendered.collect::<Vec<_>>() {
            self.other_problems.append(&mut rendered.problems);
            self.other_used.append(&mut rendered.used);
            self.not_analysed.append(&mut rendered.not_analysed);
            self.others.insert(directory.to_owned(), rendered.objects.into_iter().filter_map(Object::new).collect());
        }
        let found = self.overlays.iter_mut().flat_map(|overlay| std::mem::take(&mut overlay.rendered.not_analysed));
        self.not_analysed.extend(found);
    }

    /// An environment's overlay, and what runs in it.
    fn overlay(&self, environment: usize, directory: &str) -> (Overlay, Vec<Running>) {
        let mut rendered = kustomize::render(&self.documents, self.files, directory);
        let objects: Vec<Object> = std::mem::take(&mut rendered.objects).into_iter().filter_map(Object::new).collect();
        let running =
            objects.iter().filter_map(|object| kubernetes::running(object, &objects, &self.secret_makers, environment));
        let running = running.collect();
        (Overlay { environment, directory: directory.to_owned(), objects, rendered }, running)
    }
}

impl Overlay {
    /// The environment it is for.
    pub(super) fn environment<'a>(&self, stack: &'a Stack) -> &'a Environment {
        &stack.environments[self.environment]
    }

    /// The place that stands for the overlay as a whole.
    pub(super) fn file(&self) -> String {
        kustomize::join(&self.directory, kustomize::FILE)
    }

    /// The object that runs the process of that id.
    pub(super) fn workload(&self, id: &str) -> Option<&Object> {
        self.objects.iter().find(|object| object.name == id && object.template().is_some())
    }
}

/// The ids of the components that a stack is made of.
fn components(stack: &Stack) -> BTreeSet<&str> {
    let units = stack.units.iter().flat_map(|unit| {
        let features = unit.features.iter().map(|feature| feature.component.as_str());
        features.chain([unit.component.as_str()])
    });
    units.chain(stack.platforms.iter().map(|platform| platform.component.as_str())).collect()
}
