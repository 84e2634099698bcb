//! `plan`, `diff`, `apply` and `resolve` on a small repository.
use std::process::Command;

use crate::support::Sandbox;

const COMPOSE: &str = "hello/compose.yaml";
const SPEC: &str = "hello/stackwright.yaml";

/// A repository `hello` whose description says another port than its files.
fn with_new_port() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.hello();
    sandbox.edit(SPEC, "http: 8080", "http: 8099");
    sandbox
}

fn git(sandbox: &Sandbox, arguments: &[&str]) {
    let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "core.hooksPath=/dev/null"];
    let done = Command::new("git").args(identity).args(arguments).current_dir(sandbox.path("hello")).output().unwrap();
    assert!(done.status.success(), "git {arguments:?}: {done:?}");
}

fn commit(sandbox: &Sandbox) {
    git(sandbox, &["add", "-A"]);
    git(sandbox, &["commit", "-qm", "x"]);
}

/// The id of the first conflict that is marked in a file.
fn marked(sandbox: &Sandbox) -> String {
    let text = sandbox.read(COMPOSE);
    let begin = text.find("<<<<<<< yours (").unwrap_or_else(|| panic!("no conflict in\n{text}"));
    text[begin..].split(['(', ')']).nth(1).unwrap().to_owned()
}

#[test]
fn plan_of_a_new_repository_says_that_nothing_would_change() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    for (verb, shown) in [("plan", "nothing would change\n"), ("diff", "")] {
        let ran = sandbox.own(&[verb, "hello"]);
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, shown, ""));
    }
    let before = sandbox.tree("hello");
    let ran = sandbox.own(&["apply", "hello"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "nothing to change\n"));
    assert_eq!(sandbox.tree("hello"), before);
}

#[test]
fn plan_shows_files_facts_and_diffs_and_writes_nothing() {
    let sandbox = with_new_port();
    let before = sandbox.tree("hello");
    let text = sandbox.own(&["plan", "hello"]);
    assert_eq!(text.code, 1, "{}", text.stderr);
    for line in [
        "  clean     compose.yaml\n            you did not edit it (targets/compose/compose.yaml)\n",
        "  units.door.endpoints.http.host_port: `8080` becomes `8099`\n",
        "-DOOR_PORT=8080\n+DOOR_PORT=8099\n",
    ] {
        assert!(text.stdout.contains(line), "{line}\nin\n{}", text.stdout);
    }
    let markdown = sandbox.own(&["plan", "hello", "--format", "markdown"]).stdout;
    assert!(markdown.contains("| `.env.example` | clean | you did not edit it |"), "{markdown}");
    assert!(markdown.contains("<details><summary>.env.example</summary>\n\n```diff\n--- a/.env.example"), "{markdown}");
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.own(&["plan", "hello", "--format", "json"]).stdout).unwrap();
    let change = json["changes"].as_array().unwrap().iter().find(|change| change["path"] == ".env.example").unwrap();
    assert_eq!((&change["class"], &change["owner"]), (&"clean".into(), &"managed".into()));
    assert!(change["diff"].as_str().unwrap().contains("+DOOR_PORT=8099"));
    assert!(json["facts"].as_array().unwrap().iter().any(|fact| fact["after"] == 8099));
    let diff = sandbox.own(&["diff", "hello"]).stdout;
    assert!(text.stdout.ends_with(&diff) && diff.starts_with("--- a/.env.example\n"), "{diff}");
    assert_eq!(sandbox.tree("hello"), before);
}

