//! A change as a unified diff.
use super::{Becomes, Change};

/// What a file that is not there is called.
const NOWHERE: &str = "/dev/null";

/// The change of a file, as `git apply` reads it; empty where no text changes.
pub fn unified(change: &Change) -> String {
    let after = match &change.becomes {
        Becomes::AsItIs => return String::new(),
        Becomes::Text(text) => Some(text.as_str()),
        Becomes::Removed => None,
    };
    let from = change.from.as_ref().unwrap_or(&change.path);
    let named = |there: bool, side: char, path: &str| if there { format!("{side}/{path}") } else { NOWHERE.to_owned() };
    let before = change.before.as_deref();
    if before == after {
        return format!("rename from {from}\nrename to {}\n", change.path);
    }
    let mut options = diffy::DiffOptions::new();
    options.set_original_filename(named(before.is_some(), 'a', from.as_str()));
    options.set_modified_filename(named(after.is_some(), 'b', change.path.as_str()));
    options.create_patch(before.unwrap_or_default(), after.unwrap_or_default()).to_string()
}
