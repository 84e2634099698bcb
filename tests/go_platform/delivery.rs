//! What brings it into a cluster, and what people read about it.
use crate::{files, name, of_kind, text};

#[test]
fn argo_cd_gives_nothing_away() {
    let projects = of_kind("deploy/argocd", "AppProject");
    let standard = projects.iter().find(|project| name(project) == "default").unwrap();
    for key in ["sourceRepos", "destinations"] {
        assert!(crate::list(&standard["spec"][key]).is_empty() && standard["spec"][key].is_array(), "{key}");
    }
    for project in &projects {
        for key in ["sourceRepos", "destinations", "clusterResourceWhitelist"] {
            assert!(!project["spec"][key].to_string().contains("\"*\""), "{}: {key}", name(project));
        }
    }
    assert!(text("deploy/argocd/bootstrap/configuration.yaml").contains("policy.default: role:readonly"));
    let script = text("scripts/bootstrap");
    assert!(!script.contains("--password") && !script.contains("--username"));
    assert!(text("docs/operations.md").contains("argocd-initial-admin-secret"));
}

#[test]
fn namespaces_of_operators_tell_of_what_exceeds_the_baseline() {
    let applications = of_kind("deploy/argocd/bootstrap", "Application");
    for application in &applications {
        let policy = &application["spec"]["syncPolicy"];
        assert!(policy["syncOptions"].to_string().contains("CreateNamespace=true"), "{}", name(application));
        let labels = &policy["managedNamespaceMetadata"]["labels"];
        for mode in ["audit", "warn"] {
            assert_eq!(labels[format!("pod-security.kubernetes.io/{mode}")], "baseline", "{}", name(application));
        }
    }
}

#[test]
fn a_new_commit_ends_the_wait_of_a_failed_synchronisation() {
    for application in of_kind("deploy/argocd", "Application") {
        assert_eq!(application["spec"]["syncPolicy"]["retry"]["refresh"], true, "{}", name(&application));
    }
}

#[test]
fn the_documents_ask_for_the_versions_that_the_bootstrap_does() {
    let script = text("scripts/bootstrap");
    let operations = text("docs/operations.md");
    for (variable, sentence) in
        [("oldest_cluster", "Kubernetes 1.{} or newer"), ("oldest_kubectl", "`kubectl` 1.{} or newer")]
    {
        let (_, rest) = script.split_once(&format!("{variable}=")).unwrap();
        let minor = rest.split_whitespace().next().unwrap();
        assert!(operations.contains(&sentence.replace("{}", minor)), "{variable}: {minor}");
    }
}

#[test]
fn production_is_told_apart_by_a_commit() {
    let applications = of_kind("deploy/argocd/applications", "Application");
    for application in applications.iter().filter(|application| name(application).ends_with("-production")) {
        assert_eq!(application["spec"]["source"]["targetRevision"].as_str().unwrap().len(), 40);
    }
    for application in &applications {
        assert_eq!(application["spec"]["syncPolicy"]["automated"]["selfHeal"], true, "{}", name(application));
        assert_eq!(application["spec"]["syncPolicy"]["automated"]["allowEmpty"], false, "{}", name(application));
    }
}

#[test]
fn ci_runs_what_developers_run() {
    let workflow = text(".github/workflows/ci.yaml");
    for wanted in [
        "scripts/test ",
        "scripts/smoke",
        "make load",
        "make breaking",
        "make alerts",
        "make vulnerabilities SERVICE=orders",
        "make vulnerabilities SERVICE=notifications",
        "sbom: true",
        "provenance: mode=max",
    ] {
        assert!(workflow.contains(wanted), "{wanted}");
    }
    let makefile = text("Makefile");
    for (target, script) in
        [("test", "scripts/test $(ARGS)"), ("smoke", "scripts/smoke"), ("lint", "scripts/test --no-servers")]
    {
        assert!(makefile.contains(&format!("{target}: ##")) && makefile.contains(&format!("\t{script}\n")), "{target}");
    }
    for target in ["build", "migrate", "shell", "psql", "fmt", "render", "check", "vulnerabilities", "bootstrap"] {
        assert!(makefile.contains(&format!("\n{target}: ")), "{target}");
    }
    for line in makefile.lines().filter_map(|line| line.trim_start_matches(['\t', '@']).strip_prefix("scripts/")) {
        let script = line.split(' ').next().unwrap();
        assert!(crate::root().join("scripts").join(script).is_file(), "{script}");
    }
    for shared in [".editorconfig", ".gitattributes", ".gitignore"] {
        assert!(!text(shared).is_empty(), "{shared}");
    }
    let steps = text("scripts/test");
    for wanted in ["gofmt -d", "go vet", "staticcheck", "workflowcheck", "test.sh"] {
        assert!(steps.contains(wanted), "{wanted}");
    }
    for (name, script) in files("services", "test.sh") {
        assert!(script.contains("go test -race"), "{name}");
    }
}

#[test]
fn one_forge_has_workflows_with_whole_addresses() {
    // Forgejo reads both directories, and takes a short address from wherever the instance says.
    let folders = [".github/workflows", ".forgejo/workflows"];
    assert_eq!(folders.iter().filter(|folder| crate::root().join(folder).is_dir()).count(), 1);
    let templates =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/components/forgejo-actions/workflows");
    for workflow in ["ci.yaml", "promote.yaml"] {
        let form = std::fs::read_to_string(templates.join(workflow)).unwrap();
        assert!(form.contains("\"actions\": \"https://"), "{workflow}");
    }
}

#[test]
fn operators_find_what_they_must_know() {
    let readme = text("README.md");
    assert!(readme.lines().count() <= 150);
    for wanted in ["```mermaid", "make up", "make smoke", "## Commands", "## Ports", "## Variables", "Verified by"] {
        assert!(readme.contains(wanted), "{wanted}");
    }
    let operations = text("docs/operations.md");
    for wanted in [
        "## Bootstrap a cluster",
        "## Deploy",
        "## Roll back",
        "A rollback doesn't undo migrations",
        "add columns first, and remove them in a later",
        "## Secrets",
        "To rotate a secret",
        "alternate between two users",
        "## Back up and restore",
        "### Restore `orders-database`",
        "- **broker**",
    ] {
        assert!(operations.contains(wanted), "{wanted}");
    }
    let article = text("docs/from-article.md");
    for wanted in ["## Kept", "## Replaced", "## Left out"] {
        assert!(article.contains(wanted), "{wanted}");
    }
}

#[test]
fn decisions_say_what_they_cost_and_what_would_change_them() {
    let page = text("docs/decisions.md");
    let mut sections = page.split("\n## ");
    sections.next();
    let sections: Vec<&str> = sections.collect();
    for wanted in [
        "One repository for the code and for what runs",
        "No limit for CPU",
        "A single broker node, no cluster",
        "At-least-once delivery of events",
        "Nightly snapshots, no WAL archiving",
        "Secrets from a vault, read by an operator",
        "One Go module",
    ] {
        assert!(sections.iter().any(|section| section.starts_with(&format!("{wanted}\n"))), "{wanted}");
    }
    for section in sections {
        assert!(section.lines().count() <= 35, "{section}");
        for part in ["**Decision.** ", "**Consequences.** ", "**Revisit when** "] {
            assert!(section.contains(part), "no {part}in {section}");
        }
    }
}
