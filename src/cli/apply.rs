//! `apply`: what `plan` shows, written.
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::args::{Apply, Resolve};
use super::output::{Output, count};
use super::plan::{Prepared, Reasoned, Seal, summary, told};
use super::repository::Repository;
use super::{Done, Failure};
use crate::SPEC_PATH;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::directory::git;
use crate::plan::{Becomes, Class};
use crate::project::{Left, Site, Write};
use crate::tree::{LOCK_BEFORE, LOCK_PATH, RelPath};

mod conflicts;
mod editor;

pub(super) fn run(arguments: &Apply, catalogs: &[PathBuf], output: &Output) -> Done {
    let (root, plan) = if arguments.path.is_file() {
        (Path::new("."), Some(Seal::read(&arguments.path)?))
    } else {
        (arguments.path.as_path(), None)
    };
    let site = site(root)?;
    if arguments.abort {
        return abort(&site, output);
    }
    if arguments.r#continue {
        return conflicts::close(root, &site, output);
    }
    recover(&site, output)?;
    let prepared = Prepared::of(root, catalogs)?;
    if let Some(plan) = &plan {
        plan.compare(&Seal::of(&prepared))?;
    }
    carry_out(root, &site, &prepared, arguments.allow_dirty, output)
}

/// The repository to write to, which no other run writes to meanwhile.
pub(super) fn site(root: &Path) -> Result<Site, Failure> {
    let repository = Repository::at(root)?;
    if !repository.has_records() {
        repository.lock()?;
    }
    Ok(Site::open(root)?)
}

/// Ends what an earlier run left, or says why it can't be ended.
pub(super) fn recover(site: &Site, output: &Output) -> Result<(), Failure> {
    match site.recover()? {
        Left::Nothing => {}
        Left::Finished => output.say("finished what an interrupted run had begun"),
        Left::TakenBack => output.say("took back what an interrupted run had begun to take back"),
        Left::Conflicts => return Err(conflicts::open(site)?),
    }
    Ok(())
}

/// Writes what was prepared and says what became of the files.
pub(super) fn carry_out(root: &Path, site: &Site, prepared: &Prepared, allow_dirty: bool, output: &Output) -> Done {
    if !prepared.changes_something() && !prepared.changes_record() {
        output.say("nothing to change");
        return Ok(ExitCode::SUCCESS);
    }
    if !allow_dirty {
        refuse_uncommitted(root, prepared)?;
    }
    let conflicts = Reasoned::all(prepared);
    write(site, prepared, &conflicts::records(&conflicts)?)?;
    Ok(report(prepared, &conflicts, output))
}

/// Writes the files, the record that goes with them, and one of each conflict.
fn write(site: &Site, prepared: &Prepared, conflicts: &[(RelPath, String)]) -> Result<(), Failure> {
    let marked = prepared.plan.changes.iter().filter(|change| !change.conflicts.is_empty());
    let marked: Vec<String> = marked.map(|change| change.path.to_string()).collect();
    if marked.is_empty() {
        refuse_findings(prepared)?;
    }
    let record = prepared.after.to_text();
    let (lock, before, description) = (path(LOCK_PATH)?, path(LOCK_BEFORE)?, path(SPEC_PATH)?);
    let mut writes = Vec::new();
    for change in prepared.plan.writes() {
        let text = change.before.as_deref();
        let after = match &change.becomes {
            Becomes::Text(text) => Some(text.as_str()),
            Becomes::Removed | Becomes::AsItIs => None,
        };
        if let Some(from) = &change.from {
            writes.push(Write { path: from, before: text, after: None });
            writes.push(Write { path: &change.path, before: None, after });
        } else {
            writes.push(Write { path: &change.path, before: text, after });
        }
    }
    if let Some(text) = prepared.new_description() {
        writes.push(Write { path: &description, before: prepared.disk().text(SPEC_PATH), after: Some(text) });
    }
    writes.push(Write { path: &lock, before: prepared.disk().text(LOCK_PATH), after: Some(&record) });
    writes.extend(conflicts.iter().map(|(path, text)| Write { path, before: None, after: Some(text) }));
    if let Some(text) = prepared.disk().text(LOCK_BEFORE) {
        writes.push(Write { path: &before, before: Some(text), after: None });
    }
    Ok(site.apply(&writes, &marked)?)
}

fn path(text: &str) -> Result<RelPath, Failure> {
    RelPath::new(text).map_err(|error| Failure::input(Diagnostic::error(error.to_string())))
}

/// Refuses a merge that breaks a rule.
fn refuse_findings(prepared: &Prepared) -> Result<(), Failure> {
    let refusals = prepared.refusals()?;
    if refusals.is_empty() {
        return Ok(());
    }
    let mut problems = Diagnostics::new();
    refusals.iter().for_each(|finding| problems.push(told(finding)));
    let message = "the merged files would break rules that hold now; nothing was written";
    problems.push(Diagnostic::error(message).help("mend your edit or stackwright.yaml; see it with: stackwright plan"));
    Err(Failure::findings(problems))
}

/// Refuses to change files whose text git could not give back.
fn refuse_uncommitted(root: &Path, prepared: &Prepared) -> Result<(), Failure> {
    let changed = prepared.plan.writes();
    let touched = changed
        .filter_map(|change| Some((change.from.as_ref().unwrap_or(&change.path).as_str(), change.before.as_deref()?)));
    let described = prepared.new_description().and_then(|_| Some((SPEC_PATH, prepared.disk().text(SPEC_PATH)?)));
    let uncommitted = git::uncommitted(root, touched.chain(described)).map_err(Failure::io)?;
    if uncommitted.is_empty() {
        return Ok(());
    }
    let (of, many) = (prepared.plan.writes().count(), uncommitted.len());
    let message = format!("{many} of the {} that would change: git does not have their text", count(of, "file"));
    let mut problem = Diagnostic::error(message);
    for path in uncommitted.iter().take(10) {
        problem = problem.note(path.clone());
    }
    Err(Failure::input(problem.help("commit or stage them, or go on with --allow-dirty; nothing was written")))
}

fn abort(site: &Site, output: &Output) -> Done {
    output.say(if site.abort()? { "everything is as it was before" } else { "there is nothing to take back" });
    Ok(ExitCode::SUCCESS)
}

fn report(prepared: &Prepared, conflicts: &[Reasoned], output: &Output) -> ExitCode {
    match prepared.plan.changes.len() {
        0 => output.say("no file changes but the description and the record of it"),
        files => output.say(&format!("{}: {}", count(files, "file"), summary(prepared))),
    }
    for change in prepared.plan.changes.iter().filter(|change| change.class == Class::Conflict) {
        output.say(&format!("conflict in {}: {}", change.path, change.why));
        for conflict in conflicts.iter().filter(|conflict| conflict.path == change.path.as_str()) {
            output.say(&format!("  {}", conflict.told()));
            conflict.reasons().iter().for_each(|reason| output.say(&format!("    {reason}")));
        }
    }
    if !conflicts.is_empty() {
        output.say(
            "resolve each with `stackwright resolve ID --ours|--theirs` or in an editor, then\n\
             `stackwright apply --continue`; `stackwright apply --abort` takes everything back",
        );
    }
    ExitCode::from(u8::from(prepared.plan.count(Class::Conflict) > 0))
}

/// `resolve`: one side of a conflict, or which conflicts are open.
pub(super) fn resolve(arguments: &Resolve, output: &Output) -> Done {
    conflicts::run(arguments, output)
}
