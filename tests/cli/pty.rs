//! Questions on a real terminal.
use crate::new::by_set;
use crate::support::Sandbox;
use crate::terminal::{CTRL_C, DOWN, ENTER, ESCAPE, SPACE, Terminal};

pub(crate) const NEW: [&str; 5] = ["new", "tiny", "hello", "--catalog", "catalog"];

/// Types the answers of `new::OTHER`.
fn type_other(terminal: &mut Terminal) {
    terminal.answer("What is the project called? (hello)", "door-man");
    terminal.answer("production answer? (door-man.example.com)", "door.example.org");
    terminal.answer("How does it greet? (Hello)", "Good day, it's me");
    terminal.answer("Which languages does it speak? (english)", "french, dutch");
    terminal.expect("Does it remember whom it greeted?");
    terminal.press(&["y", ENTER]);
    terminal.expect("huge   not possible: nobody remembers everything in two languages");
    terminal.press(&[DOWN, ENTER]);
    terminal.expect("What else?");
    terminal.press(&[SPACE, DOWN, SPACE, ENTER]);
    terminal.answer("How many of them stand at the door? (1)", "3");
}

/// The printed command as words.
fn printed(shown: &str) -> String {
    let (_, command) =
        shown.split_once("The same without questions:\n").unwrap_or_else(|| panic!("no command in\n{shown}"));
    command.trim().to_owned()
}

#[test]
fn typed_answers_and_the_printed_command_make_the_same_repository_as_set() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::run(&sandbox, &NEW, &[]);
    type_other(&mut terminal);
    terminal.expect("Is everything right?");
    terminal.press(&[ENTER]);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("Next: cd hello && git init && make up"), "{shown}");

    let command = printed(&shown);
    assert_eq!(
        command,
        "stackwright new tiny hello --yes --catalog catalog --set name=door-man --set domain=door.example.org \
         --set 'greeting=Good day, it'\\''s me' --set languages=french,dutch --set size=large --set extras=bell,bow --set replicas=3"
    );
    let typed = sandbox.tree("hello");
    std::fs::rename(sandbox.path("hello"), sandbox.path("typed")).unwrap();
    // A shell reads it, so that the quotes are tested too.
    let program = env!("CARGO_BIN_EXE_stackwright");
    let script = command.replacen("stackwright", program, 1);
    let again = std::process::Command::new("sh").args(["-c", &script]).current_dir(sandbox.path(".")).output().unwrap();
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    assert_eq!(sandbox.tree("hello"), typed);
    by_set(&sandbox, "set");
    assert_eq!(sandbox.tree("set"), typed);
}

#[test]
fn enter_takes_defaults_and_the_command_names_none_of_them() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::run(&sandbox, &NEW, &[("STACKWRIGHT_ANSWER_REPLICAS", "2")]);
    for question in ["called?", "production answer?", "greet?", "speak?", "remember whom", "How much", "What else?"] {
        terminal.expect(question);
        terminal.press(&[ENTER]);
    }
    // What the environment answers is not asked.
    terminal.expect("Is everything right?");
    terminal.press(&[ENTER]);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    // It need not be set the next time, so the command says it.
    assert_eq!(printed(&shown), "stackwright new tiny hello --yes --catalog catalog --set replicas=2");
}

#[test]
fn refusals_are_explained_and_asked_again() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::run(&sandbox, &["new", "tiny", "--catalog", "catalog"], &[]);
    // What was typed stays, to be corrected.
    terminal.answer("What is the project called?", "hiX");
    terminal.expect("Not possible: `hiX` has 'X'; a name consists of lower-case letters");
    terminal.retype("X", "");
    terminal.answer("production answer?", "https://hi");
    terminal.expect("Not possible: `https://hi` is not a domain");
    terminal.retype("https://hi", "");
    terminal.answer("greet?", "");
    terminal.answer("speak?", "a,b,c,d,e");
    terminal.expect("Not possible: the number of items is 5; it must be at most 4");
    terminal.retype("a,b,c,d,e", "french,dutch");
    terminal.answer("remember whom", "");
    terminal.expect("How much does it remember?");
    terminal.press(&[DOWN, DOWN, ENTER]);
    terminal.expect("Not possible: `huge` is refused: nobody remembers everything in two languages");
    terminal.expect("How much does it remember?");
    terminal.press(&[DOWN, ENTER]);
    terminal.expect("What else?");
    terminal.press(&[ENTER]);
    terminal.answer("stand at the door?", "many");
    terminal.expect("Not possible: `many` is not a whole number");
    terminal.retype("many", "10");
    terminal.expect("Not possible: the number is 10; it must be at most 9");
    terminal.retype("10", "9");
    terminal.expect("Is everything right?");
    terminal.press(&[ENTER]);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(
        printed(&shown),
        "stackwright new tiny hi --yes --catalog catalog --set languages=french,dutch --set replicas=9"
    );
    assert!(sandbox.read("hi/stackwright.yaml").contains("domain: hi.example.com"));
}

