//! The command line: a file per verb, and what verbs share.
//!
//! Data goes to standard output, everything else to standard error; [`output`] is the only module that writes to
//! either. A verb returns an exit code or a [`Failure`], and [`run`] alone turns that into the process's end.
mod apply;
mod args;
mod catalog;
mod check;
mod columns;
mod completions;
mod explain;
mod failure;
mod list;
mod man;
mod memory;
mod new;
mod output;
mod parts;
mod plan;
mod progress;
mod prompt;
mod questions;
mod quote;
mod repository;
mod schema;
mod show;
mod why;
mod workbench;

use std::process::ExitCode;

use clap::FromArgMatches as _;

use args::{Arguments, CatalogVerb, Verb};
use failure::Failure;
use output::Output;

/// How a verb ends.
type Done = Result<ExitCode, Failure>;

/// Runs the program with the arguments of this process.
pub fn run() -> ExitCode {
    let output = Output::new();
    let parsed = args::command().try_get_matches();
    let done = match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => dispatch(&arguments, &output),
        Err(error) => output.usage(&error),
    };
    done.unwrap_or_else(|failure| failure.report(&output))
}

fn dispatch(arguments: &Arguments, output: &Output) -> Done {
    let catalogs = &arguments.catalog;
    match &arguments.verb {
        Verb::New(verb) => new::run(verb, catalogs, output),
        Verb::List(verb) => list::run(verb, catalogs, output),
        Verb::Show(verb) => show::run(verb, catalogs, output),
        Verb::Questions(verb) => questions::run(verb, catalogs, output),
        Verb::Check(verb) => check::run(verb, catalogs, output),
        Verb::Plan(verb) => plan::run(verb, catalogs, output),
        Verb::Diff(verb) => plan::diff(verb, catalogs, output),
        Verb::Apply(verb) => apply::run(verb, catalogs, output),
        Verb::Resolve(verb) => apply::resolve(verb, output),
        Verb::Add(verb) => parts::add::run(verb, catalogs, output),
        Verb::Remove(verb) => parts::remove::run(verb, catalogs, output),
        Verb::Explain(verb) => explain::run(verb, output),
        Verb::Why(verb) => why::run(verb, catalogs, output),
        Verb::Catalog(CatalogVerb::Check(verb)) => catalog::check(verb, catalogs, output),
        Verb::Catalog(CatalogVerb::New(verb)) => catalog::new::run(verb, catalogs, output),
        Verb::Catalog(CatalogVerb::Eject(verb)) => catalog::eject::run(verb, catalogs, output),
        Verb::Catalog(CatalogVerb::Lock(verb)) => catalog::lock::run(verb, catalogs, output),
        Verb::Catalog(CatalogVerb::Test(verb)) => catalog::test(verb, catalogs, output),
        Verb::Schema(verb) => schema::run(verb, output),
        Verb::Completions(verb) => completions::run(verb, output),
        Verb::Man(verb) => man::run(verb, output),
    }
}
