//! Rules about queues, and the connections that everybody opens together.
use crate::check::facts::Facts;
use crate::check::{Run, Sink};
use crate::stack::Provider;
use crate::yaml::{FileLine, Node};

pub(super) const RULES: &[(&str, Run)] = &[("R100", consumed), ("R115", connections)];

/// The words of an argument vector, lists taken apart.
fn holds(argv: &[String], name: &str) -> bool {
    argv.iter().any(|word| word.split([',', '=']).any(|part| part == name))
}

fn consumed(facts: &Facts, out: &mut Sink) {
    out.skip_if(facts.stack.channels.is_empty(), "the stack has no channels");
    for channel in &facts.stack.channels {
        for id in &channel.consumers {
            let Some((_, process)) = facts.stack.process(id) else { continue };
            // A consumer that does not name its channels on the command line takes them from its code.
            if !holds(&process.command, &channel.name) {
                continue;
            }
            for running in facts.running.iter().filter(|running| running.name == *id) {
                let (argv, at) = running.command.as_ref().map_or((&[][..], running.at), |(argv, at)| (argv, *at));
                if !holds(argv, &channel.name) {
                    let message =
                        format!("{} does not take from `{}`, and the stack says it does", running.what, channel.name);
                    out.at(at, message);
                }
            }
        }
    }
}

fn connections(facts: &Facts, out: &mut Sink) {
    let stack = facts.stack;
    let mut any = false;
    for database in &stack.units {
        let Some(limit) = database.connection_limit else { continue };
        for overlay in &facts.overlays {
            let environment = overlay.environment(stack);
            if matches!(database.provider(&environment.name), Provider::Managed | Provider::External) {
                continue;
            }
            any = true;
            let mut sum = 0_i64;
            let mut most: Option<(i64, FileLine)> = None;
            for (unit, process) in stack.processes() {
                let talks = stack.edges.iter().any(|edge| {
                    edge.from == process.id.as_str()
                        && database.processes.iter().any(|server| edge.to == server.id.as_str())
                });
                let uses = talks && unit.bindings.iter().any(|binding| binding.unit == database.name);
                let Some(object) = overlay.workload(process.id.as_str()).filter(|_| uses && process.long_running())
                else {
                    continue;
                };
                let entry = object.node.get("spec").and_then(|spec| spec.entry("replicas"));
                let count = entry.and_then(|entry| Node::int(&entry.value)).unwrap_or(1);
                let count = count.max(process.scale.max.map_or(0, i64::from));
                let opened = count.saturating_mul(i64::from(process.connections));
                sum = opened.saturating_add(sum);
                let at = entry.map_or_else(|| object.at(), |entry| entry.value.here());
                if most.is_none_or(|(known, _)| opened > known) {
                    most = Some((opened, at));
                }
            }
            if let Some((_, at)) = most.filter(|_| sum > i64::from(limit)) {
                let message = format!(
                    "{} opens up to {sum} connections to `{}`, which accepts {limit}",
                    environment.name, database.name
                );
                out.at(at, message).hint("run fewer replicas, or put a pooler in between");
            }
        }
    }
    out.skip_if(!any, "no database of the stack limits its connections");
}
