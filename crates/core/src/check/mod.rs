//! Checks a repository: each file alone, the files against each other, and all of them against the stack.
//!
//! Facts are read once ([`facts`]), rules are joins over facts ([`rules`]). Nothing here looks at a clock, the network or
//! another program; the same files give the same report.
mod compose;
mod dockerfile;
mod docs;
mod drift;
mod facts;
mod files;
pub mod format;
mod kubernetes;
pub mod kustomize;
mod markdown;
mod network;
mod products;
mod reading;
mod rules;
mod running;
mod schedule;
mod secrets;
mod texts;

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use rayon::prelude::*;
use serde::Serialize;

use crate::catalog::RuleText;
pub use crate::diagnostic::Severity;
use crate::stack::Stack;
use crate::yaml::FileLine;
pub use docs::{explain, reference};
pub use drift::{Drift, Stale};
use facts::Facts;
pub use files::{FileText, Files};
pub use products::RuleBook;
pub use schedule::unreadable;

/// One result of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file, relative to the repository.
    pub file: String,
    /// The line in it, where one is to blame.
    pub line: Option<usize>,
    /// The rule that found it.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, with both sides of a mismatch.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

/// A rule that had nothing to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The rule.
    pub rule: &'static str,
    /// What was missing.
    pub why: String,
}

/// Something that no rule understands, so that silence about it means nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotAnalysed {
    /// The file, relative to the repository.
    pub file: String,
    /// The line in it.
    pub line: Option<usize>,
    /// What it is.
    pub what: String,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What is wrong, by file and line.
    pub findings: Vec<Finding>,
    /// What is worth knowing and wrong only once the repository goes live, by file and line.
    pub notes: Vec<Finding>,
    /// How many rules had something to look at.
    pub rules_run: usize,
    /// The rules that had not.
    pub skipped: Vec<Skipped>,
    /// What no rule understands.
    pub not_analysed: Vec<NotAnalysed>,
}

impl Report {
    /// Whether something is at least as bad as `level`.
    pub fn denies(&self, level: Severity) -> bool {
        self.findings.iter().chain(&self.notes).any(|finding| finding.severity >= level)
    }

    /// How many findings there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        let all = self.findings.iter().chain(&self.notes);
        all.filter(|finding| finding.severity == severity).count()
    }
}

/// Names of the stages of a Dockerfile.
pub fn stages(text: &str) -> Vec<String> {
    dockerfile::Dockerfile::new("Dockerfile", text).stages.into_iter().filter_map(|stage| stage.name).collect()
}

/// One rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its id: `R` and three digits.
    pub id: &'static str,
    /// What must hold, in one sentence.
    pub title: &'static str,
    /// How bad it is when it does not.
    pub severity: Severity,
    /// Why it matters: what happens otherwise.
    pub why: &'static str,
    /// A finding as it may look.
    pub example: &'static str,
    /// More exact rules: where one of them reports the same line, this one keeps quiet.
    yields_to: &'static [&'static str],
    run: Run,
}

/// What runs a rule.
type Run = fn(&Facts, &mut Sink);

impl Rule {
    /// A rule of those words; they stay for as long as the program runs.
    fn new(id: &str, text: &RuleText, run: Run) -> Self {
        let yields_to: Vec<&'static str> = text.yields_to.iter().map(|id| kept(id)).collect();
        Self {
            id: kept(id),
            title: kept(&text.title),
            severity: text.severity,
            why: kept(&text.why),
            example: kept(&text.example),
            yields_to: yields_to.leak(),
            run,
        }
    }
}

/// The text for as long as the program runs: rules are few, and whoever reports them keeps them for good.
fn kept(text: &str) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(text) {
        return known;
    }
    let new: &'static str = Box::leak(text.into());
    kept.insert(new);
    new
}

/// Every rule that the program itself knows, by id.
pub static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| RuleBook::embedded().rules.clone());

/// The rule with that id.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id.eq_ignore_ascii_case(id))
}

/// Where one rule puts what it finds.
struct Sink<'a> {
    facts: &'a Facts<'a>,
    rule: Rule,
    findings: Vec<Finding>,
    skip: Option<String>,
}

