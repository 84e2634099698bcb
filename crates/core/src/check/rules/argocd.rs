//! Rules about Argo CD: applications, projects, waves and hooks.
use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::Object;
use crate::check::kustomize::join;
use crate::check::{Run, Sink};
use crate::tree::Glob;
use crate::yaml::Node;

pub(super) const RULES: &[(&str, Run)] =
    &[("R072", namespaces), ("R083", projects), ("R084", sources), ("R087", namespace_once), ("R088", held)];

/// Every document of Argo CD of one kind, with applications inside of application sets.
pub(super) fn documents<'f>(facts: &'f Facts, kind: &'f str) -> impl Iterator<Item = &'f Node> {
    facts.documents.values().flatten().filter(move |node| {
        node.text_at(&["kind"]) == Some(kind)
            && node.text_at(&["apiVersion"]).is_some_and(|api| api.starts_with("argoproj.io/"))
    })
}

/// The name of a document.
pub(super) fn name(node: &Node) -> &str {
    node.text_at(&["metadata", "name"]).unwrap_or_default()
}

/// The sources of an application.
fn source_list(application: &Node) -> Vec<&Node> {
    let one = application.at(&["spec", "source"]);
    one.into_iter().chain(application.list_at(&["spec", "sources"])).collect()
}

/// Every application with the overlay it delivers, if it delivers one.
fn applications<'f>(facts: &'f Facts, out: &mut Sink) -> Vec<(&'f Node, Option<&'f Overlay>)> {
    let found: Vec<_> = documents(facts, "Application")
        .map(|node| {
            let paths: Vec<String> =
                source_list(node).iter().filter_map(|source| Some(join("", source.text_at(&["path"])?))).collect();
            let overlay = facts.overlays.iter().find(|overlay| paths.contains(&overlay.directory));
            (node, overlay)
        })
        .collect();
    out.skip_if(found.is_empty(), "there is no Argo CD Application");
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
            let address = entry.value.as_str().unwrap_or_default();
            if !repositories.iter().filter_map(Node::as_str).any(|pattern| Glob::new(pattern).matches(address)) {
                out.at(
                    entry.here(),
                    format!("the project `{wanted}` of {what} does not permit the repository `{address}`"),
                );
            }
        }
        let namespace = application.text_at(&["spec", "destination", "namespace"]).unwrap_or_default();
        let permitted = project
            .list_at(&["spec", "destinations"])
            .iter()
            .any(|one| one.text_at(&["namespace"]).is_some_and(|pattern| Glob::new(pattern).matches(namespace)));
        if !permitted {
            let at = application.place(&["spec", "destination", "namespace"]);
            out.at(at, format!("the project `{wanted}` of {what} does not permit the namespace `{namespace}`"));
        }
        for object in delivered(facts, application).filter(|object| !permits(project, object)) {
            let message = format!("the project `{wanted}` of {what} does not permit {}", object.what());
            out.at(object.at(), message).hint(format!("{WHITELIST} of the project has to name its kind"));
        }
    }
}

/// The key of a project under which the kinds stand that no namespace holds.
const WHITELIST: &str = "clusterResourceWhitelist";

/// The objects of this repository that an application delivers.
fn delivered<'f>(facts: &'f Facts, application: &'f Node) -> impl Iterator<Item = &'f Object> {
    let paths = source_list(application).into_iter().filter_map(|source| Some(join("", source.text_at(&["path"])?)));
    paths.flat_map(|path| {
        let overlay = facts.overlays.iter().find(|overlay| overlay.directory == path).map(|overlay| &overlay.objects);
        overlay.or_else(|| facts.others.get(path.as_str())).map_or(&[][..], Vec::as_slice)
    })
}

/// Whether a project lets an object be delivered: what no namespace holds has to be allowed, the rest not refused.
fn permits(project: &Node, object: &Object) -> bool {
    let named = |key: &str| {
        project.list_at(&["spec", key]).iter().any(|kind| {
            let of =
                |key: &str, text: &str| kind.text_at(&[key]).is_some_and(|pattern| Glob::new(pattern).matches(text));
            of("group", object.group()) && of("kind", &object.kind)
        })
    };
    if object.namespaced() { !named("namespaceResourceBlacklist") } else { named(WHITELIST) }
}

fn sources(facts: &Facts, out: &mut Sink) {
    let applications = applications(facts, out);
    let own = &facts.stack.project.repository;
    let same = |address: &str| address.trim_end_matches(".git") == own.trim_end_matches(".git");
    for (application, _) in &applications {
        for source in source_list(application) {
            let Some(entry) = source.entry("path").filter(|_| source.get("chart").is_none()) else { continue };
            let path = entry.value.as_str().unwrap_or_default();
            if facts.files.has_directory(path) {
                let address = source.text_at(&["repoURL"]).unwrap_or_default();
                if !same(address) {
                    let message = format!(
                        "Application `{}` takes `{path}` from `{address}`, this repository is `{own}`",
                        name(application)
                    );
                    out.at(source.place(&["repoURL"]), message);
                }
            } else if same(source.text_at(&["repoURL"]).unwrap_or_default()) {
                let message = format!("the source `{path}` of Application `{}` does not exist", name(application));
                out.at(entry.here(), message);
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

fn namespace_once(facts: &Facts, out: &mut Sink) {
    for (application, overlay) in applications(facts, out) {
        let Some(overlay) = overlay else { continue };
        let options = application.list_at(&["spec", "syncPolicy", "syncOptions"]);
        let creates = options.iter().find(|option| option.as_str() == Some("CreateNamespace=true"));
        let namespace = &overlay.environment(facts.stack).namespace;
        let holds = overlay.objects.iter().any(|object| object.kind == "Namespace");
        let elsewhere = facts
            .documents
            .values()
            .flatten()
            .any(|node| node.text_at(&["kind"]) == Some("Namespace") && *namespace == *name(node));
        match (creates, holds || elsewhere) {
            (Some(option), true) => {
                let message = format!("Application `{}` makes the namespace that its overlay holds", name(application));
                out.at(option.here(), message);
            }
            (None, false) => {
                let message =
                    format!("nothing makes the namespace `{namespace}` of Application `{}`", name(application));
                out.at(application.place(&["spec", "destination", "namespace"]), message);
            }
            _ => {}
        }
    }
}

fn held(facts: &Facts, out: &mut Sink) {
    let Some(promoted) = facts.stack.promoted_environment() else {
        out.skip("no environment is promoted");
        return;
    };
    for (application, overlay) in applications(facts, out) {
        if overlay.is_none_or(|overlay| overlay.environment(facts.stack).name != promoted.name) {
            continue;
        }
        for source in source_list(application).into_iter().filter(|source| source.get("chart").is_none()) {
            let revision = source.text_at(&["targetRevision"]).unwrap_or("HEAD");
            if revision.len() != 40 || !revision.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let at = source.place(&["targetRevision"]);
                out.at(at, format!("Application `{}` follows `{revision}` instead of a commit", name(application)))
                    .hint("name a commit by its 40 digits; zeros while there was none");
            }
        }
    }
}
