//! Mistakes of authors, planted one by one into parts that are right: each is found, alone, at the line that is wrong.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use stackwright::author;
use stackwright::catalog::{Catalog, OwnFiles};
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

fn path(inside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(inside)
}

/// Every file below a directory, by its path there.
fn files(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let inside = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(inside, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// The parts, used by no blueprint.
fn parts() -> BTreeMap<String, String> {
    let mut files = files(&path(PARTS));
    files.retain(|path, _| !path.starts_with("blueprints/"));
    files
}

fn problems(files: BTreeMap<String, String>) -> Diagnostics {
    let own = OwnFiles { directory: "own".into(), files };
    Catalog::load(&[own]).map_or_else(
        |problems| problems,
        |catalog| author::check(&catalog, &stackwright::engine(&catalog), &stackwright::syntax::faults),
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
        let file = format!("own/{}", self.file_of_place.as_ref().unwrap_or(&self.file));
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
    for (name, text) in files(&path("tests/faults")) {
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
