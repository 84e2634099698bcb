//! Who runs a unit in each environment, as far as its component offers it.
use std::collections::BTreeMap;

use crate::blueprint::{ProviderSpec, UnitSpec};
use crate::catalog::Component;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::stack::{Environment, Name, Provider, Runtime, UnitKind};

/// Every provider with its word.
const PROVIDERS: [(Provider, &str); 5] = [
    (Provider::Container, "container"),
    (Provider::Operator, "operator"),
    (Provider::Package, "package"),
    (Provider::Managed, "managed"),
    (Provider::External, "external"),
];

/// The provider in each environment; what is built is run by the stack itself and has none.
pub(super) fn decide(
    spec: &UnitSpec,
    component: &Component,
    kind: UnitKind,
    environments: &[Environment],
    problems: &mut Diagnostics,
) -> BTreeMap<Name, Provider> {
    strangers(spec, environments, problems);
    if kind == UnitKind::Service {
        if !spec.providers.is_empty() {
            let problem = Diagnostic::error(format!("service `{}` has providers", spec.name))
                .note("the stack runs its own services itself; only resources and tools have providers");
            problems.push(spec.place.at().key("providers").point(problem));
        }
        return BTreeMap::new();
    }
    let mut providers = BTreeMap::new();
    let mut refused: BTreeMap<Choice, Vec<&Environment>> = BTreeMap::new();
    for environment in environments {
        let choice = Choice::of(spec, environment);
        match ProviderSpec::parse(choice.word).filter(|provider| offers(component, *provider, environment.runtime)) {
            Some(provider) => drop(providers.insert(environment.name.clone(), provider)),
            None => refused.entry(choice).or_default().push(environment),
        }
    }
    problems.extend(refused.iter().map(|(choice, environments)| choice.refusal(spec, component, environments)));
    providers
}

/// Environments that are named and don't exist.
fn strangers(spec: &UnitSpec, environments: &[Environment], problems: &mut Diagnostics) {
    let known = || environments.iter().map(|environment| environment.name.as_str());
    for key in spec.providers.keys().filter(|key| *key != "default" && !known().any(|name| name == *key)) {
        let problem = Diagnostic::error(format!("there is no environment `{key}`")).guess(key, known());
        problems.push(spec.place.at().key("providers").key(key).name().point(problem));
    }
}

/// What the description says about an environment: under which key, and which provider.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Choice<'a> {
    /// Nothing where it says nothing, which means what is usual there.
    key: Option<&'a str>,
    word: &'a str,
}

/// Who runs a unit in an environment that says nothing about it.
fn usual(runtime: Runtime) -> &'static str {
    match runtime {
        Runtime::Machine | Runtime::Cluster => "container",
        Runtime::Hosts => "package",
        Runtime::Paas => "managed",
    }
}

impl<'a> Choice<'a> {
    fn of(spec: &'a UnitSpec, environment: &Environment) -> Self {
        let own = spec.providers.get_key_value(environment.name.as_str());
        let rest = if environment.is_local() { None } else { spec.providers.get_key_value("default") };
        own.or(rest).map_or(Self { key: None, word: usual(environment.runtime) }, |(key, word)| Self {
            key: Some(key),
            word: &word.0,
        })
    }

    /// Why environments can't have what was chosen for them.
    fn refusal(&self, spec: &UnitSpec, component: &Component, environments: &[&Environment]) -> Diagnostic {
        let at = match self.key {
            Some(key) => spec.place.at().key("providers").key(key),
            None => spec.place.at().key("name"),
        };
        let Some(provider) = ProviderSpec::parse(self.word) else {
            let problem = Diagnostic::error(format!("`{}` is not a provider", self.word))
                .note("providers are container, operator, package, managed and external");
            return at.point(problem.guess(self.word, PROVIDERS.map(|(_, word)| word)));
        };
        let names = environments.iter().map(|environment| format!("`{}`", environment.name));
        let mut problem = Diagnostic::error(format!(
            "`{}` can't have the provider `{}` in {}: component `{}` doesn't offer it there",
            spec.name,
            self.word,
            names.collect::<Vec<_>>().join(", "),
            component.id
        ));
        if let Some(because) = component.development.as_ref().filter(|_| provider == Provider::Container) {
            problem = problem.note(because.clone());
        } else if provider == Provider::Operator && component.operator.is_some() {
            problem = problem.note("an operator runs in a cluster");
        } else if provider == Provider::Package && component.package.is_some() {
            problem = problem.note("a package is for hosts");
        }
        let everywhere = |provider| environments.iter().all(|found| offers(component, provider, found.runtime));
        let here = PROVIDERS.iter().filter(|(provider, _)| everywhere(*provider));
        let here: Vec<&str> = here.map(|(_, word)| *word).collect();
        let key = self.key.unwrap_or("default");
        at.point(match here.first() {
            None => problem.help("choose another component"),
            Some(first) => problem
                .note(format!("there it offers {}", here.join(", ")))
                .help(format!("write `providers: {{ {key}: {first} }}`")),
        })
    }
}

/// The words of those who can provide a component on that runtime, the usual one first.
pub fn offered(component: &Component, runtime: Runtime) -> Vec<&'static str> {
    let here = PROVIDERS.iter().filter(|(provider, _)| offers(component, *provider, runtime));
    let mut here: Vec<&str> = here.map(|(_, word)| *word).collect();
    here.sort_by_key(|word| *word != usual(runtime));
    here
}

/// Whether a component can be had from that provider on that runtime.
fn offers(component: &Component, provider: Provider, runtime: Runtime) -> bool {
    let local = runtime == Runtime::Machine;
    match provider {
        Provider::Container => component.image.is_some() && (local || component.development.is_none()),
        Provider::Operator => component.operator.is_some() && runtime == Runtime::Cluster,
        Provider::Package => component.package.is_some() && runtime == Runtime::Hosts,
        Provider::Managed => component.managed.is_some() && !local,
        Provider::External => !component.provides.is_empty(),
    }
}
