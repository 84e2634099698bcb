//! Resolution: from the expanded stack description to the stack, pass by pass.
//!
//! Every pass reports all the problems that it finds; a pass that needs the result of one that failed is not
//! run, so that nobody reads the consequences of a mistake beside the mistake.
mod addresses;
mod bindings;
mod budgets;
mod channels;
mod claims;
mod draft;
mod edges;
mod facts;
mod names;
mod order;
mod outline;
mod params;
mod placement;
mod ports;
mod probes;
mod processes;
mod providers;
mod quantity;
mod requirements;
mod reserved;
mod routes;
mod rules;
mod scale;
mod twins;
mod units;
mod variables;

use crate::blueprint::StackSpec;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;
use crate::render::Engine;
use crate::stack::{Name, Stack};

pub use outline::{Outline, Required, outline};
pub use providers::offered;
pub use rules::REFUSED;
pub(crate) use rules::{fills, literals};

/// Decides everything that the description leaves open.
pub fn resolve(spec: &StackSpec, catalog: &Catalog, engine: &Engine) -> Result<Stack, Diagnostics> {
    let run = Run { spec, catalog, engine };
    let mut draft = draft::begin(&run)?;
    reserved::check(&run, &draft)?;
    rules::check(&run, &draft, rules::Stage::Described)?;
    processes::add(&run, &mut draft)?;
    requirements::decide(&run, &mut draft)?;
    bindings::join(&run, &mut draft)?;
    rules::check(&run, &draft, rules::Stage::Bound)?;
    claims::check(&draft)?;
    order::decide(&mut draft)?;
    names::check(&draft)?;
    scale::decide(&run, &mut draft)?;
    placement::decide(&run, &mut draft)?;
    ports::publish(&run, &mut draft)?;
    facts::state(&run, &mut draft)?;
    let routes = routes::lead(&run, &draft)?;
    let channels = channels::gather(&run, &draft)?;
    let (variables, secrets) = variables::collect(&run, &mut draft)?;
    let edges = edges::draw(&draft, &routes);
    budgets::check(&draft)?;
    Ok(draft.finish(spec, routes, channels, variables, secrets, edges))
}

/// What every pass needs.
struct Run<'a> {
    spec: &'a StackSpec,
    catalog: &'a Catalog,
    engine: &'a Engine,
}

impl Run<'_> {
    /// The path below which visitors reach a unit.
    fn base(&self, unit: &Name) -> String {
        let routes = self.spec.routes.iter().filter(|route| *unit == *route.unit.as_str());
        crate::stack::base(routes.map(|route| &route.path))
    }
}
