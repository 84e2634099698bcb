use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::render::{Context, Engine};

/// A blueprint with those questions, as YAML in the flow style.
fn with_questions(questions: &str) -> Result<Blueprint, Diagnostics> {
    let text = format!(
        "id: t\ntitle: T\nsummary: T\nversion: '1'\nquestions: {questions}\nproject: {{ name: t, domain: t.io, repository: r, registry: r, \
         summary: T }}\nunits: []\nenvironments: []\n"
    );
    Blueprint::parse(&Source::new("t.yaml", text), &Catalog::load(&[]).unwrap())
}

fn engine() -> Engine {
    Engine::new(Arc::new(|_| None), |_| None, |_| None)
}

fn nothing() -> Context {
    context(&Answers::new())
}

#[test]
fn the_form_of_items_is_checked() {
    let field = "{ id: name, type: name, ask: N }";
    for (question, problem) in [
        ("{ id: a, type: items, ask: A, key: name }", "has `fields` and a `key`"),
        (&format!("{{ id: a, type: items, ask: A, fields: [{field}] }}"), "has `fields` and a `key`"),
        (&format!("{{ id: a, type: list, ask: A, fields: [{field}] }}"), "has `fields` and a `key`"),
        (&format!("{{ id: a, type: items, ask: A, key: nome, fields: [{field}] }}"), "`key` names a field"),
        ("{ id: a, type: items, ask: A, key: n, fields: [{ id: n, type: number, ask: N }] }", "`key` names a field"),
        (
            &format!("{{ id: a, type: items, ask: A, key: name, fields: [{field}, {field}] }}"),
            "in its fields: question `name` is asked twice",
        ),
        (
            &format!(
                "{{ id: a, type: items, ask: A, key: name, fields: [{field}, {{ id: b, type: items, ask: B, key: name, fields: [{field}] }}] }}"
            ),
            "can't have items of its own",
        ),
    ] {
        let problems = with_questions(&format!("[{question}]")).unwrap_err().to_string();
        assert!(problems.contains(problem), "{question}: {problems}");
    }
}

const THINGS: &str = "[{ id: things, type: items, ask: T, key: name, fields: [
    { id: name, type: name, ask: N },
    { id: big, type: boolean, ask: B, default: true },
    { id: size, type: number, ask: S, when: item.big, default: '@{ item.name | length }@' },
    { id: note, type: text, ask: W, when: not item.big }] }]";

#[test]
fn items_have_one_form_and_keep_it() {
    let (blueprint, engine) = (with_questions(THINGS).unwrap(), engine());
    let question = &blueprint.questions[0];
    let given = json!([{ "name": "four" }, { "note": "why", "big": false, "name": "b", "size": 9 }]);
    let whole = validate(question, &given, &engine, &nothing()).unwrap();
    let expected = json!([
        { "name": "four", "big": true, "size": 4, "note": "" },
        // A field that isn't asked for takes its default, whatever was given.
        { "name": "b", "big": false, "size": 1, "note": "why" },
    ]);
    assert_eq!(whole, expected);
    assert_eq!(validate(question, &whole, &engine, &nothing()).unwrap(), whole);
    let short = essential(question, &whole, &engine, &nothing());
    assert_eq!(short, json!([{ "name": "four" }, { "name": "b", "big": false, "note": "why" }]));
    assert_eq!(validate(question, &short, &engine, &nothing()).unwrap(), whole);
    assert_eq!(parse_text(question, &short.to_string()).unwrap(), short);
}

#[test]
fn a_field_without_a_value_is_named_with_its_item() {
    let (blueprint, engine) = (with_questions(THINGS).unwrap(), engine());
    let given = json!([{ "name": "a" }, { "name": "b", "big": false }, { "big": true }]);
    let reasons = validate(&blueprint.questions[0], &given, &engine, &nothing()).unwrap_err();
    assert_eq!(
        reasons,
        [
            "things[1].note: it is missing, and has no default: W",
            "things[2].name: it is missing, and has no default: N"
        ]
    );
}

#[test]
fn units_follow_items_and_selections_of_them() {
    let mut blueprint = with_questions(THINGS).unwrap();
    for (name, each) in [("@{ item.name }@", "things"), ("@{ item.name }@-big", "things | selectattr('big')")] {
        let unit = json!({ "name": name, "component": "c", "each": each, "params": { "size": "@{ item.size }@" } });
        blueprint.units.push(serde_json::from_value(unit).unwrap());
    }
    let given =
        BTreeMap::from([("things".to_owned(), Given::text("[{name: a}, {name: b, big: no, note: x}]", "--set"))]);
    let given_wrong = collect(&blueprint, &given, &engine()).unwrap_err().to_string();
    assert!(given_wrong.contains("things[1].big: expected yes or no"), "{given_wrong}");
    let given = Given::text("[{name: a}, {name: b, big: false, note: x}]", "--set");
    let answers = collect(&blueprint, &BTreeMap::from([("things".to_owned(), given)]), &engine()).unwrap();
    let spec = expand(&blueprint, &answers, &engine()).unwrap();
    let names: Vec<&str> = spec.units.iter().map(|unit| unit.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "a-big"]);
    assert_eq!(spec.units[0].params["size"], 1);
}

#[test]
fn a_question_that_depends_on_a_wrong_answer_is_not_complained_about() {
    let blueprint = with_questions(
        "[{ id: size, type: number, ask: S, max: 9 }, { id: why, type: text, ask: W, when: size > 3, default: x }]",
    )
    .unwrap();
    let given = [("size", Given::typed(10.into(), "a test")), ("why", Given::text("because", "a test"))];
    let given = given.into_iter().map(|(id, answer)| (id.to_owned(), answer)).collect();
    let problems = collect(&blueprint, &given, &engine()).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems}");
}
