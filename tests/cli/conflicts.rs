//! Open conflicts: why each is there, where that is recorded, and how they are closed.
use serde_json::Value;

use crate::support::{Ran, Sandbox};
use crate::terminal::Terminal;

const COMPOSE: &str = "hello/compose.yaml";
const RECORDS: &str = "hello/.stackwright/conflicts";
const FACT: &str = "units.door.endpoints.http.host_port: `8080` becomes `8099`";

/// A repository `hello` whose port both sides changed.
fn with_two_ports() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.hello();
    sandbox.edit("hello/stackwright.yaml", "http: 8080", "http: 8099");
    sandbox.edit(COMPOSE, ":-8080}", ":-8044}");
    sandbox
}

/// The open conflicts, as `resolve` lists them.
fn listed(sandbox: &Sandbox) -> Vec<Value> {
    let ran = sandbox.run(&["resolve", "hello", "--format", "json"]);
    let list: Value = serde_json::from_str(&ran.stdout).unwrap();
    let open = list["conflicts"].as_array().unwrap().clone();
    assert_eq!(ran.code, i32::from(!open.is_empty()), "{}", ran.stderr);
    open
}

fn id(conflict: &Value) -> String {
    conflict["id"].as_str().unwrap().to_owned()
}

#[test]
fn plan_says_of_a_conflict_which_component_template_line_and_fact_are_behind_it() {
    let sandbox = with_two_ports();
    let text = sandbox.own(&["plan", "hello"]).stdout;
    for part in [
        "              component  compose\n              template   targets/compose/compose.yaml, line ",
        &format!("              because    {FACT} (stackwright.yaml:"),
    ] {
        assert!(text.contains(part), "{part}\nin\n{text}");
    }
    let markdown = sandbox.own(&["plan", "hello", "--format", "markdown"]).stdout;
    assert!(markdown.contains("\nConflicts:\n\n- `compose.yaml`: ") && markdown.contains(FACT), "{markdown}");
    let json: Value = serde_json::from_str(&sandbox.own(&["plan", "hello", "--format", "json"]).stdout).unwrap();
    let change = json["changes"].as_array().unwrap().iter().find(|change| change["path"] == "compose.yaml").unwrap();
    let conflict = &change["conflicts"][0];
    assert_eq!(conflict["component"], "compose");
    assert!(conflict["template_lines"][0].as_u64().unwrap() > 0, "{conflict}");
    let fact = &conflict["facts"][0];
    assert_eq!((&fact["before"], &fact["after"]), (&8080.into(), &8099.into()));
    assert!(conflict["sides"]["base"].as_str().unwrap().contains(":-8080}"), "{conflict}");
}

#[test]
fn apply_records_each_conflict_and_resolve_lists_it_with_its_reasons() {
    let sandbox = with_two_ports();
    let applied = sandbox.own(&["apply", "hello"]);
    assert!(applied.code == 1 && applied.stderr.contains(FACT), "{}", applied.stderr);
    let open = listed(&sandbox);
    assert_eq!(open[0]["path"], "compose.yaml");
    let record: Value = serde_json::from_str(&sandbox.read(&format!("{RECORDS}/{}.json", id(&open[0])))).unwrap();
    assert_eq!((&record["version"], &record["facts"]), (&1.into(), &open[0]["facts"]));
    assert_eq!(sandbox.read(&format!("{RECORDS}/.gitignore")), "*\n");
    let text = sandbox.run(&["resolve", "hello"]).stdout;
    for part in [FACT, "\n  yours      ", ":-8044}", "\n  before     ", "\n  now        "] {
        assert!(text.contains(part), "{part}\nin\n{text}");
    }
}

#[test]
fn resolve_removes_the_record_and_continue_and_abort_remove_them_all() {
    for ending in ["--continue", "--abort"] {
        let sandbox = with_two_ports();
        let before = sandbox.tree("hello");
        assert_eq!(sandbox.own(&["apply", "hello"]).code, 1);
        for conflict in listed(&sandbox) {
            let record = format!("{RECORDS}/{}.json", id(&conflict));
            assert!(sandbox.path(&record).exists());
            assert_eq!(sandbox.run(&["resolve", &id(&conflict), "hello", "--theirs"]).code, 0);
            assert!(!sandbox.path(&record).exists());
        }
        let ran = sandbox.run(&["resolve", "hello"]);
        let said = "all conflicts are resolved; end the run with: stackwright apply --continue\n";
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", said));
        assert_eq!(sandbox.own(&["apply", "hello", ending]).code, 0);
        assert!(!sandbox.path(RECORDS).exists());
        assert_eq!(sandbox.tree("hello") == before, ending == "--abort");
        assert_eq!(sandbox.run(&["resolve", "hello"]).stderr, "no conflict is open\n");
    }
}

