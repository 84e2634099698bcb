//! Rules about policies of the way in: what they are attached to.
use std::collections::BTreeSet;

use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::{Object, find};
use crate::check::{Run, Sink};
use crate::yaml::Node;

pub(super) const RULES: &[(&str, Run)] = &[("R123", targets)];

/// The group of what policies are attached to.
const GATEWAY: &str = "gateway.networking.k8s.io";

/// The targets of a policy: what has the form that the Gateway API gives to attachments.
fn targets_of(object: &Object) -> impl Iterator<Item = &Node> {
    let several = object.node.list_at(&["spec", "targetRefs"]).iter();
    let all = several.chain(object.node.at(&["spec", "targetRef"]));
    all.filter(|target| target.text_at(&["group"]) == Some(GATEWAY))
}

fn policies(overlay: &Overlay) -> impl Iterator<Item = &Object> {
    overlay.objects.iter().filter(|object| targets_of(object).next().is_some())
}

fn targets(facts: &Facts, out: &mut Sink) {
    let none = facts.overlays.iter().all(|overlay| policies(overlay).next().is_none());
    out.skip_if(none, "there is no policy of a gateway or route");
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
                let alone = policy.node.at(&["spec", "mergeType"]).is_none() && !facts.shares(&policy.kind);
                if alone && !taken.insert((policy.kind.as_str(), kind, name, section)) {
                    let message = format!("another {} is attached to {} already", policy.kind, found.what());
                    out.at(target.place(&["name"]), message);
                }
            }
        }
    }
}
