//! `catalog test`: what components and blueprints promise, proved.
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::golden;
use crate::author::{Case, Suite};
use crate::check::format::xml_text;
use crate::cli::Done;
use crate::cli::args::{CatalogTest, TestFormat};
use crate::cli::output::{Output, count};
use crate::cli::progress::Progress;
use crate::cli::workbench::Workbench;

/// The version of the JSON. It only grows.
const VERSION: u32 = 1;

pub(in crate::cli) fn run(arguments: &CatalogTest, catalogs: &[PathBuf], output: &Output) -> Done {
    let workbench = Workbench::open(catalogs)?;
    workbench.tell_overrides(output);
    let id = arguments.id.as_deref();
    let progress = Progress::start(output, "Testing the catalog");
    let mut suites = crate::author::test(&workbench.catalog, &workbench.engine, id, &crate::syntax::faults)?;
    drop(progress);
    if let Some(directory) = &arguments.golden {
        for suite in suites.iter_mut().filter(|suite| !suite.files.is_empty()) {
            if arguments.bless {
                golden::keep(suite, directory)?;
            }
            let differences = golden::differences(suite, directory)?;
            suite.cases.push(Case::new("its files are those that are kept".into(), differences));
        }
    }
    match arguments.format {
        TestFormat::Text => output.raw(&text(&suites, output.color))?,
        TestFormat::Json => output.json(&json!({ "version": VERSION, "suites": suites }))?,
        TestFormat::Junit => output.raw(&junit(&suites))?,
    }
    let failed = suites.iter().any(|suite| failures(suite).next().is_some());
    Ok(ExitCode::from(u8::from(failed)))
}

fn failures(suite: &Suite) -> impl Iterator<Item = &Case> {
    suite.cases.iter().filter(|case| !case.problems.is_empty())
}

/// A line per suite, and what failed below it.
fn text(suites: &[Suite], color: bool) -> String {
    let mut out = String::new();
    for suite in suites {
        let refused = suite.cases.iter().filter(|case| case.refused).count();
        let passed = suite.cases.len() - refused - failures(suite).count();
        // Writing to a String cannot fail.
        let _ = write!(out, "{} {}: {passed} passed", suite.kind, suite.id);
        for (number, word) in [(refused, "refused by its rules"), (failures(suite).count(), "failed")] {
            if number > 0 {
                let _ = write!(out, ", {number} {word}");
            }
        }
        out.push('\n');
        for case in failures(suite) {
            let _ = writeln!(out, "\n{}: {}\n{}\n", suite.id, case.name, case.problems.render(color));
        }
    }
    let failed: usize = suites.iter().map(|suite| failures(suite).count()).sum();
    let found = if failed == 0 { "all passed".to_owned() } else { format!("{failed} failed") };
    let cases = suites.iter().map(|suite| suite.cases.len()).sum();
    let _ = writeln!(out, "{}, {}: {found}", count(suites.len(), "suite"), count(cases, "case"));
    out
}

/// One test suite per component or blueprint.
fn junit(suites: &[Suite]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for suite in suites {
        let skipped = suite.cases.iter().filter(|case| case.refused).count();
        let (name, tests, failed) = (xml_text(&suite.id), suite.cases.len(), failures(suite).count());
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\" skipped=\"{skipped}\">"
        );
        for case in &suite.cases {
            let _ = write!(out, "    <testcase classname=\"{name}\" name=\"{}\"", xml_text(&case.name));
            if case.refused {
                out.push_str("><skipped message=\"its rules refuse this\"/></testcase>\n");
            } else if let Some(first) = case.problems.iter().next() {
                let all = xml_text(&case.problems.render(false));
                let message = xml_text(&first.message);
                let _ = writeln!(out, "><failure message=\"{message}\">{all}</failure></testcase>");
            } else {
                out.push_str("/>\n");
            }
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}
