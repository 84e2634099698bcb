//! Each answer has an effect that somebody can see: another answer changes files beyond the record of the answers.
use std::collections::{BTreeMap, BTreeSet};

use stackwright::tree::FileTree;
use stackwright::{SPEC_PATH, STACK_PATH};

use crate::options::{Bench, benches};

/// Files that differ, the records left out.
fn differing(one: &FileTree, two: &FileTree) -> BTreeSet<String> {
    let paths = one.iter().chain(two.iter()).map(|(path, _)| path.as_str());
    let contents = |tree: &FileTree, path: &str| tree.get(path).map(|file| file.contents.clone());
    let differ = paths.filter(|path| contents(one, path) != contents(two, path));
    differ.filter(|path| *path != SPEC_PATH && *path != STACK_PATH).map(str::to_owned).collect()
}

#[test]
fn every_answer_changes_the_repository() {
    for bench in benches() {
        let defaults = bench.answers(&BTreeMap::new()).unwrap();
        let before = bench.tree(&defaults);
        for question in &bench.blueprint.questions {
            let variants = bench.variants(question, &defaults);
            assert!(variants.len() > 1, "question `{}` has only one answer that it accepts", question.id);
            for variant in &variants[1..] {
                // Only this answer: what defaults to it keeps its old value.
                let mut answers = defaults.clone();
                answers.insert(question.id.clone(), variant.clone());
                let changed = differing(&before, &bench.tree(&answers));
                assert!(!changed.is_empty(), "`{}` = {variant} changes nothing", question.id);
            }
        }
    }
}

#[test]
fn what_is_left_out_leaves_no_trace() {
    let mut seen = 0;
    for bench in benches() {
        let defaults = bench.answers(&BTreeMap::new()).unwrap();
        // A unit or feature with a condition over one yes-or-no question is absent when the answer is no, by name too.
        let parts = bench.blueprint.units.iter().flat_map(|unit| {
            let own = std::iter::once((unit.component.clone(), unit.when.clone()));
            own.chain(unit.features.iter().map(|feature| (feature.component.clone(), feature.when.clone())))
        });
        for (component, when) in parts.collect::<Vec<_>>() {
            let Some(when) = when.filter(|when| defaults.get(when).is_some_and(serde_json::Value::is_boolean)) else {
                continue;
            };
            let mut answers = defaults.clone();
            answers.insert(when.clone(), false.into());
            seen += 1;
            for (path, file) in bench.tree(&answers).iter() {
                let record = [SPEC_PATH, STACK_PATH].contains(&path.as_str());
                assert!(file.origin.component != component, "{path} comes from {component} without `{when}`");
                let own_words = path.as_str().contains(&component) || has_word(&file.contents, &component);
                assert!(record || !own_words, "{path} names {component} without `{when}`");
            }
        }
    }
    assert!(seen > 0);
}

#[test]
fn an_outbox_in_a_table_asks_for_no_logical_replication() {
    let bench = Bench::new("go-platform");
    let found = |outbox: &str| {
        let given = BTreeMap::from([("outbox".to_owned(), outbox.into())]);
        let tree = bench.tree(&bench.answers(&given).unwrap());
        let words =
            ["wal_level", "pg_logical_", "pg_replication_", "replicationSlots", "replication: true", "max_slot_wal"];
        let named = |text: &str| words.iter().any(|word| text.contains(word));
        tree.iter().filter(|(_, file)| named(&file.contents)).map(|(path, _)| path.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found("table"), Vec::<String>::new());
    assert!(found("wal").contains(&"compose.yaml".to_owned()));
}

/// Names in Temporal's client that happen to hold a component's.
const LIBRARY_NAMES: [&str; 3] = ["MetricsHandler", "MetricsNopHandler", "MetricsCounter"];

/// Whether a text has that word, alone or as a part of an identifier in another case.
fn has_word(text: &str, word: &str) -> bool {
    let own = LIBRARY_NAMES.iter().fold(text.to_owned(), |text, name| text.replace(name, ""));
    own.to_lowercase().contains(&word.to_lowercase())
}
