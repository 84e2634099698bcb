//! The stack in a reader's words: the diagram, tables of what runs, of ports and of variables.
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::compose::{Published, all_published};
use super::repository::{Entry, entry};
use super::scope::Scope;
use crate::stack::{OUTSIDE, Provider, Runtime, Stack, Unit, UnitKind, Variable};

/// What the templates see.
#[derive(Debug, Serialize)]
struct View {
    /// The diagram's groups, one per unit.
    groups: Vec<Group>,
    /// The diagram's arrows.
    arrows: Vec<Arrow>,
    /// Whether visitors are in the diagram.
    visitors: bool,
    /// What is reached outside the stack.
    outside: Vec<String>,
    /// What runs, one line per unit.
    parts: Vec<Part>,
    /// Ports on a developer's machine.
    ports: Vec<Published>,
    /// The variables of what is built here.
    variables: Vec<Row>,
    /// Where visitors come in.
    entry: Option<Entry>,
    /// The clusters, in the order in which a release travels, each with the one before it.
    chain: Vec<Stage>,
    /// Resources and who runs them in remote environments.
    resources: Vec<Resource>,
}

/// A group of the diagram.
#[derive(Debug, Serialize)]
struct Group {
    /// The id of its frame.
    id: String,
    /// The unit.
    name: String,
    /// The component's title.
    title: String,
    /// How it is drawn: `service`, `resource` or `tool`.
    kind: UnitKind,
    /// Its processes.
    nodes: Vec<Node>,
}

/// A node of the diagram.
#[derive(Debug, Serialize)]
struct Node {
    /// Its id, without characters that the diagram language reads.
    id: String,
    /// Its label.
    title: String,
}

/// An arrow of the diagram.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Arrow {
    /// The node it starts at.
    from: String,
    /// The node it leads to.
    to: String,
    /// The paths it carries, for visitors.
    label: String,
}

/// A unit in the table of what runs.
#[derive(Debug, Serialize)]
struct Part {
    /// Its name.
    name: String,
    /// Its component's title.
    title: String,
    /// Its processes' ids.
    processes: Vec<String>,
    /// Its source directory or image.
    from: String,
    /// Whether `from` is a directory of the repository.
    built: bool,
    /// Whether `scripts/test` runs checks of it.
    tested: bool,
}

/// A variable.
#[derive(Debug, Serialize)]
struct Row {
    /// The unit that reads it.
    unit: String,
    /// Its name.
    name: String,
    /// What it means, safe in a table cell.
    help: String,
    /// `required`, `secret` or the default.
    value: String,
}

/// A cluster that the stack is released to.
#[derive(Debug, Serialize)]
struct Stage {
    /// Its name.
    name: String,
    /// The host it answers to.
    host: String,
    /// The namespace it occupies.
    namespace: String,
    /// The branch it follows.
    revision: String,
    /// The environment that a release passes before; absent for the first.
    after: Option<String>,
}

/// A resource.
#[derive(Debug, Serialize)]
struct Resource {
    /// Its name.
    name: String,
    /// Its component's title.
    title: String,
    /// Who runs it, by remote environment.
    providers: BTreeMap<String, Provider>,
    /// Whether it keeps data.
    stateful: bool,
}

/// The view of the whole stack.
pub(super) fn view(scope: &Scope) -> Result<serde_json::Value, String> {
    let stack = scope.stack;
    let arrows = arrows(stack);
    let view = View {
        groups: stack.units.iter().map(group).collect(),
        visitors: arrows.iter().any(|arrow| arrow.from == VISITORS),
        outside: outside(stack),
        arrows,
        parts: stack.units.iter().map(part).collect(),
        ports: all_published(stack),
        variables: variables(stack),
        entry: entry(stack),
        chain: chain(stack),
        resources: resources(stack),
    };
    serde_json::to_value(view).map_err(|error| error.to_string())
}

/// The node that stands for visitors.
const VISITORS: &str = "visitors";

/// Words of the diagram language that can't be the id of a node.
const KEYWORDS: &[&str] = &["class", "click", "end", "graph", "style", "subgraph"];

