//! Every variable in one contract, with its value in every environment.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::Run;
use super::draft::{Draft, DraftUnit, Need, with_other};
use super::twins::{merged, shared, twice};
use crate::blueprint::dynamic;
use crate::catalog::{KnownValue, Only, VariableSpec};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::{Context, snake};
use crate::stack::{
    Binding, Environment, Generate, Name, Params, Part, Protocol, Provider, Secret, Unit, Value, Variable, VariableType,
};
use crate::yaml::At;

/// Marks the name of a secret inside a rendered text; no template can print it by itself.
const MARK: char = '\u{1}';

type Step<T> = Result<T, Box<Diagnostic>>;

/// The contract and the secrets behind it; also tells every process which variables it receives.
pub(super) fn collect(run: &Run, draft: &mut Draft) -> Result<(Vec<Variable>, Vec<Secret>), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut all = Vec::new();
    let mut secrets = Vec::new();
    let seen: BTreeMap<&str, Context> =
        draft.units.iter().map(|one| (one.unit.name.as_str(), dynamic(&one.unit))).collect();
    for unit in &draft.units {
        let collector = Collector { run, draft, unit, seen: &seen };
        let found = collector.all(&mut secrets).map_err(|problem| unit.blame(*problem));
        let Some(mut own) = problems.absorb(found) else { continue };
        own.sort_by(|a, b| a.name.cmp(&b.name));
        own.dedup_by(|second, first| merged(first, second));
        for pair in own.windows(2).filter(|pair| pair[0].name == pair[1].name) {
            problems.push(unit.at().key("component").point(twice(unit, &pair[0], &pair[1])));
        }
        all.extend(own);
    }
    secrets.sort_by(|a: &Secret, b| a.name.cmp(&b.name));
    secrets.dedup();
    for pair in secrets.windows(2).filter(|pair| pair[0].name == pair[1].name) {
        let place = |secret: &Secret| draft.unit(secret.unit.as_str()).map(|unit| unit.spec.place.key("name"));
        let (first, second) = (place(&pair[0]).unwrap_or_default(), place(&pair[1]).unwrap_or_default());
        problems.push(second.at().point(with_other(shared(&pair[0], &pair[1]), first.at())));
    }
    for unit in &mut draft.units {
        for process in &mut unit.unit.processes {
            let received = all.iter().filter(|variable: &&Variable| {
                variable.unit == unit.unit.name
                    && (variable.processes.is_empty() || variable.processes.contains(&process.name))
            });
            process.variables = received.map(|variable| variable.name.clone()).collect();
        }
    }
    problems.into_result((all, secrets))
}

/// Collects the variables of one unit.
struct Collector<'a> {
    run: &'a Run<'a>,
    draft: &'a Draft,
    unit: &'a DraftUnit,
    /// Each unit as templates see it, by name.
    seen: &'a BTreeMap<&'a str, Context>,
}

