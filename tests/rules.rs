//! What a component says must hold of its instances: who refuses what, in which words, and where.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;

use std::collections::BTreeMap;

use bench::Bench;
use stackwright::blueprint::Blueprint;
use stackwright::diagnostic::{Diagnostics, Source};
use stackwright::stack::Stack;

/// A stack of those units, and of the platforms that every stack in Go has.
fn stack(units: &str) -> String {
    with_platforms(units, "  - { name: module, component: go-module }\n")
}

fn with_platforms(units: &str, platforms: &str) -> String {
    let platforms = if platforms.is_empty() { String::new() } else { format!("platforms:\n{platforms}") };
    format!(
        "id: t\ntitle: T\nsummary: T\nversion: '1'\nproject: {{ name: shop, domain: shop.example.com, \
         repository: https://git.example.com/acme/shop.git, registry: registry.example.com/acme, summary: T }}\n\
         units:\n{units}{platforms}environments:\n  - {{ name: local, runtime: machine, host: localhost }}\n"
    )
}

fn made(text: &str, bench: &Bench) -> Result<Stack, Diagnostics> {
    bench.assembled(&Source::new("t.yaml", text), &[]).map(|(stack, _)| stack)
}

/// Everything that is said against a stack.
fn refused(text: &str) -> String {
    made(text, &Bench::embedded()).err().unwrap_or_else(|| panic!("accepted:\n{text}")).to_string()
}

/// Checks that what is said holds all of these.
fn says(said: &str, all: &[&str]) {
    for part in all {
        assert!(said.contains(part), "not said: {part}\n{said}");
    }
}

const DATABASE: &str = "  - { name: orders-database, component: postgres, params: { logical: true } }\n";
const EVENTS: &str = "  - { name: events, component: kafka }\n";

#[test]
fn publishing_without_an_outbox_is_refused_and_the_features_that_are_one_are_named() {
    let unit = "  - { name: orders, component: go-service, params: { publishes: true } }\n";
    says(
        &refused(&stack(&format!("{unit}{DATABASE}"))),
        &[
            "unit `orders`: its transactions hold events, and only an outbox brings them out",
            "`table-outbox` or `wal-outbox`",
            "publishes is true",
        ],
    );
}

#[test]
fn an_outbox_without_events_is_refused() {
    let unit = "  - { name: orders, component: go-service, features: [{ component: table-outbox }] }\n";
    says(
        &refused(&stack(&format!("{unit}{DATABASE}{EVENTS}"))),
        &["an outbox brings out the events of a service that publishes"],
    );
}

#[test]
fn two_features_in_a_slot_for_one_are_refused() {
    let unit = "  - name: orders\n    component: go-service\n    params: { publishes: true }\n    features:\n      - component: wal-outbox\n      - component: table-outbox\n";
    says(
        &refused(&stack(&format!("{unit}{DATABASE}{EVENTS}"))),
        &["`wal-outbox` and `table-outbox` both fill `outbox`, which takes one"],
    );
}

#[test]
fn publishing_without_a_database_is_refused_where_the_blueprint_says_so() {
    let unit = "  - name: orders\n    component: go-service\n    params:\n      database: false\n      publishes: true\n    features: [{ component: table-outbox }]\n";
    let said = refused(&stack(&format!("{unit}{EVENTS}")));
    says(
        &said,
        &["events leave through the outbox of a database", "here database is false, publishes is true", "t.yaml:10"],
    );
    assert!(!said.contains("no unit provides"), "the consequence is said beside the mistake:\n{said}");
}

