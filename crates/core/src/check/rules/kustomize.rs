//! Rules about kustomizations.
use std::collections::BTreeSet;

use crate::check::facts::Facts;
use crate::check::kubernetes::encrypted;
use crate::check::kustomize::{FILE, join};
use crate::check::{Run, Sink};
use crate::stack::Runtime;

pub(super) const RULES: &[(&str, Run)] = &[
    ("R070", renders),
    ("R071", environments),
    ("R073", |facts, out| problems("R073", facts, out)),
    ("R074", |facts, out| problems("R074", facts, out)),
    ("R075", |facts, out| problems("R075", facts, out)),
    ("R076", |facts, out| problems("R076", facts, out)),
    ("R077", |facts, out| problems("R077", facts, out)),
    ("R078", listed),
];

fn any(facts: &Facts, out: &mut Sink) {
    out.skip_if(facts.kustomizations().next().is_none(), "there is no kustomization");
}

fn problems(rule: &'static str, facts: &Facts, out: &mut Sink) {
    any(facts, out);
    let own = facts.overlays.iter().flat_map(|overlay| &overlay.rendered.problems);
    for problem in own.chain(&facts.other_problems).filter(|problem| problem.rule == rule) {
        out.at(problem.at, problem.message.clone());
    }
}

fn renders(facts: &Facts, out: &mut Sink) {
    problems("R070", facts, out);
    let used: BTreeSet<&str> =
        facts.overlays.iter().flat_map(|overlay| overlay.rendered.used.iter().map(String::as_str)).collect();
    for (directory, _) in facts.kustomizations() {
        let file = join(directory, FILE);
        let below_overlays = directory.split('/').any(|part| part == "overlays");
        let base = facts.overlays.iter().any(|overlay| {
            overlay.directory.rsplit_once("/overlays/").is_some_and(|(root, _)| directory.starts_with(root))
        });
        if base && !below_overlays && !used.contains(file.as_str()) {
            out.line(&file, 0, "no overlay uses this base");
        }
    }
}

fn environments(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for stray in &facts.strays {
        let name = stray.rsplit('/').next().unwrap_or_default();
        out.line(&join(stray, FILE), 0, format!("the stack has no environment `{name}`"))
            .hint("declare it in stackwright.yaml, or remove the directory");
    }
    // Without any overlay nothing says where one would be.
    let Some(first) = facts.overlays.first() else { return };
    let parent = first.directory.rsplit_once('/').map_or("", |(parent, _)| parent);
    for (index, environment) in
        facts.stack.environments.iter().enumerate().filter(|(_, one)| one.runtime == Runtime::Cluster)
    {
        if !facts.overlays.iter().any(|overlay| overlay.environment == index) {
            let directory = join(parent, environment.name.as_str());
            let message = format!("the environment `{}` has no overlay", environment.name);
            out.line(&join(&directory, FILE), 0, message)
                .hint("add the file, or remove the environment from stackwright.yaml");
        }
    }
}

fn listed(facts: &Facts, out: &mut Sink) {
    problems("R078", facts, out);
    let mut known: BTreeSet<String> =
        facts.overlays.iter().flat_map(|overlay| overlay.rendered.used.iter().cloned()).collect();
    known.extend(facts.other_used.iter().cloned());
    for (directory, _) in facts.kustomizations() {
        for path in facts.files.under(directory) {
            let name = &path[directory.len() + usize::from(!directory.is_empty())..];
            let manifest = facts.documents.get(path).is_some_and(|documents| {
                documents.iter().any(|one| one.get("apiVersion").is_some() && one.get("kind").is_some())
            });
            // Encrypted files are handed over in another way, and say so.
            let encrypted = facts.documents.get(path).is_some_and(|documents| documents.iter().any(encrypted));
            if manifest && !encrypted && !name.contains('/') && name != FILE && !known.contains(path) {
                out.line(path, 0, "the kustomization beside it does not list this file, so it is never applied")
                    .hint(format!("add `- {name}` to its resources"));
            }
        }
    }
}
