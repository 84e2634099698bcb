//! Rules about kustomizations.
use std::collections::BTreeSet;

use crate::check::facts::Facts;
use crate::check::kubernetes::encrypted;
use crate::check::kustomize::{FILE, join};
use crate::check::{Rule, Severity, Sink};
use crate::stack::Runtime;

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R070",
        title: "Every overlay renders, and every base is used by one",
        severity: Severity::Error,
        why: "Delivery stops at an overlay that does not build; a base that nobody uses is out of date without anybody noticing.",
        example: "deploy/kubernetes/extra/kustomization.yaml: no overlay uses this base",
        yields_to: &["R078"],
        run: renders,
    },
    Rule {
        id: "R071",
        title: "Each remote environment has an overlay, and each overlay an environment",
        severity: Severity::Error,
        why: "An environment without an overlay is never delivered; an overlay of none is delivered by accident.",
        example: "deploy/kubernetes/overlays/stagin/kustomization.yaml: the stack has no environment `stagin`",
        yields_to: &[],
        run: environments,
    },
    Rule {
        id: "R073",
        title: "Every image that an overlay sets is used",
        severity: Severity::Error,
        why: "Kustomize ignores an image that matches nothing: the new version is never delivered, and nothing fails.",
        example: "deploy/kubernetes/overlays/staging/kustomization.yaml:18: `images` names `…/apii`, and no container uses it",
        yields_to: &[],
        run: |facts, out| problems("R073", facts, out),
    },
    Rule {
        id: "R074",
        title: "Every patch and number of replicas has an object",
        severity: Severity::Error,
        why: "A patch by target that matches nothing changes nothing, and Kustomize says nothing.",
        example: "deploy/kubernetes/overlays/staging/kustomization.yaml:25: `replicas` names `wep`, and nothing of that name can be scaled",
        yields_to: &[],
        run: |facts, out| problems("R074", facts, out),
    },
    Rule {
        id: "R075",
        title: "No transformer renames objects or changes selectors",
        severity: Severity::Error,
        why: "References inside custom objects keep the old name, and a selector cannot be changed once it runs.",
        example: "deploy/kubernetes/base/kustomization.yaml:4: `namePrefix` renames objects",
        yields_to: &[],
        run: |facts, out| problems("R075", facts, out),
    },
    Rule {
        id: "R076",
        title: "Remote resources name a revision",
        severity: Severity::Error,
        why: "Without one the manifests are whatever the other repository holds today.",
        example: "deploy/argocd/bootstrap/kustomization.yaml:3: the remote resource has no `?ref=`",
        yields_to: &[],
        run: |facts, out| problems("R076", facts, out),
    },
    Rule {
        id: "R077",
        title: "Literals of config maps are `KEY=value` without quotes around the value",
        severity: Severity::Error,
        why: "Quotes mean one thing to the shell, another to Compose and a third to Kustomize.",
        example: "deploy/kubernetes/base/kustomization.yaml:20: the quotes around the value of `LOG_LEVEL` become part of it",
        yields_to: &[],
        run: |facts, out| problems("R077", facts, out),
    },
    Rule {
        id: "R078",
        title: "What a kustomization lists exists, and what exists beside it is listed",
        severity: Severity::Error,
        why: "A manifest that is not listed is never applied.",
        example: "deploy/kubernetes/base/web.yaml: the kustomization beside it does not list this file",
        yields_to: &["R076"],
        run: listed,
    },
];

fn any(facts: &Facts, out: &mut Sink) {
    if facts.kustomizations().next().is_none() {
        out.skip("there is no kustomization");
    }
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
