//! Reports as text, JSON, SARIF, `JUnit` XML and `GitHub` annotations.
mod json;
mod junit;
mod sarif;
mod text;

pub use junit::escape as xml_text;

use super::{Report, Severity};

pub use text::text;

/// How a report is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: a stable schema.
    Json,
    /// For code scanning: `SARIF` 2.1.0.
    Sarif,
    /// For test reports: `JUnit` XML.
    Junit,
    /// For `GitHub`: workflow commands that annotate lines.
    Github,
}

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "text" => Self::Text,
            "json" => Self::Json,
            "sarif" => Self::Sarif,
            "junit" => Self::Junit,
            "github" => Self::Github,
            _ => return None,
        })
    }
}

/// The whole report in a format, with a line break at the end.
pub fn write(report: &Report, format: Format) -> String {
    match format {
        Format::Text => text(report, false),
        Format::Json => json::json(report),
        Format::Sarif => sarif::sarif(report),
        Format::Junit => junit::junit(report),
        Format::Github => github(report),
    }
}

/// Workflow commands: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
fn github(report: &Report) -> String {
    let mut out = String::new();
    for finding in report.findings.iter().chain(&report.notes) {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let line = finding.line.map_or_else(String::new, |line| format!(",line={line}"));
        let file = property(&finding.file);
        let hint = finding.hint.as_ref().map_or_else(String::new, |hint| format!("\n{hint}"));
        let message = data(&format!("{}{hint}", finding.message));
        out.push_str(&format!("::{word} file={file}{line},title={}::{message}\n", finding.rule));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
