//! Open conflicts: which there are, and how they are closed.
use std::path::Path;
use std::process::ExitCode;

use crate::cli::args::Resolve;
use crate::cli::output::Output;
use crate::cli::{Done, Failure};
use crate::diagnostic::Diagnostic;
use crate::merge::{self, Side};
use crate::project::Site;

/// Says which conflicts are open, as a reason not to begin anew.
pub(super) fn open(site: &Site) -> Result<Failure, Failure> {
    let mut problem = Diagnostic::error("conflicts of an earlier run are open");
    for path in site.conflicts()? {
        problem = problem.note(path);
    }
    Ok(Failure::input(problem.help(
        "resolve them with `stackwright resolve ID --ours|--theirs` or in an editor, then run \
         `stackwright apply --continue`; `stackwright apply --abort` takes everything back",
    )))
}

/// Writes one side of a conflict in place of its markers.
pub(super) fn resolve(arguments: &Resolve, output: &Output) -> Done {
    let (root, side) = (&arguments.dir, if arguments.ours { Side::Ours } else { Side::Theirs });
    let site = Site::open(root)?;
    let mut known = Vec::new();
    for path in site.conflicts()? {
        let text = read(root, &path)?;
        known.extend(merge::marked(&text));
        if let Some(resolved) = merge::resolved(&text, &arguments.id, side) {
            site.replace(&path, &text, &resolved)?;
            let left = merge::marked(&resolved).len();
            output.say(&format!("{path}: resolved; {left} left in this file"));
            return Ok(ExitCode::SUCCESS);
        }
    }
    let problem = Diagnostic::error(format!("no conflict `{}` is open", arguments.id));
    Err(Failure::input(problem.guess(&arguments.id, known.iter().map(String::as_str))))
}

/// Forgets the state before a run whose conflicts are all resolved.
pub(super) fn close(root: &Path, site: &Site, output: &Output) -> Done {
    let mut problem = Diagnostic::error("conflicts are still marked");
    let mut open = false;
    for path in site.conflicts()? {
        for id in merge::marked(&read(root, &path)?) {
            problem = problem.note(format!("{id} in {path}"));
            open = true;
        }
    }
    if open {
        let help = "take a side with `stackwright resolve ID --ours|--theirs`, or edit the file";
        return Err(Failure::findings(problem.help(help)));
    }
    site.settle()?;
    output.say("all conflicts are resolved; check the repository with: stackwright check");
    Ok(ExitCode::SUCCESS)
}

/// A file's text; a file that is gone has no conflict any more.
fn read(root: &Path, path: &str) -> Result<String, Failure> {
    match std::fs::read_to_string(root.join(path)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        read => read.map_err(|error| Failure::unreadable(Path::new(path), &error)),
    }
}
