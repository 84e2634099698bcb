//! What waits for itself, shown as a path.
use crate::stacks::{program, refused};

fn peer(id: &str, capability: &str, requires: &str) -> (String, String) {
    program(
        id,
        &format!(
            "endpoints: {{ http: {{ port: 80, protocol: http }} }}
processes: {{ server: {{ role: server, serves: [http] }} }}
provides: {{ {capability}: {{ values: {{ url: 'http://@{{ host }}@' }} }} }}
requires: {{ {requires} }}"
        ),
    )
}

#[test]
fn units_that_require_each_other_are_shown_as_a_path() {
    let components = [
        peer("one", "one", "next: { capability: two }"),
        peer("two", "two", "next: { capability: three }"),
        peer("three", "three", "next: { capability: one }"),
    ];
    refused(
        "
units:
  - { name: a, component: one }
  - name: b
    component: two
  - name: c
    component: three
    uses: { next: a }
",
        &components,
        r"
error: nothing of this starts, for each waits for the next: a → b → c → a
 --> test.yaml:2:13
  |
2 |   - { name: a, component: one }
  |             ^
  = note: `a` waits for what it requires as `next`
  = help: choose another unit under `uses`, or let a component start without the other: `soft: true`
",
    );
}

#[test]
fn a_unit_that_requires_itself_is_shown_as_a_path() {
    let components = [peer("one", "one", "next: { capability: one }")];
    refused(
        "units:\n  - name: a\n    component: one\n    uses: { next: a }\n",
        &components,
        r"
error: nothing of this starts, for each waits for the next: a → a
 --> test.yaml:4:19
  |
4 |     uses: { next: a }
  |                   ^
  = note: `a` waits for what it requires as `next`
  = help: choose another unit under `uses`, or let a component start without the other: `soft: true`
",
    );
}

#[test]
fn units_that_require_each_other_softly_start() {
    let components =
        [peer("one", "one", "next: { capability: two, soft: true }"), peer("two", "two", "next: { capability: one }")];
    crate::stacks::accepted("units:\n  - { name: a, component: one }\n  - { name: b, component: two }\n", &components);
}

#[test]
fn processes_that_come_after_each_other_are_shown_as_a_path() {
    let components = [program(
        "one",
        "processes:
  server: { role: server, after: [warmer] }
  warmer:
    role: worker
    after: [server]",
    )];
    refused(
        "units:\n  - { name: a, component: one }\n",
        &components,
        r"
error: nothing of this starts, for each waits for the next: a → a-warmer → a
 --> catalog/components/one/component.yaml:8:27
  |
8 |   server: { role: server, after: [warmer] }
  |                           ^^^^^
  = note: a process waits for every job of its unit, and for what stands under `after`
  = note: in unit `a`
  = help: remove one of them from `after`
",
    );
}

#[test]
fn a_job_that_comes_after_a_server_waits_for_ever() {
    let components = [program("one", "processes:\n  server: { role: server }\n  load: { role: job, after: [server] }")];
    refused(
        "units:\n  - { name: a, component: one }\n",
        &components,
        r"
error: nothing of this starts, for each waits for the next: a-load → a → a-load
 --> catalog/components/one/component.yaml:9:22
  |
9 |   load: { role: job, after: [server] }
  |                      ^^^^^
  = note: a process waits for every job of its unit, and for what stands under `after`
  = note: in unit `a`
  = help: remove one of them from `after`
",
    );
}

#[test]
fn a_process_that_does_not_exist_is_named_where_it_is_awaited() {
    let components = [program("one", "processes:\n  server: { role: server, after: [lode] }\n  load: { role: job }")];
    refused(
        "units:\n  - { name: a, component: one }\n",
        &components,
        r"
error: component `one`: process `server` comes after `lode`, which does not exist
 --> catalog/components/one/component.yaml:8:35
  |
8 |   server: { role: server, after: [lode] }
  |                                   ^^^^
  = note: in unit `a`
",
    );
}
