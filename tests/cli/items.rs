//! A list of things with fields of their own as an answer: from every source, refused, at a terminal.
use crate::support::{Sandbox, expect, ran, transcript};
use crate::terminal::{DOWN, ENTER, ESCAPE, Terminal};

/// A sandbox with a blueprint that asks for items.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("ring.yaml", include_str!("../fixtures/ring.yaml"));
    sandbox
}

const DOORS: &str =
    "[{name: side, memory: true, megabytes: 32, mood: wild}, {name: rear, word: 'No, thanks', hears: [side]}]";

#[test]
fn every_source_gives_the_same_items() {
    let sandbox = sandbox();
    let with = |directory: &str, arguments: &[&str]| {
        let made =
            sandbox.run(&[&["new", "./ring.yaml", directory, "--yes", "--catalog", "catalog"], arguments].concat());
        assert_eq!(made.code, 0, "{}", made.stderr);
        sandbox.tree(directory)
    };
    let named = ["--set", "name=ring"];
    let expected = with("one", &[&named[..], &["--set", &format!("doors={DOORS}")]].concat());
    let spec = &expected["stackwright.yaml"];
    for text in [
        "  - name: side-memory\n",
        "megabytes: 32",
        "word: Welcome to side",
        "greeting: \"No, thanks\"",
        "component: manners",
    ] {
        assert!(spec.contains(text), "{text} is not in\n{spec}");
    }
    assert!(!spec.contains("rear-memory"), "{spec}");

    sandbox.write("answers.yaml", &format!("name: ring\ndoors: {DOORS}\n"));
    assert_eq!(with("two", &["--answers", "answers.yaml"]), expected);

    let json = serde_json::json!({ "name": "ring", "doors": [
        { "hears": [], "mood": "wild", "megabytes": 32, "memory": true, "name": "side" },
        { "word": "No, thanks", "hears": ["side"], "name": "rear" },
    ]});
    let mut command = sandbox.command();
    command
        .args(["new", "./ring.yaml", "three", "--answers", "-", "--catalog", "catalog"])
        .write_stdin(json.to_string());
    let piped = ran(&mut command);
    assert_eq!(piped.code, 0, "{}", piped.stderr);
    assert_eq!(sandbox.tree("three"), expected);

    let mut command = sandbox.command();
    command.args(["new", "./ring.yaml", "four", "--yes", "--catalog", "catalog", "--set", "name=ring"]);
    assert_eq!(ran(command.env("STACKWRIGHT_ANSWER_DOORS", DOORS)).code, 0);
    assert_eq!(sandbox.tree("four"), expected);
}

#[test]
fn everything_wrong_with_items_is_told_with_its_place() {
    let sandbox = sandbox();
    let long = "doors=[{name: a, wrod: x}, {memory: true, megabytes: 99}, {name: a, mood: wild, hears: [a]}, 3]";
    for (name, doors) in [
        ("new-bad-items", long),
        ("new-items-not-yaml", "doors=[{name: a}, {word: b"),
        ("new-items-twice", "doors=[{name: a}, {name: a, memory: true}]"),
        ("new-items-check", "doors=[{name: a, hears: [b]}]"),
        ("new-items-none", "doors=[]"),
        ("new-items-text", "doors=front"),
    ] {
        let arguments = ["new", "./ring.yaml", "ring", "--yes", "--catalog", "catalog", "--set", doors];
        expect(name, &transcript(&arguments, &sandbox.run(&arguments)));
    }
    assert_eq!(sandbox.names(), ["ring.yaml"]);
}

#[test]
fn programs_and_people_see_the_fields() {
    let sandbox = sandbox();
    for (name, arguments) in [
        ("questions-items", &["questions", "./ring.yaml"][..]),
        ("questions-items-schema", &["questions", "./ring.yaml", "--schema"]),
        ("show-items", &["show", "./ring.yaml"]),
    ] {
        expect(name, &transcript(arguments, &sandbox.run(arguments)));
    }
}

fn start(sandbox: &Sandbox) -> Terminal {
    Terminal::run(sandbox, &["new", "./ring.yaml", "hello", "--catalog", "catalog"], &[])
}

/// Accepts the summary that is shown; the printed command.
fn accept(mut terminal: Terminal) -> String {
    terminal.press(&[ENTER]);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    shown.split_once("The same without questions:\n").unwrap().1.trim().to_owned()
}

#[test]
fn the_present_items_are_taken_as_a_whole() {
    let sandbox = sandbox();
    let mut terminal = start(&sandbox);
    terminal.answer("called? (hello)", "");
    terminal.expect("  front       word Welcome to front, memory yes, megabytes 16, mood calm\n");
    terminal.expect("  hello-back  word Welcome to hello-back, memory no, megabytes 16, mood calm, hears front\n");
    terminal.answer("Take these doors?", "");
    terminal.expect("  doors  front, hello-back  default\n");
    terminal.expect("Is everything right?");
    assert_eq!(accept(terminal), "stackwright new ./ring.yaml hello --yes --catalog catalog");
}

