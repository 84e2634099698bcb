//! Variables and secrets of one name: what says the same is one, what doesn't is refused with both places.
use std::sync::Arc;

use super::draft::DraftUnit;
use crate::catalog::{Component, Requirement};
use crate::diagnostic::Diagnostic;
use crate::stack::{Secret, Variable};

/// Whether the second variable says what the first one does; the first then stands for both.
pub(super) fn merged(first: &mut Variable, second: &Variable) -> bool {
    let mut same = second.clone();
    same.because.clone_from(&first.because);
    same.processes.clone_from(&first.processes);
    if *first != same {
        return false;
    }
    if first.because != second.because {
        first.because = format!("{}, {}", first.because, second.because);
    }
    if first.processes.is_empty() || second.processes.is_empty() {
        first.processes.clear(); // one of them is for all
    } else {
        first.processes.extend(second.processes.iter().cloned());
        first.processes.sort();
        first.processes.dedup();
    }
    true
}

/// Two variables of one name that differ.
pub(super) fn twice(unit: &DraftUnit, first: &Variable, second: &Variable) -> Diagnostic {
    let problem = Diagnostic::error(format!(
        "`{}` gets the variable {} from {} and from {}, and not the same",
        unit.unit.name, first.name, first.because, second.because
    ));
    let components = || std::iter::once(&unit.component).chain(unit.features.iter().map(|(feature, ..)| feature));
    let places = [first, second].into_iter().filter_map(|variable| {
        let declares = |component: &&Arc<Component>| {
            component.id == variable.because
                || unit.requires.contains_key(&variable.because)
                    && requirement_of(component, unit, &variable.because)
                        .is_some_and(|requirement| requirement.variables.contains_key(&variable.name))
        };
        let component = components().find(declares)?;
        let place = unit.place_in(component);
        let own = component.id == variable.because;
        let place = if own { place } else { place.key("requires").key(&variable.because) };
        place.at().key("variables").key(&variable.name).name().shown()
    });
    places
        .fold(problem, |problem, place| problem.note(format!("declared in {place}")))
        .help("declare it the same in both, or rename one of them")
}

/// What a component of a unit requires under an alias.
fn requirement_of<'a>(component: &'a Component, unit: &DraftUnit, alias: &str) -> Option<&'a Requirement> {
    let own = component.id == unit.component.id;
    if own { component.requires.get(alias) } else { component.on.get(&unit.component.id)?.requires.get(alias) }
}

/// Two secrets that would have one name on a developer's machine.
pub(super) fn shared(first: &Secret, second: &Secret) -> Diagnostic {
    Diagnostic::error(format!("`{}` and `{}` would share the secret {}", first.unit, second.unit, first.name))
        .note(format!("it is for \"{}\", and for \"{}\"", first.help, second.help))
        .help("rename one of the units")
}
