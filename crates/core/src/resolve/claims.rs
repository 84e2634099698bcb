//! What units may not share: each part of a provider that a requirement claims has one user.
use std::collections::BTreeMap;

use super::draft::{Draft, DraftUnit, with_other};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Who claims what of whom: the unit, the alias of its requirement, and the reason.
struct Holder<'a> {
    unit: &'a DraftUnit,
    alias: &'a str,
    because: Option<&'a str>,
}

/// Refuses a second claim to the same part of the same provider.
pub(super) fn check(draft: &Draft) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut held: BTreeMap<(&str, &str), Holder> = BTreeMap::new();
    for unit in &draft.units {
        for binding in &unit.unit.bindings {
            let Some(need) = unit.requires.get(&binding.alias) else { continue };
            for (claim, because) in &need.claims {
                let provider = binding.unit.as_str();
                let own = Holder { unit, alias: &binding.alias, because: because.as_deref() };
                match held.get(&(provider, claim.as_str())) {
                    // Two requirements of one unit may lead to the same place.
                    Some(other) if other.unit.unit.name == unit.unit.name => {}
                    Some(other) => problems.push(refusal(draft, provider, claim, other, &own)),
                    None => drop(held.insert((provider, claim), own)),
                }
            }
        }
    }
    problems.into_result(())
}

fn refusal(draft: &Draft, provider: &str, claim: &str, first: &Holder, second: &Holder) -> Diagnostic {
    let (name, other) = (&second.unit.unit.name, &first.unit.unit.name);
    let mut problem = Diagnostic::error(format!("`{other}` and `{name}` can't both have {claim} of `{provider}`"));
    if let Some(because) = second.because.or(first.because) {
        problem = problem.note(because);
    }
    let component = draft.unit(provider).map_or("unit", |unit| unit.component.id.as_str());
    let problem = problem
        .help(format!("add a second `{component}` and choose it for `{name}`: `uses: {{ {}: … }}`", second.alias));
    let at = |holder: &Holder<'_>| holder.unit.spec.place.clone().key("uses").key(holder.alias);
    let place = at(second);
    place.at().point(with_other(problem, at(first).at()))
}
