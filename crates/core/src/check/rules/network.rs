//! Rules about who may talk to whom, and about the way in from outside.
use crate::check::facts::{Facts, Overlay};
use crate::check::kubernetes::Object;
use crate::check::network::{Peer, Permission, Pod, Side, permissions, pods, policies};
use crate::check::{Run, Sink};
use crate::stack::{Edge, OUTSIDE, Provider, Unit};
use crate::yaml::FileLine;

pub(super) const RULES: &[(&str, Run)] = &[("R120", edges)];

fn here<'f>(facts: &'f Facts, overlay: &Overlay) -> Vec<&'f Edge> {
    let environment = &overlay.environment(facts.stack).name;
    let all = facts.stack.edges.iter();
    all.filter(|edge| edge.environments.is_empty() || edge.environments.contains(environment)).collect()
}

fn edges(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for overlay in &facts.overlays {
        any |= overlay.objects.iter().any(|object| object.kind == "NetworkPolicy");
        let pods = pods(facts.stack, overlay);
        let edges = here(facts, overlay);
        for pod in &pods {
            for side in [Side::Ingress, Side::Egress] {
                Conversation { facts, overlay, pods: &pods, edges: &edges, pod, side }.check(out);
            }
        }
    }
    out.skip_if(!any, "there is no network policy");
}

/// One pod's conversations in one direction.
struct Conversation<'a> {
    facts: &'a Facts<'a>,
    overlay: &'a Overlay,
    pods: &'a [Pod<'a>],
    edges: &'a [&'a Edge],
    pod: &'a Pod<'a>,
    side: Side,
}

