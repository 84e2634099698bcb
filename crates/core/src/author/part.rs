//! What a component says about a unit: its own one, or each service that it extends.
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::{Catalog, Component, EndpointSpec, Extension, ProcessSpec, Provision, Requirement, VariableSpec};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::yaml::At;

/// The keys that a component and an extension have in common, with where they stand.
pub(super) struct Part<'a> {
    pub(super) at: At<'a>,
    pub(super) component: &'a Component,
    /// The service that is extended, and what is added to it.
    pub(super) host: Option<Arc<Component>>,
    pub(super) added: Option<&'a Extension>,
    pub(super) endpoints: &'a BTreeMap<String, EndpointSpec>,
    pub(super) processes: &'a BTreeMap<String, ProcessSpec>,
    pub(super) requires: &'a BTreeMap<String, Requirement>,
    pub(super) variables: &'a BTreeMap<String, VariableSpec>,
    pub(super) provides: &'a BTreeMap<String, Provision>,
}

impl<'a> Part<'a> {
    /// The component itself, then what it adds to each service.
    pub(super) fn all(catalog: &Catalog, component: &'a Component) -> Vec<Self> {
        let own = Self {
            at: component.at(),
            component,
            host: None,
            added: None,
            endpoints: &component.endpoints,
            processes: &component.processes,
            requires: &component.requires,
            variables: &component.variables,
            provides: &component.provides,
        };
        let hosts = component.on.iter().filter_map(|(id, added)| Some((id, added, catalog.component(id).ok()?)));
        let added = hosts.map(|(id, added, host)| Self {
            at: component.at().key("on").key(id),
            component,
            host: Some(host),
            added: Some(added),
            endpoints: &added.endpoints,
            processes: &added.processes,
            requires: &added.requires,
            variables: &added.variables,
            provides: &added.provides,
        });
        std::iter::once(own).chain(added).collect()
    }

    /// Names of its endpoints and of those of the service that it extends.
    pub(super) fn known_endpoints(&self) -> Vec<&str> {
        let host = self.host.iter().flat_map(|host| host.endpoints.keys());
        self.endpoints.keys().chain(host).map(String::as_str).collect()
    }

    /// The service that it is or extends.
    pub(super) fn service(&self) -> &Component {
        self.host.as_deref().unwrap_or(self.component)
    }

    /// ` or in …`, where names may be those of the service that is extended.
    pub(super) fn host_words(&self) -> String {
        self.host.as_ref().map_or_else(String::new, |host| format!(" or in `{}`", host.id))
    }
}

/// Reports a mistake at its place.
pub(super) fn fault(problems: &mut Diagnostics, at: At, message: impl Into<String>) {
    problems.push(at.point(Diagnostic::error(message)));
}

/// Reports a name that stands for nothing, with those that do.
pub(super) fn stranger(problems: &mut Diagnostics, at: At, message: String, name: &str, known: &[&str]) {
    let mut problem = Diagnostic::error(message);
    if !known.is_empty() {
        problem = problem.note(format!("known: {}", known.join(", ")));
    }
    problems.push(at.point(problem.guess(name, known.iter().copied())));
}
