//! Rules about what workflows let through: unchecked code, strangers' texts, jobs that nobody waits for.
use std::collections::BTreeSet;

use crate::check::facts::Facts;
use crate::check::{Run, Sink};
use crate::yaml::{Entry, Node};

pub(super) const RULES: &[(&str, Run)] = &[("R142", tests), ("R147", strangers), ("R154", documented)];

/// Parts of an event that whoever opens a pull request, an issue or a comment chooses.
const CHOSEN: &[&str] = &[
    "github.head_ref",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.discussion.title",
    "github.event.discussion.body",
    "github.event.head_commit.message",
];

/// A word in the names of make targets that run everybody's tests.
const TESTING: &[&str] = &["test", "check", "all", "ci", "verify"];

/// The jobs that a job needs, and those that they need.
fn needed<'n>(jobs: &'n [Entry], job: &'n Entry, found: &mut BTreeSet<String>) {
    for name in job.value.get("needs").map_or_else(Vec::new, Node::texts) {
        if found.insert(name.clone())
            && let Some(next) = jobs.iter().find(|other| other.name() == name)
        {
            needed(jobs, next, found);
        }
    }
}

/// Whether a job runs whatever the others came to, and looks at all of their results.
fn judging(job: &Entry) -> bool {
    let mut looks = false;
    job.value.walk(&mut |node| looks |= node.as_str().is_some_and(|text| text.contains("needs.*.result")));
    looks && job.value.text_at(&["if"]).is_some_and(|condition| condition.contains("always()"))
}

/// A job that judges all others has to wait for them: those it does not know may fail.
pub(super) fn judges(facts: &Facts, out: &mut Sink) {
    for (_, workflow) in facts.workflows() {
        let jobs = workflow.entries_at(&["jobs"]);
        for judge in jobs.iter().filter(|job| judging(job)) {
            let mut before = BTreeSet::from([judge.name().to_owned()]);
            needed(jobs, judge, &mut before);
            for job in jobs.iter().filter(|job| !before.contains(job.name())) {
                let mut after = BTreeSet::new();
                needed(jobs, job, &mut after);
                if !after.contains(judge.name()) {
                    let message = format!("the job `{}` does not wait for `{}`", judge.name(), job.name());
                    out.at(judge.value.place(&["needs"]), message);
                }
            }
        }
    }
}

fn tests(facts: &Facts, out: &mut Sink) {
    out.needs_workflows();
    let mut said = Vec::new();
    for (_, workflow) in facts.workflows() {
        workflow.walk(&mut |node| {
            let texts = ["run", "working-directory"].iter().filter_map(|key| node.text_at(&[key]));
            said.extend(texts.map(str::to_owned));
        });
    }
    // A name that is put together when the workflow runs may be any, and a target or a script of tests may test everything.
    let words = |text: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| TESTING.contains(&word));
    let target = |line: &str| line.strip_prefix("make ").is_some_and(words);
    let everything = |line: &str| line.contains("${{ matrix.") || target(line) || line == "scripts/test";
    if said.iter().flat_map(|text| text.lines()).any(|line| everything(line.trim())) {
        return;
    }
    let Some((_, first)) = facts.workflows().next() else { return };
    for unit in facts.stack.units.iter().filter(|unit| !unit.checks.is_empty()) {
        let word = |text: &String| {
            let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
            words.any(|word| word == unit.name.as_str())
        };
        if !said.iter().any(word) {
            out.at(first.place(&["jobs"]), format!("no job checks the code of `{}`", unit.name));
        }
    }
}

fn strangers(facts: &Facts, out: &mut Sink) {
    out.needs_workflows();
    for (_, workflow) in facts.workflows() {
        workflow.walk(&mut |node| {
            let scripts = ["run", "script"].iter().filter_map(|key| node.entry(key));
            for (entry, script) in scripts.filter_map(|entry| Some((entry, entry.value.as_str()?))) {
                let inside = script.split("${{").skip(1).filter_map(|rest| rest.split("}}").next());
                for chosen in inside.filter_map(|text| CHOSEN.iter().find(|chosen| text.contains(**chosen))) {
                    out.at(entry.here(), format!("a script holds `{chosen}`, which anybody chooses"))
                        .hint("hand it over as a variable of the step: `env:`");
                }
            }
        });
    }
}

fn documented(facts: &Facts, out: &mut Sink) {
    out.needs_workflows();
    let pages: Vec<&str> = facts.markdown.iter().filter_map(|page| facts.files.text(page.path)).collect();
    let known = |name: &str| {
        let mut naming = pages.iter().filter(|text| text.contains(name));
        naming.any(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name))
    };
    for (path, _) in facts.workflows() {
        let mut told = BTreeSet::new();
        for (index, line) in facts.files.text(path).unwrap_or_default().lines().enumerate() {
            for (word, kind) in [("secrets.", "secret"), ("vars.", "variable")] {
                let inside = line.split("${{").skip(1).filter_map(|rest| rest.split("}}").next());
                for name in inside.flat_map(|text| names(text, word)).filter(|name| *name != "GITHUB_TOKEN") {
                    if told.insert((kind, name)) && !known(name) {
                        out.line(path, index + 1, format!("no document names the {kind} `{name}`"));
                    }
                }
            }
        }
    }
}

/// The names after a prefix in an expression.
fn names<'t>(expression: &'t str, prefix: &'t str) -> impl Iterator<Item = &'t str> {
    expression.match_indices(prefix).filter_map(move |(at, _)| {
        let before = expression[..at].chars().next_back();
        let whole = before.is_none_or(|c| !c.is_alphanumeric() && !"_.-".contains(c));
        let rest = &expression[at + prefix.len()..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        (whole && end > 0).then(|| &rest[..end])
    })
}
