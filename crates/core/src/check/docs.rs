//! Texts about the rules, made from the rules.
use std::fmt::Write as _;

use super::{RULES, Rule, rule};

/// What `check --explain` prints for a rule.
pub fn explain(id: &str) -> Option<String> {
    let Rule { id, title, severity, why, example, .. } = rule(id)?;
    Some(format!("{id} ({}): {title}\n\nWhy: {why}\n\nExample:\n  {example}\n", severity.as_str()))
}

/// The reference of all rules, as `docs/checks.md` holds it.
pub fn reference() -> String {
    let mut out = String::from(
        "# Check rules\n\n\
         `stackwright new` runs these rules on the repository in memory before it writes the first byte; `stackwright check` runs\n\
         them on the directory ever after. They compare the files with each other and with `.stackwright/stack.json`, the\n\
         resolved stack. `stackwright check --explain ID` prints the same text.\n\n\
         - An **error** stops `new`, and `check` exits with 1. A **warning** does so with `--deny warning`, a **note** with\n\
         \x20 `--deny note`.\n\
         - A rule that has nothing to look at is reported as skipped, never as passed.\n\
         - What no rule understands (a JSON patch, a Kustomize generator) is listed as not analysed.\n\
         - Where a general and an exact rule see the same line, only the exact one reports it.\n\n\
         This page is made from the rules themselves; `UPDATE_DOCS=1 cargo test checks_are_documented` writes it.\n\n\
         | Rule | Severity | What must hold |\n|---|---|---|\n",
    );
    for rule in RULES.iter() {
        let anchor = rule.id.to_lowercase();
        let _ = writeln!(out, "| [{}](#{anchor}) | {} | {} |", rule.id, rule.severity.as_str(), rule.title);
    }
    for rule in RULES.iter() {
        let _ = write!(
            out,
            "\n## {}\n\n**{}.** ({})\n\n{}\n\n```text\n{}\n```\n",
            rule.id,
            rule.title,
            rule.severity.as_str(),
            rule.why,
            rule.example
        );
    }
    out
}
