//! Renders the subset of Kustomize that generated overlays use: resources, namespace, images, replicas, labels, config
//! maps of literals, and strategic-merge patches.
//!
//! What it renders keeps file and line of every value, so that a rule can blame the file that somebody edits. What it
//! does not know is reported as not analysed, never ignored.
mod generate;
mod merge;
mod transform;

pub(super) use transform::split_image;

use std::collections::{BTreeMap, BTreeSet};

use super::{Files, NotAnalysed};
use crate::diagnostic::Source;
use crate::yaml;
use crate::yaml::{Entry, FileLine, Node};

/// The documents of every YAML file, by path.
pub(super) type Documents<'a> = BTreeMap<&'a str, Vec<Node>>;

/// A fault in a kustomization, with the rule that reports it.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    pub rule: &'static str,
    pub at: FileLine,
    pub message: String,
}

/// What a directory renders to.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub objects: Vec<Node>,
    /// Every file that took part, kustomizations included.
    pub used: BTreeSet<String>,
    pub problems: Vec<Problem>,
    pub not_analysed: Vec<NotAnalysed>,
    /// Names of the config maps that get a suffix from their contents.
    generated: BTreeSet<String>,
}

impl Rendered {
    fn problem(&mut self, rule: &'static str, at: FileLine, message: impl Into<String>) {
        self.problems.push(Problem { rule, at, message: message.into() });
    }

    fn unknown(&mut self, file: String, at: FileLine, what: String) {
        self.not_analysed.push(NotAnalysed { file, line: Some(at.line as usize), what });
    }

    /// Whether a config map is renamed when its contents change.
    pub(in crate::check) fn has_suffix(&self, config_map: &str) -> bool {
        self.generated.contains(config_map)
    }
}

/// The name of the file that makes a directory a kustomization.
pub(super) const FILE: &str = "kustomization.yaml";

/// Fields that change nothing a rule looks at.
const HARMLESS: &[&str] = &["apiVersion", "kind", "metadata", "generatorOptions", "sortOptions", "buildMetadata"];

/// Renders a directory.
pub(super) fn render(documents: &Documents<'_>, files: &Files, directory: &str) -> Rendered {
    let mut rendered = Rendered::default();
    let renderer = Renderer { documents, files };
    rendered.objects = renderer.directory(directory, &mut Vec::new(), &mut rendered);
    rendered
}

/// Renders a directory as one text, config maps with the suffix that `kustomize build` gives them.
///
/// Used to prove that this module and `kustomize` agree.
pub fn build(files: &Files, directory: &str) -> Result<String, String> {
    let mut documents = Documents::new();
    for (index, (path, file)) in files.iter().enumerate() {
        let Some(text) = file.text.as_deref().filter(|_| path.ends_with(".yaml")) else { continue };
        let file = u32::try_from(index).map_err(|error| error.to_string())?;
        let options = yaml::Options::FOREIGN.of_file(file);
        let parsed = yaml::parse_with(&Source::new(path, text), options).map_err(|problems| problems.to_string())?;
        documents.insert(path, parsed);
    }
    let mut rendered = render(&documents, files, directory);
    if let Some(problem) = rendered.problems.first() {
        return Err(problem.message.clone());
    }
    if let Some(unknown) = rendered.not_analysed.first() {
        return Err(unknown.what.clone());
    }
    generate::rename(&mut rendered);
    let texts: Vec<String> = rendered.objects.iter().map(|object| yaml::emit(&object.to_json()) + "\n").collect();
    Ok(texts.join("---\n"))
}

struct Renderer<'a> {
    documents: &'a Documents<'a>,
    files: &'a Files,
}

