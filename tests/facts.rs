//! What a provider states under `provides`, and the functions by which templates ask for it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;

use std::collections::BTreeMap;

use bench::Bench;
use stackwright::Generated;
use stackwright::diagnostic::{Diagnostics, Severity, Source};
use stackwright::stack::Stack;
use stackwright::tree::FileTree;

/// A component of a user's own: its files by path below its folder.
type Folder<'a> = (&'a str, &'a [(&'a str, &'a str)]);

/// A repository of that blueprint that nothing has checked.
fn made(components: &[Folder], blueprint: &str) -> Result<(Stack, FileTree), Diagnostics> {
    checked(components, blueprint).map(|made| (made.stack, made.tree))
}

/// What the program makes of that blueprint with those components beside its own.
fn checked(components: &[Folder], blueprint: &str) -> Result<Generated, Diagnostics> {
    let mut files = BTreeMap::new();
    for (id, own) in components {
        files.insert(format!("components/{id}/README.md"), "# One\n".to_owned());
        files.extend(own.iter().map(|(path, text)| (format!("components/{id}/{path}"), (*text).to_owned())));
    }
    Bench::with(files)?.generated(&Source::new("facts.yaml", blueprint.to_owned()), &[])
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
               \x20 - { name: storage, component: object-storage, providers: { default: external } }";
    let (stack, _) = made(&[], &blueprint(api, "  []")).unwrap();
    assert_eq!(stack.unit("api").unwrap().provides["http.api"].facts["attachments"], true);
}

/// What the rules find in the repository of that blueprint, made of the program's own components and these.
fn findings(components: &[Folder], blueprint: &str) -> (FileTree, Vec<String>) {
    let made = checked(components, blueprint).unwrap_or_else(|problems| panic!("{problems}"));
    let serious = made.report.findings.iter().filter(|finding| finding.severity != Severity::Note);
    let said = serious.map(|finding| format!("{} {}: {}", finding.rule, finding.file, finding.message)).collect();
    (made.tree, said)
}

const MONITORING: &str = "  - { name: delivery, component: argocd }\n  - { name: secrets, component: external-secrets }\n\
    \x20 - { name: scaling, component: keda }\n  - { name: monitoring, component: victoria-metrics }\n\
    \x20 - { name: dashboards, component: grafana }\n  - { name: logs, component: loki }\n  - { name: load, component: k6 }";
const STORES: &str = "  - { name: database, component: postgres, providers: { default: operator } }\n\
    \x20 - { name: cache, component: valkey, params: { eviction: allkeys-lru } }";

#[test]
fn a_second_front_end_below_office_has_that_base_path_in_its_configuration_probes_and_calls() {
    let units = format!(
        "  - {{ name: api, component: django, publish: {{ http: 8000 }} }}\n\
         \x20 - {{ name: web, component: nextjs, publish: {{ http: 3000 }} }}\n\
         \x20 - {{ name: office, component: nextjs, publish: {{ http: 3001 }} }}\n{STORES}"
    );
    let routes =
        "routes:\n  - { path: /api, unit: api }\n  - { path: /office, unit: office }\n  - { path: /, unit: web }";
    let gateway = "  - { name: delivery, component: argocd }\n  - { name: gateway, component: gateway-api }\n  - { name: secrets, component: external-secrets }";
    let (tree, found) = findings(&[], &blueprint(&units, gateway).replace("routes: []", routes));
    assert_eq!(found, Vec::<String>::new());
    let text = |path: &str| tree.get(path).unwrap_or_else(|| panic!("no {path}")).contents.clone();
    assert!(text("apps/office/next.config.ts").contains("basePath: \"/office\","));
    assert!(!text("apps/web/next.config.ts").contains("basePath"));
    assert!(text("apps/office/src/lib/api-browser.ts").contains("${location.origin}/office`"));
    assert!(text("apps/office/src/app/api/v1/[...path]/route.ts").contains("startsWith(\"/office/\")"));
    assert!(text("deploy/kubernetes/base/office.yaml").contains("path: /office/readyz"));
    assert!(text("deploy/kubernetes/base/web.yaml").contains("path: /readyz"));
    assert!(text("scripts/smoke").contains("\"$(setting OFFICE_PORT 3001)\" /office/readyz"));
    let trusted =
        "http://localhost:${WEB_PORT:-3000},http://localhost:${OFFICE_PORT:-3001},http://localhost:${API_PORT:-8000}";
    assert!(text("compose.yaml").contains(trusted));
}

