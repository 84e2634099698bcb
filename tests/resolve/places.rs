//! A mistake is shown where its author has to change something: in the stack's file or in a component's.
use crate::stacks::{MODULE, consumer, program, refused};

#[test]
fn a_mistake_in_a_component_is_shown_in_the_component() {
    let component = program(
        "one",
        "params: { maxmemory: { type: number, default: 1, help: M } }
processes:
  server:
    role: server
    command: [serve, \"--limit=@{ params.maxmemry }@\"]",
    );
    refused(
        "units:\n  - { name: a, component: one }\n",
        &[component],
        r#"
error: template: `params.maxmemry` is undefined
  --> catalog/components/one/component.yaml:11:34
   |
11 |     command: [serve, "--limit=@{ params.maxmemry }@"]
   |                                  ^^^^^^^^^^^^^^^
   = note: in unit `a`
"#,
    );
}

#[test]
fn a_mistake_in_a_feature_is_shown_in_the_feature() {
    let feature = (
        "extra".to_owned(),
        "id: extra\ntitle: Extra\nkind: feature\nsummary: More\non:\n  go-service:\n    variables:\n      EXTRA: { help: More, value: \"@{ params.moer }@\" }\n"
            .to_owned(),
    );
    let unit = "{ name: a, component: go-service, params: { database: false }, features: [{ component: extra }] }";
    refused(
        &format!("units:\n  - {unit}\n{MODULE}"),
        &[feature],
        r#"
error: template: `params.moer` is undefined
 --> catalog/components/extra/component.yaml:8:39
  |
8 |       EXTRA: { help: More, value: "@{ params.moer }@" }
  |                                       ^^^^^^^^^^^
  = note: in unit `a`
"#,
    );
}

#[test]
fn the_second_wrong_feature_is_shown_at_itself() {
    refused(
        "
units:
  - name: a
    component: go-service
    params: { database: false }
    features:
      - component: metrics
      - component: metrcs
      - { component: asynq, params: { queue: [a] } }
  - { name: broker, component: valkey }
",
        &[],
        r"
error: there is no component `metrcs`
 --> test.yaml:7:20
  |
7 |       - component: metrcs
  |                    ^^^^^^
  = note: known: argocd, asynq, celery, django, envoy-gateway, external-secrets, forgejo-actions, gateway-api, github-actions, go-module, go-service, grafana, k6, kafka-consumer, kafka, keda, loki, metrics, nextjs, object-storage, postgres, redis, reloader, s3-storage, sentry, sops, table-outbox, temporal-worker, temporal, valkey, victoria-metrics, wal-outbox
  = help: did you mean `metrics`?

error: unit `a`, feature `asynq`: `asynq` has no parameter `queue`
 --> test.yaml:8:39
  |
8 |       - { component: asynq, params: { queue: [a] } }
  |                                       ^^^^^
  = help: did you mean `queues`?
",
    );
}

#[test]
fn what_an_each_repeats_is_shown_at_its_template() {
    refused(
        "
questions:
  - { id: lanes, type: list, ask: Lanes?, default: [x, y] }
units:
  - name: \"@{ item }@\"
    each: lanes
    component: go-service
    params: { database: false, nuon: \"@{ item }@\" }
",
        &[],
        r#"
error: unit `x`: `go-service` has no parameter `nuon`
 --> test.yaml:7:32
  |
7 |     params: { database: false, nuon: "@{ item }@" }
  |                                ^^^^
  = help: did you mean `noun`?

error: unit `y`: `go-service` has no parameter `nuon`
 --> test.yaml:7:32
  |
7 |     params: { database: false, nuon: "@{ item }@" }
  |                                ^^^^
  = help: did you mean `noun`?
"#,
    );
}

#[test]
fn an_expression_of_the_stack_is_shown_in_its_file() {
    refused(
        "
questions:
  - { id: name, type: name, ask: Name?, default: x }
units:
  - name: a
    component: valkey
    when: nme == 3
  - { name: b, component: valkey, when: \"@{ true }@\" }
  - { name: c, component: valkey, each: name }
",
        &[],
        r#"
error: template: `nme` is undefined
 --> test.yaml:6:11
  |
6 |     when: nme == 3
  |           ^^^^^^^^
  = note: in the expression `nme == 3`

error: an expression stands here without delimiters, and this is a template
 --> test.yaml:7:41
  |
7 |   - { name: b, component: valkey, when: "@{ true }@" }
  |                                         ^^^^^^^^^^^^^
  = help: write `true`

error: `name` is a string, and `each` takes a list
 --> test.yaml:8:41
  |
8 |   - { name: c, component: valkey, each: name }
  |                                         ^^^^
"#,
    );
}

#[test]
fn a_provider_that_cannot_serve_names_the_units_that_can() {
    let stack = |uses: &str, more: &str| {
        format!(
            "
units:
  - name: a
    component: go-service
    params: {{ database: false }}
    features: [{{ component: eater }}, {{ component: asynq }}]
    uses: {{ {uses} }}
  - {{ name: database, component: postgres }}
{more}{MODULE}"
        )
    };
    refused(
        &stack("queue: database", "  - { name: broker, component: valkey }\n"),
        &[consumer()],
        r"
error: `a` requires `queue` with capability `broker.kv`, which `database` doesn't provide
 --> test.yaml:6:20
  |
6 |     uses: { queue: database }
  |                    ^^^^^^^^
  = help: `broker` provides it: `uses: { queue: broker }`
",
    );
    refused(
        &stack("queue: database", ""),
        &[consumer()],
        r"
error: `a` requires `queue` with capability `broker.kv`, which `database` doesn't provide
 --> test.yaml:6:20
  |
6 |     uses: { queue: database }
  |                    ^^^^^^^^
  = help: add a unit for it, whose component is `redis` or `valkey`
",
    );
    refused(
        &stack("queue: cache", "  - { name: cache, component: valkey, params: { eviction: allkeys-lru } }\n"),
        &[consumer()],
        r"
error: `a` requires `queue` with capability `broker.kv`, which `cache` doesn't provide
 --> test.yaml:6:20
  |
6 |     uses: { queue: cache }
  |                    ^^^^^
  = note: a broker must never evict a task; give it an instance of its own with eviction noeviction; `cache` has eviction allkeys-lru, flush everysec, maxmemory 192
  = help: add a second `valkey` with other parameters for it, or change those of `cache`
",
    );
    refused(
        &stack("qeue: database", "  - { name: broker, component: valkey }\n"),
        &[consumer()],
        r"
error: `a` requires nothing that it calls `qeue`
 --> test.yaml:6:13
  |
6 |     uses: { qeue: database }
  |             ^^^^
  = help: did you mean `queue`?
",
    );
}

#[test]
fn a_capability_that_no_component_has_is_said_to_be_unknown() {
    let component =
        program("one", "processes: { server: { role: server } }\nrequires: { shelf: { capability: shelf.of.books } }");
    refused(
        "units:\n  - { name: a, component: one }\n",
        &[component],
        r"
error: `a` requires `shelf` with capability `shelf.of.books`, and no unit provides it
 --> test.yaml:2:13
  |
2 |   - { name: a, component: one }
  |             ^
  = note: no component of the catalog provides `shelf.of.books`
  = help: `stackwright list` shows what each provides
",
    );
}

#[test]
fn a_value_that_the_provider_lacks_is_shown_where_it_is_wanted() {
    let component = program(
        "one",
        "processes: { server: { role: server } }
requires:
  store:
    capability: cache
    variables: { STORE_URI: uri }",
    );
    refused(
        "units:\n  - { name: a, component: one }\n  - { name: b, component: valkey }\n",
        &[component],
        r"
error: `a` wants `uri` of `cache` for STORE_URI, which `valkey` doesn't provide
  --> catalog/components/one/component.yaml:11:29
   |
11 |     variables: { STORE_URI: uri }
   |                             ^^^
   = note: in unit `a`
",
    );
}

#[test]
fn a_missing_image_is_shown_where_the_component_names_it() {
    let (id, text) = program("one", "processes: { server: { role: server } }");
    let text = text.replace("memcached-1.6", "memcached-1.7");
    refused(
        "units:\n  - { name: a, component: one }\n",
        &[(id, text)],
        r"
error: component `one`: no pins.yaml has an image `memcached-1.7`
 --> catalog/components/one/component.yaml:5:8
  |
5 | image: memcached-1.7
  |        ^^^^^^^^^^^^^
  = help: did you mean `memcached-1.6`?
",
    );
}

#[test]
fn an_each_over_a_text_in_a_component_is_refused() {
    let component = program(
        "one",
        "params: { lane: { type: name, default: slow, help: L } }\nprocesses:\n  worker: { role: worker, each: params.lane }",
    );
    refused(
        "units:\n  - { name: a, component: one }\n",
        &[component],
        r"
error: `params.lane` is a string, and `each` takes a list
 --> catalog/components/one/component.yaml:9:33
  |
9 |   worker: { role: worker, each: params.lane }
  |                                 ^^^^^^^^^^^
  = note: in unit `a`
",
    );
}
