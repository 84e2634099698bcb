//! Rules about policies of the way in: what they are attached to, and what they trust.
use std::collections::BTreeSet;

use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::{Object, find};
use crate::check::node::Node;
use crate::check::{Rule, Severity, Sink};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R123",
        title: "A policy is attached to something that exists, and is the only one of its kind there",
        severity: Severity::Error,
        why: "A policy that is attached to nothing protects nothing; of two, the older one silently wins.",
        example: "deploy/kubernetes/overlays/staging/gateway.yaml:70: SecurityPolicy `users` is attached to the HTTPRoute `apis`, which does not exist",
        yields_to: &[],
        run: targets,
    },
    Rule {
        id: "R124",
        title: "Tokens are accepted from one issuer, for one audience, with keys over TLS",
        severity: Severity::Error,
        why: "Without an audience a token for any other service opens this one; keys over plain HTTP are anybody's.",
        example: "deploy/kubernetes/overlays/staging/gateway.yaml:81: the token provider `users` names no audience",
        yields_to: &[],
        run: tokens,
    },
    Rule {
        id: "R125",
        title: "Limits per user count by a header that the gateway itself sets",
        severity: Severity::Error,
        why: "A header that the client chooses gives everybody as many users as they like.",
        example: "deploy/kubernetes/overlays/staging/gateway.yaml:95: the limit counts by `x-user`, which no token sets",
        yields_to: &[],
        run: limits,
    },
];

/// The group of what policies are attached to.
const GATEWAY: &str = "gateway.networking.k8s.io";

/// The targets of a policy: what has the form that the Gateway API gives to attachments.
fn targets_of(object: &Object) -> impl Iterator<Item = &Node> {
    let several = object.node.list_at(&["spec", "targetRefs"]).iter();
    let all = several.chain(object.node.path(&["spec", "targetRef"]));
    all.filter(|target| target.text_at(&["group"]) == Some(GATEWAY))
}

fn policies(overlay: &Overlay) -> impl Iterator<Item = &Object> {
    overlay.objects.iter().filter(|object| targets_of(object).next().is_some())
}

fn any(facts: &Facts, out: &mut Sink) {
    if facts.overlays.iter().all(|overlay| policies(overlay).next().is_none()) {
        out.skip("there is no policy of a gateway or route");
    }
}

fn targets(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for overlay in &facts.overlays {
        let mut taken = BTreeSet::new();
        for policy in policies(overlay) {
            for target in targets_of(policy) {
                let text = |key| target.text_at(&[key]).unwrap_or_default();
                let (kind, name, section) = (text("kind"), text("name"), text("sectionName"));
                // A gateway of several projects stands elsewhere.
                if kind == "Gateway" && !overlay.objects.iter().any(|object| object.kind == kind) {
                    continue;
                }
                let Some(found) = find(&overlay.objects, kind, name) else {
                    let message = format!("{} is attached to the {kind} `{name}`, which does not exist", policy.what());
                    out.at(target.place(&["name"]), message);
                    continue;
                };
                let parts = if kind == "Gateway" { "listeners" } else { "rules" };
                let known = || found.node.list_at(&["spec", parts]).iter().filter_map(|part| part.text_at(&["name"]));
                if !section.is_empty() && !known().any(|part| part == section) {
                    let message = format!(
                        "{} is attached to `{section}` of {}, which has no such part",
                        policy.what(),
                        found.what()
                    );
                    out.at(target.place(&["sectionName"]), message);
                }
                // Policies that say how they merge are meant to meet, and patches are applied one after the other.
                let alone = policy.node.path(&["spec", "mergeType"]).is_none() && policy.kind != "EnvoyPatchPolicy";
                if alone && !taken.insert((policy.kind.as_str(), kind, name, section)) {
                    let message = format!("another {} is attached to {} already", policy.kind, found.what());
                    out.at(target.place(&["name"]), message);
                }
            }
        }
    }
}

/// The token providers of an overlay's policies.
fn providers(overlay: &Overlay) -> impl Iterator<Item = &Node> {
    policies(overlay).flat_map(|policy| policy.node.list_at(&["spec", "jwt", "providers"]))
}

fn tokens(facts: &Facts, out: &mut Sink) {
    if facts.overlays.iter().all(|overlay| providers(overlay).next().is_none()) {
        out.skip("no policy accepts tokens");
    }
    for overlay in &facts.overlays {
        for provider in providers(overlay) {
            let name = provider.text_at(&["name"]).unwrap_or_default();
            if provider.text_at(&["issuer"]).unwrap_or_default().is_empty() {
                out.at(provider.at, format!("the token provider `{name}` names no issuer"));
            }
            if provider.list_at(&["audiences"]).is_empty() {
                out.at(provider.at, format!("the token provider `{name}` names no audience"));
            }
            let address = ["remoteJWKS", "uri"];
            if let Some(uri) = provider.text_at(&address).filter(|uri| !uri.starts_with("https://")) {
                let message = format!("the keys of the token provider `{name}` come over `{uri}`, without TLS");
                out.at(provider.place(&address), message);
            }
        }
    }
}

fn limits(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for overlay in &facts.overlays {
        let claims = providers(overlay).flat_map(|provider| provider.list_at(&["claimToHeaders"]));
        let claims = claims.filter_map(|claim| claim.text_at(&["header"]));
        // What an authorizer answers is as good as a claim.
        let asked = ["spec", "extAuth", "http", "headersToBackend"];
        let answers = policies(overlay).flat_map(|policy| policy.node.list_at(&asked)).filter_map(Node::str);
        let set: BTreeSet<String> = claims.chain(answers).map(str::to_ascii_lowercase).collect();
        for policy in policies(overlay) {
            policy.node.walk(&mut |node| {
                for header in node.list_at(&["clientSelectors"]).iter().flat_map(|one| one.list_at(&["headers"])) {
                    let distinct = header.text_at(&["type"]) == Some("Distinct");
                    let name = header.text_at(&["name"]).unwrap_or_default();
                    any |= distinct;
                    if distinct && !set.contains(&name.to_ascii_lowercase()) {
                        out.at(header.place(&["name"]), format!("the limit counts by `{name}`, which no token sets"))
                            .hint("name a header of some `claimToHeaders`");
                    }
                }
            });
        }
    }
    if !any {
        out.skip("no limit counts by a header");
    }
}
