//! Rules about `.env.example` and what Compose and scripts interpolate from it.
use std::collections::BTreeMap;

use crate::check::compose::PATH;
use crate::check::facts::{ENV_EXAMPLE, Facts};
use crate::check::running::{Interpolation, interpolations};
use crate::check::{Run, Sink};
use crate::diagnostic::did_you_mean;
use crate::yaml::{FileLine, Node};

pub(super) const RULES: &[(&str, Run)] = &[("R011", unused), ("R012", defaults), ("R013", undeclared)];

/// Names that Docker and make bring themselves.
const WELL_KNOWN: &[&str] = &["HOME", "USER", "PWD", "PATH", "UID", "GID", "TAG", "CI", "COMPOSE_PROJECT_NAME"];

/// Every interpolation of the Compose files, those of what watches the stack included, with its place.
fn used(facts: &Facts) -> Vec<(Interpolation, FileLine)> {
    let mut found = Vec::new();
    for (path, documents) in &facts.documents {
        if !path.rsplit('/').next().is_some_and(|name| name.starts_with("compose")) {
            continue;
        }
        for document in documents {
            document.walk(&mut |node| {
                if let Some(text) = node.as_str().filter(|text| text.contains('$')) {
                    found.extend(interpolations(text).into_iter().map(|one| (one, node.here())));
                }
            });
        }
    }
    found
}

fn unused(facts: &Facts, out: &mut Sink) {
    let Some(example) = &facts.env_example else {
        out.skip(format!("there is no {ENV_EXAMPLE}"));
        return;
    };
    let used = used(facts);
    for (name, _, line) in &example.entries {
        let known = used.iter().any(|(one, _)| one.name == *name)
            || name.starts_with("COMPOSE_")
            || name.starts_with("DOCKER_")
            || facts.makefile.as_ref().is_some_and(|make| mentions(make.text, name))
            || readers(facts).any(|path| facts.files.text(path).is_some_and(|text| mentions(text, name)));
        if !known {
            let names = used.iter().map(|(one, _)| one.name.as_str());
            let help = did_you_mean(name, names);
            out.line(ENV_EXAMPLE, *line, format!("nothing reads `{name}`"))
                .hint(help.unwrap_or_else(|| "remove it".to_owned()));
        }
    }
}

/// Files beside Compose's own that read variables: scripts, and Compose files that are included.
fn readers<'a>(facts: &'a Facts) -> impl Iterator<Item = &'a str> {
    let compose = facts.documents.get(PATH).and_then(|documents| documents.first());
    let included = compose.map_or(&[][..], |compose| compose.list_at(&["include"]));
    facts.files.under("scripts").chain(included.iter().filter_map(Node::as_str))
}

/// Whether a text holds the name as a whole word.
fn mentions(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| !text[..at].ends_with(word) && !text[at + name.len()..].starts_with(word))
}

fn defaults(facts: &Facts, out: &mut Sink) {
    let Some(example) = &facts.env_example else {
        out.skip(format!("there is no {ENV_EXAMPLE}"));
        return;
    };
    let mut seen: BTreeMap<String, (String, FileLine)> = BTreeMap::new();
    for (one, at) in used(facts) {
        let Some(default) = one.default else { continue };
        if let Some((value, line)) = example.get(&one.name)
            && value != default
            && !seen.contains_key(&one.name)
        {
            let place = facts.place(at);
            let message = format!("`{}` is `{value}` here and `{default}` at {place}", one.name);
            out.line(ENV_EXAMPLE, line, message).hint("use one default in both places");
        }
        seen.entry(one.name).or_insert((default, at));
    }
}

fn undeclared(facts: &Facts, out: &mut Sink) {
    out.skip_if(facts.compose.is_none(), "there is no Compose file");
    let names = || facts.env_example.iter().flat_map(|example| example.entries.iter().map(|(name, _, _)| *name));
    for (one, at) in used(facts) {
        if names().any(|name| name == one.name) || WELL_KNOWN.contains(&one.name.as_str()) {
            continue;
        }
        let help = did_you_mean(&one.name, names());
        let otherwise = || format!("add it to {ENV_EXAMPLE}, or write `$$` if it is meant literally");
        out.at(at, format!("`${{{}}}` is not in {ENV_EXAMPLE}", one.name)).hint(help.unwrap_or_else(otherwise));
    }
}