#[test]
fn the_summary_changes_one_answer_and_what_depends_on_it() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::run(&sandbox, &["new", "tiny", "--catalog", "catalog", "--set", "replicas=2"], &[]);
    terminal.answer("called?", "first");
    for question in ["production answer?", "greet?", "speak?", "remember whom"] {
        terminal.answer(question, "");
    }
    terminal.expect("How much does it remember?");
    // Everything, in one language.
    terminal.press(&[DOWN, DOWN, ENTER]);
    terminal.expect("What else?");
    terminal.press(&[ENTER]);
    terminal.expect("  domain     first.example.com  default\n");
    terminal.expect("  replicas   2                  --set\n");
    terminal.expect("Is everything right?");
    terminal.press(&[DOWN, DOWN, ENTER]);
    terminal.expect("Which one?");
    terminal.press(&[DOWN, DOWN, DOWN, ENTER]);
    terminal.answer("Which languages does it speak? (english)", "french,dutch");
    terminal.expect("`huge` is refused: nobody remembers everything in two languages");
    terminal.expect("How much does it remember?");
    terminal.press(&[DOWN, ENTER]);
    terminal.expect("  languages  french, dutch");
    terminal.expect("Is everything right?");
    terminal.press(&[DOWN, DOWN, ENTER]);
    terminal.expect("Which one?");
    terminal.press(&[ENTER]);
    terminal.answer("called? (first)", "second");
    terminal.expect("  domain     second.example.com  default\n");
    terminal.expect("Is everything right?");
    terminal.press(&[ENTER]);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(
        printed(&shown),
        "stackwright new tiny second --yes --catalog catalog --set languages=french,dutch --set size=large --set replicas=2"
    );
    assert_eq!(sandbox.names(), ["second"]);
}

#[test]
fn escape_goes_back_one_question_at_a_time_and_offers_what_was_typed() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::run(&sandbox, &NEW, &[]);
    terminal.answer("called? (hello)", "first");
    terminal.answer("production answer? (first.example.com)", "first.org");
    terminal.expect("greet?");
    terminal.press(&[ESCAPE]);
    terminal.expect("How does it greet? (back)");
    terminal.expect("production answer? (first.org)");
    terminal.press(&[ESCAPE]);
    terminal.expect("called? (first)");
    terminal.press(&[ESCAPE]);
    terminal.expect("This is the first question; Ctrl-C ends the run");
    terminal.answer("called? (first)", "second");
    // What was typed is offered again, not the default that follows the name.
    terminal.answer("production answer? (first.org)", "");
    for question in ["greet?", "speak?", "remember whom", "How much", "What else?", "stand at the door?"] {
        terminal.answer(question, "");
    }
    terminal.expect("Is everything right?");
    terminal.press(&[ESCAPE]);
    terminal.answer("stand at the door? (1)", "4");
    terminal.expect("Is everything right?");
    terminal.press(&[ENTER]);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(
        printed(&shown),
        "stackwright new tiny hello --yes --catalog catalog --set name=second --set domain=first.org --set replicas=4"
    );
}

#[test]
fn a_rule_over_several_answers_speaks_at_the_prompt_and_cancel_ends_at_the_summary() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::run(&sandbox, &[&NEW[..], &["--set", "greeting=Bye"]].concat(), &[]);
    for question in ["called?", "production answer?", "speak?", "remember whom"] {
        terminal.answer(question, "");
    }
    terminal.expect("Not possible: who says goodbye first remembers nobody");
    terminal.answer("remember whom", "n");
    for question in ["What else?", "stand at the door?"] {
        terminal.answer(question, "");
    }
    terminal.expect("Is everything right?");
    terminal.expect("Cancel");
    // Up from the first item is the last one.
    terminal.press(&["\x1b[A", ENTER]);
    let (code, shown) = terminal.end();
    assert_eq!(code, 130, "{shown}");
    assert!(shown.contains("cancelled; nothing was written"), "{shown}");
    assert!(sandbox.names().is_empty());
}

#[test]
fn control_c_leaves_the_terminal_sane_and_nothing_written() {
    let answers = ["name=a", "domain=a.b", "greeting=Hi", "languages=a", "memory=yes", "size=small"];
    // One question of each kind, with the answers before it.
    for (question, known) in [
        ("What is the project called?", 0),
        ("Does it remember whom", 4),
        ("How much does it remember?", 5),
        ("What else?", 6),
    ] {
        let sandbox = Sandbox::new();
        let mut arguments = NEW.to_vec();
        arguments.extend(answers[..known].iter().flat_map(|set| ["--set", set]));
        let mut terminal = Terminal::run(&sandbox, &arguments, &[]);
        terminal.expect(question);
        let cancelled = terminal.cancel(CTRL_C);
        assert_eq!(cancelled.code, 130, "{}", cancelled.plain);
        assert!(cancelled.cursor_shown, "{question}: the cursor is hidden");
        assert!(cancelled.echoes, "{question}: the terminal does not echo");
        assert!(cancelled.plain.contains("cancelled; nothing was written"), "{}", cancelled.plain);
        assert!(sandbox.names().is_empty());
    }
}

#[test]
fn a_request_to_terminate_leaves_the_terminal_sane() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::run(&sandbox, &NEW, &[]);
    terminal.expect("What is the project called?");
    terminal.expect("Esc goes back");
    let left = terminal.terminate();
    assert_eq!(left.code, 130, "{}", left.plain);
    assert!(left.cursor_shown && left.echoes, "{}", left.plain);
    assert!(sandbox.names().is_empty());
}

#[test]
fn nobody_is_asked_with_yes_or_in_automation() {
    let sandbox = Sandbox::new();
    for (arguments, environment) in [(&["--yes"][..], &[][..]), (&[], &[("CI", "true")])] {
        let (code, shown) = Terminal::run(&sandbox, &[&NEW[..], arguments].concat(), environment).end();
        assert_eq!(code, 0, "{shown}");
        assert!(!shown.contains('?') && !shown.contains("The same without questions"), "{shown}");
    }
}

#[test]
fn without_a_blueprint_it_asks_which() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::run(&sandbox, &["new", "--catalog", "catalog"], &[]);
    terminal.expect("Which blueprint?");
    terminal.expect("A greeter with a memory");
    assert_eq!(terminal.cancel(CTRL_C).code, 130);
    let (code, shown) = Terminal::run(&sandbox, &["new", "--yes"], &[]).end();
    assert_eq!(code, 2, "{shown}");
    assert!(shown.contains("no blueprint is named"), "{shown}");
}
