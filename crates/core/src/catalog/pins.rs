//! Pinned versions: every image, action, chart and tool, once.
use serde_json::Value;

use crate::diagnostic::{Diagnostics, Source};
use crate::yaml;

/// The contents of `versions.yaml`.
#[derive(Debug, Clone)]
pub struct Pins(Value);

impl Pins {
    /// Reads the file.
    pub fn parse(source: &Source) -> Result<Self, Diagnostics> {
        Ok(Self(yaml::parse_one(source)?.to_json()))
    }

    /// Adds the pins of a user's own file; the same pin takes its value from there.
    pub fn merge(&mut self, own: Self) {
        fn join(into: &mut Value, from: Value) {
            match (into, from) {
                (Value::Object(into), Value::Object(from)) => {
                    for (key, value) in from {
                        join(into.entry(key).or_insert(Value::Null), value);
                    }
                }
                (into, from) => *into = from,
            }
        }
        join(&mut self.0, own.0);
    }

    /// All of them as text.
    pub(super) fn text(&self) -> String {
        self.0.to_string()
    }

    /// The scalar at a path of keys with dots between them; keys themselves may hold dots.
    pub fn get(&self, path: &str) -> Option<&Value> {
        fn find<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
            let map = value.as_object()?;
            if let Some(found) = map.get(path) {
                return Some(found);
            }
            path.match_indices('.').find_map(|(at, _)| find(map.get(&path[..at])?, &path[at + 1..]))
        }
        find(&self.0, path).filter(|found| !found.is_object())
    }

    /// The reference `name:tag` of the image with that id.
    pub fn image(&self, id: &str) -> Option<&str> {
        self.0.get("images")?.get(id)?.get("ref")?.as_str()
    }

    /// Ids of all images.
    pub fn image_ids(&self) -> Vec<&str> {
        let images = self.0.get("images").and_then(Value::as_object);
        images.map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default()
    }
}