impl Renderer<'_> {
    fn directory(&self, directory: &str, open: &mut Vec<String>, out: &mut Rendered) -> Vec<Node> {
        let path = join(directory, FILE);
        let Some(kustomization) = self.documents.get(path.as_str()).and_then(|documents| documents.first()) else {
            return Vec::new();
        };
        let kustomization = kustomization.clone();
        out.used.insert(path.clone());
        open.push(directory.to_owned());
        let mut objects = Vec::new();
        for item in kustomization.list_at(&["resources"]) {
            objects.extend(self.resource(directory, item, open, out));
        }
        generate::config_maps(&kustomization, &mut objects, out);
        self.patches(directory, &kustomization, &mut objects, out);
        transform::all(&kustomization, &mut objects, out);
        for entry in kustomization.entries() {
            let known = HARMLESS.contains(&entry.name())
                || ["resources", "configMapGenerator", "patches"].contains(&entry.name())
                || transform::FIELDS.contains(&entry.name());
            if !known {
                out.unknown(path.clone(), entry.here(), format!("`{}` of a kustomization", entry.name()));
            }
        }
        open.pop();
        objects
    }

    fn resource(&self, directory: &str, item: &Node, open: &mut Vec<String>, out: &mut Rendered) -> Vec<Node> {
        let Some(text) = item.as_str() else { return Vec::new() };
        if text.contains("://") || text.contains("?ref=") || text.starts_with("github.com/") {
            if !(text.contains("?ref=") || text.contains("/download/")) {
                out.problem("R076", item.here(), format!("the remote resource `{text}` has no `?ref=`, so it moves"));
            }
            return Vec::new();
        }
        let path = join(directory, text);
        if let Some(documents) = self.documents.get(path.as_str()) {
            out.used.insert(path);
            return documents.iter().filter(|node| !node.is_empty()).cloned().collect();
        }
        if self.files.contains(&path) {
            out.used.insert(path);
            return Vec::new();
        }
        if open.contains(&path) {
            out.problem("R070", item.here(), format!("`{text}` leads back to itself"));
            return Vec::new();
        }
        if self.files.contains(&join(&path, FILE)) {
            return self.directory(&path, open, out);
        }
        let message = if self.files.has_directory(&path) {
            format!("the directory `{text}` has no {FILE}")
        } else {
            format!("the resource `{text}` does not exist")
        };
        out.problem("R078", item.here(), message);
        Vec::new()
    }

    fn patches(&self, directory: &str, kustomization: &Node, objects: &mut Vec<Node>, out: &mut Rendered) {
        for item in kustomization.list_at(&["patches"]) {
            let parsed;
            let documents: &[Node] = if let Some(entry) = item.entry("path") {
                let text = entry.value.as_str().unwrap_or_default();
                let path = join(directory, text);
                let Some(documents) = self.documents.get(path.as_str()) else {
                    out.problem("R078", entry.here(), format!("the patch `{text}` does not exist"));
                    continue;
                };
                out.used.insert(path);
                documents
            } else if let Some(entry) = item.entry("patch") {
                parsed = inline(&entry.value, out);
                &parsed
            } else {
                continue;
            };
            for patch in documents {
                if patch.as_seq().is_some() {
                    out.unknown(join(directory, FILE), item.here(), "a JSON patch of a kustomization".into());
                    continue;
                }
                let hit = merge::patch(objects, patch, item.get("target"));
                if !hit {
                    let target = item.get("target").unwrap_or(patch);
                    let kind = target.text_at(&["kind"]).unwrap_or("object");
                    let name = target
                        .text_at(&["name"])
                        .or_else(|| target.text_at(&["metadata", "name"]))
                        .unwrap_or("any name");
                    let at = item.entry("target").map_or_else(|| patch.place(&["metadata", "name"]), Entry::here);
                    out.problem(
                        "R074",
                        at,
                        format!("the patch of {kind} `{name}` matches no object, so it changes nothing"),
                    );
                }
            }
        }
    }
}

/// A patch written as a text block inside the kustomization.
fn inline(node: &Node, out: &mut Rendered) -> Vec<Node> {
    let Some(text) = node.as_str() else { return Vec::new() };
    let options = yaml::Options::FOREIGN.of_file(node.file);
    let mut parsed = yaml::parse_with(&Source::new("patch", text), options).unwrap_or_else(|problems| {
        let first = problems.into_iter().next().map(|problem| problem.message).unwrap_or_default();
        out.problem("R070", node.here(), format!("the patch can't be read: {first}"));
        Vec::new()
    });
    parsed.iter_mut().for_each(|one| one.shift(node.here().line));
    parsed
}

/// Joins a relative path to a directory and resolves `.` and `..`.
pub(super) fn join(directory: &str, path: &str) -> String {
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests;
