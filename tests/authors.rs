//! Mistakes of authors, planted one by one into parts that are right: each is found, alone, at the line that is wrong.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;

use std::collections::BTreeMap;

use bench::{Bench, files_below};
use serde::Deserialize;
use stackwright::author;
use stackwright::diagnostic::{Diagnostic, Diagnostics, Source};
use stackwright::yaml;

/// Where the parts come from that mistakes are planted into.
const PARTS: &str = "tests/fixtures/own_parts";

/// A planted mistake.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    /// What is wrong, in a few words.
    fault: String,
    /// The file that is changed.
    file: String,
    /// The text that stands there once …
    #[serde(default)]
    find: Option<String>,
    /// … and what takes its place; without `find`, the whole file.
    #[serde(default)]
    replace: String,
    /// Whether the file is removed.
    #[serde(default)]
    remove: bool,
    /// Files that are added with it.
    #[serde(default)]
    add: BTreeMap<String, String>,
    /// A part of the message.
    says: String,
    /// What stands where the message points.
    at: String,
    /// The file that it points into, where that is another one.
    #[serde(default, rename = "in")]
    file_of_place: Option<String>,
}

/// The parts, used by no blueprint.
fn parts() -> BTreeMap<String, String> {
    let mut files = files_below(PARTS);
    files.retain(|path, _| !path.starts_with("blueprints/"));
    files
}

fn problems(files: BTreeMap<String, String>) -> Diagnostics {
    Bench::with(files).map_or_else(
        |problems| problems,
        |bench| author::check(&bench.catalog, &bench.engine, &stackwright::syntax::faults),
    )
}

impl Fault {
    /// The parts with the mistake in them.
    fn planted(&self) -> BTreeMap<String, String> {
        let mut files = parts();
        files.extend(self.add.clone());
        if self.remove {
            assert!(files.remove(&self.file).is_some(), "{self:?}");
            return files;
        }
        let text = files.entry(self.file.clone()).or_default();
        match &self.find {
            Some(find) => {
                assert_eq!(text.matches(find.as_str()).count(), 1, "{}: `{find}` in\n{text}", self.fault);
                *text = text.replace(find.as_str(), &self.replace);
            }
            None => self.replace.clone_into(text),
        }
        files
    }

    /// What is not as it should be about the messages.
    fn missed(&self, problems: &Diagnostics) -> Option<String> {
        let [problem] = problems.iter().collect::<Vec<_>>()[..] else {
            return Some(format!("{} messages instead of one:\n{problems}", problems.len()));
        };
        let file = format!("catalog/{}", self.file_of_place.as_ref().unwrap_or(&self.file));
        let right = problem.message.contains(&self.says) && problem.file.as_ref() == Some(&file);
        (!right || !points(problem).starts_with(&self.at)).then(|| format!("{problem}"))
    }
}

/// The text of the line from the caret on.
fn points(problem: &Diagnostic) -> String {
    let (Some(span), Some(line)) = (problem.span, &problem.source_line) else { return String::new() };
    line.chars().skip(span.column.saturating_sub(1)).collect()
}

#[test]
fn parts_that_are_right_have_no_mistake() {
    let problems = problems(parts());
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn each_planted_mistake_is_found_alone_at_its_line() {
    let mut seen = 0;
    let mut missed = Vec::new();
    for (name, text) in files_below("tests/faults") {
        let node = yaml::parse_one(&Source::new(name.as_str(), text)).unwrap();
        let faults: Vec<Fault> = serde_json::from_value(node.to_json()).unwrap_or_else(|why| panic!("{name}: {why}"));
        for fault in faults {
            seen += 1;
            missed
                .extend(fault.missed(&problems(fault.planted())).map(|why| format!("{name}, {}:\n{why}", fault.fault)));
        }
    }
    assert!(seen > 4 && missed.is_empty(), "{} of {seen} are missed:\n\n{}", missed.len(), missed.join("\n\n"));
}
