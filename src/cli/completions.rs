//! `completions`: a script that teaches a shell the verbs and options.
use std::process::ExitCode;

use super::Done;
use super::args::{self, Completions};
use super::output::Output;

pub(super) fn run(arguments: &Completions, output: &Output) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut args::command(), "stackwright", &mut script);
    output.raw(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
