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

/// A repository as it is, with the catalog to render it anew.
pub(in crate::cli) struct Project {
    /// What is on disk.
    pub(in crate::cli) disk: Files,
    /// What was written before.
    pub(in crate::cli) before: Lock,
    /// The text of its description.
    pub(in crate::cli) description: String,
    /// What the text says.
    pub(in crate::cli) spec: StackSpec,
    pub(in crate::cli) workbench: Workbench,
    own: bool,
}

impl Project {
    /// Reads a repository.
    pub(in crate::cli) fn open(dir: &Path, catalogs: &[PathBuf]) -> Result<Self, Failure> {
        let before = Repository::at(dir)?.lock()?;
        let disk = directory::repository(dir).map_err(Failure::io)?;
        let description = disk.text(SPEC_PATH).map(str::to_owned).ok_or_else(|| {
            let problem = Diagnostic::error(format!("`{}` has no readable `{SPEC_PATH}`", dir.display()));
            Failure::input(problem.help("restore it from version control: everything follows from it"))
        })?;
        let spec = StackSpec::parse(&Source::new(SPEC_PATH, description.as_str()))?;
        let workbench = Workbench::open(catalogs)?;
        same_catalog(&before, record::own_catalog(&workbench.catalog).is_some())?;
        Ok(Self { disk, before, description, spec, workbench, own: !catalogs.is_empty() })
    }
}

/// A repository, and what rendering it anew would make of it.
pub(in crate::cli) struct Prepared {
    /// The repository as it is; its description as it will be.
    pub(in crate::cli) project: Project,
    /// What is recorded afterwards.
    pub(in crate::cli) after: Lock,
    pub(in crate::cli) plan: Plan,
    /// What changes in the resolved stack.
    pub(in crate::cli) facts: Vec<Fact>,
    /// The stack that is rendered now.
    pub(in crate::cli) stack: Stack,
}

impl Prepared {
    /// Reads a repository, renders its description anew and compares.
    pub(in crate::cli) fn of(dir: &Path, catalogs: &[PathBuf]) -> Result<Self, Failure> {
        let project = Project::open(dir, catalogs)?;
        Self::rendered(project)
    }

    /// The same with another text of the description, which is written with the files that follow from it.
    pub(in crate::cli) fn edited(mut project: Project, description: String) -> Result<Self, Failure> {
        project.spec = StackSpec::parse(&Source::new(SPEC_PATH, description.as_str()))?;
        project.description = description;
        Self::rendered(project)
    }

    fn rendered(project: Project) -> Result<Self, Failure> {
        let Project { disk, before, description, spec, workbench, .. } = &project;
        let (stack, tree) = assemble(spec, &workbench.catalog, &workbench.engine)?;
        let plan = Plan::new(before, disk, &tree)?;
        let after = plan.record(record::lock(&tree, &workbench.catalog), description);
        let made = tree.get(STACK_PATH).map(|file| file.contents.as_str()).unwrap_or_default();
        let facts = record::facts(disk.text(STACK_PATH).unwrap_or_default(), made);
        Ok(Self { project, after, plan, facts, stack })
    }

    /// What is on disk.
    pub(in crate::cli) fn disk(&self) -> &Files {
        &self.project.disk
    }

    /// The text of the description, where it is not the one on disk.
    pub(in crate::cli) fn new_description(&self) -> Option<&str> {
        let text = self.project.description.as_str();
        (self.disk().text(SPEC_PATH) != Some(text)).then_some(text)
    }

    /// Whether a file would be written, or asks for a decision.
    pub(in crate::cli) fn changes_something(&self) -> bool {
        self.new_description().is_some() || self.plan.writes().next().is_some() || self.plan.count(Class::Conflict) > 0
    }

    /// Whether the record on disk is not what it would be.
    pub(in crate::cli) fn changes_record(&self) -> bool {
        self.disk().text(LOCK_PATH) != Some(self.after.to_text().as_str())
    }

    /// What the rules refuse of the merged files, and did not refuse before.
    pub(in crate::cli) fn refusals(&self) -> Result<Vec<Finding>, Failure> {
        let own = self.project.own.then(|| RuleBook::of(&self.project.workbench.catalog)).transpose()?;
        let book = own.as_ref().unwrap_or_else(|| RuleBook::embedded());
        let errors = |files: &Files, stack: &Stack| {
            let report = check::check_repository(book, stack, files, &Drift::default());
            report.findings.into_iter().filter(|finding| finding.severity == Severity::Error).collect::<Vec<_>>()
        };
        let after = errors(&self.result(), &self.stack);
        if after.is_empty() {
            return Ok(after);
        }
        let recorded = self.disk().text(STACK_PATH).and_then(|text| serde_json::from_str(text).ok());
        let before = recorded.map(|stack| errors(self.disk(), &stack)).unwrap_or_default();
        let known: BTreeSet<_> = before.iter().map(|finding| (finding.rule, &finding.file, &finding.message)).collect();
        let new = |finding: &Finding| !known.contains(&(finding.rule, &finding.file, &finding.message));
        Ok(after.iter().filter(|finding| new(finding)).cloned().collect())
    }

    /// The files as they will be.
    fn result(&self) -> Files {
        let mut files = self.plan.result(self.disk());
        files.insert(SPEC_PATH, self.project.description.as_str());
        files
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
