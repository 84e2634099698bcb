//! Parts from folders of a user's own: a service, a feature, a resource, a tool and a platform that contribute to every
//! file that is assembled, with nothing outside their folders changed; and what an assembled file holds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};

use bench::{Bench, files_below};
use stackwright::Generated;
use stackwright::diagnostic::Source;
use stackwright::yaml::{Node, parse_one};

/// Points that a forge, a delivery or a service of one framework fills, each by one part of a stack.
const ROLES: [&str; 7] =
    ["cluster.advice", "go.packages", "go.protocol", "release.hold", "release.promotion", "smoke.front", "smoke.item"];

/// The files of the own parts, by path below their catalog.
fn own_parts() -> BTreeMap<String, String> {
    files_below("tests/fixtures/own_parts")
}

fn made(files: BTreeMap<String, String>, blueprint: &str, given: &[(&str, bool)]) -> Generated {
    let given: Vec<_> = given.iter().map(|(id, answer)| (*id, (*answer).into())).collect();
    let source = Source::new("own.yaml", blueprint.to_owned());
    let made = Bench::with(files).and_then(|bench| bench.generated(&source, &given));
    made.unwrap_or_else(|found| panic!("{found}"))
}

/// The house, with the own parts or without.
fn house(files: BTreeMap<String, String>, parts: bool) -> Generated {
    let blueprint = own_parts().remove("blueprints/house.yaml").unwrap();
    made(files, &blueprint, &[("parts", parts)])
}

fn text<'a>(made: &'a Generated, path: &str) -> &'a str {
    &made.tree.get(path).unwrap_or_else(|| panic!("there is no {path}")).contents
}

fn description(files: &BTreeMap<String, String>, path: &str) -> Node {
    parse_one(&Source::new(path, files[path].clone())).unwrap()
}

