//! Whether every template of a catalog compiles.
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;
use crate::render::Engine;
use crate::tree::Glob;

/// Templates that don't compile.
pub(super) fn check(catalog: &Catalog, engine: &Engine, problems: &mut Diagnostics) {
    let verbatim = verbatim(catalog);
    for (path, text) in catalog.files().filter(|(path, _)| !verbatim.iter().any(|rule| rule.matches(path))) {
        let template =
            !path.ends_with("component.yaml") && !path.ends_with("target.yaml") && !path.starts_with("locks/");
        let described = path.starts_with("blueprints/") && path.matches('/').count() == 1;
        if template && !described && crate::render::has_syntax(&text.text) {
            problems.absorb(engine.compile(path));
        }
    }
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
