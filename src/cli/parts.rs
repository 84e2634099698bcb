//! `add` and `remove`: a part of the stack, in `stackwright.yaml` and in the files that follow from it.
pub(super) mod add;
mod ask;
pub(super) mod remove;

use std::path::Path;
use std::process::ExitCode;

use super::output::Output;
use super::plan::{Prepared, text};
use super::{Done, Failure, apply};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::project::Site;

/// What is no component: an environment of the stack.
const ENVIRONMENT: &str = "environment";
/// What is no component: a route of the stack.
const ROUTE: &str = "route";

/// How a change is carried out.
struct Manner<'a> {
    root: &'a Path,
    dry_run: bool,
    allow_dirty: bool,
    output: &'a Output,
}

impl Manner<'_> {
    /// The repository, once nothing is left of an earlier run.
    fn open(&self) -> Result<Site, Failure> {
        let site = apply::site(self.root)?;
        apply::recover(&site, self.output)?;
        Ok(site)
    }

    /// Writes a change, or shows it.
    fn finish(&self, site: &Site, prepared: &Prepared, what: &str) -> Done {
        if self.dry_run {
            self.output.text(&text(prepared))?;
            return Ok(ExitCode::from(u8::from(prepared.changes_something())));
        }
        let done = apply::carry_out(self.root, site, prepared, self.allow_dirty, self.output)?;
        self.output.say(what);
        Ok(done)
    }
}

/// The list parameter whose items are called that: `queues` of `queue`.
fn list_name(item: &str) -> String {
    format!("{item}s")
}

/// A word that the command needs.
fn needed<'a>(value: Option<&'a String>, what: &str, example: &str) -> Result<&'a str, Failure> {
    value.map(String::as_str).ok_or_else(|| {
        let problem = Diagnostic::error(format!("{what} is not named"));
        Failure::input(problem.help(format!("name it: stackwright {example}")))
    })
}

/// Pairs such as `http=8080`, by key.
fn pairs<'a>(texts: &'a [String], option: &str, problems: &mut Diagnostics) -> Vec<(&'a str, &'a str)> {
    let mut pairs = Vec::new();
    for text in texts {
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() && !value.is_empty() => pairs.push((key, value)),
            _ => problems.push(Diagnostic::error(format!("`{option} {text}` is no pair: write KEY=VALUE"))),
        }
    }
    pairs
}
