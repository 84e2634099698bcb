//! `catalog eject`: a copy of an embedded component, to be changed.
use std::path::PathBuf;
use std::process::ExitCode;

use super::own;
use crate::catalog::Catalog;
use crate::cli::args::CatalogEject;
use crate::cli::output::Output;
use crate::cli::{Done, Failure};
use crate::diagnostic::Diagnostic;

pub(in crate::cli) fn run(arguments: &CatalogEject, catalogs: &[PathBuf], output: &Output) -> Done {
    let id = arguments.id.as_str();
    let files = Catalog::embedded_component(id);
    if files.is_empty() {
        let embedded = Catalog::load(&[])?;
        let problem = Diagnostic::error(format!("there is no embedded component `{id}`"));
        let problem = problem.help("`stackwright list` shows what there is");
        return Err(Failure::input(problem.guess(id, embedded.component_ids())));
    }
    own::write(own::directory(catalogs)?, id, &files, output)?;
    output.message("the copy takes the place of the embedded component, and newer versions of the program no longer change it; a file that you don't change can be removed, then the embedded one counts");
    Ok(ExitCode::SUCCESS)
}
