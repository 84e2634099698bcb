//! A report for people.
use std::fmt::Write as _;

use crate::check::{Finding, Report, Severity};
use crate::diagnostic::{one_line, printable};

/// Findings by file, then what was run, skipped and not analysed.
pub fn text(report: &Report, color: bool) -> String {
    let mut out = String::new();
    let mut file = None;
    for finding in report.findings.iter().chain(&report.notes) {
        if file != Some(&finding.file) {
            if file.is_some() {
                out.push('\n');
            }
            file = Some(&finding.file);
        }
        line(&mut out, finding, color);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    for unknown in &report.not_analysed {
        let place = place(&unknown.file, unknown.line);
        // Writing to a String cannot fail.
        let _ = writeln!(out, "not analysed: {place}: {}", one_line(&unknown.what));
    }
    out.push_str(&summary(report));
    out
}

fn place(file: &str, line: Option<usize>) -> String {
    let file = one_line(file);
    line.map_or_else(|| file.to_string(), |line| format!("{file}:{line}"))
}

fn line(out: &mut String, finding: &Finding, color: bool) {
    let paint = |code: &'static str| if color { code } else { "" };
    let (word, code, reset) = (finding.severity.as_str(), paint(finding.severity.color()), paint("\x1b[0m"));
    let place = place(&finding.file, finding.line);
    let _ = writeln!(out, "{place}: {code}{word}[{}]{reset}: {}", finding.rule, printable(&finding.message));
    if let Some(hint) = &finding.hint {
        let _ = writeln!(out, "    {}", printable(hint));
    }
}

fn summary(report: &Report) -> String {
    let counted =
        [Severity::Error, Severity::Warning, Severity::Note].map(|level| (report.count(level), level.as_str()));
    let found = counted.iter().filter(|(count, _)| *count > 0);
    let found: Vec<String> =
        found.map(|(count, word)| format!("{count} {word}{}", if *count == 1 { "" } else { "s" })).collect();
    let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
    if report.skipped.is_empty() {
        return format!("{} rules: {found}\n", report.rules_run);
    }
    let all = report.rules_run + report.skipped.len();
    format!("{} of {all} rules apply here: {found}\n{}\n", report.rules_run, unused(report))
}

/// Why the other rules had nothing to look at: the reasons that concern the most of them.
fn unused(report: &Report) -> String {
    const SHOWN: usize = 3;
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for skipped in &report.skipped {
        match reasons.iter_mut().find(|(why, _)| *why == skipped.why) {
            Some((_, count)) => *count += 1,
            None => reasons.push((&skipped.why, 1)),
        }
    }
    reasons.sort_by_key(|(why, count)| (std::cmp::Reverse(*count), *why));
    let rest: usize = reasons.iter().skip(SHOWN).map(|(_, count)| count).sum();
    let mut shown: Vec<String> =
        reasons.iter().take(SHOWN).map(|(why, count)| format!("{} ({count})", one_line(why))).collect();
    if rest > 0 {
        shown.push(format!("other reasons ({rest}), which `--format json` lists"));
    }
    format!("not used: {}", shown.join("; "))
}
