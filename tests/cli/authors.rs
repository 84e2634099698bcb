//! `catalog new`, `catalog eject` and `catalog lock`.
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::bench::Bench;
use crate::support::{Ran, Sandbox, expect, ran, transcript};

fn case(sandbox: &Sandbox, name: &str, arguments: &[&str]) {
    expect(name, &transcript(arguments, &sandbox.run(arguments)));
}

/// The program with programs of a directory of the test's own, and nothing else.
fn run_with_path(sandbox: &Sandbox, path: &str, arguments: &[&str]) -> Ran {
    ran(sandbox.command().args(arguments).env("PATH", sandbox.path(path)))
}

const ALL: &str = "\
id: all
title: All kinds
summary: A component of each kind
version: \"1\"
questions: []
project: { name: shop, domain: shop.example.com, repository: \"https://git.example.com/acme/shop.git\", registry: registry.example.com/acme, summary: A shop }
units:
  - { name: one, component: a-service, features: [{ component: a-feature }], publish: { http: 8000 } }
  - { name: two, component: a-resource }
  - { name: three, component: a-tool }
platforms:
  - { name: ci, component: github-actions }
  - { name: delivery, component: argocd }
  - { name: gateway, component: gateway-api }
  - { name: secrets, component: external-secrets }
  - { name: four, component: a-platform }
routes: [{ path: /, unit: one }]
environments:
  - { name: local, runtime: machine, host: localhost }
  - { name: production, runtime: cluster, host: shop.example.com }
";

#[test]
fn help_of_new_eject_and_lock() {
    let sandbox = Sandbox::new();
    for verb in ["new", "eject", "lock"] {
        case(&sandbox, &format!("help-catalog-{verb}"), &["catalog", verb, "--help"]);
    }
}

#[test]
fn a_new_component_of_each_kind_passes_check_and_makes_a_repository_without_findings() {
    let sandbox = Sandbox::new();
    for kind in ["service", "resource", "tool", "platform"] {
        let made = sandbox.run(&["catalog", "new", kind, &format!("a-{kind}"), "--catalog", "mine"]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        assert!(made.stdout.contains(&format!("mine/components/a-{kind}/component.yaml\n")), "{}", made.stdout);
    }
    let made = sandbox.run(&["catalog", "new", "feature", "a-feature", "--on", "a-service", "--catalog", "mine"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let checked = sandbox.run(&["catalog", "check", "--catalog", "mine"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    sandbox.write("mine/blueprints/all.yaml", ALL);
    let made = sandbox.run(&["new", "all", "shop", "--yes", "--catalog", "mine"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let checked = sandbox.run(&["check", "shop", "--deny", "warning", "--catalog", "mine"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    assert!(
        sandbox.read("shop/compose.yaml").contains("A_FEATURE_LEVEL")
            || sandbox.read("shop/README.md").contains("A_FEATURE_LEVEL")
    );
    assert!(sandbox.read("shop/docs/operations.md").contains("the team looks after it"));
    let python = std::process::Command::new("python3")
        .args(["-m", "unittest"])
        .current_dir(sandbox.path("shop/apps/one"))
        .output();
    match python {
        Ok(done) => assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr)),
        Err(error) => crate::skips::skip("skeleton-tests", &format!("no python3: {error}")),
    }
}

#[test]
fn a_new_feature_of_every_service_passes_check() {
    let sandbox = Sandbox::new();
    let catalog = Bench::embedded().catalog;
    for (index, service) in catalog.services().into_iter().enumerate() {
        let id = format!("extra-{index}");
        let made = sandbox.run(&["catalog", "new", "feature", &id, "--on", service, "--catalog", "mine"]);
        assert_eq!(made.code, 0, "{}", made.stderr);
    }
    let checked = sandbox.run(&["catalog", "check", "--catalog", "mine"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
}

#[test]
fn new_says_what_it_writes_and_what_it_refuses() {
    let sandbox = Sandbox::new();
    case(&sandbox, "catalog-new", &["catalog", "new", "resource", "cupboard", "--catalog", "mine"]);
    case(&sandbox, "catalog-new-again", &["catalog", "new", "resource", "cupboard", "--catalog", "mine"]);
    case(&sandbox, "catalog-new-no-catalog", &["catalog", "new", "resource", "cupboard"]);
    case(&sandbox, "catalog-new-bad-name", &["catalog", "new", "tool", "Cup Board", "--catalog", "mine"]);
    case(
        &sandbox,
        "catalog-new-no-service",
        &["catalog", "new", "feature", "bells", "--on", "greter", "--catalog", "catalog"],
    );
    let nowhere = sandbox.run(&["catalog", "new", "feature", "bells", "--catalog", "nowhere"]);
    assert!(nowhere.code == 2 && nowhere.stderr.contains("add `--on SERVICE`"), "{}", nowhere.stderr);
    let other = sandbox.run(&["catalog", "new", "tool", "bells", "--on", "greeter", "--catalog", "nowhere"]);
    assert!(other.code == 2 && other.stderr.contains("only a feature extends a service"), "{}", other.stderr);
    assert!(!sandbox.path("nowhere").exists(), "a refusal writes nothing");
}

#[test]
fn an_ejected_component_is_the_embedded_one_until_it_is_changed() {
    let sandbox = Sandbox::new();
    let ejected = sandbox.run(&["catalog", "eject", "valkey", "--catalog", "mine"]);
    assert_eq!(ejected.code, 0, "{}", ejected.stderr);
    let embedded = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/components/valkey");
    for (path, text) in sandbox.tree("mine/components/valkey") {
        assert_eq!(text, fs::read_to_string(embedded.join(&path)).unwrap(), "{path}");
    }
    assert!(sandbox.path("mine/components/valkey/pins.yaml").exists());
    let checked = sandbox.run(&["catalog", "check", "--catalog", "mine"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    sandbox.edit("mine/components/valkey/component.yaml", "title: Valkey", "title: My own Valkey");
    assert!(sandbox.run(&["show", "valkey", "--catalog", "mine"]).stdout.contains("My own Valkey"));
    case(&sandbox, "catalog-eject-unknown", &["catalog", "eject", "valky", "--catalog", "mine"]);
}

#[test]
fn an_ejected_service_leaves_the_locks_where_they_are() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["catalog", "eject", "django", "--catalog", "mine"]).code, 0);
    assert!(!sandbox.path("mine/components/django/locks").exists());
    let made = sandbox.run(&["new", "django-gitops", "shop", "--yes", "--catalog", "mine"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(sandbox.read("shop/apps/api/requirements.txt").contains("django=="));
}

/// A package manager that leaves what it is told to, and keeps what it was asked.
fn stand_in(sandbox: &Sandbox, program: &str, answer: &str, text: &str) {
    sandbox.write(&format!("bin/{program}.answer"), text);
    let script = format!(
        "#!/bin/sh\n/bin/cp ./* '{asked}'\n/bin/cp '{bin}/{program}.answer' {answer}\n",
        asked = sandbox.path("asked").display(),
        bin = sandbox.path("bin").display(),
    );
    fs::create_dir_all(sandbox.path("asked")).unwrap();
    sandbox.write(&format!("bin/{program}"), &script);
    fs::set_permissions(sandbox.path(&format!("bin/{program}")), fs::Permissions::from_mode(0o755)).unwrap();
}

const UV_LOCK: &str = r#"
version = 1
[[package]]
name = "union"
version = "0"
source = { virtual = "." }
[[package]]
name = "pendulum"
version = "9.1.0"
source = { registry = "https://index.example.com/simple" }
dependencies = [{ name = "tzdata" }, { name = "wheelbarrow", extra = ["fast"], marker = "sys_platform == 'linux'" }]
sdist = { url = "https://index.example.com/p.tar.gz", hash = "sha256:bb" }
wheels = [{ url = "https://index.example.com/p.whl", hash = "sha256:aa" }]
[[package]]
name = "tzdata"
version = "2099.1"
source = { registry = "https://index.example.com/simple" }
wheels = [{ url = "https://index.example.com/t.whl", hash = "sha256:cc" }]
[[package]]
name = "wheelbarrow"
version = "1.0"
source = { registry = "https://index.example.com/simple" }
wheels = [{ url = "https://index.example.com/w.whl", hash = "sha256:dd" }]
[package.optional-dependencies]
fast = [{ name = "tzdata" }]
"#;

const PYTHON_LOCK: &str = r#"# Written by `stackwright catalog lock`; docs/components.md says what it holds.
requires-python: ">=3.13"
packages:
  pendulum:
    version: 9.1.0
    hashes:
      - aa
      - bb
    dependencies:
      - tzdata
      - "wheelbarrow[fast] ; sys_platform == 'linux'"
  tzdata:
    version: "2099.1"
    hashes:
      - cc
  wheelbarrow:
    version: "1.0"
    hashes:
      - dd
    extras:
      fast:
        - tzdata
"#;

#[test]
fn lock_asks_uv_and_keeps_what_a_component_adds_without_addresses() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["catalog", "new", "service", "clock", "--catalog", "mine"]).code, 0);
    sandbox.edit("mine/components/clock/component.yaml", "python: []", "python: [pendulum]");
    let gone = run_with_path(&sandbox, "nowhere", &["catalog", "lock", "clock", "--catalog", "mine"]);
    assert_eq!(gone.code, 2);
    assert!(gone.stderr.contains("`uv` isn't there") && gone.stderr.contains("pip install uv"), "{}", gone.stderr);
    stand_in(&sandbox, "uv", "uv.lock", UV_LOCK);
    let locked = run_with_path(&sandbox, "bin", &["catalog", "lock", "clock", "--catalog", "mine"]);
    assert_eq!(locked.code, 0, "{}", locked.stderr);
    assert_eq!(locked.stdout, "mine/components/clock/locks/python.yaml\n");
    assert_eq!(locked.stderr, "clock: pendulum\nrunning uv lock --quiet\n");
    assert_eq!(sandbox.read("mine/components/clock/locks/python.yaml"), PYTHON_LOCK);
    // What is kept is asked for as it is.
    let asked = sandbox.read("asked/pyproject.toml");
    assert!(
        asked.contains("\"pendulum\"") && asked.contains("\"gunicorn==") && asked.contains("django>=5.2,<5.3"),
        "{asked}"
    );
}

#[test]
fn lock_of_a_feature_keeps_only_what_its_service_lacks() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["catalog", "new", "service", "clock", "--catalog", "mine"]).code, 0);
    sandbox.edit("mine/components/clock/component.yaml", "python: []", "python: [tzdata]");
    assert_eq!(sandbox.run(&["catalog", "new", "feature", "chimes", "--on", "clock", "--catalog", "mine"]).code, 0);
    let path = "mine/components/chimes/component.yaml";
    sandbox.write(path, &(sandbox.read(path) + "    dependencies: { python: [pendulum] }\n"));
    stand_in(&sandbox, "uv", "uv.lock", UV_LOCK);
    let locked = run_with_path(&sandbox, "bin", &["catalog", "lock", "chimes", "--catalog", "mine"]);
    assert_eq!(locked.code, 0, "{}", locked.stderr);
    let kept = sandbox.read("mine/components/chimes/locks/python.yaml");
    assert!(kept.contains("  pendulum:") && kept.contains("  wheelbarrow:") && !kept.contains("  tzdata:"), "{kept}");
}

#[test]
fn lock_asks_npm_and_keeps_packages_without_flags_and_addresses() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["catalog", "new", "feature", "charts", "--on", "nextjs", "--catalog", "mine"]).code, 0);
    let path = "mine/components/charts/component.yaml";
    sandbox.write(path, &(sandbox.read(path) + "    dependencies: { npm: { plot: 1.2.3 } }\n"));
    // The answer of an npm that found everything locked but the new package.
    let locks = |name: &str| -> serde_json::Value {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("templates/components/{name}/locks/npm.json"));
        serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
    };
    let mut answer = serde_json::json!({ "lockfileVersion": 3, "packages": locks("nextjs")["packages"] });
    answer["packages"][""] = serde_json::json!({ "name": "union" });
    answer["packages"]["node_modules/plot"] = serde_json::json!({
        "version": "1.2.3", "resolved": "https://registry.example.com/plot.tgz", "integrity": "sha512-x", "dev": true,
    });
    stand_in(&sandbox, "npm", "package-lock.json", &answer.to_string());
    let locked = run_with_path(&sandbox, "bin", &["catalog", "lock", "--catalog", "mine"]);
    assert_eq!(locked.code, 0, "{}", locked.stderr);
    let expected = "{\"packages\": {\n\"node_modules/plot\": {\"version\":\"1.2.3\",\"integrity\":\"sha512-x\"}\n}}\n";
    assert_eq!(sandbox.read("mine/components/charts/locks/npm.json"), expected);
    assert!(sandbox.read("asked/package.json").contains("\"plot\": \"1.2.3\""));
    assert!(sandbox.read("asked/package-lock.json").contains("node_modules/next\""), "npm finds what is kept");
}

#[test]
fn what_a_package_manager_says_is_shown() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["catalog", "new", "service", "clock", "--catalog", "mine"]).code, 0);
    sandbox.edit("mine/components/clock/component.yaml", "python: []", "python: [pendulum]");
    sandbox.write("bin/uv", "#!/bin/sh\necho 'no such package: pendulum' >&2\nexit 1\n");
    fs::set_permissions(sandbox.path("bin/uv"), fs::Permissions::from_mode(0o755)).unwrap();
    let failed = run_with_path(&sandbox, "bin", &["catalog", "lock", "clock", "--catalog", "mine"]);
    assert_eq!(failed.code, 2);
    assert!(
        failed.stderr.contains("`uv` can't resolve these packages\n  = note: no such package: pendulum"),
        "{}",
        failed.stderr
    );
    assert!(!sandbox.path("mine/components/clock/locks").exists());
    let unknown = sandbox.run(&["catalog", "lock", "clok", "--catalog", "mine"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("did you mean `clock`?"), "{}", unknown.stderr);
}