impl Conversation<'_> {
    fn check(&self, out: &mut Sink) {
        let policies = policies(self.overlay, self.pod, self.side);
        let namespace = self.overlay.environment(self.facts.stack).namespace.as_str();
        let permitted: Vec<(&Object, Permission)> = policies
            .iter()
            .flat_map(|policy| permissions(policy, self.side, namespace).into_iter().map(|one| (*policy, one)))
            .collect();
        for (policy, permission) in &permitted {
            self.needless(policy, permission, out);
        }
        if policies.is_empty() {
            if self.facts.stack.process(self.pod.id).is_some() {
                let word = if self.side == Side::Ingress { "connect to" } else { "be reached by" };
                let at = self.overlay.workload(self.pod.id).map(Object::at);
                let message = format!("no policy restricts who may {word} `{}`", self.pod.id);
                match at {
                    Some(at) => out.at(at, message),
                    None => out.line(&self.overlay.file(), 0, message),
                };
            }
            return;
        }
        self.missing(&policies, &permitted, out);
    }

    /// The edges of this pod in this direction, with the name at the other end.
    fn own(&self) -> impl Iterator<Item = (&str, &Edge)> {
        self.edges.iter().filter_map(|edge| match self.side {
            Side::Ingress => (edge.to == self.pod.id).then_some((edge.from.as_str(), *edge)),
            Side::Egress => (edge.from == self.pod.id).then_some((edge.to.as_str(), *edge)),
        })
    }

    fn needless(&self, policy: &Object, permission: &Permission, out: &mut Sink) {
        let what = policy.what();
        if permission.peers.iter().any(|peer| matches!(peer, Peer::Anybody)) {
            let word =
                if self.side == Side::Ingress { "lets everybody connect to" } else { "lets everybody be reached by" };
            out.at(permission.at, format!("{what} {word} `{}`", self.pod.id));
            return;
        }
        for other in self.pods.iter().filter(|other| other.id != self.pod.id && permission.admits(&other.labels)) {
            let (from, to) = match self.side {
                Side::Ingress => (other, self.pod),
                Side::Egress => (self.pod, other),
            };
            let wanted: Vec<i64> = self
                .edges
                .iter()
                .filter(|edge| edge.from == from.id && edge.to == to.id)
                .map(|edge| i64::from(edge.port))
                .collect();
            let needless = if permission.ports.is_empty() {
                wanted.is_empty().then(|| "any port".to_owned())
            } else {
                permission
                    .ports
                    .iter()
                    .find(|(_, port)| {
                        let number = to.ports.iter().find(|(name, _)| name == port).map(|(_, number)| *number);
                        number.or(port.parse().ok()).is_none_or(|number| !wanted.contains(&number))
                    })
                    .map(|(_, port)| format!("port {port}"))
            };
            if let Some(port) = needless {
                let message = format!(
                    "{what} lets `{}` connect to {port} of `{}`, and the stack knows no such conversation",
                    from.id, to.id
                );
                out.at(permission.at, message).hint("remove the rule, or declare the conversation in stackwright.yaml");
            }
        }
        let outside = permission.peers.iter().any(|peer| matches!(peer, Peer::Outside));
        if outside && self.side == Side::Egress && !self.pod.operated {
            let wanted: Vec<u16> = self.own().filter(|(to, _)| self.away(to)).map(|(_, edge)| edge.port).collect();
            let extra = permission.ports.iter().find(|(_, port)| !wanted.iter().any(|one| one.to_string() == *port));
            let none = permission.ports.is_empty();
            if let Some(port) = extra.map(|(_, port)| format!("port {port}")).or(none.then(|| "every port".to_owned()))
            {
                let message = format!(
                    "{what} lets `{}` reach {port} outside of the cluster, and the stack knows no such conversation",
                    self.pod.id
                );
                out.at(permission.at, message);
            }
        }
    }

    /// Whether a process is not among this cluster's pods.
    fn away(&self, id: &str) -> bool {
        id == OUTSIDE || !self.pods.iter().any(|pod| pod.id == id)
    }

    /// Whether a process should be among this cluster's pods and is not, which another rule reports.
    fn absent(&self, id: &str) -> bool {
        let environment = &self.overlay.environment(self.facts.stack).name;
        let here = |unit: &Unit| unit.provider(environment) == Provider::Container;
        self.away(id) && self.facts.stack.process(id).is_some_and(|(unit, _)| here(unit))
    }

    fn missing(&self, policies: &[&Object], permitted: &[(&Object, Permission)], out: &mut Sink) {
        for (other, edge) in self.own().filter(|(other, _)| !self.absent(other)) {
            let port = i64::from(edge.port);
            let server = match self.side {
                Side::Ingress => Some(self.pod),
                Side::Egress => self.pods.iter().find(|pod| pod.id == other),
            };
            let open = permitted.iter().any(|(_, permission)| {
                let covers = permission.covers(server, port);
                let admits = match self.pods.iter().find(|pod| pod.id == other) {
                    Some(pod) => permission.admits(&pod.labels),
                    None => permission.peers.iter().any(|peer| !matches!(peer, Peer::Pods(_))),
                };
                covers && admits
            });
            if !open {
                let at = self.blame(policies);
                let message = match self.side {
                    Side::Ingress => {
                        format!("`{other}` may not connect to port {port} of `{}`: {}", self.pod.id, edge.because)
                    }
                    Side::Egress => {
                        format!("`{}` may not connect to port {port} of `{other}`: {}", self.pod.id, edge.because)
                    }
                };
                out.at(at, message).hint("add the rule to this policy");
            }
        }
        let resolves =
            |permission: &Permission| permission.ports.is_empty() || permission.ports.contains(&("UDP", "53"));
        let asks = self.side == Side::Egress && !self.pod.operated && self.own().next().is_some();
        if asks && !permitted.iter().any(|(_, permission)| resolves(permission)) {
            let at = self.blame(policies);
            out.at(at, format!("`{}` may not ask for names: UDP port 53 is closed", self.pod.id));
        }
    }

    /// The policy that is most about this pod: the one with the longest selector.
    fn blame(&self, policies: &[&Object]) -> FileLine {
        let length = |policy: &&&Object| policy.node.entries_at(&["spec", "podSelector", "matchLabels"]).len();
        let named = |policy: &&&Object| policy.name == self.pod.id;
        let key = if self.side == Side::Ingress { "ingress" } else { "egress" };
        let best = policies.iter().max_by_key(|policy| (length(policy), named(policy)));
        best.map_or(FileLine { file: 0, line: 0 }, |policy| match policy.node.at(&["spec", key]) {
            Some(_) => policy.node.place(&["spec", key]),
            None => policy.at(),
        })
    }
}