impl Sink<'_> {
    /// Reports a place; the hint may be added to what is returned.
    fn at(&mut self, at: FileLine, message: impl Into<String>) -> &mut Finding {
        let file = self.facts.path(at.file).to_owned();
        self.line(&file, at.line as usize, message)
    }

    /// Reports a line of a file; line 0 stands for the file as a whole.
    fn line(&mut self, file: &str, line: usize, message: impl Into<String>) -> &mut Finding {
        self.findings.push(Finding {
            file: file.to_owned(),
            line: (line > 0).then_some(line),
            rule: self.rule.id,
            severity: self.rule.severity,
            message: message.into(),
            hint: None,
        });
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    /// Says that there was nothing to look at.
    fn skip(&mut self, why: impl Into<String>) {
        self.skip = Some(why.into());
    }

    /// The same, where it is so.
    fn skip_if(&mut self, nothing: bool, why: impl Into<String>) {
        if nothing {
            self.skip(why);
        }
    }

    fn needs_overlays(&mut self) {
        self.skip_if(self.facts.overlays.is_empty(), "there is no overlay");
    }

    fn needs_dockerfiles(&mut self) {
        self.skip_if(self.facts.dockerfiles.is_empty(), "there is no Dockerfile");
    }

    fn needs_workflows(&mut self) {
        self.skip_if(self.facts.workflows().next().is_none(), "there is no workflow");
    }
}

impl Finding {
    /// Where it is, as `file:line`.
    pub fn place(&self) -> String {
        self.line.map_or_else(|| self.file.clone(), |line| format!("{}:{line}", self.file))
    }

    fn hint(&mut self, hint: impl Into<String>) -> &mut Self {
        self.hint = Some(hint.into());
        self
    }

    fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }
}

/// Checks files that were rendered just now against the stack they belong to.
pub fn check_by(book: &RuleBook, stack: &Stack, files: &Files) -> Report {
    let unknown = Some("everything was rendered from it just now".to_owned());
    check_repository(book, stack, files, &Drift { unknown, ..Drift::default() })
}

/// What one rule finds, and whether a product's checks that belong to it had something to look at.
fn run<'a>(rule: Rule, facts: &'a Facts<'a>) -> (Sink<'a>, bool) {
    let mut sink = Sink { facts, rule, findings: Vec::new(), skip: None };
    (rule.run)(facts, &mut sink);
    let in_use = products::run(facts, &mut sink);
    (sink, in_use)
}

/// Checks the files of a repository against the stack they belong to, and against its own description.
pub fn check_repository(book: &RuleBook, stack: &Stack, files: &Files, drift: &Drift) -> Report {
    let facts = Facts::new(stack, files, book, drift);
    let mut report = Report { not_analysed: facts.not_analysed.clone(), ..Report::default() };
    let mut found = Vec::new();
    let ran: Vec<(Sink, bool)> = book.rules.par_iter().map(|rule| run(*rule, &facts)).collect();
    for (mut sink, in_use) in ran {
        let rule = sink.rule;
        let unused = sink.skip.or_else(|| book.unused(rule.id).map(str::to_owned));
        match unused {
            Some(why) if sink.findings.is_empty() && !in_use => {
                report.skipped.push(Skipped { rule: rule.id, why });
            }
            _ => report.rules_run += 1,
        }
        found.append(&mut sink.findings);
    }
    let yields = |finding: &Finding| {
        let more_exact = book.rules.iter().find(|rule| rule.id == finding.rule).map_or(&[][..], |rule| rule.yields_to);
        found
            .iter()
            .any(|other| more_exact.contains(&other.rule) && other.file == finding.file && other.line == finding.line)
    };
    let mut kept: Vec<Finding> = found.iter().filter(|finding| !yields(finding)).cloned().collect();
    kept.sort_by(|a, b| (&a.file, a.line, a.rule, &a.message).cmp(&(&b.file, b.line, b.rule, &b.message)));
    kept.dedup();
    (report.notes, report.findings) = kept.into_iter().partition(|finding| finding.severity == Severity::Note);
    report.not_analysed.sort();
    report.not_analysed.dedup();
    report
}