#[test]
fn items_are_asked_for_field_by_field_and_the_printed_command_makes_them_again() {
    let sandbox = sandbox();
    let mut terminal = start(&sandbox);
    terminal.answer("called? (hello)", "");
    terminal.answer("Take these doors?", "n");
    // The name that is there already is offered; another one starts from the defaults.
    terminal.answer("What is the door called? (front)", "side");
    terminal.answer("What does it say? (Welcome to side)", "It's open");
    terminal.answer("Does it remember?", "y");
    terminal.answer("How much? (16)", "99");
    terminal.expect("Not possible: the number is 99; it must be at most 64");
    terminal.retype("99", "32");
    terminal.expect("In which mood is it?");
    terminal.press(&[DOWN, ENTER]);
    terminal.answer("Whom does it hear?", "side");
    terminal.expect("Not possible: nobody hears itself");
    terminal.retype("side", "rear");
    terminal.answer("Is there another one?", "");
    terminal.answer("What is the door called? (hello-back)", "side");
    terminal.expect("Not possible: `side` is there already");
    terminal.answer("What is the door called? (hello-back)", "back");
    for question in ["What does it say? (Welcome to back)", "Does it remember?", "In which mood", "Whom does it hear?"]
    {
        terminal.answer(question, "");
    }
    terminal.answer("Is there another one?", "n");
    // The list as a whole is refused, shown again, and not lost.
    terminal.expect("Not possible: only a door that is there can be heard");
    terminal.expect("  side  word It's open, memory yes, megabytes 32, mood wild, hears rear");
    terminal.answer("Take these doors?", "n");
    terminal.answer("What is the door called? (side)", "");
    for question in ["What does it say? (It's open)", "Does it remember?", "How much? (32)", "In which mood"] {
        terminal.answer(question, "");
    }
    terminal.answer("Whom does it hear? (rear)", "back");
    terminal.answer("Is there another one?", "");
    terminal.answer("What is the door called? (back)", "");
    for question in ["What does it say?", "Does it remember?", "In which mood", "Whom does it hear?"] {
        terminal.answer(question, "");
    }
    terminal.answer("Is there another one?", "");
    terminal.expect("  doors  side, back\n");
    terminal.expect("Is everything right?");
    let command = accept(terminal);
    assert_eq!(
        command,
        r#"stackwright new ./ring.yaml hello --yes --catalog catalog --set 'doors=[{"name":"side","word":"It'\''s open","memory":true,"megabytes":32,"mood":"wild","hears":["back"]},{"name":"back"}]'"#
    );
    let typed = sandbox.tree("hello");
    std::fs::rename(sandbox.path("hello"), sandbox.path("typed")).unwrap();
    let script = command.replacen("stackwright", env!("CARGO_BIN_EXE_stackwright"), 1);
    let again = std::process::Command::new("sh").args(["-c", &script]).current_dir(sandbox.path(".")).output().unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(sandbox.tree("hello"), typed);
}

#[test]
fn escape_goes_back_through_fields_items_and_the_list() {
    let sandbox = sandbox();
    let mut terminal = start(&sandbox);
    terminal.answer("called? (hello)", "");
    terminal.answer("Take these doors?", "n");
    terminal.answer("What is the door called? (front)", "side");
    terminal.answer("What does it say?", "Hi");
    terminal.expect("Does it remember?");
    terminal.press(&[ESCAPE]);
    terminal.answer("What does it say? (Hi)", "Ho");
    terminal.answer("Does it remember?", "n");
    terminal.answer("In which mood is it?", "");
    terminal.answer("Whom does it hear?", "");
    terminal.expect("Is there another one?");
    // Back to the first item, which starts from what was typed; then back to the list.
    terminal.press(&[ESCAPE]);
    terminal.expect("What is the door called? (side)");
    terminal.press(&[ESCAPE]);
    terminal.expect("Take these doors?");
    terminal.press(&[ESCAPE]);
    terminal.answer("called? (hello)", "other");
    terminal.expect("  other-back  word Welcome to other-back");
    terminal.answer("Take these doors?", "");
    terminal.expect("Is everything right?");
    assert_eq!(accept(terminal), "stackwright new ./ring.yaml hello --yes --catalog catalog --set name=other");
}

#[test]
fn why_knows_the_answers_of_a_blueprint_that_is_a_file() {
    let sandbox = sandbox();
    let made = ["new", "./ring.yaml", "ring", "--yes", "--catalog", "catalog"];
    assert_eq!(sandbox.run(&made).code, 0);
    let why = ["why", "ring/apps/front/go.mod", "--catalog", "catalog"];
    for (name, arguments) in [
        ("why-file-unnamed", &[][..]),
        ("why-file", &["--blueprint", "ring.yaml"]),
        ("why-file-other", &["--blueprint", "catalog/blueprints/tiny.yaml"]),
        ("why-file-absent", &["--blueprint", "rong.yaml"]),
    ] {
        let arguments = [&why[..], arguments].concat();
        expect(name, &transcript(&arguments, &sandbox.run(&arguments)));
    }
}
