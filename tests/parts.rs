//! Parts are added to and removed from the repositories of the embedded blueprints.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

mod written;
use written::snapshot;

type Snapshot = BTreeMap<String, (u32, String)>;

fn stackwright(directory: &Path, command: &str) {
    let words = command.split(' ');
    let ran = Command::new(env!("CARGO_BIN_EXE_stackwright")).args(words).current_dir(directory).output().unwrap();
    assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// A new repository of a blueprint with its defaults.
fn new(blueprint: &str) -> TempDir {
    let directory = TempDir::new().unwrap();
    stackwright(directory.path(), &format!("new {blueprint} shop --yes"));
    directory
}

fn files(directory: &TempDir) -> Snapshot {
    snapshot(&directory.path().join("shop"))
}

#[test]
fn add_then_remove_gives_the_bytes_back_in_each_blueprint() {
    for (blueprint, parts) in [
        (
            "django-gitops",
            &[
                ("queue mail --to api", "queue mail --from api"),
                ("valkey sessions", "sessions"),
                ("victoria-metrics", "victoria-metrics"),
                ("keda", "keda"),
                ("nextjs backoffice", "backoffice"),
                ("environment testing", "environment testing"),
                ("route /status --to api", "route /status"),
            ][..],
        ),
        (
            "go-platform",
            &[
                ("queue mail --to notifications", "queue mail --from notifications"),
                ("postgres archive --provider operator", "archive"),
                ("workflow exchange --to orders", "workflow exchange --from orders"),
                ("environment testing", "environment testing"),
            ],
        ),
    ] {
        let directory = new(blueprint);
        let before = files(&directory);
        let shop = directory.path().join("shop");
        for (add, remove) in parts {
            stackwright(&shop, &format!("add {add} --yes"));
            assert!(files(&directory) != before, "{blueprint}: add {add}");
            stackwright(&shop, &format!("remove {remove}"));
            let after = files(&directory);
            let differ: Vec<_> =
                after.keys().chain(before.keys()).filter(|path| after.get(*path) != before.get(*path)).collect();
            assert!(differ.is_empty(), "{blueprint}: add {add}: {differ:?}");
        }
    }
}

#[test]
fn three_orders_of_two_adds_give_one_result() {
    let (cache, environment) = ("valkey sessions", "environment testing");
    let one_after_the_other = new("django-gitops");
    let shop = one_after_the_other.path().join("shop");
    stackwright(&shop, &format!("add {cache} --yes"));
    stackwright(&shop, &format!("add {environment} --yes"));
    let reverse = new("django-gitops");
    let shop = reverse.path().join("shop");
    stackwright(&shop, &format!("add {environment} --yes"));
    stackwright(&shop, &format!("add {cache} --yes"));
    assert!(files(&one_after_the_other) == files(&reverse), "the order of the adds shows");
    // Both at once: the description of the one is put over that of a new repository.
    let at_once = new("django-gitops");
    let shop = at_once.path().join("shop");
    std::fs::copy(one_after_the_other.path().join("shop/stackwright.yaml"), shop.join("stackwright.yaml")).unwrap();
    stackwright(&shop, "apply");
    assert!(files(&one_after_the_other) == files(&at_once), "both at once give another result");
}

#[test]
fn add_of_an_environment_leaves_production_the_one_that_is_promoted_to() {
    let directory = new("django-gitops");
    let shop = directory.path().join("shop");
    let application = shop.join("deploy/argocd/applications/production/application.yaml");
    let before = std::fs::read_to_string(&application).unwrap();
    stackwright(&shop, "add environment testing --yes");
    assert_eq!(std::fs::read_to_string(application).unwrap(), before);
    let testing = std::fs::read_to_string(shop.join("deploy/argocd/applications/testing/application.yaml")).unwrap();
    assert!(testing.contains("    targetRevision: main\n"), "{testing}");
}

fn git(directory: &Path, command: &str) -> bool {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "core.hooksPath=/dev/null"];
    let ran = Command::new("git").args(identity).args(command.split(' ')).current_dir(directory).output().unwrap();
    ran.status.success()
}

#[test]
fn two_branches_that_each_add_a_part_are_merged_in_git_and_applied() {
    let (cache, environment) = ("valkey sessions", "environment testing");
    let directory = new("django-gitops");
    let shop = directory.path().join("shop");
    let commit = |message: &str| git(&shop, "add -A") && git(&shop, &format!("commit -qm {message}"));
    assert!(git(&shop, "init -q -b main") && commit("base") && git(&shop, "checkout -q -b other"));
    stackwright(&shop, &format!("add {cache} --yes"));
    assert!(commit("cache") && git(&shop, "checkout -q main"));
    stackwright(&shop, &format!("add {environment} --yes"));
    assert!(commit("environment"));
    assert!(!git(&shop, "merge other"), "git merges it alone: the test shows nothing");
    let marked = std::fs::read_to_string(shop.join("docs/operations.md")).unwrap();
    assert!(marked.contains("<<<<<<< HEAD"));

    // A line of the user's own between the markers is not ours to decide about.
    std::fs::write(shop.join("docs/operations.md"), marked.replace("=======\n", "ours\n=======\n")).unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_stackwright")).arg("apply").current_dir(&shop).output().unwrap();
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.code() == Some(2) && told.contains("a merge in git left conflicts in it"), "{told}");

    std::fs::write(shop.join("docs/operations.md"), marked).unwrap();
    stackwright(&shop, "apply --allow-dirty");
    std::fs::remove_dir_all(shop.join(".git")).unwrap();
    let at_once = new("django-gitops");
    let other = at_once.path().join("shop");
    stackwright(&other, &format!("add {cache} --yes"));
    stackwright(&other, &format!("add {environment} --yes"));
    assert!(files(&directory) == files(&at_once), "the merge gives another result than both at once");
}

#[test]
fn two_new_units_are_in_the_order_of_their_names_whichever_came_first() {
    let made = ["alpha zulu", "zulu alpha"].map(|order| {
        let directory = new("django-gitops");
        for name in order.split(' ') {
            stackwright(&directory.path().join("shop"), &format!("add valkey {name} --yes"));
        }
        files(&directory)
    });
    assert!(made[0] == made[1]);
}
