//! Parameters that nothing could ever be, and defaults that they would refuse.
use crate::blueprint::{Answers, context, validate};
use crate::catalog::Component;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Engine;

/// What is wrong with the parameters of a component.
pub(super) fn check(component: &Component, engine: &Engine, problems: &mut Diagnostics) {
    for (id, param) in &component.params {
        let at = component.at().key("params").key(id);
        let question = param.question(id);
        let mut faults = Vec::new();
        question.check_form(&mut |why| faults.push(why));
        let told = |why: String| Diagnostic::error(format!("parameter `{id}`: {why}"));
        if let (Some(default), true) = (&param.default, faults.is_empty()) {
            let refused = validate(&question, default, engine, &context(&Answers::new())).err();
            let refused = refused.into_iter().flatten().map(|why| told(format!("its default doesn't fit: {why}")));
            problems.extend(refused.map(|problem| at.key("default").point(problem)));
        }
        problems.extend(faults.into_iter().map(|why| at.name().point(told(why))));
    }
}
