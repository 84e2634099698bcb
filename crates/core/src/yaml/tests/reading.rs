use serde_json::json;

use super::*;

/// The messages of a text that is refused, with their places.
fn refused(text: &str) -> Vec<String> {
    let problems = parse(&source(text)).expect_err("a refusal");
    let line = |d: &crate::diagnostic::Diagnostic| {
        let place = d.span.map(|s| format!("{}:{}: ", s.line, s.column));
        place.unwrap_or_default() + &d.message
    };
    problems.iter().map(line).collect()
}

#[test]
fn every_node_knows_its_place() {
    let document = node("a: one\nb:\nc:\n  - x: 'q'\n    y: |\n      \ttext\n  - [1, {k: v}]\n");
    let place = |path: &[&str]| {
        let span = document.at(path).expect("a node").span;
        (span.line, span.column, span.length)
    };
    assert_eq!(place(&[]), (1, 1, 0));
    assert_eq!(place(&["a"]), (1, 4, 3));
    assert_eq!(place(&["b"]), (2, 3, 0), "a missing value stands behind its key");
    assert_eq!(place(&["c"]), (4, 3, 0));
    assert_eq!(place(&["c", "0", "x"]), (4, 8, 3));
    assert_eq!(place(&["c", "0", "y"]).0, 6);
    assert_eq!(place(&["c", "1", "1", "k"]), (7, 13, 1));
    assert_eq!(document.at(&["c", "2"]), None);
    assert_eq!(document.nearest(&["a", "b", "c"]).as_str(), Some("one"));
    assert_eq!(document.entry("b").expect("an entry").key.span.line, 2);
}

#[test]
fn every_node_knows_its_end() {
    let document = node("a: one\nb: [1,\n  2]\nc:\n  - x: 'q'\n    y: last # comment\n\nd: {e: f}\n");
    let end = |path: &[&str]| {
        let end = document.at(path).expect("a node").end;
        (end.line, end.column)
    };
    assert_eq!(end(&["a"]), (1, 7));
    assert_eq!(end(&["b"]), (3, 5), "a flow collection ends behind its bracket");
    assert_eq!(end(&["c"]), (6, 12), "a block ends with its last value");
    assert_eq!(end(&["c", "0", "x"]), (5, 11));
    assert_eq!(end(&["d"]), (8, 10));
    assert_eq!(end(&[]), end(&["d"]));
}

