//! For authors: what is wrong with the components, blueprints and templates of a catalog.
mod answered;
mod bench;
mod contract;
mod corners;
mod description;
mod folder;
mod parameters;
mod part;
mod processes;
mod proof;
mod references;
mod repairs;
mod small;
mod suite;
mod surroundings;
mod syntax;
mod templates;
mod trial;
mod trials;
mod undeclared;

pub use answered::{Answered, Outcome};
pub use corners::{corners, cover};
pub use proof::test;
pub use suite::{Case, Suite};
pub use syntax::{Parser, SyntaxFault, no_parser};

use crate::blueprint::Blueprint;
use crate::catalog::{Catalog, Component};
use crate::diagnostic::Diagnostics;
use crate::render::Engine;

/// Everything that is wrong with the catalog. A component is tried where its description is right, once all can be read.
pub fn check(catalog: &Catalog, engine: &Engine, parser: Parser) -> Diagnostics {
    let mut problems = descriptions(catalog, engine);
    let ids = catalog.component_ids();
    if ids.iter().all(|id| catalog.component(id).is_ok()) {
        problems.extend(trials::check(catalog, &problems, parser));
    }
    problems.sort();
    problems
}

/// What is wrong before anything is made of it.
pub fn descriptions(catalog: &Catalog, engine: &Engine) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for id in catalog.component_ids() {
        if let Some(component) = problems.absorb(catalog.component(id)) {
            described(catalog, engine, &component, &mut problems);
        }
    }
    for id in catalog.blueprint_ids() {
        problems.absorb(Blueprint::of(catalog, id));
    }
    problems.absorb(crate::catalog::Product::all(catalog));
    for id in crate::target::target_ids(catalog) {
        problems.absorb(crate::target::manifest(catalog, &id));
    }
    problems.extend(crate::target::check_points(catalog));
    templates::check(catalog, engine, &mut problems);
    problems.into_iter().map(|problem| trials::placed(catalog, problem)).collect()
}

/// What is wrong with a component's description and folder, before anything is made of it.
fn described(catalog: &Catalog, engine: &Engine, component: &Component, problems: &mut Diagnostics) {
    description::check(catalog, component, problems);
    parameters::check(component, engine, problems);
    folder::check(catalog, component, problems);
    for part in part::Part::all(catalog, component) {
        references::check(catalog, &part, problems);
        processes::check(&part, problems);
        contract::check(&part, problems);
    }
}
