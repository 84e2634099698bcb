//! Random edits of a repository, and random changes of what it is made from: nothing that a user wrote is lost.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "random/accepted.rs"]
mod accepted;
mod bench;
#[path = "random/draw.rs"]
#[allow(dead_code, reason = "shared with another test")]
mod draw;
#[path = "blueprints/options.rs"]
#[allow(dead_code, reason = "shared with another test")]
mod options;

use std::collections::BTreeMap;

use serde_json::Value;
use stackwright::check::Files;
use stackwright::lock::Lock;
use stackwright::plan::{Class, Plan};
use stackwright::tree::FileTree;
use stackwright::{SPEC_PATH, STACK_PATH};

use accepted::draw_until_accepted;
use draw::{Pick, pairs, picks};
use options::{Subject, subjects};

/// Answers, by question.
pub(crate) type Given = BTreeMap<String, Value>;

/// How many pairs of answer sets are tried for each blueprint.
const PAIRS: u64 = 8;
/// How many pairs of answers may be refused in a row.
const TRIES: u64 = 20;

/// A repository from random answers. Some pairs of answers are refused whatever else is drawn: then the next is tried.
fn random_tree(subject: &Subject, seed: u64) -> FileTree {
    let picks = picks(&subject.blueprint.questions);
    let pairs: Vec<(&Pick, &Pick)> = pairs(&picks).collect();
    let made = (seed..seed + TRIES).find_map(|seed| {
        let pair = pairs[usize::try_from(seed * 7919).unwrap() % pairs.len()];
        let answers = subject.answers(&draw_until_accepted(subject, pair, seed)).ok()?;
        subject.answered().tree(&answers).ok()
    });
    made.unwrap_or_else(|| panic!("{}: {TRIES} pairs of answers are refused", subject.blueprint.id))
}

/// The files with lines added and changed by hand, and the words that those lines hold.
fn edited(tree: &FileTree, seed: u64) -> (Files, Vec<String>) {
    let mut files = Files::from_tree(tree);
    let mut words = Vec::new();
    for (number, (path, file)) in tree.iter().enumerate() {
        let chance = (seed * 7 + u64::try_from(number).unwrap() * 13) % 5;
        if chance > 1 || path.as_str() == SPEC_PATH || path.as_str() == STACK_PATH {
            continue;
        }
        let word = format!("by-hand-{seed}-{number}");
        let mut lines: Vec<String> = file.contents.lines().map(str::to_owned).collect();
        let at = usize::try_from(seed * 17 + 3).unwrap() * (number + 1) % (lines.len() + 1);
        match lines.get_mut(at) {
            Some(line) if chance == 0 && !line.trim().is_empty() => *line = format!("{line} {word}"),
            _ => lines.insert(at, format!("# {word}")),
        }
        files.insert(path.as_str(), lines.join("\n") + "\n");
        words.push(word);
    }
    (files, words)
}

fn record(tree: &FileTree) -> Lock {
    Lock::new("test", None, tree)
}

/// Whether two sets of files are the same, apart from the description, which nothing writes.
fn assert_same(found: &Files, expected: &Files) {
    let texts = |files: &Files| -> BTreeMap<String, Option<String>> {
        let files = files.iter().filter(|(path, _)| *path != SPEC_PATH);
        files.map(|(path, file)| (path.to_owned(), file.text.clone())).collect()
    };
    let (found, expected) = (texts(found), texts(expected));
    let paths: Vec<_> =
        found.keys().chain(expected.keys()).filter(|path| found.get(*path) != expected.get(*path)).collect();
    assert!(paths.is_empty(), "these differ: {paths:?}");
}

#[test]
fn random_edits_survive_random_changes_and_a_second_run_changes_nothing() {
    for subject in subjects() {
        let (mut merged, mut conflicts, mut words_kept) = (0, 0, 0);
        for seed in 0..PAIRS {
            let (before, after) = (random_tree(&subject, seed), random_tree(&subject, seed + 1000));
            let (disk, words) = edited(&before, seed);
            assert_eq!(Plan::new(&record(&before), &disk, &before).unwrap().changes, [], "no change is no change");
            let plan = Plan::new(&record(&before), &disk, &after).unwrap();
            let result = plan.result(&disk);
            let texts: String = result.iter().filter_map(|(_, file)| file.text.as_deref()).collect();
            for word in &words {
                assert!(texts.contains(&format!("{word}\n")), "{} {seed}: {word} is lost", subject.blueprint.id);
            }
            let again = Plan::new(&plan.record(record(&after), ""), &result, &after).unwrap();
            assert_eq!(again.writes().count(), 0, "{} {seed}: a second run writes {again:?}", subject.blueprint.id);
            merged += plan.count(Class::Merged);
            conflicts += plan.count(Class::Conflict);
            words_kept += words.len();
        }
        println!(
            "{}: {PAIRS} pairs, {words_kept} lines kept, {merged} files merged, {conflicts} conflicts",
            subject.blueprint.id
        );
        assert!(merged > 20, "{}: {merged} files merged", subject.blueprint.id);
    }
}

#[test]
fn without_an_edit_the_result_is_what_is_rendered_and_the_way_back_leads_to_the_beginning() {
    for subject in subjects() {
        for seed in 0..PAIRS {
            let (before, after) = (random_tree(&subject, seed), random_tree(&subject, seed + 1000));
            let disk = Files::from_tree(&before);
            let there = Plan::new(&record(&before), &disk, &after).unwrap();
            assert_same(&there.result(&disk), &Files::from_tree(&after));
            let middle = there.result(&disk);
            let back = Plan::new(&record(&after), &middle, &before).unwrap();
            assert_same(&back.result(&middle), &disk);
        }
    }
}
