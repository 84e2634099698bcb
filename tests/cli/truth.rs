//! One truth: `stackwright.yaml`, which everything is made from, and which `check` compares everything with.
use crate::support::Sandbox;

/// A blueprint in a file, whose own files lie beside it.
fn mine(sandbox: &Sandbox, files: &str) {
    let text = sandbox.read("catalog/blueprints/tiny.yaml").replace("id: tiny", "id: mine");
    sandbox.write("mine.yaml", &format!("{text}{files}"));
    sandbox.write("mine/motto", "#!/bin/sh\necho @{ project.name | q }@\n");
    sandbox.write("mine/notes/first.md", "# First\n");
}

/// The last line that holds a text.
fn line_of(text: &str, wanted: &str) -> usize {
    text.lines().enumerate().filter(|(_, line)| line.contains(wanted)).last().unwrap().0 + 1
}

const NEW: [&str; 6] = ["new", "./mine.yaml", "hello", "--yes", "--catalog", "catalog"];

#[test]
fn a_blueprint_given_as_a_file_has_its_files_beside_it() {
    let sandbox = Sandbox::new();
    mine(
        &sandbox,
        "files:\n  - { from: motto, to: \"scripts/@{ name }@\" }\n  - { from: notes/**, to: docs/notes, owner: seeded }\n  \
         - { from: motto, to: scripts/large, when: size == 'large' }\n",
    );
    let made = sandbox.run(&NEW);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert_eq!(sandbox.read("hello/scripts/hello"), "#!/bin/sh\necho hello\n");
    assert_eq!(sandbox.read("hello/docs/notes/first.md"), "# First\n");
    assert!(!sandbox.path("hello/scripts/large").exists());
    let spec = sandbox.read("hello/stackwright.yaml");
    assert!(spec.contains("files:\n  - from: blueprints/mine/motto\n    to: scripts/hello\n"), "{spec}");
    // What is made does not get in the way of the next run, although it lies where templates could.
    assert_eq!(sandbox.run(&["new", "./mine.yaml", "mine/made", "--yes", "--catalog", "catalog"]).code, 0);
    assert_eq!(sandbox.run(&["new", "./mine.yaml", "hello", "--yes", "--catalog", "catalog"]).code, 0);
    let why = ["why", "hello/scripts/hello", "--catalog", "catalog", "--blueprint", "mine.yaml"];
    let why = sandbox.run(&why);
    assert!(
        why.stdout.contains("template   blueprints/mine/motto") && why.stdout.contains("name = hello"),
        "{}",
        why.stdout
    );
}

#[test]
fn a_blueprints_files_stay_in_its_folder() {
    let sandbox = Sandbox::new();
    sandbox.write("secret", "s3cret\n");
    for (from, complaint) in [
        ("../secret", "mine.yaml:92:13"),
        ("/etc/passwd", "leads out of the blueprint's own folder"),
        ("moto", "there is no template `moto`"),
        ("moto", "./mine/moto"),
    ] {
        mine(&sandbox, &format!("files:\n  - {{ from: {from}, to: docs/x }}\n"));
        let refused = sandbox.run(&NEW);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{from}");
        assert!(refused.stderr.contains(complaint) && !refused.stderr.contains("s3cret"), "{from}: {}", refused.stderr);
    }
    mine(&sandbox, "files:\n  - { from: link, to: docs/x }\n");
    std::os::unix::fs::symlink("../secret", sandbox.path("mine/link")).unwrap();
    let refused = sandbox.run(&NEW);
    assert!(refused.code == 2 && refused.stderr.contains("is a symbolic link"), "{}", refused.stderr);
    assert!(!sandbox.path("hello").exists());
}

#[test]
fn answers_are_stored_once() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.new_tiny(&["hello", "--yes", "--set", "greeting=Well met"]).code, 0);
    let holds = sandbox.tree("hello").into_iter().filter(|(_, text)| text.contains("\n    greeting: Well met"));
    assert_eq!(holds.map(|(path, _)| path).collect::<Vec<_>>(), ["stackwright.yaml"]);
    for record in ["stack.json", "lock.jsonl"] {
        assert!(!sandbox.read(&format!("hello/.stackwright/{record}")).contains("\"answers\""), "{record}");
    }
}

