//! Lines that somebody writes in place of a conflict: in their editor, or on standard input.
use std::io::{IsTerminal as _, Read as _};
use std::path::Path;
use std::process::Command;

use crate::cli::Failure;
use crate::diagnostic::Diagnostic;
use crate::merge::is_marker;

/// The most that is read from standard input.
const MOST: u64 = 1 << 20;

/// The lines in place of a conflict in a file; those with its markers are what one begins with.
pub(super) fn edited(lines: &str, id: &str, path: &str) -> Result<String, Failure> {
    let terminal = std::io::stdin().is_terminal();
    let written = if terminal { in_editor(lines, id, path)? } else { from_standard_input()? };
    if written.lines().any(is_marker) {
        let problem =
            Diagnostic::error(format!("the lines for conflict `{id}` still hold markers; nothing was written"));
        return Err(Failure::findings(problem.help("leave only the lines that the file is to have")));
    }
    Ok(written)
}

fn from_standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(MOST).read_to_string(&mut text);
    read.map_err(|error| Failure::unreadable(Path::new("standard input"), &error))?;
    if text.is_empty() {
        let problem = Diagnostic::error("there is no terminal for an editor, and standard input is empty");
        let help = "write the lines to standard input: stackwright resolve ID --edit < LINES; or take a side";
        return Err(Failure::input(problem.help(help)));
    }
    Ok(text)
}

/// Opens the lines in the user's editor, in a file of the same ending, and reads what was saved.
fn in_editor(lines: &str, id: &str, path: &str) -> Result<String, Failure> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let Some(editor) = set("VISUAL").or_else(|| set("EDITOR")) else {
        let problem = Diagnostic::error("neither $VISUAL nor $EDITOR names an editor");
        return Err(Failure::input(problem.help("set one, for example: EDITOR=vi; or edit the file itself")));
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    let unwritable = |error| Failure::io(Diagnostic::error(format!("can't write the lines for the editor: {error}")));
    let directory = tempfile::tempdir().map_err(unwritable)?;
    let draft = directory.path().join(format!("{id}-{name}"));
    std::fs::write(&draft, lines).map_err(unwritable)?;
    // As git does: the variable may hold arguments, which the shell takes apart.
    let ran = Command::new("sh").arg("-c").arg(format!("{editor} \"$@\"")).arg(&editor).arg(&draft).status();
    let status = ran.map_err(|error| Failure::io(Diagnostic::error(format!("can't run `{editor}`: {error}"))))?;
    if !status.success() {
        let problem = Diagnostic::error(format!("`{editor}` ended with {status}; nothing was written"));
        return Err(Failure::input(problem.help("set $VISUAL or $EDITOR to an editor, or edit the file itself")));
    }
    std::fs::read_to_string(&draft).map_err(|error| Failure::unreadable(&draft, &error))
}