#[test]
fn apply_merges_an_edit_and_a_second_run_has_nothing_to_do() {
    let sandbox = with_new_port();
    let compose = sandbox.read(COMPOSE);
    sandbox.write(COMPOSE, &compose.replacen("services:\n", "# ours\nservices:\n", 1));
    let ran = sandbox.own(&["apply", "hello"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let text = sandbox.read(COMPOSE);
    assert!(text.contains("# ours\n") && text.contains("8099") && !text.contains("8080:"), "{text}");
    assert_eq!(sandbox.own(&["apply", "hello"]).stderr, "nothing to change\n");
    let checked = sandbox.own(&["check", "hello"]);
    assert_eq!(checked.code, 0, "{}", checked.stdout);
    assert!(!sandbox.path("hello/.stackwright/apply").exists());
}

#[test]
fn apply_of_a_description_and_its_reverse_gives_the_bytes_back() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    let before = sandbox.tree("hello");
    sandbox.edit(SPEC, "  - name: memory\n    component: memo\n    params:\n      megabytes: 16\n", "");
    assert_eq!(sandbox.own(&["apply", "hello"]).code, 0);
    assert!(!sandbox.path("hello/deploy/kubernetes/base/memory.yaml").exists());
    sandbox.write(SPEC, &before["stackwright.yaml"]);
    assert_eq!(sandbox.own(&["apply", "hello"]).code, 0);
    assert_eq!(sandbox.tree("hello"), before);
}

#[test]
fn a_conflict_is_marked_resolved_and_closed() {
    for (side, kept) in [("--ours", ":-8044}"), ("--theirs", ":-8099}")] {
        let sandbox = with_new_port();
        let compose = sandbox.read(COMPOSE);
        assert!(compose.contains(":-8080}"), "{compose}");
        sandbox.write(COMPOSE, &compose.replace(":-8080}", ":-8044}"));
        let ran = sandbox.own(&["apply", "hello"]);
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        let id = marked(&sandbox);
        assert!(ran.stderr.contains(&format!("  {id} in line ")), "{}", ran.stderr);
        let again = sandbox.own(&["apply", "hello"]);
        assert!(again.code == 2 && again.stderr.contains("conflicts of an earlier run are open"), "{}", again.stderr);
        let early = sandbox.own(&["apply", "hello", "--continue"]);
        assert!(early.code == 1 && early.stderr.contains("conflicts are still marked"), "{}", early.stderr);
        let typo = sandbox.own(&["resolve", "zzzzzz", "hello", side]);
        assert!(typo.code == 2 && typo.stderr.contains("no conflict `zzzzzz` is open"), "{}", typo.stderr);
        while sandbox.read(COMPOSE).contains("<<<<<<<") {
            let done = sandbox.own(&["resolve", &marked(&sandbox), "hello", side]);
            assert_eq!(done.code, 0, "{}", done.stderr);
        }
        assert!(sandbox.read(COMPOSE).contains(kept));
        assert_eq!(sandbox.own(&["apply", "hello", "--continue"]).code, 0);
        assert_eq!(sandbox.own(&["apply", "hello"]).stderr, "nothing to change\n");
    }
}

#[test]
fn abort_puts_back_what_a_run_with_conflicts_wrote() {
    let sandbox = with_new_port();
    let compose = sandbox.read(COMPOSE);
    sandbox.write(COMPOSE, &compose.replace(":-8080}", ":-8044}"));
    let before = sandbox.tree("hello");
    assert_eq!(sandbox.own(&["apply", "hello"]).code, 1);
    assert_ne!(sandbox.tree("hello"), before);
    let ran = sandbox.own(&["apply", "hello", "--abort"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "everything is as it was before\n"));
    assert_eq!(sandbox.tree("hello"), before);
    assert_eq!(sandbox.own(&["apply", "hello", "--abort"]).stderr, "there is nothing to take back\n");
}

#[test]
fn a_plan_in_a_file_is_carried_out_or_refused_once_something_moved() {
    let sandbox = with_new_port();
    let planned = sandbox.own(&["plan", "hello", "--out", "plan.json"]);
    assert!(planned.stderr.contains("stackwright apply plan.json"), "{}", planned.stderr);
    let apply = |sandbox: &Sandbox| {
        let mut command = sandbox.command();
        command.current_dir(sandbox.path("hello"));
        crate::support::ran(command.args(["apply", "../plan.json", "--catalog", "../catalog"]))
    };
    let env = sandbox.read("hello/.env.example");
    sandbox.write("hello/.env.example", &format!("{env}# mine\n"));
    let refused = apply(&sandbox);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("= note: changed since: a file on disk"), "{}", refused.stderr);
    sandbox.write("hello/.env.example", &env);
    sandbox.edit(SPEC, "http: 8099", "http: 8098");
    let refused = apply(&sandbox);
    assert!(refused.stderr.contains("changed since: what is rendered now"), "{}", refused.stderr);
    sandbox.edit(SPEC, "http: 8098", "http: 8099");
    assert_eq!(apply(&sandbox).code, 0);
    assert!(sandbox.read("hello/.env.example").contains("DOOR_PORT=8099"));
}

