//! `catalog new`: a component to begin with.
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum as _;

use super::own;
use crate::cli::args::{CatalogNew, ComponentKind};
use crate::cli::output::Output;
use crate::cli::workbench::Workbench;
use crate::cli::{Done, Failure, quote};
use crate::diagnostic::Diagnostic;

pub(in crate::cli) fn run(arguments: &CatalogNew, catalogs: &[PathBuf], output: &Output) -> Done {
    let directory = own::directory(catalogs)?;
    let workbench = Workbench::open(own::readable(catalogs))?;
    let catalog = &workbench.catalog;
    if arguments.kind == ComponentKind::Feature && arguments.on.is_none() {
        let problem = Diagnostic::error("a feature extends a service: say which").help("add `--on SERVICE`");
        return Err(Failure::input(problem.note(format!("services: {}", catalog.services().join(", ")))));
    }
    if arguments.kind != ComponentKind::Feature && arguments.on.is_some() {
        return Err(Failure::input(Diagnostic::error("only a feature extends a service").help("leave `--on` out")));
    }
    let kind = arguments.kind.to_possible_value().map(|kind| kind.get_name().to_owned()).unwrap_or_default();
    let files = catalog.skeleton(&workbench.engine, &kind, &arguments.id, arguments.on.as_deref())?;
    own::write(directory, &arguments.id, &files, output)?;
    let place = quote::word(&directory.display().to_string());
    output.message(&format!("next: edit component.yaml, then `stackwright catalog check --catalog {place}`"));
    Ok(ExitCode::SUCCESS)
}
