//! `explain`: the resolved stack of a repository.
mod mermaid;
mod svg;
mod talks;

use std::fmt::Write as _;
use std::process::ExitCode;

use super::Done;
use super::args::{Explain, ExplainFormat};
use super::output::Output;
use super::repository::Repository;
use crate::stack::{Channel, Environment, HostGroup, Name, OUTSIDE, Process, Role, Runtime, Stack, Unit, UnitKind};

pub(super) fn run(arguments: &Explain, output: &Output) -> Done {
    let stack = Repository::at(&arguments.dir)?.stack()?;
    match arguments.format {
        ExplainFormat::Text => output.text(&text(&stack))?,
        ExplainFormat::Json => output.json(&stack)?,
        ExplainFormat::Mermaid => output.text(&mermaid::diagram(&stack))?,
        ExplainFormat::Svg => output.text(&svg::picture(&stack))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn text(stack: &Stack) -> String {
    let project = &stack.project;
    let mut out = format!(
        "{}: {}\nmade from {} version {}\n",
        project.name, project.summary, stack.from.blueprint, stack.from.version
    );
    for (heading, kind) in
        [("Services", UnitKind::Service), ("Resources", UnitKind::Resource), ("Tools", UnitKind::Tool)]
    {
        let units: Vec<&Unit> = stack.units.iter().filter(|unit| unit.kind == kind).collect();
        if !units.is_empty() {
            let _ = write!(out, "\n{heading}\n");
            units.iter().for_each(|unit| describe(stack, unit, &mut out));
        }
    }
    let mut section = |heading: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = write!(out, "\n{heading}\n  {}\n", lines.join("\n  "));
        }
    };
    section(
        "Platform",
        stack
            .platforms
            .iter()
            .map(|platform| format!("{}: {} ({})", platform.name, platform.title, platform.component))
            .collect(),
    );
    section("Channels", stack.channels.iter().map(channel).collect());
    section(
        "Routes",
        stack
            .routes
            .iter()
            .map(|route| format!("{} leads to {} ({})", route.path, route.process, route.endpoint))
            .collect(),
    );
    let promoted = stack.promoted_environment().map(|environment| &environment.name);
    let environments = stack.environments.iter().map(|environment| {
        let replicas: Vec<String> = environment.replicas.iter().map(|(id, count)| format!("{count} {id}")).collect();
        let runtime = runtime(environment.runtime);
        let revision = match environment {
            local if local.is_local() => String::new(),
            Environment { name, revision, .. } if promoted == Some(name) => format!(", held at a commit of {revision}"),
            Environment { revision, .. } => format!(", follows {revision}"),
        };
        let groups = environment.groups.iter().map(|group| placed(environment, group));
        let runs =
            format!("{}: {} {runtime}{revision}; runs {}", environment.name, environment.host, replicas.join(", "));
        std::iter::once(runs).chain(groups).collect::<Vec<_>>().join("\n      ")
    });
    section("Environments", environments.collect());
    section(
        "Conversations",
        stack
            .edges
            .iter()
            .map(|edge| {
                let only = edge.environments.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                let only = if only.is_empty() { only } else { format!(" (in {only})") };
                format!("{} -> {}, port {}: {}{only}", place(&edge.from), place(&edge.to), edge.port, edge.because)
            })
            .collect(),
    );
    let secrets = stack.variables.iter().filter(|variable| variable.secret).count();
    section(
        "Variables",
        vec![format!("{} in the contract, {secrets} of them secret: config/env.schema.yaml", stack.variables.len())],
    );
    out
}

/// A group of machines with the processes that run there.
fn placed(environment: &Environment, group: &HostGroup) -> String {
    let here = environment.placement.iter().filter(|(_, name)| **name == *group.name);
    let here: Vec<&str> = here.map(|(process, _)| process.as_str()).collect();
    let here = if here.is_empty() { "nothing".to_owned() } else { here.join(", ") };
    format!("on {} ({}): {here}", group.name, group.hosts.join(", "))
}

fn runtime(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Machine => "on a developer's machine",
        Runtime::Cluster => "in a cluster",
        Runtime::Hosts => "on hosts",
        Runtime::Paas => "on a platform",
    }
}

fn place(id: &str) -> &str {
    if id == OUTSIDE { "outside" } else { id }
}

fn channel(channel: &Channel) -> String {
    let list = |ids: &[String]| if ids.is_empty() { "nobody".to_owned() } else { ids.join(", ") };
    format!(
        "{} on {}: from {} to {}",
        channel.name,
        channel.broker,
        list(&channel.publishers),
        list(&channel.consumers)
    )
}

fn describe(stack: &Stack, unit: &Unit, out: &mut String) {
    let from = unit.directory().unwrap_or_else(|| unit.image());
    let _ = writeln!(out, "  {}: {} ({}), from {from}", unit.name, unit.title, unit.component);
    let mut line = |text: String| {
        let _ = writeln!(out, "      {text}");
    };
    if !unit.features.is_empty() {
        line(format!(
            "with {}",
            unit.features.iter().map(|feature| feature.component.as_str()).collect::<Vec<_>>().join(", ")
        ));
    }
    for process in &unit.processes {
        line(describe_process(unit, process));
    }
    for binding in &unit.bindings {
        line(format!("uses {} as {} ({})", binding.unit, binding.alias, binding.capability));
    }
    let each = |word: &dyn Fn(&Name) -> String| {
        let environments = stack.environments.iter().map(|environment| &environment.name);
        environments.map(|name| format!("{} in {name}", word(name).to_lowercase())).collect::<Vec<_>>().join(", ")
    };
    if unit.kind == UnitKind::Resource {
        line(format!("run by: {}", each(&|name| format!("{:?}", unit.provider(name)))));
    }
    if !unit.artifacts.is_empty() {
        line(format!("built as: {}", each(&|name| format!("{:?}", unit.artifact(name).unwrap_or_default()))));
    }
}

fn describe_process(unit: &Unit, process: &Process) -> String {
    let role = match process.role {
        Role::Web => "serves HTTP",
        Role::Grpc => "serves gRPC",
        Role::Worker => "processes work in the background",
        Role::Scheduler => "schedules work",
        Role::Job => "runs once per release",
        Role::Cron => "runs on a schedule",
        Role::Server => "serves other units",
    };
    let ports = process.serves.iter().filter_map(|name| unit.endpoint(name));
    let ports: Vec<String> = ports.map(|endpoint| endpoint.port.to_string()).collect();
    let port = if ports.is_empty() { String::new() } else { format!(", port {}", ports.join(" and ")) };
    let after: Vec<&str> = process.after.iter().map(|start| start.process.as_str()).collect();
    let after = if after.is_empty() { String::new() } else { format!(", after {}", after.join(" and ")) };
    format!("process {}: {role}{port}{after}", process.id)
}