/// The points that a description contributes to.
fn contributes(node: &Node) -> BTreeSet<String> {
    let entries = node.get("contributes").and_then(Node::as_seq).unwrap_or_default();
    entries.iter().map(|entry| entry.get("to").unwrap().as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_own_parts_contribute_to_every_point_that_anybody_accepts() {
    let own = own_parts();
    let mut contributed: BTreeSet<String> = ROLES.iter().map(|point| (*point).to_owned()).collect();
    for path in own.keys().filter(|path| path.ends_with("component.yaml")) {
        contributed.extend(contributes(&description(&own, path)));
    }
    let catalog = Bench::embedded().catalog;
    let mut accepted = BTreeSet::new();
    for (path, text) in catalog.files().filter(|(path, _)| !path.starts_with("skeletons/")) {
        if path.ends_with("/component.yaml") || path.ends_with("/target.yaml") {
            let node = parse_one(&Source::new(path, text.text.to_string())).unwrap();
            let points = node.get("accepts").and_then(Node::as_map).unwrap_or_default();
            accepted.extend(points.iter().map(|point| point.key.as_str().unwrap().to_owned()));
        }
    }
    assert_eq!(contributed, accepted);
}

#[test]
fn the_own_parts_appear_in_every_target_and_every_assembled_file() {
    let made = house(own_parts(), true);
    assert!(made.report.findings.is_empty(), "{:#?}", made.report.findings);
    let expected: &[(&str, &[&str])] = &[
        (".github/workflows/ci.yaml", &["run: make parlor", "  herald:\n", "deploy/herald/*.yaml", "publish-hall"]),
        (".gitignore", &["dust/"]),
        ("AGENTS.md", &["The parlor is aired before a commit.", "make test ARGS=\"hall vet …\""]),
        (
            "Makefile",
            &[
                "parlor: ## Open the parlor: hall",
                "desk: ##",
                "gofmt -w .",
                "go mod tidy",
                "@echo parlor",
                "SERVICE=hall",
            ],
        ),
        ("README.md", &["make parlor   #", "The parlor is open.", "at the desk", "`make desk`", "DASHBOARDS_PORT"]),
        ("compose.yaml", &["  hall:\n", "  board:\n", "  seat:\n", "observability/herald/compose.yaml"]),
        ("config/env.schema.yaml", &["SHELF_ADDRESS", "CHIME"]),
        ("deploy/argocd/bootstrap/configuration.yaml", &["health.herald.example.com_Horn", "if status.blown then"]),
        ("deploy/argocd/bootstrap/project.yaml", &["kind: Horn"]),
        ("deploy/kubernetes/base/board.yaml", &["shelf.example.com/dusted"]),
        ("deploy/kubernetes/overlays/production/alerts.yaml", &["ChimeSilent"]),
        ("deploy/kubernetes/overlays/production/monitoring.yaml", &["What the shelf says."]),
        ("docs/decisions.md", &["## A parlor of its own"]),
        (
            "docs/operations.md",
            &[
                "- A balcony for the herald.",
                ". Give the herald a horn,\n   and lips to blow it.",
                "The herald whispers them.",
                "the herald performs a rolling update of its readers",
                "Tell the herald its name.",
                "## Dust",
                "### The parlor of `hall`",
                "### Restore `board`",
            ],
        ),
        ("docs/make-it-yours.md", &["## Paint the parlor"]),
        ("docs/runbooks.md", &["ChimeSilent"]),
        ("observability/dashboards/house.json", &["chime_hours"]),
        ("observability/metrics/rules.yaml", &["ChimeSilent"]),
        ("renovate.json", &["\"herald\": {", "Horns of the herald", "Tools that the Makefile runs", "wound by hand"]),
        ("scripts/bootstrap", &["apply deploy/herald.yaml"]),
        ("scripts/manifests", &["example.com/herald@v1.2.3"]),
        ("scripts/promote", &["':!deploy/herald/*.yaml'"]),
        ("scripts/seed", &["echo parlor is laid out"]),
        ("scripts/smoke", &["leads / hall", "  # A visit to `hall`.", "fail 'the parlor is closed'"]),
    ];
    for (path, words) in expected {
        for word in *words {
            assert!(text(&made, path).contains(word), "{path} has no {word:?}:\n{}", text(&made, path));
        }
    }
}

#[test]
fn without_the_own_parts_no_trace_of_them_is_left() {
    let known = house(own_parts(), false);
    let only_the_blueprint = own_parts().into_iter().filter(|(path, _)| !path.starts_with("components/")).collect();
    let unknown = house(only_the_blueprint, false);
    assert!(known.report.findings.is_empty(), "{:#?}", known.report.findings);
    let contents = |made: &Generated| -> BTreeMap<String, String> {
        made.tree.iter().map(|(path, file)| (path.to_string(), file.contents.clone())).collect()
    };
    assert_eq!(contents(&known), contents(&unknown));
    for (path, file) in known.tree.iter().filter(|(path, _)| !path.as_str().starts_with(".stackwright")) {
        for word in ["parlor", "chime", "shelf", "desk", "herald", "hall", "Horn"] {
            let found = file.contents.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part == word);
            assert!(!found, "{path} names {word}");
        }
    }
}

#[test]
fn a_service_that_says_nothing_about_formatting_leaves_no_such_target() {
    let mut files = own_parts();
    let description = files.get_mut("components/parlor/component.yaml").unwrap();
    let lines = description.lines().filter(|line| !line.contains("make.fmt"));
    *description = lines.collect::<Vec<_>>().join("\n");
    let made = house(files, true);
    assert!(made.report.findings.is_empty(), "{:#?}", made.report.findings);
    assert!(!text(&made, "Makefile").contains("fmt:") && text(&made, "Makefile").contains("lint:"));
}

/// A blueprint with those units, platform entries and routes.
fn blueprint(units: &str, platforms: &str, routes: &str) -> String {
    format!(
        "id: own\ntitle: Own\nsummary: Own\nversion: \"1\"\nquestions: []\n\
         project: {{ name: shop, domain: shop.example.com, repository: \"https://git.example.com/acme/shop.git\", \
         registry: registry.example.com/acme, summary: A shop }}\n\
         units:\n{units}\nplatforms:\n{platforms}\nroutes:\n{routes}\n\
         environments:\n  - {{ name: local, runtime: machine, host: localhost }}\n  - {{ name: production, host: shop.example.com }}\n"
    )
}

const DELIVERED: &str = "  - { name: delivery, component: argocd }\n  - { name: gateway, component: gateway-api }\n  \
                         - { name: secrets, component: external-secrets }";

/// Whether a POSIX shell reads a script.
fn is_shell(script: &str) -> bool {
    let mut shell = Command::new("sh").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut shell.stdin.take().unwrap(), script.as_bytes()).unwrap();
    shell.wait().unwrap().success()
}

