//! What network policies permit, pod by pod.
use super::facts::Overlay;
use super::kubernetes::{Labels, Object, selects};
use crate::stack::{Provider, Stack};
use crate::yaml::{FileLine, Node};

/// A kind of pod: those of one process.
#[derive(Debug)]
pub(super) struct Pod<'a> {
    /// The process's id.
    pub id: &'a str,
    pub labels: Labels<'a>,
    /// Named ports of its containers.
    pub ports: Vec<(&'a str, i64)>,
    /// Whether an operator makes it, with policies of its own.
    pub operated: bool,
}

/// The direction of a conversation, seen from a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Ingress,
    Egress,
}

impl Side {
    const fn keys(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Ingress => ("Ingress", "ingress", "from"),
            Self::Egress => ("Egress", "egress", "to"),
        }
    }
}

/// Who is at the other end of a rule.
#[derive(Debug, Clone, Copy)]
pub(super) enum Peer<'a> {
    /// Pods of this namespace that the selector selects.
    Pods(&'a Node),
    /// Pods of other namespaces.
    Elsewhere,
    /// Addresses outside of the cluster.
    Outside,
    /// Everybody.
    Anybody,
}

/// One rule of a policy.
#[derive(Debug)]
pub(super) struct Permission<'a> {
    pub at: FileLine,
    pub peers: Vec<Peer<'a>>,
    /// Protocol and port; empty means all.
    pub ports: Vec<(&'a str, &'a str)>,
}

/// The pods of an overlay.
pub(super) fn pods<'a>(stack: &'a Stack, overlay: &'a Overlay) -> Vec<Pod<'a>> {
    let environment = &overlay.environment(stack).name;
    let mut pods = Vec::new();
    for object in overlay.objects.iter().filter(|object| object.template().is_some()) {
        let ports = object.containers().flat_map(|container| container.list_at(&["ports"]));
        let ports = ports.filter_map(|port| Some((port.text_at(&["name"])?, port.get("containerPort")?.int()?)));
        pods.push(Pod { id: &object.name, labels: object.pod_labels(), ports: ports.collect(), operated: false });
    }
    for unit in stack.units.iter().filter(|unit| unit.provider(environment) == Provider::Operator) {
        let Some(process) = unit.processes.first().filter(|_| !unit.selector.is_empty()) else { continue };
        let labels = unit.selector.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let ports = unit.endpoints.iter().map(|endpoint| (endpoint.name.as_str(), i64::from(endpoint.port)));
        pods.push(Pod { id: process.id.as_str(), labels, ports: ports.collect(), operated: true });
    }
    pods
}

/// The policies that select a pod and restrict a direction.
pub(super) fn policies<'a>(overlay: &'a Overlay, pod: &Pod<'_>, side: Side) -> Vec<&'a Object> {
    let (word, key, _) = side.keys();
    let all = overlay.objects.iter().filter(|object| object.kind == "NetworkPolicy");
    all.filter(|policy| {
        let types = policy.node.at(&["spec", "policyTypes"]).map(Node::texts);
        let restricts = types.map_or_else(
            || side == Side::Ingress || policy.node.at(&["spec", key]).is_some(),
            |types| types.iter().any(|one| one == word),
        );
        restricts && policy.node.at(&["spec", "podSelector"]).is_some_and(|one| selects(one, &pod.labels))
    })
    .collect()
}

/// The rules of a policy for a direction.
pub(super) fn permissions<'a>(policy: &'a Object, side: Side, namespace: &str) -> Vec<Permission<'a>> {
    let (_, key, peers_key) = side.keys();
    let rules = policy.node.list_at(&["spec", key]).iter();
    rules
        .map(|rule| Permission {
            at: rule.place(&[peers_key]),
            peers: match rule.list_at(&[peers_key]) {
                [] => vec![Peer::Anybody],
                peers => peers.iter().map(|one| peer(one, namespace)).collect(),
            },
            ports: rule
                .list_at(&["ports"])
                .iter()
                .filter_map(|port| Some((port.text_at(&["protocol"]).unwrap_or("TCP"), port.text_at(&["port"])?)))
                .collect(),
        })
        .collect()
}

fn peer<'a>(node: &'a Node, namespace: &str) -> Peer<'a> {
    if node.get("ipBlock").is_some() {
        // A single address is a service of the node, such as its DNS cache.
        let cidr = node.text_at(&["ipBlock", "cidr"]).unwrap_or_default();
        return if cidr.ends_with("/32") || cidr.ends_with("/128") { Peer::Elsewhere } else { Peer::Outside };
    }
    let own = node.get("namespaceSelector").is_none_or(|selector| {
        let labels: Labels<'_> = [("kubernetes.io/metadata.name", namespace)].into_iter().collect();
        selects(selector, &labels)
    });
    match (own, node.get("podSelector")) {
        (true, Some(selector)) => Peer::Pods(selector),
        (true, None) => Peer::Anybody,
        (false, _) => Peer::Elsewhere,
    }
}

impl Permission<'_> {
    /// Whether the rule lets pods with these labels through.
    pub(super) fn admits(&self, labels: &Labels<'_>) -> bool {
        self.peers.iter().any(|peer| match peer {
            Peer::Pods(selector) => selects(selector, labels),
            Peer::Anybody => true,
            Peer::Elsewhere | Peer::Outside => false,
        })
    }

    /// Whether the rule is about that TCP port of that pod.
    pub(super) fn covers(&self, pod: Option<&Pod<'_>>, port: i64) -> bool {
        self.ports.is_empty()
            || self.ports.iter().any(|(protocol, name)| {
                let named =
                    pod.is_some_and(|pod| pod.ports.iter().any(|(known, number)| known == name && *number == port));
                *protocol == "TCP" && (named || name.parse() == Ok(port))
            })
    }
}
