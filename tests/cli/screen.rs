//! What a terminal shows: widths, colour, lines that come and go, and what is offered beside the answers.
use crate::new::sets;
use crate::pty::NEW;
use crate::support::Sandbox;
use crate::terminal::{CTRL_C, DOWN, ENTER, Terminal};

/// A domain that is longer than a narrow line.
const LONG: &str = "a-door-with-a-very-long-name.in-a-street-with-a-long-name-too.example.com";

#[test]
fn no_line_wraps_at_60_and_200_columns() {
    for (columns, shown) in [(60, "production answer? (a-door-with"), (200, LONG)] {
        let sandbox = Sandbox::new();
        let text = sandbox.read("catalog/blueprints/tiny.yaml");
        let text = text.replace("@{ name }@.example.com", LONG).replace("Under which domain will", "Where will");
        let text =
            text.replace("title: a lot", "title: a lot of what somebody said and of what others said who came before");
        sandbox.write("catalog/blueprints/tiny.yaml", &text);
        let mut terminal = Terminal::wide(columns, &sandbox, &NEW, &[("NO_COLOR", "1")]);
        terminal.answer("called?", "");
        terminal.expect(shown);
        terminal.press(&[ENTER]);
        for question in ["greet?", "speak?", "remember whom", "How much", "What else?", "stand at the door?"] {
            terminal.answer(question, "");
        }
        terminal.expect("Is everything right?");
        terminal.expect("Esc goes back");
        let screen = terminal.screen(300);
        let rows: Vec<String> = screen.rows(0, columns).collect();
        let wrapped: Vec<&String> =
            (0..300).filter(|row| screen.row_wrapped(*row)).map(|row| &rows[usize::from(row)]).collect();
        assert!(wrapped.is_empty(), "{columns}: {wrapped:?}\n{}", rows.join("\n"));
        assert_eq!(rows.iter().any(|row| row.contains('…')), columns == 60, "{}", rows.join("\n"));
        // What is cut on the screen is whole in the answer.
        terminal.press(&[ENTER]);
        assert_eq!(terminal.end().0, 0);
        assert!(sandbox.read("hello/stackwright.yaml").contains(LONG));
    }
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    for (environment, colored) in [(&[][..], true), (&[("NO_COLOR", "1")], false), (&[("TERM", "dumb")], false)] {
        let sandbox = Sandbox::new();
        let mut terminal = Terminal::wide(120, &sandbox, &NEW, environment);
        terminal.answer("called?", "Hello");
        terminal.expect("Not possible:");
        let raw = terminal.raw();
        let sets_colour = raw.split("\x1b[").skip(1).any(|rest| {
            let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
            rest[end..].starts_with('m') && !matches!(&rest[..end], "" | "0")
        });
        assert_eq!(sets_colour, colored, "{environment:?}: {raw:?}");
        assert_eq!(terminal.cancel(CTRL_C).code, 130);
    }
}

/// Everything is answered, and `git init` is wanted; what the program showed.
fn with_git_init(sandbox: &Sandbox, path: &str) -> String {
    let sets = sets();
    let arguments: Vec<&str> = NEW.into_iter().chain(sets.iter().map(String::as_str)).collect();
    let mut terminal = Terminal::run(sandbox, &arguments, &[("PATH", path)]);
    terminal.expect("Yes, and run `git init` there");
    terminal.press(&[DOWN, ENTER]);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    shown
}

#[test]
fn git_init_is_offered_and_run_on_request_only() {
    let sandbox = Sandbox::new();
    let shown = with_git_init(&sandbox, &std::env::var("PATH").unwrap());
    assert!(sandbox.path("hello/.git/HEAD").exists(), "{shown}");
    assert!(shown.contains("Next: cd hello && make up"), "{shown}");
    // Inside a repository there is nothing to offer.
    let inside = ["new", "tiny", "hello/inside", "--catalog", "catalog", "--yes"];
    let made = sandbox.run(&inside);
    assert!(made.stderr.contains("Next: cd hello/inside && make up"), "{}", made.stderr);
}

#[test]
fn git_that_is_absent_is_said_and_harms_nothing() {
    let sandbox = Sandbox::new();
    let shown = with_git_init(&sandbox, "/nowhere");
    assert!(shown.contains("`git init` did not work: "), "{shown}");
    assert!(shown.contains("Next: cd hello && git init && make up"), "{shown}");
}

#[test]
fn long_work_says_what_it_is_and_leaves_no_line() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::run(&sandbox, &["catalog", "check"], &[]);
    terminal.expect("Checking the catalog …");
    let screen = terminal.settled(10);
    let rows: Vec<String> = screen.rows(0, 120).filter(|row| !row.is_empty()).collect();
    assert!(rows.len() == 1 && rows[0].ends_with("nothing found"), "{rows:?}");
}
