//! Changes of a project's own description, made in its text: what is not concerned keeps its bytes.
mod add;
mod list;
mod remove;

pub use add::{add_environment, add_feature, add_platform, add_route, add_unit, hosts_of};
pub use list::{List, list_of};
pub use remove::{Removed, remove_environment, remove_feature, remove_part, remove_route};

use crate::SPEC_PATH;
use crate::blueprint::{StackSpec, UnitSpec};
use crate::diagnostic::{Diagnostic, Source};
use crate::merge::merge;

type Step<T> = Result<T, Box<Diagnostic>>;

/// The text that says `after`, made from a text that says `before`: comments, order and quotes stay.
pub fn rewrite(text: &str, before: &StackSpec, after: &StackSpec) -> Step<String> {
    let wanted = after.to_yaml();
    let merged = merge(SPEC_PATH, Some(&before.to_yaml()), text, &wanted);
    let says = |text: &str| StackSpec::parse(&Source::new(SPEC_PATH, text)).map(|spec| spec.to_yaml());
    if merged.conflicts.is_empty() && says(&merged.text).is_ok_and(|said| said == wanted) {
        return Ok(merged.text);
    }
    let problem = Diagnostic::error("the form in which it is written can't be changed in place");
    Err(Box::new(problem.file(SPEC_PATH).help("edit it by hand, then run: stackwright apply")))
}

/// The unit of that name.
fn unit<'a>(spec: &'a mut StackSpec, name: &str) -> Step<&'a mut UnitSpec> {
    let known: Vec<String> = spec.units.iter().map(|unit| unit.name.clone()).collect();
    spec.units.iter_mut().find(|unit| unit.name == name).ok_or_else(|| unknown("unit", name, &known))
}

/// A problem with a name, with the names that there are.
fn among(problem: Diagnostic, name: &str, known: &[String]) -> Box<Diagnostic> {
    let there = if known.is_empty() { "there is none".to_owned() } else { format!("there is: {}", known.join(", ")) };
    Box::new(problem.note(there).guess(name, known.iter().map(String::as_str)))
}

/// The stack has nothing of that name.
fn unknown(what: &str, name: &str, known: &[String]) -> Box<Diagnostic> {
    among(Diagnostic::error(format!("the stack has no {what} `{name}`")), name, known)
}
