//! A report for programs. The schema only grows: a field that is there stays, with its meaning.
use serde_json::json;

use crate::check::{Report, Severity};

/// The schema's version.
const VERSION: u32 = 1;

pub(super) fn json(report: &Report) -> String {
    let document = json!({
        "version": VERSION,
        "findings": report.findings,
        "notes": report.notes,
        "summary": {
            "errors": report.count(Severity::Error),
            "warnings": report.count(Severity::Warning),
            "notes": report.count(Severity::Note),
        },
        "rules_run": report.rules_run,
        "skipped": report.skipped,
        "not_analysed": report.not_analysed,
    });
    format!("{document:#}\n")
}
