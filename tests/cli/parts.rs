//! `add` and `remove` on a small repository.
use crate::support::{Ran, Sandbox};
use crate::terminal::{ENTER, Terminal};

const SPEC: &str = "hello/stackwright.yaml";

/// Runs a command in the repository `hello`.
fn run(sandbox: &Sandbox, command: &str) -> Ran {
    let words: Vec<&str> = command.split(' ').collect();
    sandbox.own(&[&words[..], &["--dir", "hello"]].concat())
}

fn hello() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.hello();
    sandbox
}

#[test]
fn add_then_remove_of_every_kind_gives_the_bytes_back() {
    let sandbox = hello();
    sandbox.edit(SPEC, "units:\n", "# ours\nunits: # all of them\n");
    sandbox.edit(SPEC, "megabytes: 16", "megabytes:   16  # enough");
    // Otherwise a second database would leave open which one is meant.
    sandbox.edit(SPEC, "    publish:\n", "    uses: { database: database }\n    publish:\n");
    assert_eq!(sandbox.own(&["apply", "hello"]).code, 0);
    let before = sandbox.tree("hello");
    for (add, says, remove) in [
        ("add manners", "added `manners` to `door`", "remove manners"),
        ("add manners --to door", "added `manners` to `door`", "remove manners --from door"),
        ("add postgres archive --provider operator", "added the unit `archive`", "remove archive"),
        ("add reloader restarts", "added the platform `restarts`", "remove restarts"),
        ("add environment testing", "added the environment `testing`", "remove environment testing"),
        ("add route /memory --to door", "added the route `/memory` to `door`", "remove route /memory"),
        (
            "add language french --to door",
            "added `french` to `languages` of `door`",
            "remove language french --from door",
        ),
    ] {
        let ran = run(&sandbox, add);
        assert_eq!(ran.code, 0, "{add}: {}", ran.stderr);
        assert!(ran.stderr.ends_with(&format!("{says}\n")), "{add}: {}", ran.stderr);
        assert_ne!(sandbox.tree("hello"), before, "{add}");
        let checked = sandbox.own(&["check", "hello"]);
        assert_eq!(checked.code, 0, "{add}: {}", checked.stdout);
        let ran = run(&sandbox, remove);
        assert_eq!(ran.code, 0, "{remove}: {}", ran.stderr);
        assert!(sandbox.tree("hello") == before, "{add}, then {remove}: {}", ran.stderr);
    }
}

#[test]
fn add_sets_parameters_providers_uses_and_ports() {
    let sandbox = hello();
    let add =
        "add greeter gate --set greeting=Hi --set languages=french,german --use database=database --publish http=8090";
    let ran = run(&sandbox, add);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let unit = "  - name: gate\n    component: greeter\n    params:\n      extras: []\n      greeting: Hi\n      languages:\n        \
                - french\n        - german\n    uses:\n      database: database\n    publish:\n      http: 8090\n";
    let spec = sandbox.read(SPEC);
    assert!(spec.contains(unit), "{spec}");
    assert!(sandbox.read("hello/apps/gate/main.go").contains("package main"));
    assert!(sandbox.read("hello/compose.yaml").contains("8090"));
}

#[test]
fn add_with_dry_run_shows_the_plan_and_writes_nothing() {
    let sandbox = hello();
    let before = sandbox.tree("hello");
    let ran = run(&sandbox, "add manners --dry-run");
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("+DOOR_BOW=45\n"), "{}", ran.stdout);
    assert_eq!(sandbox.tree("hello"), before);
}

