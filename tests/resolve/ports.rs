//! Ports and names that two parts of a stack would share.
use crate::stacks::{accepted, program, refused};

fn server(endpoints: &str) -> [(String, String); 1] {
    let text = "processes: { server: { role: server, serves: [http, grpc] } }";
    [program("server", &format!("endpoints: {{ {endpoints} }}\n{text}"))]
}

const BOTH: &str = "http: { port: 80, protocol: http }, grpc: { port: 90, protocol: grpc }";

#[test]
fn a_port_that_a_unit_publishes_moves_what_a_platform_publishes_there() {
    let made = accepted(
        "
units:
  - name: shop
    component: server
    publish: { http: 3000 }
platforms:
  - { name: dashboards, component: grafana }
",
        &server(BOTH),
    );
    assert_eq!(made.platforms[0].endpoints[0].host_port, Some(3001));
}

#[test]
fn a_port_that_two_units_publish_is_refused_with_both_places() {
    refused(
        "
units:
  - { name: a, component: server, publish: { http: 8080 } }
  - { name: b, component: server, publish: { grpc: 8080 } }
",
        &server(BOTH),
        r"
error: port 8080 is published by `a.http` and by `b.grpc`
 --> test.yaml:3:52
  |
3 |   - { name: b, component: server, publish: { grpc: 8080 } }
  |                                                    ^^^^
  = note: the other is at test.yaml:2
  = help: give one of them another port
",
    );
}

#[test]
fn two_ports_that_one_variable_would_move_are_refused() {
    refused(
        "
units:
  - { name: web, component: server, publish: { http: 8080, grpc: 9090 } }
  - { name: web-grpc, component: server, publish: { http: 8081 } }
",
        &server(BOTH),
        r"
error: `web.grpc` and `web-grpc.http` would both be moved by the variable WEB_GRPC_PORT
 --> test.yaml:3:59
  |
3 |   - { name: web-grpc, component: server, publish: { http: 8081 } }
  |                                                           ^^^^
  = note: the other is at test.yaml:2
  = help: rename one of the units
",
    );
    accepted(
        "
units:
  - { name: web, component: server, publish: { http: 8080 } }
  - { name: web-grpc, component: server, publish: { http: 8081 } }
",
        &server(BOTH),
    );
}

#[test]
fn two_units_whose_secrets_would_have_one_name_are_refused() {
    let secret = |id: &str, key: &str| {
        program(
            id,
            &format!(
                "processes: {{ server: {{ role: server }} }}\nsecrets: {{ {key}: {{ help: S, generate: hex16 }} }}"
            ),
        )
    };
    refused(
        "
units:
  - { name: search, component: one }
  - { name: search-master, component: two }
",
        &[secret("one", "master_key"), secret("two", "key")],
        r#"
error: `search` and `search-master` would share the secret SEARCH_MASTER_KEY
 --> test.yaml:3:13
  |
3 |   - { name: search-master, component: two }
  |             ^^^^^^^^^^^^^
  = note: it is for "S", and for "S"
  = note: the other is at test.yaml:2
  = help: rename one of the units
"#,
    );
}

#[test]
fn two_units_of_one_name_are_refused_with_both_places() {
    refused(
        "units:\n  - { name: a, component: server }\n  - { name: a, component: server }\n",
        &server(BOTH),
        r"
error: two units are called `a`
 --> test.yaml:3:13
  |
3 |   - { name: a, component: server }
  |             ^
  = note: the other is at test.yaml:2
  = help: rename one of them
",
    );
}

#[test]
fn a_unit_with_the_name_of_another_units_process_is_refused_with_both_places() {
    let both = [
        program("server", "processes: { server: { role: server }, worker: { role: worker } }"),
        program("other", "processes: { server: { role: server } }"),
    ];
    refused(
        "units:\n  - { name: a, component: server }\n  - { name: a-worker, component: other }\n",
        &both,
        r"
error: `a-worker` is the name of a process of `a-worker` and of one of `a`
 --> test.yaml:3:13
  |
3 |   - { name: a-worker, component: other }
  |             ^^^^^^^^
  = note: the other is at test.yaml:2
  = help: rename one of the units
",
    );
}

#[test]
fn a_queue_that_is_given_twice_is_refused_at_the_list() {
    let worker = [program(
        "worker",
        "params: { lanes: { type: list, help: Lanes } }\nprocesses: { worker: { role: worker, each: params.lanes } }",
    )];
    refused(
        "
units:
  - name: a
    component: worker
    params:
      lanes: [fast, slow, fast]
",
        &worker,
        r"
error: unit `a`: parameter `lanes`: `fast` is there twice
 --> test.yaml:5:7
  |
5 |       lanes: [fast, slow, fast]
  |       ^^^^^
  = note: Lanes
",
    );
    let sum = "params: { lanes: { type: list, help: L } }\nprocesses: { worker: { role: worker, each: \"params.lanes + ['slow']\" } }";
    refused(
        "
units:
  - name: a
    component: worker
    params: { lanes: [fast, slow] }
",
        &[program("worker", sum)],
        r"
error: `params.lanes + ['slow']` has `slow` twice
 --> test.yaml:4:15
  |
4 |     params: { lanes: [fast, slow] }
  |               ^^^^^
  = note: each item gets a process of its own, with its name
  = note: in unit `a`
  = help: leave one of them out
",
    );
}
