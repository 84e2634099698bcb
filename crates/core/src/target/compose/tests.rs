use serde_json::{Value as Json, json};

use super::view;
use crate::stack::Stack;
use crate::target::Scope;

fn process(id: &str, role: &str, more: &Json) -> Json {
    let mut process = json!({
        "name": id, "id": id, "role": role, "command": [], "serves": [], "probes": {}, "drain": 5, "stop_timeout": 20,
        "singleton": false, "stateful": false, "scale": { "local": 1, "default": 1 },
        "resources": { "cpu_millis": 50, "memory_mib": 64 }, "volumes": [], "scratch": ["/tmp"], "user": 1000,
        "after": [], "connections": 0, "variables": ["DATABASE_URL", "ORIGIN", "DSN"],
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        process[key] = value.clone();
    }
    process
}

fn variable(name: &str, parts: &Json) -> Json {
    json!({ "unit": "api", "name": name, "help": "…", "type": "string", "secret": false, "required": true,
            "example": "", "because": "x", "values": { "local": { "text": parts } } })
}

/// The stack with one more variable of its service, which has a default.
fn with_default(more: &Json) -> Json {
    let mut stack = stack();
    let mut level = variable("LEVEL", &json!([{ "plain": "debug" }]));
    level["default"] = json!("info");
    for (key, value) in more.as_object().into_iter().flatten() {
        level[key] = value.clone();
    }
    let name = level["name"].clone();
    for process in stack["units"][0]["processes"].as_array_mut().unwrap() {
        process["variables"].as_array_mut().unwrap().push(name.clone());
    }
    stack["variables"].as_array_mut().unwrap().push(level);
    stack
}

#[test]
fn a_variable_with_a_default_follows_the_env_file() {
    let value = |more: Json| {
        let seen = lowered(with_default(&more));
        let name = more.get("name").and_then(Json::as_str).unwrap_or("LEVEL").to_owned();
        seen["services"][0]["environment"].get(name).and_then(Json::as_str).map(str::to_owned)
    };
    assert_eq!(value(json!({})).as_deref(), Some("${API_LEVEL:-debug}"));
    assert_eq!(value(json!({ "values": {} })).as_deref(), Some("${API_LEVEL:-info}"));
    assert_eq!(value(json!({ "values": {}, "default": "$x" })), None, "it can't be written as a default");
    assert_eq!(value(json!({ "values": {}, "secret": true })), None);
    assert_eq!(value(json!({ "name": "RELEASE", "values": {} })), None, "the image says which build it is");
    assert_eq!(value(json!({ "name": "PORT", "values": {} })), None, "API_PORT is the port on the machine");
}

#[test]
fn checks_of_a_service_do_not_follow_the_env_file() {
    let seen = lowered(with_default(&json!({})));
    assert_eq!(seen["tests"][0]["environment"]["LEVEL"], "debug");
}

/// A service that is built, with a web process, a job and a worker, and a database.
fn stack() -> Json {
    let probe = |action: Json| json!({ "action": action, "period": 5, "timeout": 2, "failures": 3 });
    let http = json!({ "http": { "path": "/readyz", "endpoint": "http" } });
    json!({
        "project": { "name": "shop", "title": "Shop", "domain": "shop.example.com", "repository": "https://git.example.com/shop.git",
                     "registry": "registry.example.com", "summary": "…" },
        "from": { "blueprint": "b", "version": "1" },
        "units": [
            { "name": "api", "kind": "service", "component": "c", "title": "The API",
              "source": { "built": { "directory": "apps/api", "image": "registry.example.com/shop-api" } },
              "params": {}, "features": [], "providers": {},
              "endpoints": [{ "name": "http", "port": 8000, "protocol": "http", "host_port": 8001 }],
              "processes": [
                process("api-migrate", "job", &json!({ "after": [{ "process": "database", "until": "healthy" }] })),
                process("api", "web", &json!({ "command": ["serve", "$PORT"], "reload": ["serve", "--reload"],
                    "serves": ["http"], "probes": { "ready": probe(http) },
                    "after": [{ "process": "api-migrate", "until": "completed" }] })),
                process("api-worker", "worker", &json!({ "after": [{ "process": "api", "until": "healthy" }] })),
                process("api-report", "cron", &json!({ "variables": ["ORIGIN"] })),
              ],
              "bindings": [{ "alias": "database", "capability": "sql", "unit": "database", "endpoint": "sql", "hard": true }],
              "outbound": [], "http_check": ["ask", "http://127.0.0.1:{port}{path}"], "live": [".", "src"],
              "checks": [{ "name": "test", "command": ["run-tests"], "needs_bindings": true }] },
            { "name": "database", "kind": "resource", "component": "d", "title": "The database",
              "source": { "image": { "reference": "database:1" } }, "params": {}, "features": [], "providers": {},
              "endpoints": [{ "name": "sql", "port": 5432, "protocol": "tcp" }],
              "processes": [process("database", "server", &json!({ "serves": ["sql"], "variables": [],
                  "volumes": [{ "name": "data", "path": "/var/lib/data", "size_gib": 1 }] }))],
              "bindings": [], "outbound": [] },
        ],
        "platforms": [], "channels": [], "routes": [],
        "environments": [{ "name": "local", "runtime": "machine", "host": "localhost", "namespace": "shop-local",
                           "replicas": {}, "revision": "main" }],
        "variables": [
            variable("DATABASE_URL", &json!([{ "plain": "db://u$er:" }, { "secret": "DATABASE_PASSWORD" }, { "plain": "@database" }])),
            variable("DSN", &json!([{ "secret": "API_DSN" }])),
            variable("ORIGIN", &json!([{ "plain": "http://localhost:8001,http://localhost:80012" }])),
        ],
        "secrets": [
            { "name": "API_DSN", "help": "…", "unit": "api", "generate": "empty" },
            { "name": "DATABASE_PASSWORD", "help": "…", "unit": "database", "generate": "hex16" },
        ],
        "edges": [{ "from": "api", "to": "database", "port": 5432, "because": "uses database" }],
    })
}

fn lowered(stack: Json) -> Json {
    let stack: Stack = serde_json::from_value(stack).unwrap();
    view(&Scope { stack: &stack, environment: None, unit: None, process: None, platform: None }).unwrap()
}

#[test]
fn values_are_escaped_and_secrets_come_from_the_env_file() {
    let view = lowered(stack());
    let environment = &view["services"][0]["environment"];
    assert_eq!(environment["DATABASE_URL"], "db://u$$er:${DATABASE_PASSWORD:?run make up}@database");
    assert_eq!(environment["DSN"], "${API_DSN:-}");
    assert_eq!(view["services"][1]["command"], json!(["serve", "$$PORT"]));
}

#[test]
fn addresses_of_this_machine_follow_its_ports() {
    let mut stack = stack();
    assert_eq!(
        lowered(stack.clone())["services"][0]["environment"]["ORIGIN"],
        "http://localhost:${API_PORT:-8001},http://localhost:80012",
    );
    stack["units"][0]["endpoints"][0]["host_port"] = Json::Null;
    let untouched = lowered(stack)["services"][0]["environment"]["ORIGIN"].clone();
    assert_eq!(untouched, "http://localhost:8001,http://localhost:80012");
}

#[test]
fn one_service_builds_what_all_processes_run() {
    let view = lowered(stack());
    let services = view["services"].as_array().unwrap();
    let builds: Vec<_> = services.iter().filter(|service| !service["context"].is_null()).map(|s| &s["name"]).collect();
    assert_eq!(builds, ["api"]);
    assert_eq!(services[0]["shared_image"], true);
    assert_eq!(services[0]["anchor"], "api-migrate-environment");
    assert_eq!(services[2]["alias"], "api-migrate-environment");
    assert_eq!((&services[3]["alias"], &services[3]["life"]), (&Json::Null, &json!("asked")));
}

#[test]
fn what_has_no_health_check_is_waited_for_until_it_started() {
    let view = lowered(stack());
    let waits = |at: usize| view["services"][at]["depends_on"].clone();
    assert_eq!(waits(0), json!({ "database": { "condition": "service_started" } }));
    assert_eq!(waits(1)["api-migrate"]["condition"], "service_completed_successfully");
    assert_eq!(waits(1)["database"]["condition"], "service_started", "from the binding");
    assert_eq!(waits(2), json!({ "api": { "condition": "service_healthy" } }));
    let check = &view["services"][1]["healthcheck"];
    assert_eq!(check["test"], json!(["CMD", "ask", "http://127.0.0.1:8000/readyz"]));
}

#[test]
fn developers_see_their_source_and_checks_get_servers() {
    let view = lowered(stack());
    let api = &view["development"][1];
    assert_eq!(api["command"], json!(["serve", "--reload"]));
    assert_eq!(api["volumes"], json!(["./apps/api:/app:ro,z", "./apps/api/src:/app/src:ro,z"]));
    assert_eq!(view["tests"][0]["name"], "api-test");
    assert_eq!(view["tests"][0]["depends_on"], json!({ "database": { "condition": "service_started" } }));
    assert_eq!(view["volumes"], json!(["database-data"]));
}