impl Collector<'_> {
    /// Variables that the component and its features declare themselves, and those that bindings bring.
    fn all(&self, secrets: &mut Vec<Secret>) -> Step<Vec<Variable>> {
        for (key, spec) in &self.unit.component.secrets {
            secrets.push(self.secret(key, &spec.help, spec.generate));
        }
        let unit = &self.unit.unit;
        let mut found = Vec::new();
        for (name, spec) in &self.unit.component.variables {
            let at = self.unit.component.at().key("variables").key(name);
            found.extend(self.declared(name, spec, &unit.params, (&self.unit.component.id, at), secrets)?);
        }
        for (feature, params, added) in &self.unit.features {
            for (name, spec) in &added.variables {
                let at = feature.at().key("on").key(&self.unit.component.id).key("variables").key(name);
                found.extend(self.declared(name, spec, params, (&feature.id, at), secrets)?);
            }
        }
        self.bound(&mut found)?;
        Ok(found)
    }

    fn declared(
        &self,
        name: &str,
        spec: &VariableSpec,
        params: &Params,
        (because, at): (&str, At),
        secrets: &mut Vec<Secret>,
    ) -> Step<Option<Variable>> {
        let local = &self.draft.environments[0];
        let context = |environment: &Environment| self.context(self.unit, params, environment, None);
        if let Some(when) = &spec.when
            && !self.run.engine.holds(at.key("when"), when, &context(local))?
        {
            return Ok(None);
        }
        let default = spec.default.as_ref();
        let default = default.map(|text| self.run.engine.text(at.key("default"), text, &context(local))).transpose()?;
        let generate =
            spec.generate.or((spec.secret && spec.value.is_none() && default.is_none()).then_some(Generate::Empty));
        if let Some(generate) = generate {
            secrets.push(self.secret(name, &spec.help, generate));
        }
        let mut values = BTreeMap::new();
        for environment in &self.draft.environments {
            if self.unit.unit.provider(&environment.name) != Provider::Container {
                continue; // nothing of ours runs there to read it
            }
            if spec.only == Some(Only::Local) && !environment.is_local() {
                continue;
            }
            let text = spec.local.as_ref().filter(|_| environment.is_local()).map(|text| ("local", text));
            let value = match (text.or(spec.value.as_ref().map(|text| ("value", text))), generate) {
                (Some((key, text)), _) => {
                    let text = self.run.engine.text(at.key(key), text, &context(environment))?;
                    Some(self.placed(&text, environment, name))
                }
                (None, Some(_)) if environment.is_local() => {
                    Some(Value::Text(vec![Part::Secret(self.local_name(name))]))
                }
                (None, _) if spec.secret && !environment.is_local() => Some(self.stored(name)),
                (None, _) => None,
            };
            if let Some(value) = value {
                values.insert(environment.name.clone(), value);
            }
        }
        let secret = spec.secret || values.values().any(|value| value.plain().is_none());
        let processes = self.receivers(&spec.processes);
        let example = spec.example.clone().or_else(|| values.get(&local.name)?.plain()).or_else(|| default.clone());
        Ok(Some(Variable {
            unit: self.unit.unit.name.clone(),
            name: name.to_owned(),
            help: spec.help.clone(),
            kind: spec.kind,
            secret,
            // What is missing somewhere can't be demanded everywhere.
            required: spec.only.is_none() && spec.required.unwrap_or(default.is_none()),
            default,
            example: example.unwrap_or_default(),
            because: because.to_owned(),
            processes,
            values,
        }))
    }

    /// Names of the processes that a variable is for: named exactly, or made from a list.
    fn receivers(&self, wanted: &[String]) -> Vec<Name> {
        let wants = |name: &str| {
            wanted.iter().any(|w| w == name || name.strip_prefix(w.as_str()).is_some_and(|rest| rest.starts_with('-')))
        };
        let names = self.unit.unit.processes.iter().map(|process| &process.name);
        if wanted.is_empty() { Vec::new() } else { names.filter(|name| wants(name.as_str())).cloned().collect() }
    }

    /// Adds the variables that bindings bring.
    fn bound(&self, found: &mut Vec<Variable>) -> Step<()> {
        for (alias, need) in &self.unit.requires {
            let Some(binding) = self.unit.unit.bindings.iter().find(|binding| binding.alias == *alias) else {
                continue;
            };
            let Some(provider) = self.draft.unit(binding.unit.as_str()) else { continue };
            for (name, value) in &need.requirement.variables {
                found.push(self.binding_variable(name, value, need, binding, provider)?);
            }
        }
        Ok(())
    }

    fn binding_variable(
        &self,
        name: &str,
        value: &str,
        need: &Need,
        binding: &Binding,
        provider: &DraftUnit,
    ) -> Step<Variable> {
        let at = provider.component.at().key("provides").key(&binding.capability).key("values").key(value);
        let provision = provider.component.provides.get(&binding.capability);
        let template = provision.and_then(|provision| provision.values.get(value)).ok_or_else(|| {
            let problem = Diagnostic::error(format!(
                "`{}` wants `{value}` of `{}` for {name}, which `{}` doesn't provide",
                self.unit.unit.name, binding.capability, provider.component.id
            ));
            Box::new(need.place.at().key("variables").key(name).point(problem))
        })?;
        let mut values = BTreeMap::new();
        for environment in &self.draft.environments {
            let by = provider.unit.provider(&environment.name);
            let found = match (by, provider.component.known_value(by, &binding.capability, value)) {
                (Provider::External | Provider::Managed, None) => self.stored(name),
                (_, Some(kept)) => {
                    let context = self.context(provider, &provider.unit.params, environment, None);
                    let kind = match by {
                        Provider::Package => "package",
                        Provider::Managed => "managed",
                        _ => "operator",
                    };
                    let at = provider.component.at().key(kind).key("values");
                    let at = at.key(&binding.capability).key(value);
                    let text = |at: At, text: &str| self.run.engine.text(at, text, &context);
                    match kept {
                        KnownValue::Stored(kept) => {
                            Value::Stored { secret: text(at.key("secret"), &kept.secret)?, key: kept.key.clone() }
                        }
                        KnownValue::Plain(known) => self.placed(&text(at, known)?, environment, name),
                    }
                }
                _ => {
                    let context = self.context(provider, &provider.unit.params, environment, Some(&binding.endpoint));
                    let text = self.run.engine.text(at, template, &context)?;
                    self.placed(&text, environment, name)
                }
            };
            values.insert(environment.name.clone(), found);
        }
        let secret = values.values().any(|value| value.plain().is_none());
        let local = values.get(&self.draft.environments[0].name);
        let example = local.map(example).unwrap_or_default();
        let url = example.contains("://");
        Ok(Variable {
            unit: self.unit.unit.name.clone(),
            name: name.to_owned(),
            help: format!("The {value} of `{}` ({})", provider.unit.name, provider.unit.title),
            kind: if url { VariableType::Url } else { VariableType::String },
            secret,
            // What may come up later than its consumer has an address all the same.
            required: !need.requirement.optional,
            default: None,
            example,
            because: binding.alias.clone(),
            // One settings module serves every process of a unit, and it refuses to start incomplete.
            processes: Vec::new(),
            values,
        })
    }

    /// A text as a value: with secrets in it, it is kept as a whole where the environment keeps secrets.
    fn placed(&self, text: &str, environment: &Environment, variable: &str) -> Value {
        if text.contains(MARK) && !environment.is_local() {
            return self.stored(variable);
        }
        let pieces = text.split(MARK).enumerate();
        let parts = pieces.filter(|(_, piece)| !piece.is_empty()).map(|(at, piece)| {
            if at % 2 == 1 { Part::Secret(piece.to_owned()) } else { Part::Plain(piece.to_owned()) }
        });
        Value::Text(parts.collect())
    }

    fn stored(&self, variable: &str) -> Value {
        Value::Stored { secret: format!("{}-secrets", self.unit.unit.name), key: variable.to_owned() }
    }

    fn secret(&self, key: &str, help: &str, generate: Generate) -> Secret {
        Secret { name: self.local_name(key), help: help.to_owned(), unit: self.unit.unit.name.clone(), generate }
    }

    fn local_name(&self, key: &str) -> String {
        local_name(&self.unit.unit.name, key)
    }

    /// Where browsers find a unit and what is bound to it on a developer's machine, by port.
    fn origins(&self, of: &Unit) -> Vec<String> {
        let near = |unit: &Unit| unit.name == of.name || unit.bindings.iter().any(|binding| binding.unit == of.name);
        let units = self.draft.units.iter().map(|draft| &draft.unit).filter(|unit| near(unit));
        let open = units.flat_map(|unit| &unit.endpoints).filter(|endpoint| endpoint.protocol == Protocol::Http);
        let ports: BTreeSet<u16> = open.filter_map(|endpoint| endpoint.host_port).collect();
        ports.into_iter().map(|port| format!("http://localhost:{port}")).collect()
    }

    /// What value templates of a component may use; `port` is that of the endpoint, or of the first one.
    fn context(&self, of: &DraftUnit, params: &Params, environment: &Environment, endpoint: Option<&str>) -> Context {
        let unit = &of.unit;
        let secrets: Map<String, Json> = of
            .component
            .secrets
            .keys()
            .map(|key| (key.clone(), format!("{MARK}{}{MARK}", local_name(&unit.name, key)).into()))
            .collect();
        let endpoints: Map<String, Json> =
            unit.endpoints.iter().map(|endpoint| (endpoint.name.clone(), json!({ "port": endpoint.port }))).collect();
        let own = unit.name.to_string();
        let host = unit.hosts.get(&environment.name);
        let port = endpoint.and_then(|name| unit.endpoint(name)).or(unit.endpoints.first()).map(|found| found.port);
        Context::from(BTreeMap::from([
            ("project", dynamic(&self.draft.project)),
            ("unit", self.seen.get(unit.name.as_str()).cloned().unwrap_or_default()),
            ("params", dynamic(params)),
            ("environment", dynamic(environment)),
            ("secrets", dynamic(secrets)),
            ("host", dynamic(host.unwrap_or(&own))),
            ("endpoints", dynamic(endpoints)),
            ("origins", dynamic(self.origins(unit))),
            ("port", dynamic(port)),
        ]))
    }
}

/// The name of a secret on a developer's machine: unique, because unit names are.
fn local_name(unit: &Name, key: &str) -> String {
    format!("{}_{}", snake(unit.as_str()), snake(key)).to_uppercase()
}

/// A value as it may look: secrets as dots.
fn example(value: &Value) -> String {
    let Value::Text(parts) = value else { return String::new() };
    let piece = |part: &Part| match part {
        Part::Plain(text) => text.clone(),
        Part::Secret(_) => "…".to_owned(),
    };
    parts.iter().map(piece).collect()
}
