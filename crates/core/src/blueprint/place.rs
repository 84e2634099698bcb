//! Tells the parts of a stack description where they stand.
use std::sync::Arc;

use super::{EnvironmentSpec, FileSpec, PlatformSpec, ProjectSpec, RouteSpec, UnitSpec};
use crate::yaml::{Document, Place};

/// Places what was decoded from a document, item by item in the order written.
pub(super) fn all(
    document: &Arc<Document>,
    project: &mut ProjectSpec,
    units: &mut [UnitSpec],
    platforms: &mut [PlatformSpec],
    routes: &mut [RouteSpec],
    environments: &mut [EnvironmentSpec],
    files: &mut [FileSpec],
) {
    let whole = Place::whole(document);
    project.place = whole.key("project");
    for (index, unit) in units.iter_mut().enumerate() {
        unit.place = whole.key("units").item(index);
        let features = unit.place.key("features");
        unit.features.iter_mut().enumerate().for_each(|(index, feature)| feature.place = features.item(index));
    }
    let list = |key: &str| whole.key(key);
    platforms.iter_mut().enumerate().for_each(|(index, spec)| spec.place = list("platforms").item(index));
    routes.iter_mut().enumerate().for_each(|(index, spec)| spec.place = list("routes").item(index));
    environments.iter_mut().enumerate().for_each(|(index, spec)| spec.place = list("environments").item(index));
    files.iter_mut().enumerate().for_each(|(index, spec)| spec.place = list("files").item(index));
}