#[test]
fn consuming_from_nobody_or_from_a_service_that_publishes_nothing_is_refused() {
    for source in ["nobody", "orders"] {
        let units = format!(
            "  - {{ name: orders, component: go-service, params: {{ database: false }} }}\n  - name: mail\n    component: go-service\n    params: {{ http: false }}\n    \
             features: [{{ component: kafka-consumer, params: {{ sources: [{source}] }} }}]\n  - {{ name: mail-database, component: postgres }}\n{EVENTS}"
        );
        says(
            &refused(&stack(&units)),
            &[
                "unit `mail`, feature `kafka-consumer`: only the events of a service that publishes",
                &format!("sources is [`{source}`]"),
            ],
        );
    }
}

#[test]
fn consuming_without_a_memory_is_refused() {
    let unit = "  - name: mail\n    component: go-service\n    params: { database: false }\n    features: [{ component: kafka-consumer, params: { sources: [mail] } }]\n";
    says(&refused(&stack(unit)), &["nothing remembers which were handled", "the feature `asynq` fills `queue`"]);
}

#[test]
fn a_queue_without_anything_that_fills_it_is_refused() {
    let unit =
        "  - { name: mail, component: go-service, params: { database: false }, features: [{ component: asynq }] }\n";
    says(
        &refused(&stack(unit)),
        &["a queue carries on the work of consumed events", "the feature `kafka-consumer` fills `consumer`"],
    );
}

#[test]
fn workflows_without_a_database_or_http_are_refused_both_at_once() {
    let unit = "  - name: orders\n    component: go-service\n    params: { http: false, grpc: true, database: false }\n    features: [{ component: temporal-worker, params: { workflows: [refund] } }]\n";
    says(&refused(&stack(unit)), &["a workflow changes what is stored", "workflows are started over HTTP"]);
}

#[test]
fn calling_without_consuming_is_refused() {
    let units = "  - { name: orders, component: go-service, params: { database: false, grpc: true } }\n  - { name: mail, component: go-service, params: { database: false, calls: [orders] } }\n";
    says(&refused(&stack(units)), &["what calls consumes them", "calls is [`orders`]"]);
}

#[test]
fn a_service_in_go_without_a_module_is_refused_and_what_provides_one_is_named() {
    let unit = "  - { name: orders, component: go-service, params: { database: false } }\n";
    says(&refused(&with_platforms(unit, "")), &["share one module", "the component `go-module` provides `go.module`"]);
}

#[test]
fn a_service_that_answers_nobody_and_consumes_nothing_is_refused() {
    let unit = "  - { name: orders, component: go-service, params: { http: false, database: false } }\n";
    says(&refused(&stack(unit)), &["answers nobody and consumes nothing"]);
}

#[test]
fn a_list_that_may_not_be_empty_is_refused_before_a_template_needs_its_first_item() {
    for (component, key, feature) in [
        ("go-service", "queues", "asynq"),
        ("go-service", "workflows", "temporal-worker"),
        ("django", "queues", "celery"),
    ] {
        let unit = format!(
            "  - name: orders\n    component: {component}\n    features: [{{ component: {feature}, params: {{ {key}: [] }} }}]\n"
        );
        says(
            &refused(&stack(&unit)),
            &[&format!("parameter `{key}`: the number of items is 0; it must be at least 1")],
        );
    }
}

#[test]
fn a_number_that_is_too_small_is_refused_as_that() {
    let unit = "  - { name: orders, component: go-service, params: { pool: -1 } }\n";
    says(&refused(&stack(unit)), &["parameter `pool`: the number is -1; it must be at least 1"]);
}

#[test]
fn a_service_that_consumes_and_runs_workflows_reads_one_variable_for_both() {
    let unit = "  - name: orders\n    component: go-service\n    params: { publishes: true }\n    features:\n      - component: table-outbox\n      - { component: kafka-consumer, params: { sources: [orders] } }\n      - { component: temporal-worker, params: { workflows: [refund] } }\n";
    let units = format!("{unit}{DATABASE}{EVENTS}  - {{ name: workflows, component: temporal }}\n");
    let stack = made(&stack(&units), &Bench::embedded()).unwrap_or_else(|problems| panic!("{problems}"));
    let found: Vec<&str> =
        stack.variables.iter().filter(|variable| variable.name == "WORK_SECONDS").map(|v| v.because.as_str()).collect();
    assert_eq!(found, ["kafka-consumer, temporal-worker"]);
}

