//! Rendering: one template engine with one set of delimiters, no access to anything but its data.
mod engine;
mod error;
mod filters;
mod trace;
mod words;

pub use engine::{Engine, Templates};
pub(crate) use engine::{has_syntax, to_json};
pub use error::FAILED;
pub use minijinja::Value as Context;
pub use trace::candidates;
pub(crate) use words::in_form;
pub use words::{pascal, plural, snake, title};
