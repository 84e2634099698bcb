//! Every pair of answers to two questions occurs in some option set, and each set makes a repository without a finding.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::options::{Bench, Outcome, benches};

/// One question's number and its variant's number.
type Pick = (usize, usize);

/// Rows of variants, one per question, so that every pair of picks is in some row: greedy, and the same every time.
fn cover(sizes: &[usize]) -> Vec<Vec<usize>> {
    let mut open: BTreeSet<(Pick, Pick)> = BTreeSet::new();
    for (first, one) in sizes.iter().enumerate() {
        for (second, two) in sizes.iter().enumerate().skip(first + 1) {
            open.extend((0..*one).flat_map(|a| (0..*two).map(move |b| ((first, a), (second, b)))));
        }
    }
    let mut rows = Vec::new();
    while let Some((first, second)) = open.first().copied() {
        let mut row: Vec<Option<usize>> = vec![None; sizes.len()];
        (row[first.0], row[second.0]) = (Some(first.1), Some(second.1));
        for (question, size) in sizes.iter().enumerate() {
            if row[question].is_none() {
                let gain = |variant: &usize| {
                    let fixed = row.iter().enumerate().filter_map(|(other, picked)| Some((other, (*picked)?)));
                    fixed.filter(|other| open.contains(&ordered((question, *variant), *other))).count()
                };
                // The last of equals; any rule does, as long as it is one.
                row[question] = (0..*size).max_by_key(gain);
            }
        }
        let row: Vec<usize> = row.into_iter().map(Option::unwrap_or_default).collect();
        open.retain(|((a, x), (b, y))| row[*a] != *x || row[*b] != *y);
        rows.push(row);
    }
    rows
}

fn ordered(a: Pick, b: Pick) -> (Pick, Pick) {
    if a < b { (a, b) } else { (b, a) }
}

#[test]
fn the_cover_holds_every_pair() {
    let sizes = [2, 3, 1, 2, 4];
    let rows = cover(&sizes);
    for (a, one) in sizes.iter().enumerate() {
        for (b, two) in sizes.iter().enumerate().skip(a + 1) {
            for (x, y) in (0..*one).flat_map(|x| (0..*two).map(move |y| (x, y))) {
                assert!(rows.iter().any(|row| row[a] == x && row[b] == y), "{a}={x} {b}={y}");
            }
        }
    }
    assert!(rows.len() <= 16, "{}", rows.len());
}

#[test]
fn every_option_set_of_the_cover_is_clean() {
    for bench in benches() {
        let defaults = bench.answers(&BTreeMap::new()).unwrap();
        let variants: Vec<(String, Vec<Value>)> = bench
            .blueprint
            .questions
            .iter()
            .map(|question| (question.id.clone(), bench.variants(question, &defaults)))
            .filter(|(_, variants)| !variants.is_empty())
            .collect();
        let sizes: Vec<usize> = variants.iter().map(|(_, variants)| variants.len()).collect();
        let rows = cover(&sizes);
        println!("{}: {} questions, {} option sets", bench.blueprint.id, sizes.len(), rows.len());
        let failures: Vec<String> = rows.iter().filter_map(|row| findings(&bench, &variants, row)).collect();
        assert!(
            failures.is_empty(),
            "{} of {} option sets fail:\n\n{}",
            failures.len(),
            rows.len(),
            failures.join("\n\n")
        );
    }
}

/// What is wrong with one option set.
fn findings(bench: &Bench, variants: &[(String, Vec<Value>)], row: &[usize]) -> Option<String> {
    let given: BTreeMap<String, Value> =
        variants.iter().zip(row).map(|((id, variants), index)| (id.clone(), variants[*index].clone())).collect();
    match bench.outcome(&given) {
        Outcome::Clean(made) => {
            let lost = bench.not_from_the_description(&made.tree);
            (!lost.is_empty()).then(|| format!("{given:?}: `stackwright.yaml` alone makes these otherwise: {lost:?}"))
        }
        Outcome::Refused => None,
        Outcome::Unfit(why) | Outcome::Failed(why) => {
            Some(format!("{}\n  {why}", serde_json::to_string(&given).unwrap()))
        }
    }
}
