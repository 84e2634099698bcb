//! Rules about `stackwright.yaml`, which everything follows from.
use crate::check::facts::{Facts, SPEC};
use crate::check::{Run, Sink};

pub(super) const RULES: &[(&str, Run)] = &[("R220", valid), ("R221", followed)];

fn valid(facts: &Facts, out: &mut Sink) {
    for problem in &facts.drift.invalid {
        // A fault of a component or a template has its place in the catalog.
        let here = problem.file.as_deref() == Some(SPEC);
        let line = problem.span.filter(|_| here).map_or(0, |span| span.line);
        let hints = problem.notes.iter().chain(&problem.help).map(String::as_str).collect::<Vec<_>>();
        let finding = out.line(SPEC, line, problem.message.clone());
        if !hints.is_empty() {
            finding.hint(hints.join("; "));
        }
    }
    skip_unknown(facts, out);
}

fn followed(facts: &Facts, out: &mut Sink) {
    for stale in &facts.drift.stale {
        out.line(stale.file, stale.line.unwrap_or(0), stale.message.clone()).hint(stale.hint.clone());
    }
    out.skip_if(!facts.drift.invalid.is_empty(), "stackwright.yaml describes no stack (R220)");
    skip_unknown(facts, out);
}

fn skip_unknown(facts: &Facts, out: &mut Sink) {
    if let Some(why) = &facts.drift.unknown {
        out.skip(why.clone());
    }
}
