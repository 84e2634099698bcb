use super::*;
use crate::check::{Finding, NotAnalysed, Skipped};

fn report() -> Report {
    Report {
        findings: vec![Finding {
            file: "compose.yaml".into(),
            line: Some(3),
            rule: "R020",
            severity: Severity::Error,
            message: "the image `a<b` has no tag".into(),
            hint: Some("name it".into()),
        }],
        notes: Vec::new(),
        rules_run: 2,
        skipped: vec![Skipped { rule: "R021", why: "there is no Dockerfile".into() }],
        not_analysed: vec![NotAnalysed { file: "k.yaml".into(), line: Some(1), what: "`x`".into() }],
    }
}

#[test]
fn text_has_place_rule_and_hint() {
    let expected = "compose.yaml:3: error[R020]: the image `a<b` has no tag\n    name it\n\nnot analysed: k.yaml:1: `x`\n2 of 3 rules apply here: 1 error\nnot used: there is no Dockerfile (1)\n";
    assert_eq!(write(&report(), Format::Text), expected);
    assert_eq!(write(&Report::default(), Format::Text), "0 rules: nothing found\n");
}

#[test]
fn the_closing_lines_say_how_many_rules_apply_and_why_the_others_do_not() {
    let why = |count: usize, why: &str| vec![Skipped { rule: "R000", why: why.into() }; count];
    let skipped = [why(9, "there is no overlay"), why(2, "b"), why(3, "there is no workflow"), why(2, "a")].concat();
    let report = Report { rules_run: 1, skipped, ..Report::default() };
    let expected = "1 of 17 rules apply here: nothing found\n\
                    not used: there is no overlay (9); there is no workflow (3); a (2); \
                    other reasons (2), which `--format json` lists\n";
    assert_eq!(write(&report, Format::Text), expected);
}

#[test]
fn json_is_stable() {
    let value: serde_json::Value = serde_json::from_str(&write(&report(), Format::Json)).unwrap();
    assert_eq!(value["version"], 1);
    assert_eq!(value["findings"][0]["rule"], "R020");
    assert_eq!(value["findings"][0]["severity"], "error");
    assert_eq!(value["summary"]["errors"], 1);
    assert_eq!(value["skipped"][0]["rule"], "R021");
}

#[test]
fn sarif_names_rule_and_place() {
    let value: serde_json::Value = serde_json::from_str(&write(&report(), Format::Sarif)).unwrap();
    let result = &value["runs"][0]["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!((&place["artifactLocation"]["uri"], &place["region"]["startLine"]), (&"compose.yaml".into(), &3.into()));
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(value["runs"][0]["tool"]["driver"]["rules"][index]["id"], "R020");
}

#[test]
fn junit_and_github_escape() {
    let junit = write(&report(), Format::Junit);
    assert!(junit.contains("a&lt;b") && junit.contains("<skipped message=\"there is no Dockerfile\"/>"), "{junit}");
    let github = write(&report(), Format::Github);
    assert_eq!(github, "::error file=compose.yaml,line=3,title=R020::the image `a<b` has no tag%0Aname it\n");
}
