//! Rules about how Argo CD itself and the operators are kept.
use super::argocd::{documents, name};
use crate::check::facts::Facts;
use crate::check::{Run, Sink};
use crate::yaml::Node;

pub(super) const RULES: &[(&str, Run)] = &[("R080", finalizers), ("R081", health), ("R086", server_side)];

/// Where Argo CD reads how healthy an Application is.
const HEALTH: &str = "resource.customizations.health.argoproj.io_Application";

/// Applications of a chart that may bring definitions of kinds: their project lets them, and they don't skip them.
fn bringers<'f>(facts: &'f Facts) -> impl Iterator<Item = &'f Node> {
    let definition = |kind: &Node| matches!(kind.text_at(&["kind"]), Some("CustomResourceDefinition" | "*"));
    let projects: Vec<&str> = documents(facts, "AppProject")
        .filter(|project| project.list_at(&["spec", "clusterResourceWhitelist"]).iter().any(definition))
        .filter_map(|project| project.text_at(&["metadata", "name"]))
        .collect();
    documents(facts, "Application").filter(move |application| {
        let mut sources = application.list_at(&["spec", "sources"]).iter().chain(application.at(&["spec", "source"]));
        application.text_at(&["spec", "project"]).is_some_and(|project| projects.contains(&project))
            && sources.any(|source| {
                let skipped = source.at(&["helm", "skipCrds"]).and_then(Node::bool) == Some(true);
                source.get("chart").is_some() && !skipped
            })
    })
}

fn any(facts: &Facts, out: &mut Sink) {
    out.skip_if(bringers(facts).next().is_none(), "no Application brings definitions");
}

fn finalizers(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for application in bringers(facts) {
        for finalizer in application.list_at(&["metadata", "finalizers"]) {
            if finalizer.as_str().is_some_and(|text| text.starts_with("resources-finalizer.argocd.argoproj.io")) {
                let message = format!("Application `{}` deletes the definitions that it brings", name(application));
                out.at(finalizer.here(), message).hint("remove the finalizer: what it brings stays when it goes");
            }
        }
    }
}

fn server_side(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for application in bringers(facts) {
        let options = ["spec", "syncPolicy", "syncOptions"];
        if !application.list_at(&options).iter().any(|option| option.as_str() == Some("ServerSideApply=true")) {
            let message = format!("Application `{}` does not set ServerSideApply=true", name(application));
            out.at(application.place(&options), message);
        }
    }
}

fn health(facts: &Facts, out: &mut Sink) {
    let waves = ["metadata", "annotations", "argocd.argoproj.io/sync-wave"];
    let Some(waiting) = documents(facts, "Application").find(|application| application.at(&waves).is_some()) else {
        out.skip("no Application is in a wave");
        return;
    };
    let settings = |node: &&Node| {
        node.text_at(&["kind"]) == Some("ConfigMap") && node.text_at(&["metadata", "name"]) == Some("argocd-cm")
    };
    let at = match facts.documents.values().flatten().find(settings) {
        Some(map) if map.at(&["data", HEALTH]).is_some() => return,
        Some(map) => map.place(&["data"]),
        None => waiting.place(&waves),
    };
    out.at(at, "nothing says when an Application is healthy")
        .hint(format!("set `{HEALTH}` in the config map argocd-cm"));
}
