//! A collection written in the other style, to be merged with one that the user turned round.
use serde_json::Value;

use super::side::Side;
use crate::yaml::{self, Layout};

/// A collection in another style than it was written in. Its comments are lost, as one side only has them.
pub(super) struct Restyled {
    text: String,
    layout: Layout,
}

impl Restyled {
    pub(super) fn of(side: Side<'_>, block: bool) -> Option<Self> {
        let data = side.part.data();
        let text = if block { yaml::emit(&data) + "\n" } else { flow(&data) };
        let layout = yaml::layout(&text)?;
        Some(Self { text, layout })
    }

    pub(super) fn side(&self) -> Option<Side<'_>> {
        let part = self.layout.root.as_ref()?;
        Some(Side { text: &self.text, part })
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let entry = |(key, value): (&String, &Value)| format!("{}: {}", yaml::quote(key), flow(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => yaml::quote(text).into_owned(),
        other => other.to_string(),
    }
}