/// The files of a service `host` and of features of it, each the text under `on.host`.
fn own(features: &[(&str, &str)]) -> BTreeMap<String, String> {
    let mut own = BTreeMap::new();
    add(
        &mut own,
        "host",
        "id: host\ntitle: H\nkind: service\nsummary: H\nslots: [one]\nsecrets: { key: { help: A key, generate: hex16 }, master_key: { help: The first key, generate: hex16 } }\n\
         endpoints: { http: { port: 8080, protocol: http } }\nprocesses: { web: { role: web, command: [run], serves: [http] } }\n\
         requires: { store: { capability: sql.postgres, optional: true } }\n",
    );
    add(&mut own, "idle", "id: idle\ntitle: I\nkind: service\nsummary: I\n");
    for (id, text) in features {
        add(&mut own, id, &format!("id: {id}\ntitle: F\nkind: feature\nsummary: F\non:\n  host:\n{text}"));
    }
    own
}

/// Adds a component.
fn add(own: &mut BTreeMap<String, String>, id: &str, text: &str) {
    own.insert(format!("components/{id}/component.yaml"), text.to_owned());
    own.insert(format!("components/{id}/README.md"), id.to_owned());
}

fn bench(own: BTreeMap<String, String>) -> Bench {
    Bench::with(own).unwrap()
}

/// What is said against a unit `a` of `host` with those features.
fn with_features(features: &[(&str, &str)]) -> Result<Stack, Diagnostics> {
    let bench = bench(own(features));
    let list: Vec<String> = features.iter().map(|(id, _)| format!("{{ component: {id} }}")).collect();
    made(&with_platforms(&format!("  - {{ name: a, component: host, features: [{}] }}\n", list.join(", ")), ""), &bench)
}

#[test]
fn two_declarations_of_a_variable_that_differ_are_refused_with_both_places() {
    let declared = |help: &str| format!("    variables:\n      LIMIT: {{ help: {help}, default: '1' }}\n");
    let said = with_features(&[("first", &declared("one")), ("second", &declared("another"))]).unwrap_err().to_string();
    says(
        &said,
        &["the variable LIMIT from first and from second", "first/component.yaml:8", "second/component.yaml:8"],
    );
    with_features(&[("first", &declared("one")), ("second", &declared("one"))]).unwrap();
}

#[test]
fn a_requirement_that_replaces_another_says_so() {
    let required = |more: &str| format!("    requires:\n      store: {{ capability: cache, optional: true{more} }}\n");
    let said = with_features(&[("first", &required(""))]).unwrap_err().to_string();
    says(
        &said,
        &["`host` and `first` both require something as `store`", "first/component.yaml:8", "`replaces: true`"],
    );
    with_features(&[("first", &required(", replaces: true"))]).unwrap();
}

#[test]
fn features_need_and_exclude_each_other() {
    let needs = "    rules: [{ that: \"'second' in features\", because: it stands on the second }]\n";
    let excludes = "    rules: [{ that: \"'second' not in features\", because: the second does the same }]\n";
    let nothing = "    scratch: []\n";
    says(&with_features(&[("first", needs)]).unwrap_err().to_string(), &["it stands on the second"]);
    with_features(&[("first", needs), ("second", nothing)]).unwrap();
    let said = with_features(&[("first", excludes), ("second", nothing)]).unwrap_err().to_string();
    says(&said, &["the second does the same", "t.yaml"]);
    with_features(&[("first", excludes)]).unwrap();
}

