//! Rules about GitHub Actions.
use crate::check::facts::Facts;
use crate::check::kustomize::join;
use crate::check::{Run, Sink};
use crate::yaml::{Entry, Node};

pub(super) const RULES: &[(&str, Run)] = &[
    ("R140", needs),
    ("R143", permissions),
    ("R144", limits),
    ("R145", pinned),
    ("R146", gates),
    ("R149", releases),
    ("R153", paths),
];

fn jobs<'f>(facts: &'f Facts) -> impl Iterator<Item = &'f Entry> {
    facts.workflows().flat_map(|(_, workflow)| workflow.entries_at(&["jobs"]))
}

fn needs(facts: &Facts, out: &mut Sink) {
    out.needs_workflows();
    super::gates::judges(facts, out);
    for (_, workflow) in facts.workflows() {
        let jobs = workflow.entries_at(&["jobs"]);
        for job in jobs {
            let Some(needs) = job.value.get("needs") else { continue };
            let listed: Vec<&Node> =
                if needs.items().is_empty() { vec![needs] } else { needs.items().iter().collect() };
            for need in listed {
                let name = need.as_str().unwrap_or_default();
                if !jobs.iter().any(|other| other.name() == name) {
                    out.at(need.here(), format!("the job `{}` needs `{name}`, which does not exist", job.name()));
                }
            }
        }
    }
}

fn permissions(facts: &Facts, out: &mut Sink) {
    out.needs_workflows();
    for (path, workflow) in facts.workflows() {
        match workflow.entry("permissions") {
            None => {
                out.line(path, 0, "the workflow does not say its permissions").hint("add `permissions: {}` at the top");
            }
            Some(entry) if entry.value.as_str() == Some("write-all") => {
                out.at(entry.here(), "every job may write to everything")
                    .hint("write `permissions: {}`, and give each job its own");
            }
            Some(_) => {}
        }
    }
}

fn limits(facts: &Facts, out: &mut Sink) {
    out.needs_workflows();
    for job in jobs(facts) {
        if job.value.get("timeout-minutes").is_none() && job.value.get("uses").is_none() {
            out.at(job.here(), format!("the job `{}` has no `timeout-minutes`", job.name()));
        }
    }
}

fn pinned(facts: &Facts, out: &mut Sink) {
    out.needs_workflows();
    for (path, _) in facts.workflows() {
        for (index, line) in facts.files.text(path).unwrap_or_default().lines().enumerate() {
            let line = line.trim().trim_start_matches("- ");
            let Some(action) = line.strip_prefix("uses:") else { continue };
            let (action, comment) = action.split_once('#').unwrap_or((action, ""));
            let action = action.trim().trim_matches(['"', '\'']);
            if action.starts_with("./") || action.starts_with("docker://") {
                continue;
            }
            let commit = action.split_once('@').map_or("", |(_, commit)| commit);
            if commit.len() != 40 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                out.line(path, index + 1, format!("`{action}` is not pinned by commit"));
            } else if !comment.trim().trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()) {
                out.line(path, index + 1, format!("`{action}` does not say its version"))
                    .hint("add it as a comment: `# v1.2.3`; update tools read it");
            }
        }
    }
}

fn gates(facts: &Facts, out: &mut Sink) {
    out.needs_workflows();
    for job in jobs(facts) {
        job.value.walk(&mut |node| {
            let open = node.entry("continue-on-error").filter(|entry| entry.value.bool() == Some(true));
            if let Some(entry) = open {
                out.at(entry.here(), format!("a step of `{}` may fail and the job goes on", job.name()));
            }
            let forgives = |script: &str| script.lines().any(|line| line.trim_end().ends_with("|| true"));
            if let Some(entry) = node.entry("run").filter(|entry| entry.value.as_str().is_some_and(forgives)) {
                out.at(entry.here(), format!("a step of `{}` forgives every error: `|| true`", job.name()));
            }
        });
    }
}

/// The directories that images are built from.
fn contexts<'f>(facts: &'f Facts) -> Vec<&'f Node> {
    let mut found = Vec::new();
    for job in jobs(facts) {
        for step in job.value.list_at(&["steps"]) {
            found.extend(step.at(&["with", "context"]));
        }
    }
    found
}

fn releases(facts: &Facts, out: &mut Sink) {
    out.needs_workflows();
    let stack = facts.stack;
    for job in jobs(facts) {
        let Some(node) = job.value.get("environment") else { continue };
        let node = node.get("name").unwrap_or(node);
        let name = node.as_str().unwrap_or_default();
        let known = stack.remote_environments().any(|environment| environment.name == *name);
        if !known && !name.contains("${{") && !name.is_empty() {
            let message =
                format!("the job `{}` names the environment `{name}`, which the stack does not have", job.name());
            out.at(node.here(), message);
        }
    }
    let contexts = contexts(facts);
    let written: Vec<&str> = contexts.iter().filter_map(|node| node.as_str()).collect();
    let Some(first) = contexts.first() else { return };
    if written.iter().any(|text| text.contains("${{")) {
        return;
    }
    for unit in &stack.units {
        let Some(context) = unit.context() else { continue };
        if !written.iter().any(|text| join("", text) == context) {
            let shown = if context.is_empty() { "." } else { context };
            out.at(first.here(), format!("no job builds the image of `{}` from `{shown}`", unit.name));
        }
    }
}

fn paths(facts: &Facts, out: &mut Sink) {
    out.needs_workflows();
    for job in jobs(facts) {
        job.value.walk(&mut |node| {
            for entry in node.entries() {
                let directory = matches!(entry.name(), "working-directory" | "context");
                let file = matches!(entry.name(), "file" | "cache-dependency-path");
                let Some(text) = entry.value.as_str() else { continue };
                if (directory || file) && !text.contains("${{") && !text.contains('*') && !text.contains('\n') {
                    let path = join("", text);
                    if !path.is_empty() && !facts.files.has_directory(&path) && !facts.files.contains(&path) {
                        out.at(entry.here(), format!("`{text}` does not exist"));
                    }
                }
                if entry.name() == "run" {
                    for missing in super::documents::missing_commands(facts, text) {
                        out.at(entry.here(), missing);
                    }
                }
            }
        });
    }
}
