//! Rules about Argo CD: applications, projects, waves and hooks.
use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::{Object, find, made_secret};
use crate::check::kustomize::join;
use crate::check::node::{At, Node};
use crate::check::{Rule, Severity, Sink};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R072",
        title: "An Application delivers into the namespace of the overlay it takes",
        severity: Severity::Error,
        why: "Delivery into another namespace replaces what another environment runs.",
        example: "deploy/argocd/applications/staging.yaml:20: Application `shop-staging` delivers into `shop`, its overlay is in `shop-staging`",
        yields_to: &[],
        run: namespaces,
    },
    Rule {
        id: "R083",
        title: "An Application's project exists and permits its source and destination",
        severity: Severity::Error,
        why: "Argo CD refuses the Application, and says so only in its status.",
        example: "deploy/argocd/applications/staging.yaml:9: the project `shops` of Application `shop-staging` does not exist",
        yields_to: &["R072", "R084"],
        run: projects,
    },
    Rule {
        id: "R084",
        title: "An Application's source is in this repository, and every overlay is some Application's source",
        severity: Severity::Error,
        why: "A path that does not exist is delivered as nothing; with pruning it deletes what runs.",
        example: "deploy/argocd/applications/staging.yaml:12: the source `deploy/kubernetes/overlays/stagin` does not exist",
        yields_to: &[],
        run: sources,
    },
    Rule {
        id: "R085",
        title: "No Application may delete everything at once",
        severity: Severity::Warning,
        why: "`allowEmpty` turns a broken commit into the deletion of the environment.",
        example: "deploy/argocd/applications/staging.yaml:25: Application `shop-staging` allows an empty source",
        yields_to: &[],
        run: empty,
    },
    Rule {
        id: "R082",
        title: "Waves: what is referred to is there before what refers to it",
        severity: Severity::Error,
        why: "A job in an earlier wave than its secret waits for ever, and the rest of the release waits for the job.",
        example: "deploy/kubernetes/base/api-migrate.yaml:22: Job `api-migrate` is in wave -1, and `api-config`, which it reads, in wave 0",
        yields_to: &["R090"],
        run: waves,
    },
    Rule {
        id: "R087",
        title: "A namespace is made in exactly one way",
        severity: Severity::Error,
        why: "Made twice, its labels are the ones of whoever was last; made by nobody, nothing can be delivered.",
        example: "deploy/argocd/applications/staging.yaml:28: Application `shop-staging` makes the namespace that its overlay holds",
        yields_to: &["R072"],
        run: namespace_once,
    },
    Rule {
        id: "R090",
        title: "A PreSync hook refers to nothing of its own Application",
        severity: Severity::Error,
        why: "It runs before those objects exist: the first release never gets past it.",
        example: "deploy/kubernetes/base/api-migrate.yaml:14: Job `api-migrate` runs before `api-config`, which it reads, exists",
        yields_to: &[],
        run: pre_sync,
    },
    Rule {
        id: "R092",
        title: "A job can run again at the next release",
        severity: Severity::Error,
        why: "A Job cannot be changed: without `BeforeHookCreation` the second release fails at the first one's job.",
        example: "deploy/kubernetes/base/api-migrate.yaml:15: the hook Job `api-migrate` is not deleted before the next one",
        yields_to: &[],
        run: again,
    },
];

const HOOK: &str = "argocd.argoproj.io/hook";
const DELETE: &str = "argocd.argoproj.io/hook-delete-policy";
const WAVE: &str = "argocd.argoproj.io/sync-wave";

/// Every document of Argo CD of one kind, with applications inside of application sets.
fn documents<'f>(facts: &'f Facts, kind: &'f str) -> impl Iterator<Item = &'f Node> {
    facts.documents.values().flatten().filter(move |node| {
        node.text_at(&["kind"]) == Some(kind)
            && node.text_at(&["apiVersion"]).is_some_and(|api| api.starts_with("argoproj.io/"))
    })
}

fn name(node: &Node) -> &str {
    node.text_at(&["metadata", "name"]).unwrap_or_default()
}

/// The sources of an application.
fn source_list(application: &Node) -> Vec<&Node> {
    let one = application.path(&["spec", "source"]);
    one.into_iter().chain(application.list_at(&["spec", "sources"])).collect()
}

/// Every application with the overlay it delivers, if it delivers one.
fn applications<'f>(facts: &'f Facts, out: &mut Sink) -> Vec<(&'f Node, Option<&'f Overlay>)> {
    let found: Vec<_> = documents(facts, "Application")
        .map(|node| {
            let paths: Vec<String> = source_list(node)
                .iter()
                .filter_map(|source| Some(join("", source.text_at(&["path"])?)))
                .collect();
            let overlay = facts.overlays.iter().find(|overlay| paths.contains(&overlay.directory));
            (node, overlay)
        })
        .collect();
    if found.is_empty() {
        out.skip("there is no Argo CD Application");
    }
    found
}

