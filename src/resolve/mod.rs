//! Resolution: from the expanded stack description to the stack, pass by pass.
//!
//! Every pass reports all the problems that it finds; a pass that needs the result of one that failed is not
//! run, so that nobody reads the consequences of a mistake beside the mistake.
mod addresses;
mod bindings;
mod budgets;
mod draft;
mod edges;
mod names;
mod order;
mod params;
mod place;
mod ports;
mod probes;
mod processes;
mod quantity;
mod requirements;
mod routes;
mod scale;
mod units;
mod variables;

use crate::blueprint::StackSpec;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;
use crate::render::Engine;
use crate::stack::Stack;

pub use place::Place;

/// Decides everything that the description leaves open. `place` says where the description stands.
pub fn resolve(spec: &StackSpec, catalog: &Catalog, engine: &Engine, place: &Place) -> Result<Stack, Diagnostics> {
    let run = Run { spec, catalog, engine, place };
    let mut draft = draft::begin(&run)?;
    processes::add(&run, &mut draft)?;
    requirements::decide(&run, &mut draft)?;
    bindings::join(&run, &mut draft)?;
    order::decide(&run, &mut draft)?;
    names::check(&run, &draft)?;
    scale::decide(&run, &mut draft)?;
    ports::publish(&run, &mut draft)?;
    let routes = routes::lead(&run, &draft)?;
    let channels = routes::channels(&run, &draft)?;
    let (variables, secrets) = variables::collect(&run, &mut draft)?;
    let edges = edges::draw(&draft, &routes);
    budgets::check(&run, &draft)?;
    Ok(draft.finish(spec, routes, channels, variables, secrets, edges))
}

/// What every pass needs.
struct Run<'a> {
    spec: &'a StackSpec,
    catalog: &'a Catalog,
    engine: &'a Engine,
    place: &'a Place,
}
