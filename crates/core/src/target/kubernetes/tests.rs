//! A stack whose cache runs in one environment and belongs to somebody else in the other: everything that
//! environments can differ in, which no blueprint shows at once.
use serde_json::{Value as Json, json};

use super::view;
use crate::stack::Stack;
use crate::target::Scope;

fn process(id: &str, role: &str, serves: &str, variables: &[&str]) -> Json {
    json!({
        "name": role, "id": id, "role": role, "command": ["run", "--greeting=$(WORLD)"], "serves": [serves],
        "probes": {}, "drain": 20, "stop_timeout": 35, "singleton": false, "stateful": false,
        "scale": { "local": 1, "default": 2 }, "resources": { "cpu_millis": 50, "memory_mib": 64 },
        "volumes": [], "scratch": ["/tmp"], "user": 1000, "after": [], "connections": 0, "variables": variables,
    })
}

fn unit(name: &str, kind: &str, source: Json, endpoint: Json, process: Json) -> Json {
    json!({
        "name": name, "kind": kind, "component": name, "title": name, "source": source, "params": {}, "features": [],
        "providers": {}, "endpoints": [endpoint], "processes": [process], "bindings": [], "outbound": [],
    })
}

fn variable(name: &str, secret: bool, staging: Json, production: Json) -> Json {
    json!({
        "unit": "api", "name": name, "help": "", "type": "string", "secret": secret, "required": true, "example": "",
        "because": "api", "values": { "staging": staging, "production": production },
    })
}

fn stack() -> Stack {
    let text = |text: &str| json!({ "text": [{ "plain": text }] });
    let stored = |key: &str| json!({ "stored": { "secret": "api-secrets", "key": key } });
    let environment = |name: &str, replicas: u32| {
        json!({
            "name": name, "runtime": "cluster", "host": format!("{name}.example.com"), "namespace": format!("shop-{name}"),
            "replicas": { "api": replicas }, "revision": "main",
        })
    };
    let mut cache = unit(
        "cache",
        "resource",
        json!({ "image": { "reference": "cache:1" } }),
        json!({ "name": "tcp", "port": 6379, "protocol": "tcp" }),
        process("cache", "server", "tcp", &[]),
    );
    cache["providers"] = json!({ "staging": "container", "production": "external" });
    let variables = ["CACHE_URL", "HOST", "MODE", "QUOTED"];
    let api = unit(
        "api",
        "service",
        json!({ "built": { "directory": "apps/api", "image": "registry.example.com/api" } }),
        json!({ "name": "http", "port": 8000, "protocol": "http" }),
        process("api", "web", "http", &variables),
    );
    let edge = |to: &str, environment: &str| json!({ "from": "api", "to": to, "port": 6379, "because": "uses cache", "environments": [environment] });
    let mut stack = json!({
        "project": {
            "name": "shop", "domain": "example.com", "repository": "https://git.example.com/shop.git",
            "registry": "registry.example.com", "summary": "",
        },
        "from": { "blueprint": "shop", "version": "1" },
        "units": [api, cache], "platforms": [], "channels": [], "secrets": [],
        "routes": [{ "path": "/", "process": "api", "endpoint": "http" }],
        "environments": [environment("staging", 1), environment("production", 3)],
        "variables": [
            variable("CACHE_URL", true, text("redis://cache:6379"), stored("CACHE_URL")),
            variable("HOST", false, text("staging.example.com"), text("example.com")),
            variable("MODE", false, text("fast"), text("fast")),
            variable("QUOTED", false, text("'a' $(B)"), text("'a' $(B)")),
        ],
        "edges": [edge("cache", "staging"), edge("outside", "production")],
    });
    stack["project"]["title"] = json!("Shop");
    serde_json::from_value(stack).expect("the stack of this test fits the model")
}

/// What the template of one file sees.
fn seen(environment: Option<&str>, unit: Option<&str>) -> Json {
    let stack = stack();
    let unit = unit.map(|name| stack.unit(name).expect("a unit of this test"));
    let scope = Scope {
        stack: &stack,
        environment: environment
            .map(|name| stack.environments.iter().find(|one| one.name == *name).expect("an environment of this test")),
        unit,
        process: unit.map(|unit| &unit.processes[0]),
        platform: None,
    };
    view(&scope).expect("the view can be made")
}

#[test]
fn plain_variables_are_shared_where_they_are_the_same() {
    assert_eq!(seen(None, None)["config_maps"], json!([{ "name": "api-config", "literals": ["MODE=fast"] }]));
    let staging = json!([{ "name": "api-environment", "literals": ["HOST=staging.example.com"] }]);
    assert_eq!(seen(Some("staging"), None)["config_maps"], staging);
    let settings = &seen(None, Some("api"))["settings"];
    assert_eq!(settings["config_maps"], json!(["api-config", "api-environment"]));
}

#[test]
fn kustomize_would_strip_quotes_and_the_kubelet_expand() {
    let api = seen(None, Some("api"));
    assert_eq!(api["settings"]["variables"], json!([{ "name": "QUOTED", "value": "'a' $$(B)" }]));
    assert_eq!(api["args"], json!(["run", "--greeting=$$(WORLD)"]));
}

#[test]
fn a_variable_from_another_place_is_a_patch() {
    let patch = |environment| seen(Some(environment), Some("api"))["patch"].clone();
    assert_eq!(patch("staging"), json!([{ "name": "CACHE_URL", "value": "redis://cache:6379" }]));
    let stored = json!([{ "name": "CACHE_URL", "secret": "api-secrets", "key": "CACHE_URL" }]);
    assert_eq!(patch("production"), stored);
}

#[test]
fn what_runs_in_one_environment_is_in_its_overlay() {
    let here = |environment| seen(environment, Some("cache"))["here"].clone();
    assert_eq!(
        [here(None), here(Some("staging")), here(Some("production"))],
        [json!(false), json!(true), json!(false)]
    );
    let here = |environment| seen(environment, Some("api"))["here"].clone();
    assert_eq!([here(None), here(Some("staging"))], [json!(true), json!(false)]);
}

#[test]
fn policies_follow_the_edges_of_each_environment() {
    assert_eq!(seen(None, Some("api"))["policy"]["egress"], json!([]));
    let egress = |environment| seen(Some(environment), None)["policies"][0]["egress"].clone();
    let pods = json!({ "app.kubernetes.io/component": "server", "app.kubernetes.io/name": "cache" });
    assert_eq!(
        egress("staging"),
        json!([{ "because": "uses cache", "port": 6379, "pods": [pods], "public_only": false }])
    );
    assert_eq!(
        egress("production"),
        json!([{ "because": "uses cache", "port": 6379, "pods": [], "public_only": false }])
    );
}

#[test]
fn a_budget_exists_only_where_two_run() {
    assert_eq!(seen(None, Some("api"))["budget"], json!(false));
    assert_eq!(seen(Some("staging"), None)["budgets"], json!([]));
    let api = json!([{ "id": "api", "name": "api", "component": "web" }]);
    assert_eq!(seen(Some("production"), None)["budgets"], api);
    assert_eq!(seen(Some("production"), None)["replicas"], json!([{ "name": "api", "count": 3 }]));
}
