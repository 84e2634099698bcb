//! What a provider states under `provides`, and the functions by which templates ask for it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use stackwright::blueprint::{Answers, Blueprint, collect};
use stackwright::catalog::{Catalog, OwnFiles};
use stackwright::diagnostic::{Diagnostics, Source};
use stackwright::stack::Stack;
use stackwright::tree::FileTree;

/// A component of a user's own: its files by path below its folder.
type Folder<'a> = (&'a str, &'a [(&'a str, &'a str)]);

/// What the program makes of that blueprint with those components beside its own.
fn made(components: &[Folder], blueprint: &str) -> Result<(Stack, FileTree), Diagnostics> {
    let mut files = BTreeMap::new();
    for (id, own) in components {
        files.insert(format!("components/{id}/README.md"), "# One\n".to_owned());
        files.extend(own.iter().map(|(path, text)| (format!("components/{id}/{path}"), (*text).to_owned())));
    }
    let catalog = Catalog::load(&[OwnFiles { directory: "own".into(), files }])?;
    let engine = stackwright::engine(&catalog);
    let source = Source::new("facts.yaml", blueprint.to_owned());
    let blueprint = Blueprint::parse(&source, &catalog)?;
    let answers: Answers = collect(&blueprint, &BTreeMap::new(), &engine)?;
    stackwright::assemble(&blueprint, &answers, &catalog, &engine, &source)
}

/// A blueprint with those units and platform entries.
fn blueprint(units: &str, platforms: &str) -> String {
    format!(
        "id: facts\ntitle: Facts\nsummary: Facts\nversion: \"1\"\nquestions: []\n\
         project: {{ name: shop, domain: shop.example.com, repository: \"https://git.example.com/acme/shop.git\", \
         registry: registry.example.com/acme, summary: A shop }}\n\
         units:\n{units}\nplatforms:\n{platforms}\nroutes: []\n\
         environments:\n  - {{ name: local, runtime: machine, host: localhost }}\n  - {{ name: production, host: shop.example.com }}\n"
    )
}

/// A platform component that writes what an expression of its template says, once for each environment.
fn asking(template: &str) -> [(&str, &str); 2] {
    const DESCRIPTION: &str = "id: asking\ntitle: Asks\nkind: platform\nsummary: Asks\n\
        files: [{ from: answer.txt, to: \"answer-@{ environment.name }@.txt\", each: environment }]\n";
    [("component.yaml", DESCRIPTION), ("answer.txt", template)]
}

const WATCHED: &[(&str, &str)] = &[(
    "component.yaml",
    "id: watched\ntitle: Watched\nkind: platform\nsummary: Is watched\n\
     params: { limit: { type: number, default: 3, help: How many } }\n\
     provides:\n  watch.me:\n    facts: { limit: \"@{ params.limit + 1 }@\", names: [a, \"@{ platform.name }@\"] }\n",
)];

const STREAM: &str = "  - { name: events, component: kafka, providers: { default: operator } }";

#[test]
fn a_platform_entry_states_typed_facts_that_templates_and_the_resolved_stack_show() {
    let ask = asking(
        "@{ first_of('watch.me').facts.limit + 1 }@ @{ has('watch.me') }@ @{ has('cache') }@ @{ all_of('watch.me') | length }@",
    );
    let (stack, tree) = made(
        &[("watched", WATCHED), ("asking", &ask)],
        &blueprint(STREAM, "  - { name: zeta, component: watched }\n  - { name: ask, component: asking }"),
    )
    .unwrap();
    let provided = &stack.platforms.iter().find(|platform| platform.name == *"zeta").unwrap().provides["watch.me"];
    assert_eq!(provided.facts["limit"], 4);
    assert_eq!(provided.facts["names"], serde_json::json!(["a", "zeta"]));
    assert_eq!(tree.get("answer-production.txt").unwrap().contents, "5 true false 1");
}

#[test]
fn a_capability_that_nothing_in_the_catalog_provides_is_an_error_with_a_guess() {
    let ask = asking("@{ has('stream.kafak') }@");
    let problems = made(&[("asking", &ask)], &blueprint(STREAM, "  - { name: ask, component: asking }"))
        .err()
        .unwrap()
        .to_string();
    assert!(problems.contains("no component of the catalog provides `stream.kafak`"), "{problems}");
    assert!(problems.contains("did you mean `stream.kafka`?"), "{problems}");
}

#[test]
fn the_first_of_none_says_that_the_stack_has_no_provider() {
    let ask = asking("@{ first_of('cache').name }@");
    let problems = made(&[("asking", &ask)], &blueprint(STREAM, "  - { name: ask, component: asking }"))
        .err()
        .unwrap()
        .to_string();
    assert!(problems.contains("nothing in this stack provides `cache`; ask `has` before"), "{problems}");
}

#[test]
fn an_address_is_that_of_the_environment_and_names_its_endpoint() {
    let ask = asking(
        "@{ address_of('events') }@ @{ address_of(first_of('stream.kafka')) }@ @{ address_of(units[0], 'kafka') }@",
    );
    let (_, tree) = made(&[("asking", &ask)], &blueprint(STREAM, "  - { name: ask, component: asking }")).unwrap();
    assert_eq!(
        tree.get("answer-production.txt").unwrap().contents,
        "events-kafka-bootstrap:9092 events-kafka-bootstrap:9092 events-kafka-bootstrap:9092"
    );
    let ask = asking("@{ address_of('events', 'kafak') }@");
    let problems = made(&[("asking", &ask)], &blueprint(STREAM, "  - { name: ask, component: asking }"))
        .err()
        .unwrap()
        .to_string();
    assert!(problems.contains("`events` has no endpoint `kafak`; did you mean `kafka`?"), "{problems}");
}

#[test]
fn a_rule_of_files_may_ask_who_provides_what() {
    let files: &[(&str, &str)] = &[
        (
            "component.yaml",
            "id: asking\ntitle: Asks\nkind: platform\nsummary: Asks\nfiles:\n\
             \x20 - { from: a.txt, to: a.txt, when: \"has('stream.kafka')\" }\n\
             \x20 - { from: a.txt, to: b.txt, when: \"has('cache')\" }\n",
        ),
        ("a.txt", "there"),
    ];
    let (_, tree) = made(&[("asking", files)], &blueprint(STREAM, "  - { name: ask, component: asking }")).unwrap();
    assert!(tree.get("a.txt").is_some());
    assert!(tree.get("b.txt").is_none());
}

#[test]
fn a_feature_adds_facts_to_what_its_unit_offers() {
    let api = "  - { name: api, component: django, features: [{ component: s3-storage }] }\n\
               \x20 - { name: database, component: postgres }\n  - { name: cache, component: valkey }\n\
               \x20 - { name: storage, component: object-storage }";
    let (stack, _) = made(&[], &blueprint(api, "  []")).unwrap();
    assert_eq!(stack.unit("api").unwrap().provides["http.api"].facts["attachments"], true);
}
