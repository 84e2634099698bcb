//! The files that an author of a component begins with: a new one from a skeleton, or a copy of an embedded one.
use std::collections::BTreeMap;

use minijinja::value::{Serde, Value};
use serde_json::json;

use super::{Catalog, Component, Kind, source};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Engine;
use crate::stack::Name;

/// Files of a component's folder, by path below it.
pub type Folder = BTreeMap<String, String>;

impl Catalog {
    /// A new component that can be used as it is. `kind` names the skeleton; a feature extends the service `host`.
    pub fn skeleton(&self, engine: &Engine, kind: &str, id: &str, host: Option<&str>) -> Result<Folder, Diagnostics> {
        let name =
            Name::new(id).map_err(|error| Diagnostic::error(format!("no component can be called so: {error}")))?;
        if self.component_ids().contains(&id) {
            let known = Diagnostic::error(format!("there is a component `{id}` already"));
            let next =
                format!("choose another id, or take a copy of an embedded one: `stackwright catalog eject {id}`");
            return Err(known.help(next).into());
        }
        let host = host.map(|host| self.host(host)).transpose()?;
        let host = host.as_ref().map(|host| {
            let slots: Vec<_> = host.slots.iter().map(|slot| &slot.id).collect();
            let groups: Vec<_> = host.dependencies.keys().filter(|group| *group != "npm-engines").collect();
            json!({ "id": host.id, "slots": slots, "dependencies": groups })
        });
        let title = name.to_string().replace('-', " ");
        let title = title[..1].to_uppercase() + &title[1..];
        let context = Value::from(Serde(json!({ "id": id, "title": title, "host": host })));
        let folder = format!("skeletons/{kind}");
        let render = |path: &str| {
            let template = format!("{folder}/{path}");
            let text = self.text(&template).map(|text| text.text.as_ref()).unwrap_or_default();
            Ok((path.to_owned(), engine.file(&template, text, &context)?))
        };
        self.files_under(&folder).map(render).collect()
    }

    /// The service component that a feature can extend.
    fn host(&self, id: &str) -> Result<std::sync::Arc<Component>, Diagnostics> {
        let services = self.services();
        if services.contains(&id) {
            return self.component(id);
        }
        let problem = Diagnostic::error(format!("there is no service component `{id}` to extend"));
        let problem = problem.note(format!("known: {}", services.join(", ")));
        Err(problem.guess(id, services).into())
    }

    /// Ids of the components that are services; one that can't be read is none.
    pub fn services(&self) -> Vec<&str> {
        let service = |id: &&str| self.component(id).is_ok_and(|component| component.kind == Kind::Service);
        self.component_ids().into_iter().filter(service).collect()
    }

    /// A copy of an embedded component's own files, its pins included. Its locks stay where they are: they are joined with
    /// whatever the copy adds.
    pub fn embedded_component(id: &str) -> Folder {
        let folder = format!("components/{id}/");
        let files = source::embedded().into_iter();
        let inside =
            files.filter_map(|(path, text)| Some((path.strip_prefix(&folder)?.to_owned(), text.text.into_owned())));
        inside.filter(|(path, _)| !path.starts_with("locks/")).collect()
    }
}
