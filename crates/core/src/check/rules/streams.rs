//! Rules about what carries messages, and what scales with them.
use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::{Object, find};
use crate::check::node::Node;
use crate::check::{Rule, Severity, Sink};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R106",
        title: "What a scaler asks is said completely, and its credentials exist",
        severity: Severity::Error,
        why: "A scaler that cannot ask keeps the number of replicas that it last knew, whatever is waiting.",
        example: "deploy/kubernetes/overlays/staging/scaling.yaml:20: ScaledObject `worker` asks with the credentials `broker`, which do not exist",
        yields_to: &[],
        run: triggers,
    },
    Rule {
        id: "R111",
        title: "A topic belongs to a cluster that exists, and stays writable when one copy is away",
        severity: Severity::Error,
        why: "With as many copies as must agree, every restart of a broker stops all who write.",
        example: "deploy/kubernetes/overlays/staging/events.yaml:60: KafkaTopic `orders` has 2 copies, of which 2 must agree",
        yields_to: &[],
        run: topics,
    },
];

fn kind<'o>(overlay: &'o Overlay, kind: &'static str) -> impl Iterator<Item = &'o Object> {
    overlay.objects.iter().filter(move |object| object.kind == kind)
}

fn triggers(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for overlay in &facts.overlays {
        for object in kind(overlay, "ScaledObject").chain(kind(overlay, "ScaledJob")) {
            for trigger in object.node.list_at(&["spec", "triggers"]) {
                any = true;
                if trigger.text_at(&["type"]).unwrap_or_default().is_empty() {
                    out.at(trigger.at, format!("a trigger of {} has no type", object.what()));
                }
                if trigger.get("metadata").is_none_or(Node::is_empty) {
                    out.at(trigger.at, format!("a trigger of {} says nothing about what it asks", object.what()));
                }
                let Some(credentials) = trigger.get("authenticationRef") else { continue };
                let name = credentials.text_at(&["name"]).unwrap_or_default();
                // Those of the whole cluster are somebody else's.
                let own = credentials.text_at(&["kind"]).is_none_or(|kind| kind == "TriggerAuthentication");
                if own && find(&overlay.objects, "TriggerAuthentication", name).is_none() {
                    let message = format!("{} asks with the credentials `{name}`, which do not exist", object.what());
                    out.at(credentials.place(&["name"]), message);
                }
            }
        }
    }
    if !any {
        out.skip("nothing scales by what it asks");
    }
}

/// How many copies must have a message before it counts as written.
const AGREE: &str = "min.insync.replicas";
/// Where a cluster keeps settings for all its topics.
const GENERAL: &str = "spec/kafka/config";

fn topics(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for overlay in &facts.overlays {
        for topic in kind(overlay, "KafkaTopic") {
            any = true;
            let of = ["metadata", "labels", "strimzi.io/cluster"];
            let name = topic.node.text_at(&of).unwrap_or_default();
            let cluster = find(&overlay.objects, "Kafka", name);
            if cluster.is_none() && kind(overlay, "Kafka").next().is_some() {
                let message = format!("{} belongs to the cluster `{name}`, which does not exist", topic.what());
                out.at(topic.node.place(&of), message);
            }
            let number = |node: &Node, keys: &[&str]| node.path(keys).and_then(Node::int);
            let general: Vec<&str> = GENERAL.split('/').chain([AGREE]).collect();
            let general = cluster.and_then(|cluster| number(&cluster.node, &general));
            let agree = number(&topic.node, &["spec", "config", AGREE]).or(general);
            let copies = number(&topic.node, &["spec", "replicas"]);
            if let (Some(copies), Some(agree)) = (copies, agree)
                && copies > 1
                && agree >= copies
            {
                let message = format!("{} has {copies} copies, of which {agree} must agree", topic.what());
                out.at(topic.node.place(&["spec", "replicas"]), message);
            }
        }
    }
    if !any {
        out.skip("there is no topic");
    }
}