#[test]
fn resolve_goes_by_the_markers_where_a_record_is_gone_and_the_lines_have_moved() {
    let sandbox = with_two_ports();
    assert_eq!(sandbox.own(&["apply", "hello"]).code, 1);
    let line = listed(&sandbox)[0]["line"].as_u64().unwrap();
    sandbox.write(COMPOSE, &format!("# mine\n{}", sandbox.read(COMPOSE)));
    assert_eq!(listed(&sandbox)[0]["line"].as_u64(), Some(line + 1));
    std::fs::remove_dir_all(sandbox.path(RECORDS)).unwrap();
    let open = listed(&sandbox);
    assert_eq!(open[0]["line"].as_u64(), Some(line + 1));
    assert!(sandbox.run(&["resolve", "hello"]).stdout.contains("its record is gone"));
    assert_eq!(sandbox.run(&["resolve", &id(&open[0]), "hello", "--ours"]).code, 0);
}

#[test]
fn resolve_without_a_side_or_with_a_broken_marker_says_what_is_missing() {
    let sandbox = with_two_ports();
    assert_eq!(sandbox.own(&["apply", "hello"]).code, 1);
    let id = id(&listed(&sandbox)[0]);
    let ran = sandbox.run(&["resolve", &id]);
    assert!(
        ran.code == 2 && ran.stderr.contains(&format!("nothing says what becomes of conflict `{id}`")),
        "{}",
        ran.stderr
    );
    sandbox.edit(COMPOSE, &format!("||||||| rendered before ({id})\n"), "");
    let ran = sandbox.run(&["resolve", &id, "hello", "--ours"]);
    assert!(ran.code == 2 && ran.stderr.contains("of the four markers of conflict"), "{}", ran.stderr);
    assert_eq!(sandbox.run(&["resolve", "--ours"]).code, 2);
}

/// `resolve --edit` with a text on standard input.
fn edit(sandbox: &Sandbox, id: &str, text: &str) -> Ran {
    crate::support::ran(sandbox.command().args(["resolve", id, "hello", "--edit"]).write_stdin(text))
}

#[test]
fn resolve_with_edit_takes_the_lines_from_standard_input_unless_they_hold_markers() {
    let sandbox = with_two_ports();
    assert_eq!(sandbox.own(&["apply", "hello"]).code, 1);
    let (id, marked) = (id(&listed(&sandbox)[0]), sandbox.read(COMPOSE));
    let empty = edit(&sandbox, &id, "");
    assert!(empty.code == 2 && empty.stderr.contains("standard input is empty"), "{}", empty.stderr);
    let refused = edit(&sandbox, &id, "a\n=======\nb\n");
    assert!(
        refused.code == 1 && refused.stderr.contains("still hold markers; nothing was written"),
        "{}",
        refused.stderr
    );
    assert_eq!(sandbox.read(COMPOSE), marked);
    let done = edit(&sandbox, &id, "      - \"127.0.0.1:${DOOR_PORT:-8077}:8080\"");
    assert_eq!(done.code, 0, "{}", done.stderr);
    let text = sandbox.read(COMPOSE);
    assert!(text.contains("\n      - \"127.0.0.1:${DOOR_PORT:-8077}:8080\"\n") && !text.contains(&id), "{text}");
}

#[test]
fn resolve_with_edit_on_a_terminal_opens_the_lines_in_the_editor() {
    let sandbox = with_two_ports();
    assert_eq!(sandbox.own(&["apply", "hello"]).code, 1);
    let id = id(&listed(&sandbox)[0]);
    let arguments = ["resolve", &id, "hello", "--edit"];
    let ended = |editor: &str| Terminal::run(&sandbox, &arguments, &[("VISUAL", ""), ("EDITOR", editor)]).end();
    let (code, shown) = ended("");
    assert!(code == 2 && shown.contains("neither $VISUAL nor $EDITOR names an editor"), "{shown}");
    let (code, shown) = ended("false");
    assert!(code == 2 && shown.contains("`false` ended with exit status: 1; nothing was written"), "{shown}");
    let (code, shown) = ended("true");
    assert!(code == 1 && shown.contains("still hold markers"), "{shown}");
    let (code, shown) = ended("sed -i -e '/^<<<<<<</d' -e '/^|||||||/,$d' -e s/8044/8077/");
    assert_eq!(code, 0, "{shown}");
    let text = sandbox.read(COMPOSE);
    assert!(text.contains(":-8077}") && !text.contains(&id), "{text}");
}
