//! What a repository would become.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::blueprint::StackSpec;
use crate::check::{self, Drift, Files, Finding, RuleBook, Severity};
use crate::cli::Failure;
use crate::cli::repository::Repository;
use crate::cli::workbench::Workbench;
use crate::diagnostic::{Diagnostic, Source};
use crate::lock::Lock;
use crate::plan::{Class, Plan};
use crate::record::{self, Fact};
use crate::stack::Stack;
use crate::tree::LOCK_PATH;
use crate::{SPEC_PATH, STACK_PATH, assemble, directory};

/// A repository, and what rendering it anew would make of it.
pub(in crate::cli) struct Prepared {
    /// What is on disk.
    pub(in crate::cli) disk: Files,
    /// What was written before.
    pub(in crate::cli) before: Lock,
    /// What is recorded afterwards.
    pub(in crate::cli) after: Lock,
    pub(in crate::cli) plan: Plan,
    /// What changes in the resolved stack.
    pub(in crate::cli) facts: Vec<Fact>,
    stack: Stack,
    own: bool,
    catalogs: Vec<PathBuf>,
}

impl Prepared {
    /// Reads a repository, renders its description anew and compares.
    pub(in crate::cli) fn of(dir: &Path, catalogs: &[PathBuf]) -> Result<Self, Failure> {
        let repository = Repository::at(dir)?;
        let before = repository.lock()?;
        let disk = directory::repository(dir).map_err(Failure::io)?;
        let description = disk.text(SPEC_PATH).ok_or_else(|| {
            let problem = Diagnostic::error(format!("`{}` has no readable `{SPEC_PATH}`", dir.display()));
            Failure::input(problem.help("restore it from version control: everything follows from it"))
        })?;
        let spec = StackSpec::parse(&Source::new(SPEC_PATH, description))?;
        let workbench = Workbench::open(catalogs)?;
        same_catalog(&before, record::own_catalog(&workbench.catalog).is_some())?;
        let (stack, tree) = assemble(&spec, &workbench.catalog, &workbench.engine)?;
        let plan = Plan::new(&before, &disk, &tree)?;
        let after = plan.record(record::lock(&tree, &workbench.catalog), description);
        let made = tree.get(STACK_PATH).map(|file| file.contents.as_str()).unwrap_or_default();
        let facts = record::facts(disk.text(STACK_PATH).unwrap_or_default(), made);
        let own = !catalogs.is_empty();
        Ok(Self { before, after, plan, facts, stack, own, catalogs: catalogs.to_vec(), disk })
    }

    /// Whether a file would be written, or asks for a decision.
    pub(in crate::cli) fn changes_something(&self) -> bool {
        self.plan.writes().next().is_some() || self.plan.count(Class::Conflict) > 0
    }

    /// Whether the record on disk is not what it would be.
    pub(in crate::cli) fn changes_record(&self) -> bool {
        self.disk.text(LOCK_PATH) != Some(self.after.to_text().as_str())
    }

    /// What the rules refuse of the merged files, and did not refuse before.
    pub(in crate::cli) fn refusals(&self) -> Result<Vec<Finding>, Failure> {
        let own = self.own.then(|| Workbench::open(&self.catalogs)).transpose()?;
        let book = own.as_ref().map(|own| RuleBook::of(&own.catalog)).transpose()?;
        let book = book.as_ref().unwrap_or_else(|| RuleBook::embedded());
        let errors = |files: &Files, stack: &Stack| {
            let report = check::check_repository(book, stack, files, &Drift::default());
            report.findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect::<Vec<_>>()
        };
        let after = errors(&self.plan.result(&self.disk), &self.stack);
        if after.is_empty() {
            return Ok(after);
        }
        let recorded = self.disk.text(STACK_PATH).and_then(|text| serde_json::from_str(text).ok());
        let before = recorded.map(|stack| errors(&self.disk, &stack)).unwrap_or_default();
        let known: BTreeSet<_> = before.iter().map(|finding| (finding.rule, &finding.file, &finding.message)).collect();
        let new = |finding: &Finding| !known.contains(&(finding.rule, &finding.file, &finding.message));
        Ok(after.iter().filter(|finding| new(finding)).cloned().collect())
    }
}

/// A repository that a catalog of the user's own made needs it again.
fn same_catalog(lock: &Lock, own: bool) -> Result<(), Failure> {
    if lock.catalog.is_none() || own {
        return Ok(());
    }
    let problem = Diagnostic::error("the repository was made with a catalog of your own, and none is at hand");
    Err(Failure::input(problem.help("name it: --catalog DIR")))
}

/// A finding as a problem.
pub(in crate::cli) fn told(finding: &Finding) -> Diagnostic {
    let problem = Diagnostic::error(finding.message.clone()).code(finding.rule).file(finding.place());
    problem.maybe_help(finding.hint.clone())
}