#[test]
fn add_and_remove_of_what_is_not_possible_say_why_and_write_nothing() {
    let sandbox = hello();
    let before = sandbox.tree("hello");
    for (command, said) in [
        ("add maners", "there is no component `maners`\n  = help: did you mean `manners`?"),
        ("add nothing", "for an item of a list: stackwright add nothing NAME --to UNIT"),
        ("add manners --to dor", "the stack has no unit `dor`\n  = note: there is: door, memory, database\n"),
        ("add manners --to memory", "feature `manners` can't extend `memo`"),
        ("add manners polite", "a name does not go with `manners`: a feature has none"),
        ("add memo memory", "the stack has a unit `memory` already"),
        ("add memo second --to door", "--to does not go with `memo`: it is no feature"),
        ("add memo second --set megabyte=1", "`memo` has no parameter `megabyte`"),
        ("add memo second --set megabytes=many", "answer `megabytes`: `many` is not a whole number"),
        ("add memo second --publish memo", "`--publish memo` is no pair: write KEY=VALUE"),
        ("add memo second --publish memo=high", "`high` is no port"),
        ("add memo second --provider nobody", "`nobody` is not a provider"),
        ("add route /x", "the unit is not named\n  = help: name it: stackwright add route /x --to UNIT"),
        ("add route / --to door", "the path `/` leads to `door` already"),
        ("add environment", "the environment is not named"),
        ("add environment production", "the stack has an environment `production` already"),
        ("add environment testing --set runtime=moon", "`moon` is no runtime"),
        ("add environment testing --set hots=a.io", "`hots` is no key of the environment"),
        ("add language english --to door", "`english` is in `languages` already"),
        ("add tongue french --to door", "neither `door` nor a feature of it has a list `tongues`"),
        ("remove memry", "the stack has no unit or platform `memry`"),
        ("remove manners --from door", "the stack has no feature of `door` named `manners`"),
        ("remove database", "`door` requires `database` with capability `sql.postgres`, and no unit provides it"),
        ("remove route /x", "the stack has no route `/x`\n  = note: there is: /\n"),
        ("remove environment testing", "the stack has no environment `testing`"),
        ("remove language french --from door", "`languages` has no `french`"),
        ("remove language french", "the unit is not named"),
    ] {
        let ran = run(&sandbox, command);
        assert_eq!(ran.code, 2, "{command}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(said), "{command}: {}", ran.stderr);
    }
    assert_eq!(sandbox.tree("hello"), before);
}

#[test]
fn remove_of_a_part_with_edited_files_lists_them_and_writes_nothing_without_force() {
    let sandbox = hello();
    let manifest = "hello/deploy/kubernetes/base/memory.yaml";
    sandbox.write(manifest, &format!("# ours\n{}", sandbox.read(manifest)));
    let before = sandbox.tree("hello");
    let ran = run(&sandbox, "remove memory");
    let told = "error: 1 file of it has edits of yours; nothing was written\n  \
                = note: deploy/kubernetes/base/memory.yaml\n  \
                = help: move what you want to keep, or remove it as well: --force\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (1, told));
    assert_eq!(sandbox.tree("hello"), before);
    let ran = run(&sandbox, "remove memory --force");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!sandbox.path(manifest).exists());
    assert_eq!(sandbox.own(&["check", "hello"]).code, 0);
}

#[test]
fn a_description_that_can_not_be_changed_in_place_is_left_alone() {
    let sandbox = hello();
    // A list that is written as empty, and that nothing is left of when the description is written anew.
    sandbox.edit(SPEC, "    publish:\n", "    features: []\n    publish:\n");
    let text = sandbox.read(SPEC);
    let ran = run(&sandbox, "add manners");
    let told = "error: the form in which it is written can't be changed in place\n --> stackwright.yaml\n  \
                = help: edit it by hand, then run: stackwright apply\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (2, told));
    assert_eq!(sandbox.read(SPEC), text);
}

#[test]
fn add_on_a_terminal_asks_for_the_parameters_and_prints_the_command_without_questions() {
    let sandbox = hello();
    let add = ["add", "memo", "second", "--dir", "hello", "--catalog", "catalog"];
    sandbox.edit(SPEC, "    publish:\n", "    uses: { memory: memory }\n    publish:\n");
    let mut terminal = Terminal::run(&sandbox, &add, &[]);
    terminal.expect("How much it keeps");
    terminal.press(&["\x7f", "\x7f", "32", ENTER]);
    terminal.expect("Is everything right?");
    terminal.press(&[ENTER]);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("added the unit `second`"), "{shown}");
    let command = "stackwright add memo second --dir hello --set megabytes=32 --yes --catalog catalog";
    assert!(shown.contains(command), "{shown}");
    assert!(sandbox.read(SPEC).contains("  - name: second\n    component: memo\n    params:\n      megabytes: 32\n"));
}
