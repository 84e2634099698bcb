//! A report for programs. The schema only grows: a field that is there stays, with its meaning.
use serde::Serialize;

use crate::check::{Finding, NotAnalysed, Report, Severity, Skipped};

/// The schema's version.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    findings: &'a [Finding],
    notes: &'a [Finding],
    summary: Summary,
    rules_run: usize,
    skipped: &'a [Skipped],
    not_analysed: &'a [NotAnalysed],
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    notes: usize,
}

pub(super) fn json(report: &Report) -> String {
    let document = Document {
        version: VERSION,
        findings: &report.findings,
        notes: &report.notes,
        summary: Summary {
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            notes: report.count(Severity::Note),
        },
        rules_run: report.rules_run,
        skipped: &report.skipped,
        not_analysed: &report.not_analysed,
    };
    // The document holds text, numbers and lists only, which JSON always can express.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}
