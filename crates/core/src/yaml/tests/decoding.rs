use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::*;

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Service {
    name: String,
    #[serde(default)]
    port: u16,
    #[serde(default)]
    ratio: f64,
    #[serde(default)]
    command: Vec<String>,
    mode: Option<Mode>,
    #[serde(default)]
    probes: BTreeMap<String, Probe>,
    param: Option<Param>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Probe {
    path: String,
    fast: Option<bool>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Mode {
    Fast,
    Slow { by: u8 },
    Http(String),
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
enum Param {
    Text { default: String },
    Number { default: u8 },
}

fn read(text: &str) -> Result<Service, crate::diagnostic::Diagnostics> {
    let source = source(text);
    decode(&parse_one(&source)?, &source)
}

/// The problems of a service that is right but for these lines, each as `line:column: message (help)`.
fn problems(lines: &str) -> Vec<String> {
    let found = read(lines).expect_err("problems");
    let show = |d: &crate::diagnostic::Diagnostic| {
        let span = d.span.expect("a place");
        let help = d.help.as_ref().map(|help| format!(" ({help})"));
        format!("{}:{}: {}{}", span.line, span.column, d.message, help.unwrap_or_default())
    };
    found.iter().map(show).collect()
}

#[test]
fn the_wanted_type_decides_what_a_scalar_means() {
    let service = read("name: 1.10\nport: 0x50\nratio: 1\ncommand: [true, 007, 0o14, 2024-01-01, yes]\n");
    let service = service.expect("a service");
    assert_eq!(service.name, "1.10");
    assert_eq!((service.port, service.ratio), (80, 1.0));
    assert_eq!(service.command, ["true", "007", "0o14", "2024-01-01", "yes"]);
    let keys: BTreeMap<String, u8> = decode(&node("{on: 1, 1.10: 2, ~: 3}"), &source("")).expect("a map");
    assert_eq!(keys.keys().collect::<Vec<_>>(), ["1.10", "on", "~"]);
    let numbers: BTreeMap<u16, String> = decode(&node("{80: 1.10}"), &source("")).expect("a map");
    assert_eq!(numbers[&80], "1.10");
}

#[test]
fn enums_are_read_in_each_form() {
    let mode = |text: &str| read(&format!("name: x\nmode: {text}\n")).expect("a service").mode;
    assert_eq!(mode("fast"), Some(Mode::Fast));
    assert_eq!(mode("{slow: {by: 3}}"), Some(Mode::Slow { by: 3 }));
    assert_eq!(mode("{http: 1.10}"), Some(Mode::Http("1.10".to_owned())));
    assert_eq!(mode("null"), None);
}

#[test]
fn text_in_a_tagged_enum_is_kept_as_written() {
    let service = read("name: x\nparam: {type: text, default: 1.10}\n").expect("a service");
    let default = "1.10".to_owned();
    assert_eq!(service.param, Some(Param::Text { default }));
}

#[test]
fn all_problems_are_reported_in_order() {
    let text = "\
nmae: x
port: '80'
command: run
probes:
  ready: {path: /, fst: true}
  live: {fast: yes}
  extra: [1]
mode: fats
param: {type: numbr, default: 1}
";
    let expected = [
        "1:1: unknown key `nmae` (did you mean `name`?)",
        "2:7: expected a whole number, found the quoted text `80` (remove the quotes)",
        "3:10: expected a list, found the text `run` (write `[run]`)",
        "5:20: unknown key `fst` in `probes.ready` (did you mean `fast`?)",
        "6:9: missing key `path` in `probes.live`",
        "6:16: expected true or false, found the text `yes` (write `true`)",
        "7:10: expected a mapping, found a list",
        "8:7: expected one of `fast`, `slow: …`, `http: …`, found the text `fats` (did you mean `fast`?)",
        "9:15: expected `text` or `number`, found the text `numbr` (did you mean `number`?)",
    ];
    assert_eq!(problems(text), expected);
}

#[test]
fn scalars_that_are_fine_cause_no_problem_beside_others() {
    let found = problems("name: 1.10\ncommand: [true, 007, 1e3]\nport: 70000\nparam: {type: text, default: 1.10}\n");
    assert_eq!(found, ["3:7: expected 65535 or less, found the number `70000`"]);
}

#[test]
fn each_kind_of_problem_has_its_words() {
    let cases = [
        ("name:\n", "1:6: expected text, found nothing (write `\"\"` for an empty text)"),
        ("name: ~\n", "1:7: expected text, found `~` (quote it: \"~\")"),
        ("name: {a: 1}\n", "1:7: expected text, found a mapping"),
        ("port: 1\n", "1:1: missing key `name`"),
        ("- a\n", "1:1: expected a mapping, found a list"),
        ("name: x\ncommand:\n", "2:9: expected a list, found nothing (write `[]` for an empty list)"),
        ("name: x\nport: -1\n", "2:7: expected 0 or more, found the number `-1`"),
        ("name: x\nratio: high\n", "2:8: expected a number, found the text `high`"),
        (
            "name: x\nzebra: 1\n",
            "2:1: unknown key `zebra` (keys that may be added here: port, ratio, command, mode, probes, param)",
        ),
        (
            "name: x\nmode: {slwo: {by: 1}}\n",
            "2:8: expected `slow` or `http`, found the text `slwo` (did you mean `slow`?)",
        ),
        ("name: x\nmode: {slow: {by: x}}\n", "2:19: expected a whole number, found the text `x`"),
        ("name: x\nparam: {default: 1}\n", "2:8: missing key `type` in `param`"),
        ("name: x\nparam: {type: number, default: x}\n", "2:32: expected a whole number, found the text `x`"),
    ];
    for (text, expected) in cases {
        assert_eq!(problems(text), [expected], "{text}");
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
struct Name(#[allow(dead_code, reason = "only its parsing matters")] String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let fits = text.chars().all(|c| c.is_ascii_lowercase());
        if fits { Ok(Self(text)) } else { Err(format!("`{text}` is not a name: use lower-case letters")) }
    }
}

#[test]
fn a_problem_that_no_schema_knows_has_its_place_too() {
    let source = source("a: fine\nb: Bad\n");
    let found = decode::<BTreeMap<String, Name>>(&node(&source.text), &source).expect_err("a bad name");
    let expected = "\
error: `Bad` is not a name: use lower-case letters
 --> t.yaml:2:4
  |
2 | b: Bad
  |    ^^^";
    assert_eq!(found.render(false), expected);
}
