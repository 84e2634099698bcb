//! Network policies: exactly the stack's edges.
use std::collections::BTreeMap;

use serde::Serialize;

use super::{Labels, clusters, in_base, labels, runs};
use crate::stack::{Edge, Environment, OUTSIDE, Process, Provider, Stack, Unit};

/// The port of web services, which are taken to be on the internet until somebody says otherwise.
const HTTPS: u16 = 443;

/// What one process may do.
#[derive(Serialize, Clone, PartialEq)]
pub(super) struct Policy {
    /// The process it is about.
    target: Labels,
    /// Who may connect to it.
    ingress: Vec<Rule>,
    /// What it may connect to.
    egress: Vec<Rule>,
}

/// One permitted conversation, seen from the process.
#[derive(Serialize, Clone, PartialEq)]
struct Rule {
    /// Why it is permitted.
    because: String,
    /// The port that is connected to.
    port: u16,
    /// The labels of the pods at the other end, process by process; none for what is outside the cluster.
    pods: Vec<BTreeMap<String, String>>,
    /// Outside the cluster: whether private networks are excluded.
    public_only: bool,
}

impl Policy {
    /// The same with one rule for all who may have a conversation for the same reason.
    fn joined(mut self) -> Self {
        for rules in [&mut self.ingress, &mut self.egress] {
            let mut joined: Vec<Rule> = Vec::new();
            for rule in rules.drain(..) {
                let same = |one: &&mut Rule| {
                    !one.pods.is_empty()
                        && !rule.pods.is_empty()
                        && (&one.because, one.port) == (&rule.because, rule.port)
                };
                match joined.iter_mut().find(same) {
                    Some(one) => one.pods.extend(rule.pods),
                    None => joined.push(rule),
                }
            }
            *rules = joined;
        }
        self
    }
}

/// What a process may do in every environment, or in the one that alone runs it.
pub(super) fn policy(stack: &Stack, unit: &Unit, process: &Process, environment: Option<&Environment>) -> Policy {
    everywhere(stack, unit, process, environment).joined()
}

fn everywhere(stack: &Stack, unit: &Unit, process: &Process, environment: Option<&Environment>) -> Policy {
    if let Some(environment) = environment {
        return permitted(stack, unit, process, environment);
    }
    let mut environments = clusters(stack);
    let Some(first) = environments.next() else {
        return Policy { target: labels(unit, process), ingress: Vec::new(), egress: Vec::new() };
    };
    let mut common = permitted(stack, unit, process, first);
    for environment in environments {
        let other = permitted(stack, unit, process, environment);
        common.ingress.retain(|rule| other.ingress.contains(rule));
        common.egress.retain(|rule| other.egress.contains(rule));
    }
    common
}

/// What a process of the base may do in one environment only.
pub(super) fn overlay_policy(
    stack: &Stack,
    unit: &Unit,
    process: &Process,
    environment: &Environment,
) -> Option<Policy> {
    let common = everywhere(stack, unit, process, None);
    let mut own = permitted(stack, unit, process, environment);
    own.ingress.retain(|rule| !common.ingress.contains(rule));
    own.egress.retain(|rule| !common.egress.contains(rule));
    let differs = in_base(stack, unit) && !(own.ingress.is_empty() && own.egress.is_empty());
    differs.then(|| own.joined())
}

fn permitted(stack: &Stack, unit: &Unit, process: &Process, environment: &Environment) -> Policy {
    let mut policy = Policy { target: labels(unit, process), ingress: Vec::new(), egress: Vec::new() };
    let here = |edge: &&Edge| edge.environments.is_empty() || edge.environments.contains(&environment.name);
    for edge in stack.edges.iter().filter(here) {
        // Visitors come through the gateway, whose own component lets them in.
        if process.id == *edge.to
            && edge.from != OUTSIDE
            && let Some(pods) = pods(stack, &edge.from, environment)
        {
            add(&mut policy.ingress, edge, Some(pods), false);
        }
        if process.id == *edge.from {
            let pods = pods(stack, &edge.to, environment);
            let declared =
                |outbound: &crate::stack::Outbound| outbound.port == edge.port && edge.because.contains(&outbound.what);
            let public_only = edge.to == OUTSIDE && (edge.port == HTTPS || unit.outbound.iter().any(declared));
            add(&mut policy.egress, edge, pods, public_only);
        }
    }
    policy
}

/// Joins what differs in its reason only.
fn add(rules: &mut Vec<Rule>, edge: &Edge, pods: Option<BTreeMap<String, String>>, public_only: bool) {
    let because = edge.because.clone();
    let pods: Vec<_> = pods.into_iter().collect();
    let same = |rule: &&mut Rule| (rule.port, &rule.pods, rule.public_only) == (edge.port, &pods, public_only);
    match rules.iter_mut().find(same) {
        Some(rule) if rule.because.split(", ").any(|part| part == because) => {}
        Some(rule) => rule.because = format!("{}, {because}", rule.because),
        None => rules.push(Rule { because, port: edge.port, pods, public_only }),
    }
}

/// The labels of the pods of a process: its own, or those that an operator gives them; nothing when it does
/// not run in this cluster.
fn pods(stack: &Stack, id: &str, environment: &Environment) -> Option<BTreeMap<String, String>> {
    let (unit, process) = stack.process(id)?;
    if runs(unit, environment) {
        let Labels { name, component, .. } = labels(unit, process);
        return Some(BTreeMap::from([
            ("app.kubernetes.io/name".to_owned(), name),
            ("app.kubernetes.io/component".to_owned(), component),
        ]));
    }
    let operated = unit.provider(&environment.name) == Provider::Operator;
    (operated && !unit.selector.is_empty()).then(|| unit.selector.clone())
}