#[test]
fn a_front_end_works_with_any_component_that_states_the_facts_of_an_api() {
    let description = "id: ledger\ntitle: Ledger\nkind: service\nsummary: An API of its own\n\
        endpoints: { http: { port: 8000, protocol: http } }\n\
        processes: { web: { role: web, command: [serve], serves: [http] } }\n\
        provides:\n  http.api:\n    values: { url: \"http://@{ host }@:@{ port }@\" }\n\
        \x20   facts: { noun: entry, path: /ledger/v2, description: api.yaml }\n";
    let files: &[(&str, &str)] = &[("component.yaml", description), ("app/Dockerfile", "FROM scratch\n")];
    let web = "  - { name: books, component: ledger }\n  - { name: web, component: nextjs, params: { noun: entry } }";
    let (_, tree) = made(&[("ledger", files)], &blueprint(web, "  []")).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(tree.get("apps/web/src/app/ledger/v2/[...path]/route.ts").is_some());
    let types = &tree.get("apps/web/src/lib/api-types.ts").unwrap().contents;
    assert!(types.contains("\"/ledger/v2/entries/\"") && !types.contains("attachments"));
    assert!(tree.get("apps/web/package.json").unwrap().contents.contains("../books/api.yaml"));
    let other = web.replace("noun: entry", "noun: order");
    let problems = made(&[("ledger", files)], &blueprint(&other, "  []")).err().unwrap().to_string();
    assert!(problems.contains("`web` shows `order`, but `books` serves `entry`"), "{problems}");
}

#[test]
fn monitoring_dashboards_and_load_tests_work_with_django() {
    let units = format!(
        "  - {{ name: api, component: django, features: [{{ component: metrics }}], publish: {{ http: 8000 }} }}\n{STORES}"
    );
    let (tree, found) = findings(&[], &blueprint(&units, MONITORING));
    assert_eq!(found, Vec::<String>::new());
    let text = |path: &str| tree.get(path).unwrap_or_else(|| panic!("no {path}")).contents.clone();
    let rules = text("observability/metrics/rules.yaml");
    assert!(rules.contains("alert: RequestsFail") && rules.contains("alert: BackupOld"), "{rules}");
    assert!(!rules.contains("alert: PoolExhausted"));
    assert!(text("observability/metrics/scrape.yaml").contains("[\"api:9090\"]"));
    assert!(text("observability/dashboards/shop.json").contains("http_requests_total"));
    assert!(text("load/api.js").contains("/api/v1/version"));
}

#[test]
fn monitoring_works_with_go_services_whatever_they_are_called() {
    let service = |name: &str, noun: &str, more: &str| {
        format!(
            "  - {{ name: {name}, component: go-service, params: {{ noun: {noun}, database: false{more} }}, features: [{{ component: metrics }}] }}\n"
        )
    };
    let units = service("admin", "tariff", "") + &service("zeta-web", "quote", ", http: false, grpc: true");
    let platforms = format!("  - {{ name: module, component: go-module }}\n{MONITORING}");
    let (tree, found) = findings(&[], &blueprint(units.trim_end(), &platforms));
    assert_eq!(found, Vec::<String>::new());
    let scrape = &tree.get("observability/metrics/scrape.yaml").unwrap().contents;
    assert!(scrape.contains("[\"admin:9090\"]") && scrape.contains("[\"zeta-web:9090\"]"), "{scrape}");
    assert!(tree.get("load/admin.js").is_some() && tree.get("load/zeta-web.js").is_none());
}

#[test]
fn a_unit_of_a_users_own_that_states_its_metrics_is_scraped_and_alerted_about() {
    let description = "id: counter\ntitle: Counter\nkind: service\nsummary: Counts\n\
        endpoints: { http: { port: 8000, protocol: http }, stats: { port: 9102, protocol: http } }\n\
        processes: { web: { role: web, command: [serve], serves: [http, stats] } }\n\
        provides:\n  metrics.prometheus: { endpoint: stats }\n  http.smoke: { endpoint: http, facts: { read: /count } }\n";
    let files: &[(&str, &str)] = &[("component.yaml", description), ("app/Dockerfile", "FROM scratch\n")];
    let (_, tree) = made(&[("counter", files)], &blueprint("  - { name: tally, component: counter }", MONITORING))
        .unwrap_or_else(|problems| panic!("{problems}"));
    assert!(tree.get("observability/metrics/scrape.yaml").unwrap().contents.contains("[\"tally:9102\"]"));
    let rules = &tree.get("observability/metrics/rules.yaml").unwrap().contents;
    assert!(rules.contains("alert: ProcessGone") && !rules.contains("RequestsFail"), "{rules}");
    assert!(tree.get("load/tally.js").unwrap().contents.contains("${BASE_URL}/count"));
}

#[test]
fn the_dashboards_port_moves_when_it_is_taken_and_stands_in_the_readme() {
    let units = format!("  - {{ name: api, component: django, publish: {{ http: 3000 }} }}\n{STORES}");
    let (tree, _) = findings(&[], &blueprint(&units, MONITORING));
    let text = |path: &str| tree.get(path).unwrap().contents.clone();
    assert!(text("observability/dashboards/compose.yaml").contains("${DASHBOARDS_PORT:-3001}:3000"));
    let readme = text("README.md");
    assert!(readme.contains("| 3000 | `api`, http | `API_PORT` |"), "{readme}");
    assert!(readme.contains("| 3001 | `dashboards`, dashboards | `DASHBOARDS_PORT` |"), "{readme}");
    assert!(readme.contains("| 8428 | `monitoring`, metrics | `METRICS_PORT` |"), "{readme}");
}
