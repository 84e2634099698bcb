//! What a description still lacks: for whoever puts one together.
use super::draft::{self, Draft, DraftUnit};
use super::rules::Stage;
use super::{Run, processes, requirements, reserved, rules};
use crate::blueprint::StackSpec;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;
use crate::render::Engine;
use crate::stack::{Protocol, UnitKind};

/// What the units of a description need from others, and what they are open to visitors with.
pub struct Outline {
    /// Every requirement, with conditions and lists decided.
    pub needs: Vec<Required>,
    /// Services with their endpoints for visitors.
    pub open: Vec<(String, String)>,
    /// What components' rules have against the description so far.
    pub refusals: Diagnostics,
}

/// A requirement of a unit.
pub struct Required {
    /// The unit.
    pub unit: String,
    /// What it calls its provider.
    pub alias: String,
    /// What the provider has to have.
    pub capability: String,
    /// Whether nobody else may use the same of the provider.
    pub claims: bool,
    /// The unit that is named for it.
    pub by: Option<String>,
}

/// Decides as much as can be without providers.
pub fn outline(spec: &StackSpec, catalog: &Catalog, engine: &Engine) -> Result<Outline, Diagnostics> {
    let run = Run { spec, catalog, engine };
    let mut draft = draft::begin(&run)?;
    reserved::check(&run, &draft)?;
    let refusals = rules::check(&run, &draft, Stage::Described).err().unwrap_or_default();
    match processes::add(&run, &mut draft).and_then(|()| requirements::decide(&run, &mut draft)) {
        // What follows from a refusal says nothing new.
        Err(_) if !refusals.is_empty() => return Ok(Outline { needs: Vec::new(), open: Vec::new(), refusals }),
        done => done?,
    }
    Ok(Outline { needs: draft.units.iter().flat_map(needs).collect(), open: open(&draft), refusals })
}

fn needs(unit: &DraftUnit) -> Vec<Required> {
    let need = |(alias, requirement): (&String, &crate::catalog::Requirement)| Required {
        unit: unit.unit.name.to_string(),
        alias: alias.clone(),
        capability: requirement.capability.clone(),
        claims: requirement.claims.is_some(),
        by: unit.spec.uses.get(alias).cloned(),
    };
    super::bindings::requirements(unit).map(need).collect()
}

/// The endpoints that routes may lead to without naming what is for operators.
fn open(draft: &Draft) -> Vec<(String, String)> {
    let units = draft.units.iter().map(|draft| &draft.unit).filter(|unit| unit.kind == UnitKind::Service);
    let served = units.flat_map(|unit| unit.endpoints.iter().map(move |endpoint| (unit, endpoint)));
    let public = served.filter(|(unit, endpoint)| {
        let by_somebody = unit.processes.iter().any(|process| process.serves.contains(&endpoint.name));
        endpoint.protocol == Protocol::Http && !endpoint.admin && by_somebody
    });
    public.map(|(unit, endpoint)| (unit.name.to_string(), endpoint.name.clone())).collect()
}
