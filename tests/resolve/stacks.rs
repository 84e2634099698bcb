//! A stack that a test writes down, over the embedded catalog with components of the test's own.
use stackwright::diagnostic::Source;
use stackwright::stack::Stack;

use crate::bench::Bench;

/// What every blueprint of these tests ends with; the test's own text comes first, so that its lines count from 1.
const REST: &str = "
id: test
title: Test
summary: Test
version: '1'
project: { name: shop, domain: shop.example.com, repository: 'https://git.example.com/acme/shop.git', registry: registry.example.com/acme, summary: Test }
environments:
  - { name: local, runtime: machine, host: localhost }
  - { name: production, host: shop.example.com }
";

/// A program that answers HTTP on two ports and needs what `requires` says.
pub(crate) fn program(id: &str, more: &str) -> (String, String) {
    let text = format!(
        "id: {id}\ntitle: Program\nkind: tool\nsummary: Does something\nimage: memcached-1.6\nuser: 1\n{more}\n"
    );
    (id.to_owned(), text)
}

/// What Go services need.
pub(crate) const MODULE: &str = "platforms: [{ name: module, component: go-module }]\n";

/// A feature of Go services that consumes something.
pub(crate) fn consumer() -> (String, String) {
    let text =
        "id: eater\ntitle: Consumer\nkind: feature\nsummary: Consumes\non: { go-service: { fills: [consumer] } }\n";
    ("eater".to_owned(), text.to_owned())
}

/// The stack, or the messages about it as a terminal shows them.
pub(crate) fn stack(blueprint: &str, components: &[(String, String)]) -> Result<Stack, String> {
    let pins = ("pins.yaml".to_owned(), include_str!("../fixtures/catalog/pins.yaml").to_owned());
    let own = components.iter().map(|(id, text)| (format!("components/{id}/component.yaml"), text.clone()));
    let source = Source::new("test.yaml", format!("{}{REST}", blueprint.trim_start()));
    let made = Bench::with(own.chain([pins]).collect()).and_then(|bench| bench.resolved(&source, &[]));
    made.map_err(|problems| problems.render(false))
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
