//! Why a conflict is there: where ours comes from, and which changed facts of the stack are in its lines.
use serde::{Deserialize, Serialize};

use super::Prepared;
use crate::SPEC_PATH;
use crate::cli::why::template::{Fragment, fragments};
use crate::cli::why::{features, numbered};
use crate::diagnostic::Source;
use crate::merge::{Conflict, Sides};
use crate::plan::Change;
use crate::record::{self, Fact};
use crate::render::candidates;
use crate::yaml::{self, Node};

/// A conflict with its reasons: what a plan shows, and what a record in `.stackwright/conflicts/` holds.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Reasoned {
    /// The file.
    pub(in crate::cli) path: String,
    #[serde(flatten)]
    pub(in crate::cli) conflict: Conflict,
    /// The component that makes the file.
    component: String,
    /// The template that it is rendered from.
    template: String,
    /// Lines of it that may have produced what is rendered now, best first.
    template_lines: Vec<usize>,
    /// Where else the lines may come from, when no line of the template fits: what features insert.
    fragments: Vec<Fragment>,
    /// The changed facts of the stack that are in the lines.
    facts: Vec<Cause>,
}

/// A fact behind a conflict.
#[derive(Debug, Serialize, Deserialize)]
struct Cause {
    #[serde(flatten)]
    fact: Fact,
    /// The line of `stackwright.yaml` that says it, or the nearest one.
    line: Option<usize>,
}

impl Reasoned {
    /// Every marked conflict of a plan.
    pub(in crate::cli) fn all(prepared: &Prepared) -> Vec<Self> {
        let description = yaml::parse_one(&Source::new(SPEC_PATH, prepared.project.description.as_str())).ok();
        let of = |change| Self::of(change, prepared, description.as_ref());
        prepared.plan.changes.iter().flat_map(of).collect()
    }

    fn of(change: &Change, prepared: &Prepared, description: Option<&Node>) -> Vec<Self> {
        let catalog = &prepared.project.workbench.catalog;
        let reasoned = |conflict: &Conflict| {
            let line = changed_line(&conflict.sides);
            let template = catalog.text(&change.template);
            let template_lines = template.map(|template| candidates(&template.text, line)).unwrap_or_default();
            let fragments = if template_lines.is_empty() {
                fragments(catalog, &change.component, &features(&prepared.stack), line)
            } else {
                Vec::new()
            };
            let cause = |fact: &Fact| {
                let line = description.and_then(|description| fact.line(description));
                Cause { fact: fact.clone(), line }
            };
            let (was, is) = (&conflict.sides.base, &conflict.sides.new);
            let text = |side: &Option<String>| side.clone().unwrap_or_default();
            Self {
                path: change.path.to_string(),
                conflict: conflict.clone(),
                component: change.component.clone(),
                template: change.template.clone(),
                template_lines,
                fragments,
                facts: record::behind(&prepared.facts, &text(was), &text(is)).into_iter().map(cause).collect(),
            }
        };
        change.conflicts.iter().map(reasoned).collect()
    }

    /// It in one line: its id and its place.
    pub(in crate::cli) fn told(&self) -> String {
        let Conflict { id, at, line, .. } = &self.conflict;
        let place = if at.is_empty() { String::new() } else { format!(", {}", at.join(".")) };
        format!("{id} in line {line}{place}")
    }

    /// What the three sides say.
    pub(in crate::cli) fn sides(&self) -> Vec<String> {
        let Sides { base, yours, new } = &self.conflict.sides;
        let mut lines = Vec::new();
        for (label, side) in [("yours", yours), ("before", base), ("now", new)] {
            let said = side.as_deref().map_or_else(|| vec!["(nothing)"], |side| side.lines().collect());
            let labels = std::iter::once(label).chain(std::iter::repeat(""));
            lines.extend(said.into_iter().zip(labels).map(|(line, label)| format!("{label:<11}{line}")));
        }
        lines
    }

    /// What is behind it, a line each.
    pub(in crate::cli) fn reasons(&self) -> Vec<String> {
        let mut lines = vec![
            format!("component  {}", self.component),
            format!("template   {}{}", self.template, numbered(&self.template_lines)),
        ];
        for Fragment { component, template, lines: numbers } in &self.fragments {
            lines.push(format!("           {template}{}, from {component}", numbered(numbers)));
        }
        for (index, Cause { fact, line }) in self.facts.iter().enumerate() {
            let label = if index == 0 { "because" } else { "" };
            let place = line.map_or_else(String::new, |line| format!(" ({SPEC_PATH}:{line})"));
            lines.push(format!("{label:<11}{}{place}", fact.told()));
        }
        if self.facts.is_empty() {
            lines.push("because    a template changed: no changed fact of the stack is in these lines".into());
        }
        lines
    }
}

/// The line that shows best what changed in ours: one that is new, or else one that is gone.
fn changed_line(sides: &Sides) -> &str {
    let [was, is] = [&sides.base, &sides.new].map(|side| side.as_deref().unwrap_or_default());
    let only = |one: &'_ str, other: &str| -> Option<usize> {
        one.lines().position(|line| !line.trim().is_empty() && !other.lines().any(|known| known == line))
    };
    let new = only(is, was).and_then(|at| is.lines().nth(at));
    new.or_else(|| only(was, is).and_then(|at| was.lines().nth(at))).unwrap_or_default()
}
