//! Three-way merges whose right result was written by hand: each file of the repository's `tests/merge/` holds cases of one subject.
//!
//! A case begins with `##### TITLE` and holds sections `===== NAME`: `path`, `base`, `yours`, `new` and `merged`. Conflicts stand
//! in `merged` with their markers, without the names that tell them apart.
use std::collections::BTreeMap;
use std::path::Path;

use stackwright_core::merge::merge;

struct Case {
    file: String,
    title: String,
    sections: BTreeMap<String, String>,
}

impl Case {
    fn section(&self, name: &str) -> &str {
        self.sections.get(name).unwrap_or_else(|| panic!("{}: {} has no section `{name}`", self.file, self.title))
    }

    /// What is wrong with what was merged.
    fn fault(&self) -> Option<String> {
        let merged = merge(self.section("path").trim(), self.base(), self.section("yours"), self.section("new"));
        let text = without_names(&merged.text);
        let wanted = self.section("merged");
        (text != wanted).then(|| format!("{}: {}\n--- wanted\n{wanted}--- got\n{text}", self.file, self.title))
    }

    fn base(&self) -> Option<&str> {
        self.sections.get("base").map(String::as_str)
    }
}

/// Markers without the part that depends on a digest.
fn without_names(text: &str) -> String {
    let line = |line: &str| {
        let marker = line.starts_with("<<<<<<< ") || line.starts_with("||||||| ") || line.starts_with(">>>>>>> ");
        if marker { line.rsplit_once(" (").map_or(line, |(bare, _)| bare).to_owned() + "\n" } else { line.to_owned() }
    };
    text.split_inclusive('\n').map(line).collect()
}

fn cases() -> Vec<Case> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/merge");
    let mut files: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().flat_map(|file| read(file)).collect()
}

fn read(file: &Path) -> Vec<Case> {
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(file).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    let mut section = None;
    for line in text.split_inclusive('\n') {
        if let Some(title) = line.strip_prefix("##### ") {
            let title = title.trim().to_owned();
            cases.push(Case { file: name.clone(), title, sections: BTreeMap::new() });
            section = None;
        } else if let Some(title) = line.strip_prefix("===== ") {
            section = Some(title.trim().to_owned());
            cases.last_mut().unwrap().sections.insert(title.trim().to_owned(), String::new());
        } else if let Some(section) = &section {
            cases.last_mut().unwrap().sections.get_mut(section).unwrap().push_str(line);
        }
    }
    cases
}

#[test]
fn merge_of_each_case_gives_the_result_written_by_hand() {
    let cases = cases();
    let faults: Vec<String> = cases.iter().filter_map(Case::fault).collect();
    let (wrong, all) = (faults.len(), cases.len());
    assert!(all >= 120, "{all} cases");
    assert!(faults.is_empty(), "{}\n{wrong} of {all} cases", faults.join("\n"));
}

#[test]
fn merge_of_a_case_changes_nothing_when_it_is_merged_again() {
    for case in cases() {
        let (path, base, new) = (case.section("path").trim(), case.base(), case.section("new"));
        let once = merge(path, base, case.section("yours"), new);
        if once.conflicts.is_empty() {
            let again = merge(path, Some(new), &once.text, new);
            assert_eq!(again.text, once.text, "{}: {}", case.file, case.title);
        }
    }
}
