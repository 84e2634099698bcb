//! `list`: the blueprints and components that there are.
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use super::args::{Format, List};
use super::output::Output;
use super::workbench::Workbench;
use super::{Done, Failure};
use crate::blueprint::Blueprint;
use crate::catalog::Kind;

/// The version of the JSON. It only grows.
const VERSION: u32 = 1;

/// The kinds in the order in which they are listed, with their headings.
pub(super) const KINDS: [(Kind, &str); 5] = [
    (Kind::Service, "service"),
    (Kind::Feature, "feature"),
    (Kind::Resource, "resource"),
    (Kind::Tool, "tool"),
    (Kind::Platform, "platform"),
];

#[derive(Serialize)]
struct Document {
    version: u32,
    blueprints: Vec<Entry>,
    components: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    title: String,
    summary: String,
    /// The capabilities that it provides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    provides: Vec<String>,
    /// The user's directory that it comes from; absent for embedded ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<String>,
}

pub(super) fn run(arguments: &List, catalogs: &[PathBuf], output: &Output) -> Done {
    let workbench = Workbench::open(catalogs)?;
    let document = document(&workbench)?;
    match arguments.format {
        Format::Json => output.json(&document)?,
        Format::Text => output.text(&text(&document))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn document(workbench: &Workbench) -> Result<Document, Failure> {
    let catalog = &workbench.catalog;
    let directory = |path: &str| catalog.text(path).and_then(|text| text.directory.clone());
    let mut document = Document { version: VERSION, blueprints: Vec::new(), components: Vec::new() };
    for id in catalog.blueprint_ids() {
        let (blueprint, _) = Blueprint::of(catalog, id)?;
        let directory = directory(&format!("blueprints/{id}.yaml"));
        let (title, summary) = (blueprint.title, blueprint.summary);
        let (id, provides) = (id.to_owned(), Vec::new());
        document.blueprints.push(Entry { id, kind: None, title, summary, provides, directory });
    }
    for id in catalog.component_ids() {
        let component = catalog.component(id)?;
        let directory = directory(&format!("components/{id}/component.yaml"));
        document.components.push(Entry {
            id: id.to_owned(),
            kind: Some(word(component.kind)),
            title: component.title.clone(),
            summary: component.summary.clone(),
            provides: component.provides.keys().cloned().collect(),
            directory,
        });
    }
    Ok(document)
}

/// A kind in a word.
pub(super) fn word(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("component", |(_, word)| word)
}

fn text(document: &Document) -> String {
    let all = document.blueprints.iter().chain(&document.components);
    let width = all.map(|entry| entry.id.chars().count()).max().unwrap_or(0);
    let line = |entry: &Entry| {
        let from = entry.directory.as_ref().map_or_else(String::new, |directory| format!(" (from {directory})"));
        let provides = if entry.provides.is_empty() { "" } else { ", provides " };
        format!("  {:<width$}  {}{provides}{}{from}\n", entry.id, entry.title, entry.provides.join(", "))
    };
    let mut out = String::from("Blueprints\n");
    out.extend(document.blueprints.iter().map(line));
    for (_, kind) in KINDS {
        let mut entries = document.components.iter().filter(|entry| entry.kind == Some(kind)).peekable();
        if entries.peek().is_some() {
            out.push_str(&format!("\nComponents: {kind}\n"));
            out.extend(entries.map(line));
        }
    }
    out
}
