//! Rules about `stackwright.yaml`, which everything follows from.
use crate::check::facts::Facts;
use crate::check::{Rule, Severity, Sink};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "R220",
        title: "stackwright.yaml describes a stack",
        severity: Severity::Error,
        why: "Everything else is generated from it: what can't be read or resolved can't be applied, and nobody can add to it. It is looked at when it was \
              edited since it was written.",
        example: "stackwright.yaml:12: there is no component `postgers`",
        yields_to: &["R200"],
        run: valid,
    },
    Rule {
        id: "R221",
        title: "The files and the resolved stack follow from stackwright.yaml",
        severity: Severity::Error,
        why: "An edit of the description that never reached the files says what is not so, and is lost or surprises when the files are made anew. Only the \
              version of stackwright and the catalog that made the repository are compared with it, so that a newer catalog causes no findings.",
        example: "stackwright.yaml:31: `units.orders.params.noun` is `invoice`, and the resolved stack holds `order`",
        yields_to: &[],
        run: followed,
    },
];

const SPEC: &str = "stackwright.yaml";

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
    if !facts.drift.invalid.is_empty() {
        out.skip("stackwright.yaml describes no stack (R220)");
    }
    skip_unknown(facts, out);
}

fn skip_unknown(facts: &Facts, out: &mut Sink) {
    if let Some(why) = &facts.drift.unknown {
        out.skip(why.clone());
    }
}
