//! `JUnit` XML: one test per rule, as test reports show it.
use std::fmt::Write as _;

use crate::check::{Finding, RULES, Report};

pub(super) fn junit(report: &Report) -> String {
    let of = |id: &'static str| report.findings.iter().filter(move |finding| finding.rule == id);
    let failed = RULES.iter().filter(|rule| of(rule.id).next().is_some()).count();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<testsuites>\n  <testsuite name=\"stackwright check\" tests=\"{}\" failures=\"{failed}\" errors=\"0\" skipped=\"{}\">",
        RULES.len(),
        report.skipped.len()
    );
    for rule in RULES.iter() {
        let name = escape(&format!("{} {}", rule.id, rule.title));
        let _ = write!(out, "    <testcase classname=\"stackwright\" name=\"{name}\"");
        let findings: Vec<&Finding> = of(rule.id).collect();
        let skipped = report.skipped.iter().find(|skipped| skipped.rule == rule.id);
        if let Some(skipped) = skipped {
            let _ = writeln!(out, ">\n      <skipped message=\"{}\"/>\n    </testcase>", escape(&skipped.why));
        } else if let Some(first) = findings.first() {
            let line = |finding: &&Finding| format!("{}: {}", finding.place(), finding.message);
            let lines: Vec<String> = findings.iter().map(line).collect();
            let _ = writeln!(
                out,
                ">\n      <failure message=\"{}\" type=\"{}\">{}</failure>\n    </testcase>",
                escape(&first.message),
                first.severity.as_str(),
                escape(&lines.join("\n"))
            );
        } else {
            out.push_str("/>\n");
        }
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

/// Text as XML 1.0 can hold it: control characters are left out.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
