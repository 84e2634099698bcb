//! What components and targets say about the objects of their products: `check.yaml` in their folders.
//!
//! A rule that compares a field with a text, a fact or another field is data there. Nothing here knows a product.
pub(super) mod field;
mod test;

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use super::facts::Facts;
use super::kubernetes::Object;
use super::{Rule, Sink, rules};
use crate::catalog::{Catalog, CheckSpec, CommandOption, Objects, Product, ProductChecks};
use crate::diagnostic::Diagnostics;
use crate::yaml::{FileLine, Node};

/// All rules, with what is known about products.
#[derive(Debug, Clone)]
pub struct RuleBook {
    /// Every rule, by id.
    pub rules: Vec<Rule>,
    products: Arc<Vec<Product>>,
}

/// The rules and products of the program itself.
static EMBEDDED: LazyLock<RuleBook> = LazyLock::new(|| {
    let book = Product::embedded().and_then(RuleBook::new);
    book.expect("a test reads what is embedded")
});

impl RuleBook {
    /// What the program itself knows.
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// What a catalog knows beside the program's own rules.
    pub fn of(catalog: &Catalog) -> Result<Self, Diagnostics> {
        Self::new(Product::all(catalog)?)
    }

    fn new(products: Vec<Product>) -> Result<Self, Diagnostics> {
        let mut rules = rules::all()?;
        for (id, text) in products.iter().flat_map(|product| &product.checks.rules) {
            if !rules.iter().any(|rule| rule.id == id) {
                rules.push(Rule::new(id, text, |_, _| {}));
            }
        }
        rules.sort_by_key(|rule| rule.id);
        Ok(Self { rules, products: Arc::new(products) })
    }

    /// What must hold in a stack: what targets say, what its components say, and those that are like them.
    pub(super) fn of_components<'b>(&'b self, components: &BTreeSet<&str>) -> Vec<Applied<'b>> {
        let named = |id: &str| self.products.iter().find(|product| product.component.as_deref() == Some(id));
        let mut applied: Vec<Applied<'b>> = Vec::new();
        for product in self.products.iter() {
            match product.component.as_deref() {
                None => applied.push(Applied { component: None, checks: &product.checks }),
                Some(id) if components.contains(id) => {
                    let like = product.checks.like.iter().filter_map(|id| named(id));
                    let all = std::iter::once(product).chain(like);
                    applied.extend(all.map(|other| Applied { component: Some(id), checks: &other.checks }));
                }
                Some(_) => {}
            }
        }
        applied
    }

    /// What is known about kinds of objects, which is so wherever there is one.
    pub(super) fn everywhere(&self) -> impl Iterator<Item = &ProductChecks> {
        self.products.iter().map(|product| &product.checks)
    }

    /// Why a rule of a product has nothing to look at.
    pub(super) fn unused(&self, id: &str) -> Option<&str> {
        self.products.iter().find_map(|product| product.checks.rules.get(id)?.unused.as_deref())
    }
}

/// A product's checks, for a component of the stack.
#[derive(Debug, Clone, Copy)]
pub(super) struct Applied<'b> {
    /// The component whose units they are about; a target's concern objects only.
    pub component: Option<&'b str>,
    pub checks: &'b ProductChecks,
}

/// What a check looks at: an object, or an item in it, with what is delivered together with it.
struct Subject<'f> {
    item: &'f Node,
    together: &'f [Object],
}

/// Runs what products say under a rule; whether there was anything to look at.
pub(super) fn run(facts: &Facts, out: &mut Sink) -> bool {
    let (mut any, rule) = (false, out.rule.id);
    for applied in &facts.products {
        for check in applied.checks.checks.iter().filter(|check| check.rule == rule) {
            if let Some(of) = &check.of {
                any |= objects(facts, check, of, out);
            }
            if let (Some(option), Some(component)) = (&check.option, applied.component) {
                any |= commands(facts, check, option, component, out);
            }
        }
    }
    any
}

/// Every object, with those that are delivered together with it.
fn all<'f>(facts: &'f Facts) -> impl Iterator<Item = (&'f Object, &'f [Object])> {
    let inside = facts.overlays.iter().map(|overlay| overlay.objects.as_slice());
    let groups = inside.chain(facts.others.values().map(Vec::as_slice)).chain([facts.loose.as_slice()]);
    groups.flat_map(|objects| objects.iter().map(move |object| (object, objects)))
}

fn objects(facts: &Facts, check: &CheckSpec, of: &Objects, out: &mut Sink) -> bool {
    let mut any = false;
    let meant =
        |object: &Object| object.group() == of.group && (of.kinds.is_empty() || of.kinds.contains(&object.kind));
    for (object, together) in all(facts).filter(|(object, _)| meant(object)) {
        let items = check.each.as_ref().map_or_else(|| vec![&object.node], |each| field::items(&object.node, each));
        for item in items {
            let subject = Subject { item, together };
            if check.when.iter().any(|one| subject.violation(facts, &one.is, &one.field).is_some()) {
                continue;
            }
            any = true;
            if let Some(violation) = subject.violation(facts, &check.must, &check.field) {
                let at = field::place(item, check.at.as_ref().unwrap_or(&check.field));
                let words = [("object", object.what()), ("value", violation.value), ("other", violation.other)];
                report(check, at, &words, item, out);
            }
        }
    }
    any
}

/// The commands that run the units of a component which others use as a capability.
fn commands(facts: &Facts, check: &CheckSpec, option: &CommandOption, component: &str, out: &mut Sink) -> bool {
    let stack = facts.stack;
    let bindings = || stack.units.iter().flat_map(|consumer| &consumer.bindings);
    let mut any = false;
    for unit in stack.units.iter().filter(|unit| unit.component == component) {
        if !bindings().any(|one| one.unit == unit.name && one.capability.starts_with(&option.used_as)) {
            continue;
        }
        any = true;
        for running in facts.running.iter().filter(|running| running.unit(stack).is_some_and(|one| one == &unit.name)) {
            let Some((argv, at)) = &running.command else { continue };
            let value = argv.windows(2).find(|pair| pair[0].trim_start_matches('-') == option.name);
            let Some([_, value]) = value else { continue };
            let node = Node::text(*at, value.as_str());
            let subject = Subject { item: &node, together: &[] };
            if let Some(violation) = subject.violation(facts, &check.must, &check.field) {
                let words = [("unit", unit.name.to_string()), ("value", violation.value), ("other", violation.other)];
                report(check, *at, &words, &node, out);
            }
        }
    }
    any
}

fn report(check: &CheckSpec, at: FileLine, words: &[(&str, String)], item: &Node, out: &mut Sink) {
    let finding = out.at(at, field::filled(&check.say, words, item));
    finding.hint = check.hint.as_ref().map(|hint| field::filled(hint, words, item));
}
