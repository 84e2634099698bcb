//! Where routes lead, and what has to lead visitors there.
use crate::stacks::{accepted, program, refused};

const GATEWAY: &str = "platforms: [{ name: gateway, component: gateway-api }]\n";

fn server(endpoints: &str, serves: &str) -> [(String, String); 1] {
    let text = format!("endpoints: {{ {endpoints} }}\nprocesses: {{ server: {{ role: server, serves: [{serves}] }} }}");
    [program("server", &text)]
}

const ONE: &str = "http: { port: 80, protocol: http }";

#[test]
fn a_route_to_one_of_two_http_endpoints_has_to_say_which() {
    let two = server("http: { port: 80, protocol: http }, ui: { port: 81, protocol: http }", "http, ui");
    let stack = |route: &str| format!("units:\n  - {{ name: a, component: server }}\nroutes:\n  - {route}\n{GATEWAY}");
    refused(
        &stack("{ path: /, unit: a }"),
        &two,
        r"
error: `a` serves HTTP on several endpoints: http, ui; which one is meant?
 --> test.yaml:4:22
  |
4 |   - { path: /, unit: a }
  |                      ^
  = help: name it: `endpoint: http`
",
    );
    let made = accepted(&stack("{ path: /, unit: a, endpoint: ui }"), &two);
    assert_eq!(made.routes[0].endpoint, "ui");
    refused(
        &stack("{ path: /, unit: a, endpoint: iu }"),
        &two,
        r"
error: no process of `a` serves an endpoint `iu`
 --> test.yaml:4:35
  |
4 |   - { path: /, unit: a, endpoint: iu }
  |                                   ^^
  = help: did you mean `ui`?
",
    );
}

#[test]
fn a_route_leads_to_an_administrative_endpoint_only_by_its_name() {
    let admin =
        server("admin: { port: 79, protocol: http, admin: true }, http: { port: 80, protocol: http }", "admin, http");
    let stack = |route: &str| format!("units:\n  - {{ name: a, component: server }}\nroutes:\n  - {route}\n{GATEWAY}");
    assert_eq!(accepted(&stack("{ path: /, unit: a }"), &admin).routes[0].endpoint, "http");
    assert_eq!(accepted(&stack("{ path: /, unit: a, endpoint: admin }"), &admin).routes[0].endpoint, "admin");
    let only = server("admin: { port: 79, protocol: http, admin: true }", "admin");
    refused(
        &stack("{ path: /, unit: a }"),
        &only,
        r"
error: `a` serves no HTTP that a route could lead to
 --> test.yaml:4:22
  |
4 |   - { path: /, unit: a }
  |                      ^
  = note: `admin` is for operators, and no visitor gets there unless a route says so
  = help: if it is meant: `endpoint: admin`
",
    );
}

#[test]
fn no_embedded_component_leads_visitors_to_operators_by_itself() {
    let go = "units:\n  - { name: a, component: go-service, params: { database: false }, features: [{ component: metrics }] }
routes: [{ path: /, unit: a }]\n";
    assert_eq!(accepted(&format!("{go}platforms: [{{ name: module, component: go-module }}, {{ name: gateway, component: gateway-api }}]\n"), &[]).routes[0].endpoint, "http");
    let django = "units:
  - { name: a, component: django, features: [{ component: metrics }] }
  - { name: database, component: postgres }
  - { name: cache, component: valkey }
routes: [{ path: /, unit: a }]\n";
    assert_eq!(accepted(&format!("{django}{GATEWAY}"), &[]).routes[0].endpoint, "http");
}

#[test]
fn a_route_without_a_gateway_asks_for_one() {
    refused(
        "units:\n  - { name: a, component: server }\nroutes:\n  - { path: /, unit: a }\n",
        &server(ONE, "http"),
        r"
error: nothing leads visitors to `/` in `production`: no part of the stack provides `gateway.http`
 --> test.yaml:4:13
  |
4 |   - { path: /, unit: a }
  |             ^
  = help: add a gateway under `platforms`, whose component is `envoy-gateway` or `gateway-api`
",
    );
}

#[test]
fn two_routes_with_one_path_are_refused_with_both_places() {
    refused(
        &format!(
            "units:\n  - {{ name: a, component: server }}\nroutes:\n  - {{ path: /, unit: a }}\n  - {{ path: /, unit: a }}\n{GATEWAY}"
        ),
        &server(ONE, "http"),
        r"
error: two routes have the path `/`
 --> test.yaml:5:13
  |
5 |   - { path: /, unit: a }
  |             ^
  = note: the other is at test.yaml:4
",
    );
}
