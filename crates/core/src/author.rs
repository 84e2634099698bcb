//! For authors: whether every component, blueprint and target of a catalog decodes and every template compiles.
use crate::blueprint::{Answers, Blueprint, context, validate};
use crate::catalog::{Catalog, Component, Kind};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::render::Engine;
use crate::tree::Glob;
use crate::yaml::At;

/// Everything that is wrong with the catalog.
pub fn check(catalog: &Catalog, engine: &Engine) -> Diagnostics {
    let mut problems = Diagnostics::new();
    for id in catalog.component_ids() {
        match catalog.component(id) {
            Ok(component) => {
                shape(catalog, &component, &mut problems);
                parameters(&component, engine, &mut problems);
            }
            Err(found) => problems.extend(found),
        }
    }
    for id in catalog.blueprint_ids() {
        problems.absorb(Blueprint::of(catalog, id));
    }
    problems.absorb(crate::catalog::Product::all(catalog));
    for id in crate::target::target_ids(catalog) {
        problems.absorb(crate::target::manifest(catalog, &id));
    }
    problems.extend(crate::target::check_points(catalog));
    let verbatim = verbatim(catalog);
    for (path, text) in catalog.files().filter(|(path, _)| !verbatim.iter().any(|rule| rule.matches(path))) {
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

/// Files that are copied as they are, and need not be templates.
fn verbatim(catalog: &Catalog) -> Vec<Glob> {
    let components = catalog.component_ids().into_iter().filter_map(|id| catalog.component(id).ok());
    let pattern = |id: &str, from: &str| match from.strip_prefix("app/") {
        Some(inside) => Glob::new(&format!("components/{id}/*app/{inside}")),
        None => Glob::new(&format!("components/{id}/{}", from.replace("/**", "/*"))),
    };
    components
        .flat_map(|component| {
            let rules = component.files.iter().filter(|rule| rule.verbatim);
            rules.map(|rule| pattern(&component.id, &rule.from)).collect::<Vec<_>>()
        })
        .collect()
}

/// Parameters that nothing could ever be, and defaults that they would refuse.
fn parameters(component: &Component, engine: &Engine, problems: &mut Diagnostics) {
    for (id, param) in &component.params {
        let question = param.question(id);
        let mut faults = Vec::new();
        question.check_form(&mut |why| faults.push(why));
        if let (Some(default), true) = (&param.default, faults.is_empty()) {
            let refused = validate(&question, default, engine, &context(&Answers::new())).err();
            faults.extend(refused.into_iter().flatten().map(|why| format!("its default doesn't fit: {why}")));
        }
        let said = faults.into_iter().map(|why| Diagnostic::error(format!("parameter `{id}`: {why}")));
        let at = component.at().key("params").key(id);
        problems.extend(said.map(|problem| at.name().point(problem)));
    }
}

/// What the form alone can't say.
fn shape(catalog: &Catalog, component: &Component, problems: &mut Diagnostics) {
    let at = component.at();
    let mut fault = |at: At, message: String| problems.push(at.point(Diagnostic::error(message)));
    if component.kind != Kind::Feature && !component.on.is_empty() {
        fault(at.key("on"), "only a feature has `on`".into());
    }
    if component.kind == Kind::Feature && component.on.is_empty() {
        fault(at.key("kind"), "a feature says under `on` which service components it extends".into());
    }
    let built = component.kind == Kind::Service;
    if built == component.image.is_some() && matches!(component.kind, Kind::Service | Kind::Resource | Kind::Tool) {
        let at = if built { at.key("image") } else { at.key("kind") };
        fault(at, "a service is built and has no `image`; a resource and a tool have one".into());
    }
    for host in component.on.keys().filter(|host| catalog.text(&format!("components/{host}/component.yaml")).is_none())
    {
        fault(at.key("on").key(host).name(), format!("`on` names `{host}`, which is no component"));
    }
    let added =
        component.on.iter().flat_map(|(host, added)| added.provides.iter().map(move |offer| (Some(host), offer)));
    let own = component.provides.iter().filter(|_| component.kind == Kind::Platform).map(|offer| (None, offer));
    for (host, (capability, offer)) in added.chain(own).filter(|(_, (_, offer))| !offer.values.is_empty()) {
        let values = offer.values.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let at = host.map_or(at, |host| at.key("on").key(host)).key("provides").key(capability).key("values");
        fault(
            at,
            format!(
                "nothing binds to `{capability}` of a feature or platform: it has `facts`, not `values` ({values})"
            ),
        );
    }
    for (id, added) in &component.on {
        let Ok(host) = catalog.component(id) else { continue };
        for (index, slot) in added.fills.iter().enumerate() {
            if !host.slots.iter().any(|known| known.id == *slot) {
                let at = at.key("on").key(id).key("fills").item(index);
                fault(at, format!("it fills `{slot}`, which is no slot of `{id}`"));
            }
        }
    }
    let source = matches!(component.kind, Kind::Service | Kind::Feature);
    for (index, rule) in component.files.iter().enumerate() {
        if rule.to.is_none() && !(source && rule.from.starts_with("app/")) {
            let from = &rule.from;
            let why = format!("the file rule from `{from}` lacks `to`: only files of `app/` have their place already");
            fault(at.key("files").item(index), why);
        }
    }
    match catalog.reserved().unknown(&component.id) {
        Ok(unknown) => {
            unknown.into_iter().for_each(|message| fault(at.key("id"), format!("in its reserved.yaml: {message}")));
        }
        Err(found) => {
            problems.extend(found);
            return;
        }
    }
    if catalog.text(&format!("components/{}/README.md", component.id)).is_none() {
        fault(at.key("id"), "the component has no README.md".into());
    }
}
