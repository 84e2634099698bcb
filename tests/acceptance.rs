//! `docs/acceptance/*.yaml`: what a stack's review list asks for, and what shows it. Every named proof exists; the page
//! beside the data is made from it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use stackwright::check::RULES;
use stackwright::diagnostic::Source;
use stackwright::yaml;

/// The review list of one blueprint.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    /// The blueprint's id.
    blueprint: String,
    /// What the list is about, above the table.
    about: String,
    rows: Vec<Row>,
}

/// One row: exactly one of `shown`, `not_applicable` and `open`.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    /// What must hold.
    must: String,
    /// Proofs: `rule R001`, `validator NAME`, `test FILE::FUNCTION`, `suite FILE::TEST` of the example, `prove CHECK`.
    #[serde(default)]
    shown: Vec<String>,
    /// Why it doesn't apply.
    not_applicable: Option<String>,
    /// What is missing.
    open: Option<String>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn lists() -> Vec<(PathBuf, Acceptance)> {
    let entries = fs::read_dir(root().join("docs/acceptance")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    let read = |path: PathBuf| {
        let source = Source::new(path.display().to_string(), fs::read_to_string(&path).unwrap());
        let document = yaml::parse_one(&source).unwrap_or_else(|problems| panic!("{problems:?}"));
        let list = yaml::decode(&document, &source).unwrap_or_else(|problems| panic!("{problems:?}"));
        (path, list)
    };
    paths.into_iter().map(read).collect()
}

/// The text of every file below a directory of this repository with one of the extensions.
fn texts(directory: &str, extension: &str) -> String {
    fn walk(directory: &Path, extension: &str, text: &mut String) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, extension, text);
            } else if path.extension().is_some_and(|found| found == extension) {
                text.push_str(&fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut text = String::new();
    walk(&root().join(directory), extension, &mut text);
    text
}

/// What is wrong with a proof, or nothing.
fn missing(blueprint: &str, proof: &str) -> Option<String> {
    let (kind, name) = proof.split_once(' ')?;
    let within = |file: &Path, mark: String| match fs::read_to_string(file) {
        Ok(text) if text.contains(&mark) => None,
        Ok(_) => Some(format!("{} has no `{mark}`", file.display())),
        Err(error) => Some(format!("{}: {error}", file.display())),
    };
    match kind {
        "rule" => (!RULES.iter().any(|rule| rule.id == name)).then(|| format!("there is no rule {name}")),
        "validator" => {
            let table = texts("scripts/validate", "py");
            let known =
                table.contains(&format!("Validator(\"{name}\"")) || table.contains(&format!("        \"{name}\","));
            (!known).then(|| format!("there is no validator {name}"))
        }
        "prove" => (!texts("scripts/prove", "py").contains(&format!("\"{name}")))
            .then(|| format!("nothing in scripts/prove is called `{name}`")),
        "test" => {
            let (file, function) = name.split_once("::")?;
            within(&root().join(file), format!("fn {function}("))
        }
        "suite" => {
            let (file, function) = name.split_once("::")?;
            within(&root().join("examples").join(blueprint).join("repository").join(file), format!("{function}("))
        }
        _ => Some(format!("`{kind}` is no kind of proof")),
    }
}

#[test]
fn every_named_proof_exists() {
    let lists = lists();
    assert!(!lists.is_empty(), "docs/acceptance has no list");
    let mut problems = Vec::new();
    for (_, list) in &lists {
        let mut ids = BTreeSet::new();
        for row in &list.rows {
            let said = [!row.shown.is_empty(), row.not_applicable.is_some(), row.open.is_some()];
            if said.iter().filter(|said| **said).count() != 1 {
                problems.push(format!("{}: exactly one of shown, not_applicable and open", row.id));
            }
            if !ids.insert(row.id.as_str()) {
                problems.push(format!("{} stands twice", row.id));
            }
            for proof in &row.shown {
                problems.extend(missing(&list.blueprint, proof).map(|why| format!("{}: {why}", row.id)));
                if !proof.contains(' ') {
                    problems.push(format!("{}: `{proof}` names no proof", row.id));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_proof_that_does_not_exist_is_noticed() {
    for proof in
        ["rule R999", "validator none", "prove nothing of the kind", "test tests/acceptance.rs::none", "wish x"]
    {
        assert!(missing("go-platform", proof).is_some(), "{proof}");
    }
}

/// The page of a list.
fn page(list: &Acceptance) -> String {
    let mut page = format!("# What {} is held to\n\n{}\n\n", list.blueprint, list.about.trim());
    page.push_str(
        "This page is made from the data beside it; `make test` fails when a named proof does not exist.\n\n",
    );
    page.push_str("| row | what must hold | |\n|---|---|---|\n");
    for row in &list.rows {
        let by = match (&row.not_applicable, &row.open) {
            (Some(why), _) => format!("not applicable: {why}"),
            (_, Some(what)) => format!("**open**: {what}"),
            _ => row.shown.iter().map(|proof| format!("`{proof}`")).collect::<Vec<_>>().join(", "),
        };
        writeln!(page, "| {} | {} | {by} |", row.id, row.must).unwrap();
    }
    page
}

#[test]
fn the_pages_are_made_from_the_data() {
    for (path, list) in lists() {
        let beside = path.with_extension("md");
        let wanted = page(&list);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&beside, &wanted).unwrap();
        }
        let found = fs::read_to_string(&beside).unwrap_or_default();
        assert_eq!(found, wanted, "`UPDATE_DOCS=1 cargo test --test acceptance` writes {}", beside.display());
    }
}