fn namespaces(facts: &Facts, out: &mut Sink) {
    for (application, overlay) in applications(facts, out) {
        let Some(overlay) = overlay else { continue };
        let wanted = &overlay.environment(facts.stack).namespace;
        let found = application.text_at(&["spec", "destination", "namespace"]).unwrap_or_default();
        if *wanted != *found {
            let at = application.place(&["spec", "destination", "namespace"]);
            let what = name(application);
            out.at(at, format!("Application `{what}` delivers into `{found}`, its overlay is in `{wanted}`"));
        }
    }
}

/// Whether a pattern with `*` matches.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => {
            text.strip_prefix(head).is_some_and(|rest| {
                tail.is_empty() || (0..=rest.len()).any(|at| rest.get(at..).is_some_and(|rest| matches(tail, rest)))
            })
        }
    }
}

fn projects(facts: &Facts, out: &mut Sink) {
    for (application, _) in applications(facts, out) {
        let what = format!("Application `{}`", name(application));
        let wanted = application.text_at(&["spec", "project"]).unwrap_or("default");
        let at = application.place(&["spec", "project"]);
        let Some(project) = documents(facts, "AppProject").find(|project| name(project) == wanted) else {
            out.at(at, format!("the project `{wanted}` of {what} does not exist"));
            continue;
        };
        let repositories = project.list_at(&["spec", "sourceRepos"]);
        for source in source_list(application) {
            let Some(entry) = source.entry("repoURL") else { continue };
            let address = entry.value.str().unwrap_or_default();
            if !repositories.iter().filter_map(Node::str).any(|pattern| matches(pattern, address)) {
                out.at(entry.at, format!("the project `{wanted}` of {what} does not permit the repository `{address}`"));
            }
        }
        let namespace = application.text_at(&["spec", "destination", "namespace"]).unwrap_or_default();
        let permitted = project.list_at(&["spec", "destinations"]).iter().any(|one| {
            one.text_at(&["namespace"]).is_some_and(|pattern| matches(pattern, namespace))
        });
        if !permitted {
            let at = application.place(&["spec", "destination", "namespace"]);
            out.at(at, format!("the project `{wanted}` of {what} does not permit the namespace `{namespace}`"));
        }
    }
}

fn sources(facts: &Facts, out: &mut Sink) {
    let applications = applications(facts, out);
    let own = &facts.stack.project.repository;
    let same = |address: &str| address.trim_end_matches(".git") == own.trim_end_matches(".git");
    for (application, _) in &applications {
        for source in source_list(application) {
            let Some(entry) = source.entry("path").filter(|_| source.get("chart").is_none()) else { continue };
            let path = entry.value.str().unwrap_or_default();
            if facts.files.has_directory(path) {
                let address = source.text_at(&["repoURL"]).unwrap_or_default();
                if !same(address) {
                    let message = format!("Application `{}` takes `{path}` from `{address}`, this repository is `{own}`", name(application));
                    out.at(source.place(&["repoURL"]), message);
                }
            } else if same(source.text_at(&["repoURL"]).unwrap_or_default()) {
                let message = format!("the source `{path}` of Application `{}` does not exist", name(application));
                out.at(entry.at, message);
            }
        }
    }
    let sets = documents(facts, "ApplicationSet").next().is_some();
    let broken = out.findings.iter().any(|finding| finding.message.starts_with("the source"));
    if applications.is_empty() || sets || broken {
        return;
    }
    for overlay in &facts.overlays {
        if !applications.iter().any(|(_, taken)| taken.is_some_and(|taken| taken.directory == overlay.directory)) {
            out.line(&overlay.file(), 0, "no Application delivers this overlay")
                .hint("add one beside the others, or remove the overlay");
        }
    }
}

fn empty(facts: &Facts, out: &mut Sink) {
    for (application, _) in applications(facts, out) {
        let path = ["spec", "syncPolicy", "automated", "allowEmpty"];
        if application.path(&path).and_then(Node::bool) == Some(true) {
            out.at(application.place(&path), format!("Application `{}` allows an empty source", name(application)));
        }
    }
}

fn wave(object: &Object) -> i64 {
    object.annotation(WAVE).and_then(|(text, _)| text.parse().ok()).unwrap_or(0)
}

/// The objects of an overlay that another one of it refers to by name.
fn referred<'o>(overlay: &'o Overlay, object: &Object) -> Vec<&'o Object> {
    let mut found: Vec<&Object> = Vec::new();
    let Some(pod) = object.pod() else { return found };
    if let Some(account) = pod.text_at(&["serviceAccountName"]) {
        found.extend(find(&overlay.objects, "ServiceAccount", account));
    }
    pod.walk(&mut |node| {
        for entry in node.entries() {
            let named = |key: &str| entry.value.text_at(&[key]);
            match entry.key.as_str() {
                "configMapRef" | "configMapKeyRef" | "configMap" => {
                    found.extend(named("name").and_then(|name| find(&overlay.objects, "ConfigMap", name)));
                }
                "secretRef" | "secretKeyRef" => {
                    let wanted = named("name");
                    let makers = overlay.objects.iter();
                    found.extend(makers.filter(|maker| wanted.is_some() && made_secret(maker) == wanted));
                }
                _ => {}
            }
        }
    });
    found
}

