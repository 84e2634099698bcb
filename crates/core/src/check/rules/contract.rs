//! Rules about the project's own records: the contract's file, the lock, and names that stand for others.
use crate::check::facts::{Facts, SPEC};
use crate::check::{Run, Sink};
use crate::diagnostic::did_you_mean;
use crate::lock::Lock;
use crate::tree::{LOCK_PATH as LOCK, Ownership, digest};
use crate::yaml::Node;

pub(super) const RULES: &[(&str, Run)] = &[("R208", edited), ("R209", examples), ("R210", schema)];

const SCHEMA: &str = "config/env.schema.yaml";

fn schema(facts: &Facts, out: &mut Sink) {
    let Some(root) = facts.documents.get(SCHEMA).and_then(|documents| documents.first()) else {
        out.skip(format!("there is no {SCHEMA}"));
        return;
    };
    let listed = root.entries_at(&["variables"]);
    for variable in &facts.stack.variables {
        let unit = variable.unit.as_str();
        let entry = root.at(&["variables", unit]).and_then(|unit| unit.entry(&variable.name));
        let Some(entry) = entry else {
            let at = root.place(&["variables", unit]);
            out.at(at, format!("the variable `{}` of `{unit}` is missing", variable.name));
            continue;
        };
        let kind = serde_json::to_value(variable.kind).ok();
        let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default();
        if let Some(found) = entry.value.entry("type")
            && found.value.as_str() != Some(kind)
        {
            let shown = found.value.as_str().unwrap_or_default();
            out.at(found.here(), format!("`{}` of `{unit}` is a {shown} here, the stack says {kind}", variable.name));
        }
        if let Some(found) = entry.value.entry("secret")
            && found.value.bool() != Some(variable.secret)
        {
            let word = if variable.secret { "a secret" } else { "no secret" };
            out.at(found.here(), format!("`{}` of `{unit}` is {word} in the stack", variable.name));
        }
    }
    for unit in listed {
        let known: Vec<&str> = facts
            .stack
            .variables
            .iter()
            .filter(|variable| variable.unit == *unit.name())
            .map(|variable| variable.name.as_str())
            .collect();
        for entry in Node::entries(&unit.value) {
            if !known.contains(&entry.name()) {
                let help = did_you_mean(entry.name(), known.iter().copied());
                let message = format!("the stack has no variable `{}` of `{}`", entry.name(), unit.name());
                let otherwise = || "declare it in stackwright.yaml, or remove it here".to_owned();
                out.at(entry.here(), message).hint(help.unwrap_or_else(otherwise));
            }
        }
    }
}

fn edited(facts: &Facts, out: &mut Sink) {
    let Some(lock) = facts.files.text(LOCK).and_then(|text| Lock::parse(text).ok()) else {
        out.skip(format!("there is no readable {LOCK}"));
        return;
    };
    for (path, file) in lock.files.iter().filter(|(_, file)| file.owner == Ownership::Managed) {
        let path = file.moved.as_ref().unwrap_or(path).as_str();
        match facts.files.text(path) {
            None if facts.files.contains(path) => {}
            None => {
                out.line(path, 0, "was generated, and is not here any more");
            }
            Some(text) if digest(text.as_bytes()) == file.sha256 => {}
            Some(_) => {
                out.line(path, 0, "was edited after it was generated");
            }
        }
    }
}

fn examples(facts: &Facts, out: &mut Sink) {
    let project = &facts.stack.project;
    let description = facts.documents.get(SPEC).and_then(|documents| documents.first());
    for (what, value) in
        [("domain", &project.domain), ("repository", &project.repository), ("registry", &project.registry)]
    {
        if !reserved(value) {
            continue;
        }
        let message = format!("`{value}` is a name for examples: the {what} is not set yet");
        let finding = match description {
            Some(root) => out.at(root.place(&["project", what]), message),
            None => out.line(SPEC, 0, message),
        };
        finding.hint("write the real one before production");
    }
}

/// Whether an address lies in a domain that is reserved for examples (RFC 2606).
fn reserved(value: &str) -> bool {
    let host = value.split("://").last().unwrap_or_default().split(['/', ':']).next().unwrap_or_default();
    let mut labels = host.rsplit('.');
    let (last, second) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    matches!(last, "example" | "invalid" | "test") || (second == "example" && matches!(last, "com" | "org" | "net"))
}
