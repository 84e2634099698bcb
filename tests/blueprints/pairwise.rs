//! What `catalog test` proves of every embedded blueprint and component: each pair of choices makes a repository without a
//! finding, each choice has an effect, what is left out leaves no trace, twice is the same.
use stackwright::author::{Suite, test};

use crate::bench::Bench;

/// The suites of one kind, and what is wrong in them.
fn proved(kind: &str) -> (Vec<Suite>, Vec<String>) {
    let Bench { catalog, engine } = Bench::embedded();
    let ids = if kind == "blueprint" { catalog.blueprint_ids() } else { catalog.component_ids() };
    let (mut suites, mut failures) = (Vec::new(), Vec::new());
    for id in ids {
        for suite in test(&catalog, &engine, Some(id), &stackwright::syntax::faults).unwrap() {
            let failed = suite.cases.iter().filter(|case| !case.problems.is_empty());
            failures.extend(failed.map(|case| format!("{}: {}\n{}", suite.id, case.name, case.problems)));
            suites.push(suite);
        }
    }
    (suites, failures)
}

/// How many cases there are whose names begin like this.
fn count(suite: &Suite, beginning: &str) -> usize {
    suite.cases.iter().filter(|case| case.name.starts_with(beginning)).count()
}

#[test]
fn every_embedded_blueprint_passes_with_effects_traces_and_option_sets() {
    let (suites, failures) = proved("blueprint");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    for suite in &suites {
        let sets = count(suite, "with ");
        println!("{}: {sets} option sets, {} cases", suite.id, suite.cases.len());
        let (effects, traces) = (count(suite, "question `"), count(suite, "without `"));
        assert!(sets > 10 && effects > 10, "{}: {sets} option sets, {effects} effects", suite.id);
        assert!(traces >= 2 && count(suite, "made twice") == 1, "{}: {traces} traces", suite.id);
    }
}

#[test]
fn every_embedded_component_passes_in_stacks_of_its_own() {
    let (suites, failures) = proved("component");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    for suite in &suites {
        let made = suite.cases.iter().filter(|case| !case.refused).count();
        println!("{}: {made} of {} cases", suite.id, suite.cases.len());
        assert!(made >= 2, "{}: rules refuse everything", suite.id);
    }
}
