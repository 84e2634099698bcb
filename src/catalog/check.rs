//! Checks a catalog: every component, blueprint and target decodes, every template compiles.
use super::{Catalog, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Engine;

/// Everything that is wrong with the catalog.
pub fn check(catalog: &Catalog, engine: &Engine) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for id in catalog.component_ids() {
        match catalog.component(id) {
            Ok(component) => shape(catalog, &component, &mut problems),
            Err(found) => problems.extend(found),
        }
    }
    for id in catalog.blueprint_ids() {
        problems.absorb(catalog.blueprint(id));
    }
    for id in crate::target::target_ids(catalog) {
        problems.absorb(crate::target::manifest(catalog, &id));
    }
    for (path, text) in catalog.files() {
        let template =
            !path.ends_with("component.yaml") && !path.ends_with("target.yaml") && !path.starts_with("locks/");
        let described = path.starts_with("blueprints/") && path.matches('/').count() == 1;
        if template && !described && crate::render::has_syntax(&text.text) {
            problems.absorb(engine.compile(path).map_err(|problem| *problem));
        }
    }
    problems.sort();
    problems
}

/// What the form alone can't say.
fn shape(catalog: &Catalog, component: &super::Component, problems: &mut Diagnostics) {
    let file = format!("components/{}/component.yaml", component.id);
    let mut fault = |message: String| problems.push(Diagnostic::error(message).file(file.as_str()));
    if component.kind != Kind::Feature && !component.on.is_empty() {
        fault("only a feature has `on`".into());
    }
    if component.kind == Kind::Feature && component.on.is_empty() {
        fault("a feature says under `on` which service components it extends".into());
    }
    let built = component.kind == Kind::Service;
    if built == component.image.is_some() && matches!(component.kind, Kind::Service | Kind::Resource | Kind::Tool) {
        fault("a service is built and has no `image`; a resource and a tool have one".into());
    }
    for host in component.on.keys().filter(|host| catalog.text(&format!("components/{host}/component.yaml")).is_none())
    {
        fault(format!("`on` names `{host}`, which is no component"));
    }
    for rule in &component.files {
        let placed = rule.from.is_some() && rule.to.is_some() && rule.path.is_none();
        let conditional = rule.path.is_some() && rule.from.is_none() && rule.to.is_none();
        if !placed && !conditional {
            fault("a file rule has either `from` and `to`, or `path`".into());
        }
    }
    match catalog.reserved().unknown(&component.id) {
        Ok(unknown) => unknown.into_iter().for_each(|message| fault(format!("in its reserved.yaml: {message}"))),
        Err(found) => {
            problems.extend(found);
            return;
        }
    }
    if catalog.text(&format!("components/{}/README.md", component.id)).is_none() {
        fault("the component has no README.md".into());
    }
}
