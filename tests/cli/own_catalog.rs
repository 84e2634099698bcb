//! A service in another language and a resource from a user's own directory, bound to an embedded one, with no change to
//! the program.
use crate::support::Sandbox;

#[test]
fn own_components_appear_in_every_target_the_contract_and_the_docs() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    let files = sandbox.tree("hello");
    let holds = |path: &str, texts: &[&str]| {
        let file = files.get(path).unwrap_or_else(|| panic!("no {path} in {:#?}", files.keys()));
        for text in texts {
            assert!(file.contains(text), "{path} has no {text:?}:\n{file}");
        }
    };
    // Application and local environment.
    holds("apps/door/Dockerfile", &["FROM golang:1.26.7-trixie"]);
    holds(
        "compose.yaml",
        &["  door:\n", "  memory:\n", "memcached:1.6.45-trixie", "MEMO_ADDRESS: memory:11211", "  database:\n"],
    );
    holds(".env.example", &["8080"]);
    // The contract.
    holds("config/env.schema.yaml", &["MEMO_ADDRESS", "DATABASE_URL", "GREETING"]);
    // The cluster: both units, and who may talk to whom.
    let cluster: String = files
        .iter()
        .filter(|(path, _)| path.starts_with("deploy/kubernetes/"))
        .map(|(_, text)| text.as_str())
        .collect();
    for text in ["name: door", "name: memory", "memcached:1.6.45-trixie", "kind: NetworkPolicy", "MEMO_ADDRESS"] {
        assert!(cluster.contains(text), "the manifests have no {text:?}");
    }
    // Delivery and continuous integration.
    assert!(files.keys().any(|path| path.starts_with("deploy/argocd/")));
    let workflows: String = files
        .iter()
        .filter(|(path, _)| path.starts_with(".github/workflows/"))
        .map(|(_, text)| text.as_str())
        .collect();
    assert!(workflows.contains("door"), "{workflows}");
    // Docs.
    holds("README.md", &["door", "memory", "Greeter", "Memcached", "MEMO_ADDRESS"]);
    // And nothing is wrong with it.
    assert_eq!(sandbox.run(&["check", "hello", "--deny", "warning"]).code, 0);
}

#[test]
fn an_impossible_binding_says_why() {
    let sandbox = Sandbox::new();
    sandbox.edit("catalog/components/memo/component.yaml", "  memo:\n    values:", "  memory:\n    values:");
    let run = sandbox.new_tiny(&["hello", "--yes"]);
    // The requirement is optional: no binding, no variable, no error.
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!sandbox.read("hello/config/env.schema.yaml").contains("MEMO_ADDRESS"));
    sandbox.edit("catalog/components/greeter/component.yaml", "capability: memo, optional: true", "capability: memo");
    let run = sandbox.new_tiny(&["other", "--yes"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`door` requires `memory` with capability `memo`"), "{}", run.stderr);
}

#[test]
fn what_is_local_stays_local_and_metrics_can_be_read() {
    let sandbox = Sandbox::new();
    let component = "catalog/components/greeter/component.yaml";
    let guest =
        "variables:\n  GUEST_PASSWORD: { help: For trying it out, secret: true, generate: hex16, only: local }\n";
    sandbox.edit(component, "variables:\n", guest);
    sandbox.edit(component, "port: 8080, protocol: http }", "port: 8080, protocol: http, scrape: /metrics }");
    sandbox.hello();
    let files = sandbox.tree("hello");
    assert!(files["compose.yaml"].contains("GUEST_PASSWORD"), "{}", files["compose.yaml"]);
    for (path, text) in files.iter().filter(|(path, _)| path.starts_with("deploy/")) {
        assert!(!text.contains("GUEST_PASSWORD"), "{path} has what is local:\n{text}");
    }
    let door = &files["deploy/kubernetes/base/door.yaml"];
    for text in ["prometheus.io/port: \"8080\"", "prometheus.io/path: /metrics"] {
        assert!(door.contains(text), "{door}");
    }
    let namespace = &files["deploy/kubernetes/base/namespace.yaml"];
    assert!(namespace.contains("name: allow-scraping"), "{namespace}");
}

#[test]
fn check_with_a_users_catalog_applies_what_its_components_know_about_their_products() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    sandbox.write(
        "catalog/components/greeter/check.yaml",
        "rules:\n  R900:\n    severity: error\n    title: Doors keep three old versions\n    why: Nobody goes further back.\n\
         \x20   example: \"deploy/kubernetes/base/door.yaml:10: Deployment `door` keeps 5 old versions\"\n\
         \x20   unused: there is no Deployment\n\
         checks:\n  - rule: R900\n    of: { group: apps, kinds: [Deployment] }\n    field: spec.revisionHistoryLimit\n\
         \x20   must: { one-of: [\"3\"] }\n    say: \"{object} keeps {value} old versions\"\n    hint: write 3\n",
    );
    let without = sandbox.run(&["check", "hello"]);
    assert!(!without.stdout.contains("R900"), "{}", without.stdout);
    let with = sandbox.run(&["check", "hello", "--catalog", "catalog"]);
    assert!(with.stdout.contains("R900") && with.stdout.contains("keeps 5 old versions"), "{}", with.stdout);
    assert_eq!(with.code, 1);
}
