//! Random answers: whatever the questions of a blueprint accept makes a repository without a finding, or is refused by a
//! rule, in its words.
//!
//! Every answer set holds two options together, of questions or of the fields of one item, and all pairs have their turn.
//! `STACKWRIGHT_RANDOM` says how many sets there are for each blueprint: `make test` runs 400, and
//! `make test-random SETS=2000` as many as are wanted.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "random/accepted.rs"]
mod accepted;
mod bench;
#[path = "random/draw.rs"]
mod draw;
#[path = "blueprints/options.rs"]
#[allow(dead_code, reason = "shared with another test")]
mod options;
#[path = "random/shrink.rs"]
mod shrink;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::thread;

use serde_json::Value;
use stackwright::author::Outcome;

use accepted::draw_until_accepted;
use draw::Pick;
use options::Subject;

/// Answers, by question.
pub(crate) type Given = BTreeMap<String, Value>;

/// How many answer sets are tried where nothing says how many: enough to notice a fault, few enough to wait for.
const FEW: usize = 60;
/// From here on every pair has had its turn, and every pair of features must have been seen together.
const ENOUGH: usize = 1000;

/// What came of the sets that one thread tried.
#[derive(Default)]
struct Tally {
    clean: usize,
    refused: usize,
    /// Pairs of features that one service had, in a repository without a finding.
    together: BTreeSet<(String, String)>,
    failures: Vec<String>,
}

#[test]
fn random_answers_make_a_clean_repository_or_are_refused_by_a_rule() {
    let wanted = std::env::var("STACKWRIGHT_RANDOM").ok().map_or(FEW, |number| number.parse().unwrap());
    let ids: Vec<String> = bench::Bench::embedded().catalog.blueprint_ids().into_iter().map(str::to_owned).collect();
    for id in ids {
        let tally = try_all(&id, wanted);
        println!(
            "{id}: {wanted} random answer sets, {} clean, {} refused by a rule, {} pairs of features",
            tally.clean,
            tally.refused,
            tally.together.len()
        );
        assert!(
            tally.failures.is_empty(),
            "{} answer sets of {id} fail:\n\n{}",
            tally.failures.len(),
            tally.failures.join("\n\n")
        );
        assert!(tally.clean * 2 > wanted, "{id}: more than half of the answer sets are refused");
        if wanted >= ENOUGH {
            let unseen: Vec<_> = possible(&id).into_iter().filter(|pair| !tally.together.contains(pair)).collect();
            assert!(unseen.is_empty(), "{id}: no service had both of {unseen:?}");
        }
    }
}

/// Tries that many answer sets, on all cores.
fn try_all(id: &str, wanted: usize) -> Tally {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let start = |first: usize| scope.spawn(move || try_some(id, (first..wanted).step_by(threads)));
        let running: Vec<_> = (0..threads).map(start).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    tallies.into_iter().fold(Tally::default(), |mut all, one| {
        all.clean += one.clean;
        all.refused += one.refused;
        all.together.extend(one.together);
        all.failures.extend(one.failures);
        all
    })
}

fn try_some(id: &str, numbers: impl Iterator<Item = usize>) -> Tally {
    let subject = Subject::new(id);
    let picks = draw::picks(&subject.blueprint.questions);
    let pairs: Vec<(&Pick, &Pick)> = draw::pairs(&picks).collect();
    let mut tally = Tally::default();
    for number in numbers {
        // A step that shares no factor with the number of pairs visits all of them, and the first few are spread.
        let pair = pairs[(number * 7919) % pairs.len()];
        let given = draw_until_accepted(&subject, pair, number as u64);
        match subject.answered().outcome(&given) {
            Outcome::Clean(made) => {
                tally.clean += 1;
                for unit in &made.stack.units {
                    tally.together.extend(pairs_of(unit.features.iter().map(|feature| feature.component.as_str())));
                }
            }
            Outcome::Refused => tally.refused += 1,
            Outcome::Unfit(why) => panic!("the test draws answers that are none: {given:?}\n{why}"),
            Outcome::Failed(_) => {
                let (given, why) = shrink::least(&subject, given);
                tally.failures.push(format!("set {number}, shrunk: {}\n{why}", serde_json::to_string(&given).unwrap()));
                if tally.failures.len() == 3 {
                    break;
                }
            }
        }
    }
    tally
}

fn pairs_of<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<(String, String)> {
    let names: BTreeSet<&str> = names.collect();
    let later = |one: &&'a str| names.range(*one..).skip(1).copied().collect::<Vec<_>>();
    names.iter().flat_map(|one| later(one).into_iter().map(move |two| ((*one).to_owned(), two.to_owned()))).collect()
}

/// Pairs of features that a service of the blueprint can have: those that extend it and don't fill one slot for one.
fn possible(id: &str) -> BTreeSet<(String, String)> {
    let subject = Subject::new(id);
    let catalog = &subject.catalog;
    let mut pairs = BTreeSet::new();
    for unit in &subject.blueprint.units {
        let Ok(host) = catalog.component(&unit.component) else { continue };
        let names = unit.features.iter().map(|feature| feature.component.as_str());
        let fills = |feature: &str, slot: &str| {
            let text = format!("components/{feature}/on/{}/slots/{slot}", host.id);
            let component = catalog.component(feature).unwrap();
            component.on[&host.id].fills.iter().any(|filled| filled == slot) || catalog.text(&text).is_some()
        };
        let clash = |one: &str, two: &str| {
            host.slots.iter().any(|slot| slot.exclusive && fills(one, &slot.id) && fills(two, &slot.id))
        };
        pairs.extend(pairs_of(names).into_iter().filter(|(one, two)| !clash(one, two)));
    }
    pairs
}
