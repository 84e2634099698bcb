//! Parts that are added to a description.
//!
//! A part goes behind the last one whose name comes before its own, so that parts that are added one by one give the same
//! description in any order. Environments are in the order of their promotion: the last one stays the last.
use super::{Step, unit};
use crate::blueprint::{EnvironmentSpec, FeatureSpec, PlatformSpec, RouteSpec, StackSpec, UnitSpec};
use crate::catalog::Component;
use crate::diagnostic::Diagnostic;
use crate::stack::Runtime;

/// Adds a unit.
pub fn add_unit(spec: &mut StackSpec, new: UnitSpec) -> Step<()> {
    refuse_name(spec, &new.name)?;
    place(&mut spec.units, new, |unit| &unit.name);
    Ok(())
}

/// Adds a platform.
pub fn add_platform(spec: &mut StackSpec, new: PlatformSpec) -> Step<()> {
    refuse_name(spec, &new.name)?;
    place(&mut spec.platforms, new, |platform| &platform.name);
    Ok(())
}

/// Adds a feature to a unit.
pub fn add_feature(spec: &mut StackSpec, to: &str, new: FeatureSpec) -> Step<()> {
    let unit = unit(spec, to)?;
    if unit.features.iter().any(|feature| feature.component == new.component) {
        let problem = Diagnostic::error(format!("`{to}` has the feature `{}` already", new.component));
        return Err(Box::new(problem.help("change its parameters in stackwright.yaml, then run: stackwright apply")));
    }
    place(&mut unit.features, new, |feature| &feature.component);
    Ok(())
}

/// Adds a route.
pub fn add_route(spec: &mut StackSpec, new: RouteSpec) -> Step<()> {
    unit(spec, &new.unit)?;
    if let Some(taken) = spec.routes.iter().find(|route| route.path == new.path) {
        return Err(Diagnostic::error(format!("the path `{}` leads to `{}` already", taken.path, taken.unit)).into());
    }
    place(&mut spec.routes, new, |route| &route.path);
    Ok(())
}

/// Adds an environment before the last one that is not the developer's own machine: that one is the end of promotion, and
/// would follow the branch like the others if a new one took its place.
pub fn add_environment(spec: &mut StackSpec, new: EnvironmentSpec) -> Step<()> {
    if spec.environments.iter().any(|environment| environment.name == new.name) {
        return Err(Diagnostic::error(format!("the stack has an environment `{}` already", new.name)).into());
    }
    let last = spec.environments.iter().rposition(|environment| environment.runtime != Runtime::Machine);
    spec.environments.insert(last.unwrap_or(spec.environments.len()), new);
    Ok(())
}

/// The units that a feature can extend, by name.
pub fn hosts_of(spec: &StackSpec, feature: &Component) -> Vec<String> {
    let fits = spec.units.iter().filter(|unit| feature.on.contains_key(&unit.component));
    fits.map(|unit| unit.name.clone()).collect()
}

fn refuse_name(spec: &StackSpec, name: &str) -> Step<()> {
    let units = spec.units.iter().map(|unit| ("unit", &unit.name));
    let platforms = spec.platforms.iter().map(|platform| ("platform", &platform.name));
    let Some((what, _)) = units.chain(platforms).find(|(_, taken)| *taken == name) else { return Ok(()) };
    let problem = Diagnostic::error(format!("the stack has a {what} `{name}` already"));
    Err(Box::new(problem.help("give the new one another name: stackwright add COMPONENT NAME")))
}

fn place<T>(list: &mut Vec<T>, new: T, name: impl Fn(&T) -> &str) {
    let behind = list.iter().rposition(|there| name(there) < name(&new));
    list.insert(behind.map_or(0, |place| place + 1), new);
}
