use super::*;

fn source() -> Source {
    let mut text = "\n".repeat(13);
    text.push_str("    database: dbb\n\tx: \u{1b}[31m\n");
    Source::new("stack.yaml", text)
}

#[test]
fn renders_a_place_a_note_and_a_next_step() {
    let shown = Diagnostic::error("service `api` binds unknown service `dbb`")
        .code("SW012")
        .at(&source(), Span::new(14, 15, 3))
        .note("because `django` requires `sql.postgres`\nsecond line")
        .help("did you mean `db`?")
        .render(false);
    let expected = "\
error[SW012]: service `api` binds unknown service `dbb`
  --> stack.yaml:14:15
   |
14 |     database: dbb
   |               ^^^
   = note: because `django` requires `sql.postgres`
           second line
   = help: did you mean `db`?";
    assert_eq!(shown, expected);
}

#[test]
fn control_characters_never_reach_the_terminal() {
    let shown = Diagnostic::warning("bad \u{1b}[2J\nvalue").at(&source(), Span::new(15, 5, 5)).render(false);
    let expected = "\
warning: bad \\x1b[2J\\nvalue
  --> stack.yaml:15:5
   |
15 |     x: \\x1b[31m
   |        ^^^^^^^^";
    assert_eq!(shown, expected);
    assert_eq!(printable("a\tb\nc"), "a\tb\nc");
    assert_eq!(printable("\u{202e}\u{7f}\u{9b}"), "\\u{202e}\\x7f\\x9b");
}

#[test]
fn a_place_past_the_end_of_a_line_and_in_a_long_line_are_shown() {
    let long = format!("{}X{}", "a".repeat(500), "b".repeat(500));
    let source = Source::new("f", format!("ab\n{long}"));
    let end = Diagnostic::error("m").at(&source, Span::new(1, 3, 0));
    assert!(end.render(false).ends_with("1 | ab\n  |   ^"), "{end}");
    let shown = Diagnostic::error("m").at(&source, Span::new(2, 501, 1));
    let shown = shown.render(false);
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[3].chars().count() < 140);
    let caret = lines[4].find('^').expect("a caret");
    assert_eq!(lines[3].chars().nth(caret), Some('X'));
}

#[test]
fn carets_stand_below_wide_and_joined_characters() {
    for (line, column, expected) in [
        ("name: 注文 x", 10, "  |            ^"),
        ("name: 注文 x", 7, "  |       ^^"),
        ("a: 🚀🚀 b", 7, "  |         ^"),
        ("é: e\u{301} b", 7, "  |      ^"),
    ] {
        let shown = Diagnostic::error("m").at(&Source::new("f", line), Span::new(1, column, 1)).render(false);
        assert_eq!(shown.lines().skip(3).collect::<Vec<_>>(), [format!("1 | {line}"), expected.to_owned()], "{line}");
    }
}

#[test]
fn a_file_without_a_place_and_a_place_without_a_column() {
    let file = Diagnostic::error("cannot read").file("a.yaml");
    assert_eq!(file.render(false), "error: cannot read\n --> a.yaml");
    let line = Diagnostic::error("m").at(&Source::new("f", "x"), Span::line(1));
    assert_eq!(line.render(false), "error: m\n --> f:1\n  |\n1 | x");
}

#[test]
fn colors_only_when_asked() {
    let diagnostic = Diagnostic::error("m").help("h");
    assert!(!diagnostic.render(false).contains('\x1b'));
    assert!(diagnostic.render(true).starts_with("\x1b[1;31merror\x1b[0m"));
}

#[test]
fn suggests_near_names_only() {
    let known = ["database", "cache", "environment", "db"];
    let near = |name| did_you_mean(name, known);
    assert_eq!(near("databse").as_deref(), Some("database"));
    assert_eq!(near("dbb").as_deref(), Some("db"));
    assert_eq!(near("Cache").as_deref(), Some("cache"));
    assert_eq!(near("env").as_deref(), Some("environment"));
    assert_eq!(near("queue"), None);
    assert_eq!(near("zz"), None);
}

#[test]
fn lists_sort_and_decide() {
    let source = source();
    let mut list: Diagnostics = [
        Diagnostic::warning("late").at(&source, Span::new(9, 1, 1)),
        Diagnostic::warning("early").at(&source, Span::new(2, 1, 1)),
    ]
    .into_iter()
    .collect();
    assert_eq!(list.clone().into_result(5), Ok(5));
    list.push(Diagnostic::error("first"));
    let list = list.into_result(5).expect_err("an error");
    let order: Vec<&str> = list.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(order, ["first", "early", "late"]);
    let json = serde_json::to_value(&list).expect("json");
    assert_eq!(json[1]["span"]["line"], 2);
    assert_eq!(json[1]["severity"], "warning");
}
