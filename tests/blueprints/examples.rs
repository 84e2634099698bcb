//! `examples/BLUEPRINT/repository` is what the program makes from `examples/BLUEPRINT/answers.yaml`; `make bless` renews it.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use stackwright::blueprint::Answers;
use stackwright::diagnostic::Source;
use stackwright::record;
use stackwright::tree::LOCK_PATH;

use crate::options::{Subject, subjects};

/// The most files that a committed example may have beside the records: what a reviewer can read.
fn most(example: &Path) -> usize {
    if example.ends_with("django-gitops") { 190 } else { 250 }
}

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let Ok(entries) = fs::read_dir(&folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = paths.filter(|path| path.join("answers.yaml").is_file()).collect();
    found.sort();
    found
}

/// Every file below a directory by its path.
fn files(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
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

/// What the program makes: the files with the lock, as `new` writes them.
fn fresh(example: &Path) -> BTreeMap<String, String> {
    let subject = Subject::new(example.file_name().unwrap().to_str().unwrap());
    let made = subject.generate(&answers(&subject, &example.join("answers.yaml")));
    let mut all: BTreeMap<String, String> =
        made.tree.iter().map(|(path, file)| (path.to_string(), file.contents.clone())).collect();
    all.insert(LOCK_PATH.to_owned(), record::lock(&made.tree, &subject.catalog).to_text());
    all
}

#[test]
fn examples_are_what_the_program_makes() {
    for example in examples() {
        let committed = files(&example.join("repository"));
        let fresh = fresh(&example);
        let paths = committed.keys().chain(fresh.keys());
        let mut stale: Vec<&String> = paths.filter(|path| committed.get(*path) != fresh.get(*path)).collect();
        stale.sort();
        stale.dedup();
        assert!(stale.is_empty(), "`make bless` renews {}; it differs in {stale:#?}", example.display());
        let most = most(&example);
        let read = fresh.keys().filter(|path| !path.starts_with(".stackwright/")).count();
        assert!(read <= most, "{}: {read} files are more than {most}", example.display());
    }
}

/// Answers in a file, complete.
fn answers(subject: &Subject, path: &Path) -> Answers {
    let source = Source::new(path.display().to_string(), fs::read_to_string(path).unwrap());
    let given = stackwright::yaml::parse(&source).unwrap();
    let given = given.first().and_then(|node| node.to_json().as_object().cloned()).unwrap_or_default();
    subject.answers(&given.into_iter().collect()).unwrap_or_else(|problems| panic!("{}: {problems}", path.display()))
}

#[test]
fn the_written_description_alone_makes_the_same_bytes() {
    let option_sets = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/option-sets");
    let mut seen = 0;
    for subject in subjects() {
        let own = option_sets.join(&subject.blueprint.id);
        let sets = fs::read_dir(&own).into_iter().flatten().map(|entry| entry.unwrap().path());
        let example = examples().into_iter().filter(|example| example.ends_with(&subject.blueprint.id));
        for path in sets.chain(example.map(|example| example.join("answers.yaml"))) {
            let tree = subject.tree(&answers(&subject, &path));
            assert_eq!(subject.not_from_the_description(&tree), Vec::<String>::new(), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 2);
}
