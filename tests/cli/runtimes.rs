//! What a stack runs on: a service and a resource of a user's own directory on each runtime.
use crate::support::{Ran, Sandbox};

/// The tests' own catalog of components that know every runtime.
const CATALOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/runtimes");

fn new(sandbox: &Sandbox, arguments: &[&str]) -> Ran {
    sandbox.run(&[&["new", "market", "market", "--yes", "--catalog", CATALOG], arguments].concat())
}

fn market(arguments: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    let made = new(&sandbox, arguments);
    assert_eq!(made.code, 0, "{}", made.stderr);
    sandbox
}

#[test]
fn explain_says_what_each_environment_runs_on_and_where_each_process_is_placed() {
    let explained = market(&[]).run(&["explain", "market"]).stdout;
    for line in [
        "run by: container in local, container in staging, package in production, managed in preview",
        "built as: image in local, image in staging, bundle in production, directory in preview",
        "local: localhost on a developer's machine; runs 1 kiosk, 1 larder",
        "staging: staging.market.example.com in a cluster, follows main; runs 1 kiosk, 1 larder",
        "production: market.example.com on hosts, follows main; runs 1 kiosk, 1 larder",
        "on app (app-1.example.com, app-2.example.com): kiosk",
        "on data (data-1.example.com): larder",
        "preview: preview.market.example.com on a platform, follows main; runs 1 kiosk",
    ] {
        assert!(explained.lines().any(|found| found.trim() == line), "no line {line:?}:\n{explained}");
    }
}

#[test]
fn a_component_renders_its_own_folder_for_each_runtime_it_is_on() {
    let sandbox = market(&[]);
    for (path, texts) in [
        (
            "deploy/hosts/production/kiosk.service",
            [
                "The bundle of `kiosk` on the machines of the group `app`",
                "GREETING=Hello from production",
                "LARDER_ADDRESS=data-1.example.com:11211",
            ]
            .as_slice(),
        ),
        ("deploy/hosts/production/larder.conf", &["on data-1.example.com.", "-p 11211"]),
        (
            "deploy/paas/preview/kiosk.yaml",
            &[
                "the directory apps/kiosk",
                "GREETING: Hello from preview",
                "LARDER_ADDRESS: { from: larder-service, key: address }",
            ],
        ),
        ("deploy/paas/preview/larder-service.yaml", &["service: memcached"]),
        ("deploy/kubernetes/overlays/staging/kustomization.yaml", &["market-staging"]),
    ] {
        let file = sandbox.read(&format!("market/{path}"));
        for text in texts {
            assert!(file.contains(text), "{path} has no {text:?}:\n{file}");
        }
    }
    let files = sandbox.tree("market");
    let overlays: Vec<_> = files.keys().filter(|path| path.starts_with("deploy/kubernetes/overlays/")).collect();
    assert!(overlays.iter().all(|path| path.starts_with("deploy/kubernetes/overlays/staging/")), "{overlays:?}");
    let checked = sandbox.run(&["check", "market", "--deny", "warning"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
}

#[test]
fn a_runtime_that_no_environment_has_leaves_no_file() {
    for (runtimes, folder) in [("hosts,paas", "kubernetes"), ("cluster,paas", "hosts"), ("cluster,hosts", "paas")] {
        let sandbox = market(&["--set", &format!("runtimes={runtimes}")]);
        let files = sandbox.tree("market");
        let found: Vec<_> = files.keys().filter(|path| path.starts_with(&format!("deploy/{folder}/"))).collect();
        assert!(found.is_empty(), "{found:?} on {runtimes}");
    }
}

#[test]
fn hosts_that_are_missing_unknown_or_on_another_runtime_are_refused() {
    let cases = [
        (
            "groups:\n      - { name: app, hosts: [app-1.example.com, app-2.example.com] }\n      - { name: data, hosts: [data-1.example.com] }",
            "replicas: {}",
            "`production` runs on hosts and names none",
        ),
        ("hosts: [data-1.example.com]", "hosts: []", "the group `data` of `production` has no hosts"),
        ("name: data, hosts", "name: app, hosts", "`production` has two groups `app`"),
        ("runtime: hosts", "runtime: cluster", "`production` names groups of hosts and doesn't run on hosts"),
        ("    groups:", "    placement: { kiosk: dta }\n    groups:", "`production` has no group `dta` for `kiosk`"),
        ("    groups:", "    placement: { kisk: data }\n    groups:", "there is no unit or process `kisk` to place"),
    ];
    let blueprint = std::fs::read_to_string(format!("{CATALOG}/blueprints/market.yaml")).unwrap();
    for (from, to, message) in cases {
        assert!(blueprint.contains(from), "{from}");
        let sandbox = Sandbox::new();
        sandbox.write("own.yaml", &blueprint.replacen(from, to, 1));
        let run = sandbox.run(&["new", "own.yaml", "market", "--yes", "--catalog", CATALOG]);
        assert_eq!(run.code, 2, "{message}: {}{}", run.stdout, run.stderr);
        assert!(run.stderr.contains(message), "{message}: {}", run.stderr);
    }
}

#[test]
fn a_process_is_placed_where_the_environment_says() {
    let blueprint = std::fs::read_to_string(format!("{CATALOG}/blueprints/market.yaml")).unwrap();
    let sandbox = Sandbox::new();
    let placed = blueprint.replacen("    groups:", "    placement: { larder: app }\n    groups:", 1);
    sandbox.write("own.yaml", &placed);
    let run = sandbox.run(&["new", "own.yaml", "market", "--yes", "--catalog", CATALOG]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let unit = sandbox.read("market/deploy/hosts/production/kiosk.service");
    assert!(unit.contains("LARDER_ADDRESS=app-1.example.com:11211"), "{unit}");
}