#[test]
fn scalars_follow_the_core_schema_of_yaml_1_2() {
    let text = "\
- [null, ~, true, False, 12, -3, 0o14, 0x1F, 1.5, .5, 1e3]
- [yes, on, 1_000, 0b1, 12:30, 2024-01-01, 'true', \"1\", !!str 2, 1.2.3]
- [.inf, 18446744073709551615, 99999999999999999999]
";
    let expected = json!([
        [null, null, true, false, 12, -3, 12, 31, 1.5, 0.5, 1000.0],
        ["yes", "on", "1_000", "0b1", "12:30", "2024-01-01", "true", "1", "2", "1.2.3"],
        [".inf", 18_446_744_073_709_551_615_u64, 1e20]
    ]);
    assert_eq!(node(text).to_json(), expected);
    assert_eq!(node("|\n  true\n").to_json(), json!("true\n"));
}

#[test]
fn all_duplicate_keys_are_refused() {
    let found = refused("a: 1\nb: {c: 1, 'c': 2}\na: 3\n\"a\": 4\n");
    let expected =
        ["2:11: the key `c` appears twice", "3:1: the key `a` appears twice", "4:1: the key `a` appears twice"];
    assert_eq!(found, expected);
}

#[test]
fn other_traps_are_refused_where_they_are() {
    let cases = [
        ("a: !foo x\n", "1:4: the tag `!foo` is not supported"),
        ("a: !!binary x\n", "1:4: the tag `!!binary` is not supported"),
        ("b:\n  <<: {a: 1}\n", "2:3: merge keys (`<<`) are not supported"),
        ("a:\n\tb: 1\n", "2:1: a tab indents this line, and YAML allows spaces only"),
        ("\tb: 1\n", "1:1: a tab indents this line, and YAML allows spaces only"),
        ("? [a]\n: 1\n", "1:3: a key has to be text, not a list"),
        ("a: {{ x }}\n", "1:5: a key has to be text, not a mapping"),
        ("a: &x [*x]\n", "1:8: an alias may not stand inside the value it refers to"),
        ("a: b: c\n", "1:5: not valid YAML: mapping values are not allowed in this context"),
    ];
    for (text, expected) in cases {
        assert_eq!(refused(text), [expected], "{text}");
    }
}

#[test]
fn limits_hold() {
    let deep = "[".repeat(MAX_DEPTH + 1) + &"]".repeat(MAX_DEPTH + 1);
    assert_eq!(refused(&deep), ["1:101: nested more than 100 levels deep"]);
    let shallow = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
    assert!(parse(&source(&shallow)).is_ok());
    let large = refused(&" ".repeat(MAX_BYTES + 1));
    assert_eq!(large, ["4194305 bytes of YAML, and the limit is 4194304"]);
    let tenfold = |level: usize| match level {
        0 => "a0: &a0 [x]\n".to_owned(),
        _ => format!("a{level}: &a{level} [{}]\n", format!("*a{}, ", level - 1).repeat(10)),
    };
    let bomb: String = (0..10).map(tenfold).collect();
    let found = refused(&bomb);
    assert!(found[0].ends_with("more than 500000 values, counting each use of an alias"), "{found:?}");
    let step = |level: usize| format!("a{level}: &a{level} [*a{}]\n", level - 1);
    let ladder: String = std::iter::once(tenfold(0)).chain((1..=MAX_DEPTH).map(step)).collect();
    assert!(refused(&ladder)[0].ends_with("nested more than 100 levels deep"));
}

#[test]
fn aliases_and_known_tags_are_followed() {
    let document = node("a: &x {k: [1]}\nb: *x\nc: !!map {d: !!seq [! 5]}\n");
    assert_eq!(document.get("b").map(Node::to_json), Some(json!({"k": [1]})));
    assert_eq!(document.get("b").map(|b| b.span.line), Some(2));
    assert_eq!(document.get("c").map(Node::to_json), Some(json!({"d": ["5"]})));
}

#[test]
fn tags_of_others_are_kept_on_request() {
    let text = source("a: !Ref name\nb: !Sub [x]\n");
    let documents = parse_with(&text, Options::FOREIGN).expect("tolerated");
    let tag = |key| documents[0].get(key).and_then(|node| node.tag.clone());
    assert_eq!(tag("a").as_deref(), Some("!Ref"));
    assert_eq!(tag("b").as_deref(), Some("!Sub"));
}

#[test]
fn documents_are_counted() {
    assert_eq!(parse(&source("a: 1\n---\nb: 2\n")).expect("two").len(), 2);
    assert_eq!(parse(&source("# nothing\n")).expect("none").len(), 0);
    let two = parse_one(&source("a: 1\n---\nb: 2\n")).expect_err("two documents");
    assert!(two.render(false).contains("t.yaml:3:1"), "{two}");
    let none = parse_one(&source("")).expect_err("no document");
    assert_eq!(none.render(false), "error: expected a document, and the file is empty\n --> t.yaml");
    assert_eq!(node("\u{feff}a: 1").get("a").and_then(Node::as_i64), Some(1));
}

#[test]
fn surprises_of_yaml_1_1_are_named() {
    let cases = [
        ("yes", Some("a boolean")),
        ("on", Some("a boolean")),
        ("Y", Some("a boolean")),
        ("1_000", Some("a number")),
        ("0b11", Some("a number")),
        ("014", Some("an octal number")),
        ("0o14", Some("text")),
        ("08", Some("text")),
        ("1e3", Some("text")),
        ("12:30:45", Some("a base-60 number")),
        ("22:22", Some("a base-60 number")),
        ("2024-01-01", Some("a date")),
        ("=", Some("a default value")),
        ("<<", Some("a merge key")),
        ("true", None),
        ("~", None),
        ("12", None),
        ("1.5", None),
        ("1.5e+3", None),
        ("0x1F", None),
        ("1.2.3", None),
        ("yEs", None),
        ("127.0.0.1:80", None),
        ("text", None),
        ("'yes'", None),
        ("\"014\"", None),
    ];
    for (text, expected) in cases {
        assert_eq!(yaml11_surprise(&node(&format!("- {text}")).as_seq().expect("a list")[0]), expected, "{text}");
    }
    assert_eq!(yaml11_surprise(&node("- |-\n  yes\n").as_seq().expect("a list")[0]), None);
}

#[test]
fn merge_keys_are_applied_on_request() {
    let text = "\
base: &base {a: 1, b: 2}
more: &more {b: 3, c: 4}
one: {<<: *base, b: own}
two:
  <<: [*base, *more]
three: {'<<': text}
";
    let documents = parse_with(&source(text), Options::FOREIGN).expect("tolerated");
    let value = |key: &str| documents[0].get(key).map(Node::to_json);
    assert_eq!(value("one"), Some(json!({"b": "own", "a": 1})));
    assert_eq!(value("two"), Some(json!({"a": 1, "b": 2, "c": 4})), "what comes first counts");
    assert_eq!(value("three"), Some(json!({"<<": "text"})), "in quotes it is a key like any other");
    let inherited = documents[0].at(&["one", "a"]).expect("an entry");
    assert_eq!(inherited.span.line, 1, "a merged value keeps the place where it is written");
    let wrong = parse_with(&source("a:\n  <<: text\n"), Options::FOREIGN).expect_err("no mapping");
    assert!(wrong.to_string().contains("`<<` takes a mapping or a list of mappings, not the text `text`"), "{wrong}");
    let twice = parse_with(&source("a: &a {x: 1}\nb: {<<: *a, <<: *a}\n"), Options::FOREIGN).expect_err("a repetition");
    assert!(twice.to_string().contains("the key `<<` appears twice"), "{twice}");
}