fn node_id(name: &str) -> String {
    let id: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if KEYWORDS.contains(&id.as_str()) { id + "_" } else { id }
}

/// The id of a unit's frame; units with one process have none.
fn frame_id(unit: &Unit) -> String {
    format!("{}_service", node_id(unit.name.as_str()))
}

fn group(unit: &Unit) -> Group {
    let nodes =
        unit.processes.iter().map(|process| Node { id: node_id(process.id.as_str()), title: process.id.to_string() });
    Group {
        id: frame_id(unit),
        name: unit.name.to_string(),
        title: unit.title.clone(),
        kind: unit.kind,
        nodes: nodes.collect(),
    }
}

/// Conversations between units. Where several processes of a unit talk to the same one, the arrow starts at the frame.
fn arrows(stack: &Stack) -> Vec<Arrow> {
    let mut talks: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
    let mut arrows = BTreeSet::new();
    for edge in stack.edges.iter().filter(|edge| edge.to != OUTSIDE) {
        let to = node_id(&edge.to);
        if let Some((unit, _)) = stack.process(&edge.from) {
            talks.entry((unit.name.to_string(), to)).or_default().insert(&edge.from);
        } else {
            let paths = stack.routes.iter().filter(|route| route.process == edge.to);
            let paths: Vec<_> = paths.map(|route| route.path.as_str()).collect();
            arrows.insert(Arrow { from: VISITORS.to_owned(), to, label: paths.join(" ") });
        }
    }
    for ((unit, to), from) in talks {
        let from = match (stack.unit(&unit), from.first()) {
            (Some(unit), _) if from.len() > 1 => frame_id(unit),
            (_, Some(process)) => node_id(process),
            _ => continue,
        };
        arrows.insert(Arrow { from, to, label: String::new() });
    }
    arrows.into_iter().collect()
}

fn outside(stack: &Stack) -> Vec<String> {
    let all = stack.units.iter().flat_map(|unit| &unit.outbound);
    all.map(|outbound| outbound.what.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

fn part(unit: &Unit) -> Part {
    Part {
        name: unit.name.to_string(),
        title: unit.title.clone(),
        processes: unit.processes.iter().map(|process| process.id.to_string()).collect(),
        from: unit.directory().unwrap_or_else(|| unit.image()).to_owned(),
        built: unit.directory().is_some(),
        tested: !unit.checks.is_empty(),
    }
}

fn variables(stack: &Stack) -> Vec<Row> {
    let built =
        |variable: &&Variable| stack.unit(variable.unit.as_str()).is_some_and(|unit| unit.directory().is_some());
    stack.variables.iter().filter(built).map(row).collect()
}

fn row(variable: &Variable) -> Row {
    Row {
        unit: variable.unit.to_string(),
        name: variable.name.clone(),
        help: variable.help.replace('|', "\\|"),
        value: match &variable.default {
            _ if variable.secret && variable.required => "secret".to_owned(),
            _ if variable.secret => "secret, optional".to_owned(),
            Some(default) if default.is_empty() => "empty".to_owned(),
            Some(default) => format!("`{}`", default.replace('|', "\\|")),
            None if variable.required => "required".to_owned(),
            None => "optional".to_owned(),
        },
    }
}

fn chain(stack: &Stack) -> Vec<Stage> {
    let mut before = None;
    let mut chain = Vec::new();
    for environment in stack.environments_on(Runtime::Cluster) {
        let name = environment.name.to_string();
        chain.push(Stage {
            name: name.clone(),
            host: environment.host.clone(),
            namespace: environment.namespace.to_string(),
            revision: environment.revision.clone(),
            after: before.replace(name),
        });
    }
    chain
}

fn resources(stack: &Stack) -> Vec<Resource> {
    let resources = stack.units.iter().filter(|unit| unit.kind == UnitKind::Resource).map(|unit| Resource {
        name: unit.name.to_string(),
        title: unit.title.clone(),
        providers: stack
            .remote_environments()
            .map(|environment| (environment.name.to_string(), unit.provider(&environment.name)))
            .collect(),
        stateful: unit.processes.iter().any(|process| process.stateful || !process.volumes.is_empty()),
    });
    resources.collect()
}