#[test]
fn names_and_addresses_of_a_blueprint_are_typed_like_answers() {
    let repository = "repository: \"https://git.example.com/acme/@{ name }@.git\"";
    for (from, to, complaint) in [
        ("domain: \"@{ domain }@\"", "domain: not a domain", "`not a domain` is not a domain"),
        ("domain: \"@{ domain }@\"", "domain: 10.0.0.1", "it is the address of a machine"),
        ("registry: registry.example.com/acme", "registry: Reg/Foo:latest", "`Reg/Foo:latest` is not a registry"),
        (repository, "repository: foo bar", "`foo bar` is not an address"),
        (repository, "repository: https://me:s3cret@git.example.com/acme/x.git", "it holds credentials"),
        ("name: \"@{ name }@\"\n", "name: My Shop\n", "`My Shop` has 'M'"),
        ("host: \"@{ domain }@\"", "host: staging", "`staging` is not a domain"),
        ("host: localhost", "host: local host", "`local host` is not a domain"),
        (
            "environments:\n  - { name: local, runtime: machine, ",
            "environments:\n  - { name: local, ",
            "no environment is the developer's own machine",
        ),
        (
            "name: production, ",
            "name: production, runtime: machine, ",
            "`local` is the developer's own machine already",
        ),
    ] {
        let sandbox = Sandbox::new();
        let path = "catalog/blueprints/tiny.yaml";
        sandbox.edit(path, from, to);
        let refused = sandbox.new_tiny(&["hello", "--yes"]);
        assert_eq!(refused.code, 2, "{to}: {}", refused.stderr);
        let place = format!("{path}:{}:", line_of(&sandbox.read(path), to.lines().next().unwrap()));
        assert!(refused.stderr.contains(&place) && refused.stderr.contains(complaint), "{to}: {}", refused.stderr);
    }
}

#[test]
fn a_project_may_have_a_name_of_40_letters() {
    let sandbox = Sandbox::new();
    let name = "a".repeat(40);
    let made = sandbox.new_tiny(&["hello", "--yes", "--set", &format!("name={name}")]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert_eq!(sandbox.run(&["check", "hello"]).code, 0);
    let refused = sandbox.new_tiny(&["other", "--yes", "--set", &format!("name={name}a")]);
    assert!(refused.stderr.contains("answer `name`") && refused.stderr.contains("at most 40"), "{}", refused.stderr);
}

#[test]
fn check_says_what_no_longer_follows_from_an_edited_description() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    let check = ["check", "hello", "--catalog", "catalog"];
    let line = |text: &str| line_of(&sandbox.read("hello/stackwright.yaml"), text);
    sandbox.edit("hello/stackwright.yaml", "# The project's own", "# Our own");
    assert_eq!(sandbox.run(&check).code, 0, "a comment changes nothing");
    sandbox.edit("hello/stackwright.yaml", "megabytes: 16", "megabytes: 32");
    let found = sandbox.run(&check);
    assert_eq!(found.code, 1);
    for text in [
        &format!(
            "stackwright.yaml:{}: error[R221]: `units.memory.params.megabytes` is `32`, and the resolved stack holds `16`",
            line("megabytes")
        ),
        "write `16` again",
        "no longer follow from it: `compose.yaml`",
    ] {
        assert!(found.stdout.contains(text), "{text}:\n{}", found.stdout);
    }
    sandbox.edit("hello/stackwright.yaml", "component: memo", "component: meemo");
    let found = sandbox.run(&check);
    let place = format!("stackwright.yaml:{}: error[R220]: there is no component `meemo`", line("meemo"));
    assert!(found.code == 1 && found.stdout.contains(&place), "{}", found.stdout);
    sandbox.edit("hello/stackwright.yaml", "http: 8080", "http: 80800");
    let found = sandbox.run(&check);
    let place = format!("stackwright.yaml:{}: error[R220]", line_of(&sandbox.read("hello/stackwright.yaml"), "80800"));
    assert!(found.stdout.contains(&place), "{}", found.stdout);
    sandbox.edit("hello/stackwright.yaml", "http: 80800", "http: 8080");
    sandbox.edit("hello/stackwright.yaml", "component: meemo", "when: true\n    component: memo");
    let found = sandbox.run(&check);
    assert!(found.stdout.contains("only a blueprint has `when`"), "{}", found.stdout);
    std::fs::remove_file(sandbox.path("hello/stackwright.yaml")).unwrap();
    let found = sandbox.run(&check);
    assert!(found.stdout.contains("error[R220]: there is no readable `stackwright.yaml`"), "{}", found.stdout);
}

#[test]
fn another_catalog_causes_no_findings() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    sandbox.edit("hello/stackwright.yaml", "megabytes: 16", "megabytes: 32");
    // Another version of the program made it.
    let version = format!("\"tool\":\"{}\"", env!("CARGO_PKG_VERSION"));
    sandbox.edit("hello/.stackwright/lock.jsonl", &version, "\"tool\":\"0.0.1\"");
    let skipped = sandbox.run(&["check", "hello", "--catalog", "catalog", "--format", "json"]);
    assert!(
        skipped.code == 0 && skipped.stdout.contains("stackwright 0.0.1 made the repository"),
        "{}",
        skipped.stdout
    );
    sandbox.edit("hello/.stackwright/lock.jsonl", "\"tool\":\"0.0.1\"", &version);
    // The catalog that made it is not at hand, or has changed since.
    let skipped = sandbox.run(&["check", "hello", "--format", "json"]);
    assert!(skipped.code == 0 && skipped.stdout.contains("name it with `--catalog DIR`"), "{}", skipped.stdout);
    sandbox.edit("catalog/components/memo/component.yaml", "kind: resource", "kind: resource # as ever");
    assert_eq!(sandbox.run(&["check", "hello", "--catalog", "catalog"]).code, 0);
    sandbox.edit("catalog/components/memo/component.yaml", " # as ever", "");
    assert_eq!(sandbox.run(&["check", "hello", "--catalog", "catalog"]).code, 1);
}
