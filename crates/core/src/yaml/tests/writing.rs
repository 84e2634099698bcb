use serde_json::{Value, json};

use super::*;

/// Text that some reader takes for something else when it stands there plain.
const NASTY: [&str; 84] = [
    "",
    " ",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "N",
    "True",
    "FALSE",
    "null",
    "Null",
    "~",
    "1_000",
    "_1",
    "0o14",
    "014",
    "08",
    "0b11",
    "-0x1F",
    "12:30",
    "12:30:45",
    "22:22",
    "2024-01-01",
    "2024-01-01T10:00:00Z",
    "1e3",
    "1.5E-3",
    ".5",
    "5.",
    "1.10",
    "007",
    ".nan",
    "-.INF",
    "NaN",
    "inf",
    "=",
    "<<",
    "-",
    "---",
    "- a",
    "...",
    "?",
    "? a",
    ":",
    "a:",
    "a: b",
    "a #b",
    "#a",
    "&a",
    "*a",
    "!a",
    "|a",
    ">a",
    "%a",
    "@a",
    "`a`",
    "'a'",
    "\"a\"",
    "[a]",
    "{a}",
    "a,b",
    "${X}",
    "{{ x }}",
    "a\nb",
    "a\n",
    "\n",
    "\na",
    "a\n\n",
    "a\tb",
    "\ta\nb",
    "a \nb",
    " a",
    "a ",
    "\u{7}",
    "\u{1b}[0m",
    "\u{85}",
    "\u{2028}",
    "\u{feff}a",
    "a\u{200b}",
    "why?",
    "0o-3",
    "7 -",
    "*/5 * * * *",
    "C:\\n\u{0}",
];

/// Text that is commonly written plain, and stays readable.
const PLAIN: [&str; 30] = [
    "a",
    "order",
    "Order item",
    "nginx:1.2",
    "http://x:80/y",
    "53:53/udp",
    "127.0.0.1:80:80",
    "1.2.3",
    "10Gi",
    "500m",
    "30s",
    "--workers=2",
    "-c",
    "/livez",
    "./manage.py",
    "$(HOME)/x",
    "0 3 * * *",
    "it's",
    "a - b",
    "a && b",
    "a#b",
    "sha256:abc",
    "50%",
    "a=b",
    "user@example.com",
    "é",
    "日本",
    "main.py",
    "tRUE",
    "2024",
];

#[test]
fn quoted_text_comes_back_as_that_text_everywhere() {
    for text in NASTY.into_iter().chain(PLAIN) {
        let scalar = quote(text);
        let forms = [
            (format!("{scalar}\n"), json!(text)),
            (format!("a: {scalar}  # comment\n"), json!({"a": text})),
            (format!("- {scalar}\n- x\n"), json!([text, "x"])),
            (format!("[{scalar}, {scalar}]\n"), json!([text, text])),
            (format!("{{a: {scalar}}}\n"), json!({"a": text})),
            (format!("{scalar}: 1\n"), json!({(text): 1})),
        ];
        for (yaml, expected) in forms {
            assert_eq!(node(&yaml).to_json(), expected, "{yaml}");
            let second: Value = serde_yaml::from_str(&yaml).expect("valid for libyaml");
            assert_eq!(second, expected, "{yaml}");
        }
    }
}

#[test]
fn only_what_needs_quotes_gets_them() {
    for text in &PLAIN[..29] {
        assert_eq!(quote(text), *text);
    }
    for text in NASTY {
        assert!(quote(text).starts_with('"'), "{text}");
    }
    assert_eq!(quote("a\u{7}\"\\\n😀"), "\"a\\u0007\\\"\\\\\\n😀\"");
}

#[test]
fn emits_block_style() {
    let value = json!({
        "on": ["push", {"branches": ["main"], "tags": []}],
        "nested": [[1, 2], []],
        "env": {"A": "1", "B": null, "C": true, "D": {}},
        "run": "set -e\n\nmake\n",
        "strip": ["x\n  y", "trailing \nblank"],
        "number": 1e300,
    });
    let expected = "\
\"on\":
  - push
  - branches:
      - main
    tags: []
nested:
  - - 1
    - 2
  - []
env:
  A: \"1\"
  B: null
  C: true
  D: {}
run: |
  set -e

  make
strip:
  - |-
    x
      y
  - \"trailing \\nblank\"
number: 1.0e+300";
    assert_eq!(emit(&value), expected);
    assert_eq!(node(expected).to_json(), value);
    assert_eq!(to_string(&value), format!("{expected}\n"));
}

#[test]
fn whatever_is_emitted_is_read_back() {
    let leaves = NASTY.into_iter().chain(PLAIN).chain(["a\n#b\n", "---\nx", "a\n\tb\n", "a\r\nb", "a\n\n\nb\n"]);
    let values: Vec<Value> =
        leaves.map(|text| json!({"v": text, "list": [text, [text]], "map": {(text): {"in": text}}})).collect();
    for value in values.iter().chain([&json!(values), &json!([]), &json!({}), &json!("a\nb\n"), &json!(null)]) {
        let yaml = to_string(value);
        assert_eq!(node(&yaml).to_json(), *value, "{yaml}");
        let second: Value = serde_yaml::from_str(&yaml).expect("valid for libyaml");
        assert_eq!(second, *value, "{yaml}");
    }
}

#[test]
fn emit_of_a_programs_arguments_is_one_line_where_they_are_few_and_reads_back() {
    let few = json!({ "command": ["celery", "--app", "a, b", "[c]"], "names": ["a"] });
    assert_eq!(emit(&few), "command: [celery, --app, \"a, b\", \"[c]\"]\nnames:\n  - a");
    let many = json!({ "args": ["sh", "-c", "x".repeat(100)] });
    assert!(emit(&many).starts_with("args:\n  - sh\n"));
    let lines = json!({ "test": ["sh", "-c", "a\nb"] });
    assert!(emit(&lines).starts_with("test:\n  - sh\n"));
    for value in [few, many, lines] {
        assert_eq!(serde_yaml::from_str::<Value>(&emit(&value)).unwrap(), value);
    }
}