#[test]
fn apply_refuses_files_whose_edits_git_does_not_hold() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    git(&sandbox, &["init", "-q"]);
    commit(&sandbox);
    sandbox.edit(SPEC, "http: 8080", "http: 8099");
    sandbox.edit(COMPOSE, "services:\n", "# ours\nservices:\n");
    let before = sandbox.tree("hello");
    let refused = sandbox.own(&["apply", "hello"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("git does not have their text\n  = note: compose.yaml\n"), "{}", refused.stderr);
    assert_eq!(sandbox.tree("hello"), before);
    git(&sandbox, &["add", "compose.yaml"]);
    assert_eq!(sandbox.own(&["apply", "hello"]).code, 0, "what is staged can be had back");
    sandbox.edit(SPEC, "http: 8099", "http: 8098");
    sandbox.edit(COMPOSE, "# ours\n", "# theirs\n");
    assert_eq!(sandbox.own(&["apply", "hello", "--allow-dirty"]).code, 0);
    assert!(sandbox.read(COMPOSE).contains("# theirs\n"));
}

#[test]
fn apply_refuses_a_merge_that_breaks_a_rule() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    // The user's service depends on the one that the new description no longer has.
    sandbox.edit(COMPOSE, "services:\n", "services:\n  mine:\n    image: busybox:1.37.0\n    depends_on:\n      memory:\n        condition: service_started\n");
    sandbox.edit(SPEC, "  - name: memory\n    component: memo\n    params:\n      megabytes: 16\n", "");
    let before = sandbox.tree("hello");
    let refused = sandbox.own(&["apply", "hello"]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("compose.yaml:") && refused.stderr.contains("error[R"), "{}", refused.stderr);
    assert!(refused.stderr.contains("would break rules that hold now; nothing was written"), "{}", refused.stderr);
    assert_eq!(sandbox.tree("hello"), before);
}

#[test]
fn nothing_is_written_through_a_link() {
    let sandbox = with_new_port();
    std::fs::rename(sandbox.path("hello/deploy"), sandbox.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", sandbox.path("hello/deploy")).unwrap();
    sandbox.edit(SPEC, "megabytes: 16", "megabytes: 32");
    std::fs::remove_file(sandbox.path("hello/README.md")).unwrap();
    std::os::unix::fs::symlink("../secret", sandbox.path("hello/README.md")).unwrap();
    sandbox.write("secret", "s");
    let before = (sandbox.tree("elsewhere"), sandbox.read("secret"));
    let ran = sandbox.own(&["apply", "hello"]);
    assert_eq!((sandbox.tree("elsewhere"), sandbox.read("secret")), before, "{}", ran.stderr);
}

#[test]
fn two_branches_that_each_changed_a_part_are_merged_by_git_and_go_on() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    git(&sandbox, &["init", "-q", "-b", "main"]);
    commit(&sandbox);
    git(&sandbox, &["checkout", "-qb", "other"]);
    sandbox.edit(SPEC, "megabytes: 16", "megabytes: 32");
    assert_eq!(sandbox.own(&["apply", "hello"]).code, 0);
    commit(&sandbox);
    git(&sandbox, &["checkout", "-q", "main"]);
    sandbox.edit(SPEC, "http: 8080", "http: 8099");
    assert_eq!(sandbox.own(&["apply", "hello"]).code, 0);
    commit(&sandbox);
    git(&sandbox, &["merge", "-q", "other", "-m", "both"]);
    let ran = sandbox.own(&["apply", "hello"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(sandbox.own(&["plan", "hello"]).code, 0);
    // The same as both changes at once in a repository made anew.
    let other = Sandbox::new();
    other.hello();
    other.edit(SPEC, "megabytes: 16", "megabytes: 32");
    other.edit(SPEC, "http: 8080", "http: 8099");
    assert_eq!(other.own(&["apply", "hello"]).code, 0);
    assert_eq!(sandbox.tree("hello"), other.tree("hello"));
}

#[test]
fn a_repository_of_format_1_is_taken_over() {
    let sandbox = with_new_port();
    let text = sandbox.read("hello/.stackwright/lock.jsonl");
    let mut lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let head = lines.next().unwrap();
    let mut files = serde_json::Map::new();
    for line in lines {
        let serde_json::Value::Object(mut file) = line else { panic!("no map") };
        let path = file.remove("path").unwrap().as_str().unwrap().to_owned();
        file.remove("base");
        files.insert(path, file.into());
    }
    let old = serde_json::json!({ "version": 1, "tool": head["tool"], "catalog": head["catalog"], "files": files });
    sandbox.write("hello/.stackwright/lock.json", &old.to_string());
    std::fs::remove_file(sandbox.path("hello/.stackwright/lock.jsonl")).unwrap();
    let ran = sandbox.own(&["apply", "hello"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!sandbox.path("hello/.stackwright/lock.json").exists());
    assert!(sandbox.read("hello/.env.example").contains("DOOR_PORT=8099"));
    assert_eq!(sandbox.own(&["apply", "hello"]).stderr, "nothing to change\n");
}
