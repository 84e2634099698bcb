//! Changes of a project's own description, made in its text: what is not concerned keeps its bytes.
use crate::SPEC_PATH;
use crate::blueprint::StackSpec;
use crate::diagnostic::{Diagnostic, Source};
use crate::merge::merge;

/// The text that says `after`, made from a text that says `before`: comments, order and quotes stay.
pub fn rewrite(text: &str, before: &StackSpec, after: &StackSpec) -> Result<String, Box<Diagnostic>> {
    let wanted = after.to_yaml();
    let merged = merge(SPEC_PATH, Some(&before.to_yaml()), text, &wanted);
    let says = |text: &str| StackSpec::parse(&Source::new(SPEC_PATH, text)).map(|spec| spec.to_yaml());
    if merged.conflicts.is_empty() && says(&merged.text).is_ok_and(|said| said == wanted) {
        return Ok(merged.text);
    }
    let problem = Diagnostic::error("the form in which it is written can't be changed in place");
    Err(Box::new(problem.file(SPEC_PATH).help("edit it by hand, then run: stackwright apply")))
}
