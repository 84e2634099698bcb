//! Variables: whether each has a value, and one only.
use super::part::Part;
use crate::catalog::VariableSpec;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::yaml::At;

/// Variables that contradict themselves, or that nobody gives a value.
pub(super) fn check(part: &Part, problems: &mut Diagnostics) {
    for (name, variable) in part.variables {
        let at = part.at.key("variables").key(name);
        let found = faults(name, variable).map(|(key, message, help)| {
            let at: At = key.map_or(at.name(), |key| at.key(key));
            at.point(Diagnostic::error(message).help(help))
        });
        problems.extend(found);
    }
}

type Fault = (Option<&'static str>, String, &'static str);

fn faults(name: &str, variable: &VariableSpec) -> impl Iterator<Item = Fault> {
    let has_default = variable.default.is_some();
    let both = (has_default && variable.value.is_some()).then(|| {
        let message = format!("`{name}` has a `default` and a `value`: the default is never taken");
        (Some("default"), message, "remove one of them")
    });
    let open = (has_default && variable.secret).then(|| {
        let message = format!("`{name}` is a secret with a default, which everybody could read in the contract");
        (Some("default"), message, "remove the default; `generate` makes a value for a developer's machine")
    });
    let given = has_default || variable.value.is_some() || variable.secret || variable.generate.is_some();
    let local = variable.only.is_some() && variable.local.is_some();
    let lacking = (!given && !local && variable.required != Some(false)).then(|| {
        let place = if variable.local.is_some() { " outside a developer's machine" } else { "" };
        let message = format!("nobody gives `{name}` a value{place}, and no process starts without it");
        (None, message, "give it a `default` or a `value`, make it a `secret`, or write `required: false`")
    });
    both.into_iter().chain(open).chain(lacking)
}
