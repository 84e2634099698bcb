//! Parts that are taken out of a description.
use super::{Step, unit, unknown};
use crate::blueprint::StackSpec;

/// What was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// A unit.
    Unit,
    /// A platform.
    Platform,
}

/// Takes out the unit or the platform of that name.
pub fn remove_part(spec: &mut StackSpec, name: &str) -> Step<Removed> {
    if take(&mut spec.units, |unit| unit.name == name) {
        return Ok(Removed::Unit);
    }
    if take(&mut spec.platforms, |platform| platform.name == name) {
        return Ok(Removed::Platform);
    }
    let units = spec.units.iter().map(|unit| unit.name.clone());
    let known: Vec<String> = units.chain(spec.platforms.iter().map(|platform| platform.name.clone())).collect();
    Err(unknown("unit or platform", name, &known))
}

/// Takes a feature from a unit.
pub fn remove_feature(spec: &mut StackSpec, from: &str, component: &str) -> Step<()> {
    let unit = unit(spec, from)?;
    if take(&mut unit.features, |feature| feature.component == component) {
        return Ok(());
    }
    let known: Vec<String> = unit.features.iter().map(|feature| feature.component.clone()).collect();
    Err(unknown(&format!("feature of `{from}` named"), component, &known))
}

/// Takes out a route.
pub fn remove_route(spec: &mut StackSpec, path: &str) -> Step<()> {
    if take(&mut spec.routes, |route| route.path == path) {
        return Ok(());
    }
    let known: Vec<String> = spec.routes.iter().map(|route| route.path.clone()).collect();
    Err(unknown("route", path, &known))
}

/// Takes out an environment.
pub fn remove_environment(spec: &mut StackSpec, name: &str) -> Step<()> {
    if take(&mut spec.environments, |environment| environment.name == name) {
        return Ok(());
    }
    let known: Vec<String> = spec.environments.iter().map(|environment| environment.name.clone()).collect();
    Err(unknown("environment", name, &known))
}

fn take<T>(list: &mut Vec<T>, is: impl Fn(&T) -> bool) -> bool {
    let place = list.iter().position(is);
    place.map(|place| list.remove(place)).is_some()
}
