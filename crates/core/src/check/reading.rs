//! Reads one file by its form: its documents, sections or stages, and what is wrong with it as text.
use serde::de::IgnoredAny;

use super::dockerfile::Dockerfile;
use super::markdown::Markdown;
use super::texts::Unique;
use crate::diagnostic::Source;
use crate::yaml::{self, Node};

/// A fault found while reading.
pub(super) struct Fault {
    pub rule: &'static str,
    pub file: String,
    pub line: usize,
    pub message: String,
    pub hint: Option<String>,
}

/// What a file is, as far as rules look into it.
pub(super) enum Form<'a> {
    Yaml(Vec<Node>),
    Markdown(Markdown<'a>),
    Dockerfile(Dockerfile<'a>),
    Other,
}

/// One file, read.
pub(super) struct Reading<'a> {
    pub form: Form<'a>,
    pub faults: Vec<Fault>,
}

/// Reads the file with that number and path.
pub(super) fn read<'a>(file: u32, path: &'a str, text: &'a str) -> Reading<'a> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let mut faults = Vec::new();
    let form = match extension {
        "yaml" | "yml" => documents(file, path, text, &mut faults),
        "json" if !name.starts_with("tsconfig") => {
            faults.extend(json(path, text));
            Form::Other
        }
        "toml" => {
            faults.extend(toml(path, text));
            Form::Other
        }
        "md" => Form::Markdown(Markdown::new(path, text)),
        _ if name == "Dockerfile" || name.starts_with("Dockerfile.") || extension == "Dockerfile" => {
            Form::Dockerfile(Dockerfile::new(path, text))
        }
        _ => Form::Other,
    };
    Reading { form, faults }
}

fn fault(rule: &'static str, file: &str, line: usize, message: impl Into<String>) -> Fault {
    Fault { rule, file: file.to_owned(), line, message: message.into(), hint: None }
}

fn json(path: &str, text: &str) -> Option<Fault> {
    let error = serde_json::from_str::<Unique>(text).err()?;
    let message = error.to_string();
    Some(fault("R201", path, error.line(), message.split(" at line ").next().unwrap_or_default()))
}

fn toml(path: &str, text: &str) -> Option<Fault> {
    let error = ::toml::from_str::<IgnoredAny>(text).err()?;
    let offset = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text[..text.floor_char_boundary(offset)].matches('\n').count() + 1;
    Some(fault("R202", path, line, error.message()))
}

fn documents(file: u32, path: &str, text: &str, faults: &mut Vec<Fault>) -> Form<'static> {
    match yaml::parse_with(&Source::new(path, text), yaml::Options::FOREIGN.of_file(file)) {
        Ok(documents) => {
            documents.iter().for_each(|document| surprises(path, document, faults));
            Form::Yaml(documents)
        }
        Err(problems) => {
            faults.extend(problems.into_iter().map(|problem| Fault {
                hint: problem.help,
                ..fault("R200", path, problem.span.map_or(0, |span| span.line), problem.message)
            }));
            Form::Other
        }
    }
}

/// Texts that programs with an older YAML take for something else.
fn surprises(path: &str, node: &Node, faults: &mut Vec<Fault>) {
    match &node.kind {
        yaml::Kind::Scalar(scalar) => {
            if let Some(other) = yaml::yaml11_surprise(node) {
                let message = format!("`{}` is read as {other} by YAML 1.1 programs", scalar.text);
                faults.push(fault("R203", path, node.span.line, message));
            }
        }
        yaml::Kind::Sequence(items) => items.iter().for_each(|item| surprises(path, item, faults)),
        yaml::Kind::Mapping(entries) => entries.iter().for_each(|entry| surprises(path, &entry.value, faults)),
    }
}
