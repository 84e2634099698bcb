//! A stack that a test writes down, over the embedded catalog with components of the test's own.
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use stackwright::blueprint::{Blueprint, collect, expand};
use stackwright::catalog::Catalog;
use stackwright::diagnostic::{Diagnostics, Source};
use stackwright::engine;
use stackwright::resolve::resolve;
use stackwright::stack::Stack;
use tempfile::TempDir;

/// What every blueprint of these tests ends with; the test's own text comes first, so that its lines count from 1.
const REST: &str = "
id: test
title: Test
summary: Test
version: '1'
project: { name: shop, domain: shop.example.com, repository: 'https://git.example.com/acme/shop.git', registry: registry.example.com/acme, summary: Test }
environments:
  - { name: local, local: true, host: localhost }
  - { name: production, host: shop.example.com }
";

/// A program that answers HTTP on two ports and needs what `requires` says.
pub(crate) fn program(id: &str, more: &str) -> (String, String) {
    let text = format!(
        "id: {id}\ntitle: Program\nkind: tool\nsummary: Does something\nimage: memcached-1.6\nuser: 1\n{more}\n"
    );
    (id.to_owned(), text)
}

/// The stack, or the messages about it as a terminal shows them.
pub(crate) fn stack(blueprint: &str, components: &[(String, String)]) -> Result<Stack, String> {
    let directory = TempDir::new().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/catalog/versions.yaml");
    fs::copy(fixture, directory.path().join("versions.yaml")).unwrap();
    for (id, text) in components {
        let folder = directory.path().join("components").join(id);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("component.yaml"), text).unwrap();
    }
    let read = || -> Result<Stack, Diagnostics> {
        let catalog = Catalog::load(&[directory.path().to_owned()])?;
        let engine = engine(&catalog);
        let blueprint = Blueprint::parse(&Source::new("test.yaml", format!("{}{REST}", blueprint.trim_start())))?;
        let answers = collect(&blueprint, &BTreeMap::new(), &engine)?;
        resolve(&expand(&blueprint, &answers, &engine)?, &catalog, &engine)
    };
    let shown = |problems: Diagnostics| format!("{}\n", problems.render(false));
    read().map_err(|problems| shown(problems).replace(&directory.path().display().to_string(), "catalog"))
}

/// Compares the messages about a stack that is refused.
#[track_caller]
pub(crate) fn refused(blueprint: &str, components: &[(String, String)], expected: &str) {
    let said = stack(blueprint, components).expect_err("the stack is refused");
    assert!(said.trim_end() == expected.trim(), "expected:\n{}\n-- said:\n{said}", expected.trim());
}

/// The stack, which must be accepted.
#[track_caller]
pub(crate) fn accepted(blueprint: &str, components: &[(String, String)]) -> Stack {
    stack(blueprint, components).unwrap_or_else(|problems| panic!("{problems}"))
}
