//! Who provides a capability, for templates: `has`, `all_of`, `first_of`, `address_of`, and the bindings of a unit.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

use super::{Catalog, Diagnostics, Stack, dynamic};
use crate::diagnostic::did_you_mean;
use crate::stack::{Environment, Provided, Unit};

/// What the stack's parts offer, as templates see it.
pub(super) struct Providers {
    /// Providers by capability, each list by name.
    offers: Arc<BTreeMap<String, Vec<(String, Value)>>>,
    /// Capabilities that something in the catalog provides.
    known: Arc<BTreeSet<String>>,
    /// The ports of every unit by endpoint.
    ports: Arc<BTreeMap<String, BTreeMap<String, u16>>>,
}

impl Providers {
    /// What the units (as templates see them) and platform entries of the stack offer.
    pub(super) fn of(stack: &Stack, catalog: &Catalog, units: &BTreeMap<String, Value>) -> Result<Self, Diagnostics> {
        let mut offers: BTreeMap<String, Vec<(String, Value)>> = BTreeMap::new();
        for unit in &stack.units {
            for (capability, offer) in &unit.provides {
                let value = provider(unit, offer, units.get(unit.name.as_str()).cloned().unwrap_or_default());
                offers.entry(capability.clone()).or_default().push((unit.name.to_string(), value));
            }
        }
        for platform in &stack.platforms {
            for (capability, offer) in &platform.provides {
                let value = dynamic(serde_json::json!({
                    "name": platform.name, "kind": "platform", "title": platform.title, "facts": offer.facts,
                }));
                offers.entry(capability.clone()).or_default().push((platform.name.to_string(), value));
            }
        }
        offers.values_mut().for_each(|list| list.sort_by(|(a, _), (b, _)| a.cmp(b)));
        let ports = stack.units.iter().map(|unit| {
            let ports = unit.endpoints.iter().map(|endpoint| (endpoint.name.clone(), endpoint.port));
            (unit.name.to_string(), ports.collect())
        });
        Ok(Self { offers: offers.into(), known: catalog.capabilities()?.into(), ports: Arc::new(ports.collect()) })
    }

    /// The functions, for a file of that environment or of the whole repository.
    pub(super) fn functions(&self, stack: &Stack, environment: Option<&Environment>) -> Vec<(&'static str, Value)> {
        let all = {
            let (offers, known) = (Arc::clone(&self.offers), Arc::clone(&self.known));
            move |capability: &str, of: Option<Value>| -> Result<Vec<Value>, Error> {
                let wanted = of.as_ref().map(name_of).transpose()?;
                match offers.get(capability) {
                    Some(found) => {
                        let found =
                            found.iter().filter(|(name, _)| wanted.as_ref().is_none_or(|wanted| wanted == name));
                        Ok(found.map(|(_, value)| value.clone()).collect())
                    }
                    None if known.contains(capability) => Ok(Vec::new()),
                    None => Err(unknown(capability, &known)),
                }
            }
        };
        let (every, first) = (all.clone(), all.clone());
        let (ports, hosts) = (Arc::clone(&self.ports), hosts(stack, environment));
        vec![
            ("has", Value::from_function(move |c: &str, of: Option<Value>| Ok::<_, Error>(!all(c, of)?.is_empty()))),
            ("all_of", Value::from_function(move |capability: &str| every(capability, None))),
            (
                "first_of",
                Value::from_function(move |capability: &str, of: Option<Value>| {
                    let asked = of.as_ref().map(name_of).transpose()?;
                    first(capability, of)?.into_iter().next().ok_or_else(|| match asked {
                        Some(name) => fault(format!("`{name}` doesn't provide `{capability}`; ask `has` before")),
                        None => fault(format!("nothing in this stack provides `{capability}`; ask `has` before")),
                    })
                }),
            ),
            (
                "address_of",
                Value::from_function(move |of: Value, endpoint: Option<String>| address(&of, endpoint, &ports, &hosts)),
            ),
        ]
    }

    /// The providers that a unit is bound to, by alias.
    pub(super) fn bindings(&self, unit: &Unit) -> Value {
        let bound = unit.bindings.iter().filter_map(|binding| {
            let offers = self.offers.get(&binding.capability)?;
            let (_, value) = offers.iter().find(|(name, _)| *name == *binding.unit.as_str())?;
            Some((binding.alias.clone(), value.clone()))
        });
        Value::from(bound.collect::<BTreeMap<_, _>>())
    }
}

/// A unit as the provider of one capability.
fn provider(unit: &Unit, offer: &Provided, seen: Value) -> Value {
    let mut value: BTreeMap<&str, Value> = BTreeMap::from([
        ("name", dynamic(&unit.name)),
        ("kind", dynamic(unit.kind)),
        ("title", Value::from(unit.title.as_str())),
        ("facts", dynamic(&offer.facts)),
        ("unit", seen),
    ]);
    if let Some(endpoint) = offer.endpoint.as_ref().and_then(|name| unit.endpoint(name)) {
        value.insert("endpoint", Value::from(endpoint.name.as_str()));
        value.insert("port", Value::from(endpoint.port));
    }
    Value::from(value)
}

/// The names under which units answer in an environment, where those aren't their own.
fn hosts(stack: &Stack, environment: Option<&Environment>) -> BTreeMap<String, String> {
    let Some(environment) = environment else { return BTreeMap::new() };
    let named = stack.units.iter().filter_map(|unit| Some((unit.name.to_string(), unit.hosts.get(&environment.name)?)));
    named.map(|(unit, host)| (unit, host.clone())).collect()
}

/// The name of what is given by its name, as a unit or as a provider.
fn name_of(of: &Value) -> Result<String, Error> {
    let name = if of.kind() == ValueKind::Map { of.get_attr("name")? } else { of.clone() };
    let wrong = || fault(format!("expected a unit, a provider or the name of one, found a {}", of.kind()));
    name.as_str().map(str::to_owned).ok_or_else(wrong)
}

/// `host:port` of a unit, given by its name, as a unit or as a provider.
fn address(
    of: &Value,
    endpoint: Option<String>,
    ports: &BTreeMap<String, BTreeMap<String, u16>>,
    hosts: &BTreeMap<String, String>,
) -> Result<String, Error> {
    let name = name_of(of)?;
    let open = ports.get(&name).ok_or_else(|| fault(format!("there is no unit `{name}` to have an address")))?;
    let endpoint = endpoint.or_else(|| of.get_attr("endpoint").ok()?.as_str().map(str::to_owned));
    let port = match &endpoint {
        Some(endpoint) => open.get(endpoint).ok_or_else(|| {
            let guess = did_you_mean(endpoint, open.keys().map(String::as_str));
            let guess = guess.map(|guess| format!("; did you mean `{guess}`?")).unwrap_or_default();
            fault(format!("`{name}` has no endpoint `{endpoint}`{guess}"))
        })?,
        None if open.len() == 1 => open.values().next().unwrap_or(&0),
        None => {
            let names = open.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(fault(format!("say which endpoint of `{name}`: it has {names}")));
        }
    };
    Ok(format!("{}:{port}", hosts.get(&name).unwrap_or(&name)))
}

fn unknown(capability: &str, known: &BTreeSet<String>) -> Error {
    let guess = did_you_mean(capability, known.iter().map(String::as_str));
    let guess = guess.map(|guess| format!("; did you mean `{guess}`?")).unwrap_or_default();
    fault(format!("no component of the catalog provides `{capability}`{guess}"))
}

fn fault(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}