#[test]
fn a_rule_may_ask_what_a_unit_is_bound_to() {
    let rule = "    rules: [{ that: \"bindings.store.unit != 'cache'\", because: a cache forgets }]\n    requires:\n      store: { capability: cache, replaces: true }\n";
    let bench = bench(own(&[("first", rule)]));
    let text = |name: &str| {
        let units = format!(
            "  - {{ name: a, component: host, features: [{{ component: first }}] }}\n  - {{ name: {name}, component: valkey, params: {{ eviction: allkeys-lru }} }}\n"
        );
        with_platforms(&units, "")
    };
    says(&made(&text("cache"), &bench).unwrap_err().to_string(), &["a cache forgets"]);
    made(&text("memory"), &bench).unwrap();
}

#[test]
fn two_units_never_share_a_secret() {
    let bench = bench(own(&[]));
    let units = "  - { name: search, component: host }\n  - { name: search-master, component: host }\n";
    let said = made(&with_platforms(units, ""), &bench).unwrap_err().to_string();
    says(&said, &["`search` and `search-master` would share the secret SEARCH_MASTER_KEY", "rename one of the units"]);
}

#[test]
fn a_unit_without_a_process_is_refused() {
    let bench = bench(own(&[]));
    let said = made(&with_platforms("  - { name: a, component: idle }\n", ""), &bench).unwrap_err().to_string();
    says(&said, &["unit `a` has no process: nothing of it would ever run"]);
}

#[test]
fn a_question_takes_what_it_does_not_say_from_its_parameter() {
    let catalog = Bench::embedded().catalog;
    let text = |from: &str| {
        stack("").replace(
            "units:\n",
            &format!("questions:\n  - {{ id: framework, from: {from}, ask: Which? }}\nunits: []\n"),
        )
    };
    let (good, wrong) =
        (text("{ component: go-service, param: framework }"), text("{ component: go-service, param: framwork }"));
    let blueprint = Blueprint::parse(&Source::new("t.yaml", good), &catalog).unwrap();
    let question = &blueprint.questions[0];
    let values: Vec<&str> = question.choices.iter().map(|choice| choice.value.as_str()).collect();
    assert_eq!((values, question.default.as_ref()), (vec!["nethttp", "fiber"], Some(&"nethttp".into())));
    let said = Blueprint::parse(&Source::new("t.yaml", wrong), &catalog).unwrap_err().to_string();
    says(&said, &["`go-service` has no parameter `framwork`", "did you mean `framework`?", "t.yaml:7"]);
}

#[test]
fn a_catalog_check_finds_parameters_that_contradict_themselves_and_slots_that_are_none() {
    let mut files = own(&[("first", "    fills: [two]\n")]);
    let text = "id: odd\ntitle: O\nkind: platform\nsummary: O\nparams:\n  a: { type: number, default: 3, max: 2, help: A }\n  \
                b: { type: number, min: 3, max: 2, help: B }\n  c: { type: boolean, max: 2, help: C }\n  d: { type: text, pattern: '[', help: D }\n  \
                e: { type: list, of: boolean, help: E }\n  f: { type: list, of: number, default: [1, x], help: F }\n  \
                g: { type: text, pattern: '[0-9]+Gi', default: 20Gi, help: G }\n  h: { type: choice, default: x, help: H }\n";
    add(&mut files, "odd", text);
    let bench = bench(files);
    let said = stackwright::author::descriptions(&bench.catalog, &bench.engine).to_string();
    says(
        &said,
        &[
            "it fills `two`, which is no slot of `host`",
            "parameter `a`: its default doesn't fit: the number is 3; it must be at most 2",
            "parameter `b`: nothing is at least 3 and at most 2",
            "parameter `c`: `min` and `max` are for numbers, lists and texts",
            "parameter `d`: `pattern` is no regular expression",
            "parameter `e`: `of` says what the items of a `list` are",
            "parameter `f`: its default doesn't fit: expected a whole number",
            "parameter `h`: types `choice` and `multi`, and no others, have `choices`",
        ],
    );
    assert!(!said.contains("parameter `g`"), "{said}");
}