#[test]
fn smoke_asks_every_public_path_and_follows_an_item_whatever_the_units_are_called() {
    let units = "  - name: ledger\n    component: go-service\n    params: { noun: entry, grpc: true, publishes: true }\n    \
                 features:\n      - { component: wal-outbox }\n      \
                 - { component: temporal-worker, params: { workflows: [reversal] } }\n    \
                 uses: { database: vault }\n    publish: { http: 8088 }\n  \
                 - name: clerk\n    component: go-service\n    \
                 params: { noun: receipt, calls: [ledger] }\n    \
                 features: [{ component: kafka-consumer, params: { sources: [ledger] } }]\n    uses: { database: chest }\n  \
                 - { name: vault, component: postgres, params: { logical: true } }\n  - { name: chest, component: postgres }\n  \
                 - { name: bus, component: kafka, providers: { default: operator } }\n  \
                 - { name: flows, component: temporal, providers: { default: operator } }";
    let platforms = format!("{DELIVERED}\n  - {{ name: code, component: go-module }}");
    let routes = "  - { path: /v1/entries, unit: ledger, endpoint: http }\n  \
                  - { path: /v1/receipts, unit: clerk, endpoint: http }";
    let made = made(BTreeMap::new(), &blueprint(units, &platforms, routes), &[]);
    let smoke = text(&made, "scripts/smoke");
    for word in [
        "leads /v1/entries ledger \"$(setting LEDGER_PORT 8088)\"",
        // Not published: asked inside its container.
        "docker compose exec -T clerk /app/service probe http://127.0.0.1:9090/readyz ||",
        "base=http://localhost:$(setting LEDGER_PORT 8088)/v1/entries",
        "until_is \"$base/$id\" confirmed 'clerk'",
        "until_is \"$base/$id/reversal\" completed",
    ] {
        assert!(smoke.contains(word), "no {word:?} in\n{smoke}");
    }
    assert!(is_shell(smoke), "{smoke}");
}

#[test]
fn operations_say_whether_a_route_leads_to_the_administration_pages() {
    let units = "  - { name: shopfront, component: django, publish: { http: 8000 } }\n  \
                 - { name: store, component: postgres }\n  - { name: memory, component: valkey, params: { eviction: allkeys-lru } }";
    for (path, says) in
        [("/", "They are publicly routed"), ("/admin", "They are publicly routed"), ("/api", "They are not routed")]
    {
        let routes = format!("  - {{ path: {path}, unit: shopfront, endpoint: http }}");
        let made = made(BTreeMap::new(), &blueprint(units, DELIVERED, &routes), &[]);
        let operations = text(&made, "docs/operations.md");
        assert!(operations.contains(says), "{path}: no {says:?} in\n{operations}");
        assert!(is_shell(text(&made, "scripts/smoke")));
    }
}

#[test]
fn no_template_of_a_target_names_a_component() {
    let catalog = Bench::embedded().catalog;
    // `metrics` is a word of English too.
    let ids: Vec<&str> = catalog.component_ids().into_iter().filter(|id| *id != "metrics").collect();
    for (path, text) in catalog.files().filter(|(path, _)| path.starts_with("targets/")) {
        let words: BTreeSet<&str> =
            text.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').collect();
        for id in ids.iter().filter(|id| !path.starts_with(&format!("targets/{id}/"))) {
            assert!(!words.contains(id), "{path} names `{id}`");
        }
    }
}