fn waves(facts: &Facts, out: &mut Sink) {
    if facts.overlays.is_empty() {
        out.skip("there is no overlay");
    }
    for overlay in &facts.overlays {
        for object in overlay.objects.iter().filter(|object| object.pod().is_some()) {
            let own = wave(object);
            // A job holds the rest up until it is done, so what it needs has to be in an earlier wave.
            let job = object.kind == "Job";
            for other in referred(overlay, object) {
                let theirs = wave(other);
                // Generated config maps carry their annotations in the kustomization's options.
                if other.kind == "ConfigMap" && overlay.rendered.has_suffix(&other.name) {
                    continue;
                }
                if theirs > own || (job && theirs == own) {
                    let message = format!(
                        "{} is in wave {own}, and `{}`, which it needs, in wave {theirs}",
                        object.what(),
                        other.name
                    );
                    out.at(blame(object, other, own), message).hint("give what is needed a smaller wave");
                }
            }
            let Some((_, process)) = facts.stack.process(&object.name) else { continue };
            for start in &process.after {
                let Some(first) = overlay.workload(start.process.as_str()).filter(|first| first.kind == "Job") else { continue };
                if wave(first) >= own {
                    let message = format!("{} is in wave {own}, and `{}`, which goes before it, in wave {}", object.what(), first.name, wave(first));
                    out.at(blame(first, object, 0), message);
                }
            }
        }
    }
}

/// The annotation that is out of order: the one that is there, the object's own first.
fn blame(object: &Object, other: &Object, own: i64) -> At {
    let mine = object.annotation(WAVE).map(|(_, at)| at);
    let theirs = other.annotation(WAVE).map(|(_, at)| at);
    let first = if own < 0 { theirs.or(mine) } else { mine.or(theirs) };
    first.unwrap_or_else(|| object.at())
}

fn namespace_once(facts: &Facts, out: &mut Sink) {
    for (application, overlay) in applications(facts, out) {
        let Some(overlay) = overlay else { continue };
        let options = application.list_at(&["spec", "syncPolicy", "syncOptions"]);
        let creates = options.iter().find(|option| option.str() == Some("CreateNamespace=true"));
        let namespace = &overlay.environment(facts.stack).namespace;
        let holds = overlay.objects.iter().any(|object| object.kind == "Namespace");
        let elsewhere = facts.documents.values().flatten().any(|node| {
            node.text_at(&["kind"]) == Some("Namespace") && *namespace == *name(node)
        });
        match (creates, holds || elsewhere) {
            (Some(option), true) => {
                let message = format!("Application `{}` makes the namespace that its overlay holds", name(application));
                out.at(option.at, message);
            }
            (None, false) => {
                let message = format!("nothing makes the namespace `{namespace}` of Application `{}`", name(application));
                out.at(application.place(&["spec", "destination", "namespace"]), message);
            }
            _ => {}
        }
    }
}

fn jobs<'f>(facts: &'f Facts) -> impl Iterator<Item = (&'f Overlay, &'f Object)> {
    facts.overlays.iter().flat_map(|overlay| {
        overlay.objects.iter().filter(|object| object.kind == "Job").map(move |object| (overlay, object))
    })
}

fn pre_sync(facts: &Facts, out: &mut Sink) {
    if jobs(facts).next().is_none() {
        out.skip("there is no job");
    }
    for (overlay, object) in jobs(facts) {
        let Some((hook, at)) = object.annotation(HOOK) else { continue };
        if hook.contains("PreSync")
            && let Some(other) = referred(overlay, object).first()
        {
            out.at(at, format!("{} runs before `{}`, which it needs, exists", object.what(), other.name))
                .hint("write `Sync`, with a wave before the workloads");
        }
    }
}

fn again(facts: &Facts, out: &mut Sink) {
    if jobs(facts).next().is_none() {
        out.skip("there is no job");
    }
    for (_, object) in jobs(facts) {
        if let Some((_, at)) = object.annotation(HOOK) {
            let deleted = object.annotation(DELETE).is_some_and(|(policy, _)| policy.contains("BeforeHookCreation"));
            if !deleted {
                let at = object.annotation(DELETE).map_or(at, |(_, at)| at);
                out.at(at, format!("the hook {} is not deleted before the next one is made", object.what()))
                    .hint(format!("write `{DELETE}: BeforeHookCreation`"));
            }
        } else if let Some(entry) = object.node.get("spec").and_then(|spec| spec.entry("ttlSecondsAfterFinished")) {
            let message = format!("{} is deleted when it is done, and delivery makes it again for ever", object.what());
            out.at(entry.at, message);
        }
    }
}
