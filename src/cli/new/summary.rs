//! What `new` made, for people: what runs, where, what the rules say, and what to know and do next.
use super::{Ending, Rendered, destination};
use crate::cli::output::{Output, count};
use crate::cli::{Failure, quote};
use crate::project::{Kept, Outcome};
use crate::stack::{SharedSecret, Stack, Unit, UnitKind};
use crate::tree::FileTree;

pub(super) fn text(made: &Rendered, ending: &Ending, output: &Output) -> Result<(), Failure> {
    let shown = quote::word(&made.directory.to_string_lossy());
    let (tree, from) = (&made.generated.tree, &made.spec.from.blueprint);
    match ending {
        Ending::Written(Outcome::Unchanged) => output.say(&format!("{shown}: nothing to change")),
        Ending::Planned => {
            let paths: Vec<&str> = tree.iter().map(|(path, _)| path.as_str()).collect();
            output.text(&(paths.join("\n") + "\n"))?;
            let title = format!("Would make {shown} from {from}: {} files", tree.len() + 1);
            output.message(&output.strong(&title));
            summary(made, output);
            output.say("\nNothing was written; the same command without --dry-run writes it.");
        }
        Ending::Written(Outcome::Created { files, replaced_current_directory, kept }) => {
            let title = format!("Made {shown} from {from}: {files} files");
            output.message(&output.strong(&title));
            for Kept { name, now } in kept.iter().filter(|kept| kept.name != ".git") {
                let renamed = if name == now { String::new() } else { format!(", now {now}") };
                output.say(&format!("  {:<13}{name}{renamed}", "kept"));
            }
            summary(made, output);
            let mut next = vec![if *replaced_current_directory { "cd .".to_owned() } else { format!("cd {shown}") }];
            next.extend((!destination::in_git(made.directory)).then(|| "git init".to_owned()));
            next.extend(first_target(tree));
            output.say(&format!("\nNext: {}", next.join(" && ")));
        }
    }
    Ok(())
}

fn summary(made: &Rendered, output: &Output) {
    let stack = &made.generated.stack;
    let catalogs = quote::catalogs(made.catalogs);
    let say = |label: &str, lines: Vec<String>| {
        for (index, line) in lines.iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            output.say(&format!("  {label:<13}{line}"));
        }
    };
    let origin = made.named_by.map(|origin| format!(" (named by {origin})")).unwrap_or_default();
    say("project", vec![format!("{}{origin}", stack.project.name)]);
    for (word, kind) in [("services", UnitKind::Service), ("resources", UnitKind::Resource), ("tools", UnitKind::Tool)]
    {
        say(word, stack.units.iter().filter(|unit| unit.kind == kind).map(describe).collect());
    }
    say("environments", vec![environments(stack)]);
    say("rules", rules(made, &catalogs));
    let unused: Vec<&str> = stack.unused_resources().map(|unit| unit.name.as_str()).collect();
    if !unused.is_empty() {
        say("unused", vec![format!("{}: no unit is bound to it", unused.join(", "))]);
    }
    say("secrets", stack.shared_secrets().iter().map(shared).collect());
    if !catalogs.is_empty() {
        say("catalog", vec![format!("later commands need it too:{catalogs}")]);
    }
}

/// What the rules say.
fn rules(made: &Rendered, catalogs: &str) -> Vec<String> {
    let report = &made.generated.report;
    let found = match report.findings.len() {
        0 => "nothing found".to_owned(),
        some => format!("{some} found"),
    };
    let mut lines = vec![format!("{} checked, {found}", report.rules_run)];
    if !report.notes.is_empty() {
        let notes = count(report.notes.len(), "note");
        let directory = quote::word(&made.directory.to_string_lossy());
        lines.push(format!("{notes}, to be settled before production: stackwright check {directory}{catalogs}"));
    }
    lines
}

fn describe(unit: &Unit) -> String {
    let processes: Vec<&str> = unit.processes.iter().map(|process| process.name.as_str()).collect();
    let mut text = format!("{} ({})", unit.name, unit.component);
    if unit.kind == UnitKind::Service || processes.len() > 1 {
        text.push_str(&format!(": {}", processes.join(", ")));
    }
    text
}

fn environments(stack: &Stack) -> String {
    let names: Vec<&str> = stack.environments.iter().map(|environment| environment.name.as_str()).collect();
    names.join(", ")
}

fn shared(secret: &SharedSecret) -> String {
    let kept: Vec<String> = secret.kept.iter().map(|(secret, key)| format!("{key} of {secret}")).collect();
    let environments: Vec<&str> = secret.environments.iter().map(|name| name.as_str()).collect();
    format!("{} hold one {} in {}: they must agree", kept.join(" and "), secret.name, environments.join(" and "))
}

/// The command that starts what was made, where its Makefile has one.
fn first_target(tree: &FileTree) -> Option<String> {
    let makefile = &tree.get("Makefile")?.contents;
    let starts = makefile.lines().any(|line| line.starts_with("up:"));
    starts.then(|| "make up".to_owned())
}
