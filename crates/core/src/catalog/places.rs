//! Where things stand in `component.yaml`, for messages. Read anew each time: only problems ask.
use super::Catalog;
use crate::yaml;

impl Catalog {
    /// `components/<id>/component.yaml:LINE`, the line of what a path of keys leads to.
    pub fn line_of(&self, id: &str, path: &[&str]) -> String {
        let source = self.source(&format!("components/{id}/component.yaml"));
        let line = yaml::parse_one(&source).ok().map_or(1, |node| node.nearest(path).span.line);
        format!("{}:{line}", source.name)
    }
}
