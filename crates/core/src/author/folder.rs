//! Files of a component's folder: those that its description names, and those that are there.
use super::part::{fault, stranger};
use crate::catalog::{Catalog, Component, FileRule, Kind};
use crate::diagnostic::Diagnostics;
use crate::tree::Glob;

/// Names of files that aren't there, and files that nothing takes.
pub(super) fn check(catalog: &Catalog, component: &Component, problems: &mut Diagnostics) {
    let folder = format!("components/{}", component.id);
    for (index, rule) in component.files.iter().enumerate() {
        rule_of(catalog, component, &folder, index, rule, problems);
    }
    extensions(catalog, component, &folder, problems);
    if catalog.text(&format!("{folder}/README.md")).is_none() {
        fault(problems, component.at().key("id"), "the component has no README.md");
    }
}

fn rule_of(
    catalog: &Catalog,
    component: &Component,
    folder: &str,
    index: usize,
    rule: &FileRule,
    problems: &mut Diagnostics,
) {
    let at = component.at().key("files").item(index);
    let from = &rule.from;
    let source = matches!(component.kind, Kind::Service | Kind::Feature);
    if rule.to.is_none() && !(source && from.starts_with("app/")) {
        let why = format!("the file rule from `{from}` lacks `to`: only files of `app/` have their place already");
        fault(problems, at, why);
    }
    if from.split('/').any(|part| matches!(part, "" | "." | "..")) {
        fault(problems, at.key("from"), format!("`{from}` leads out of the component's own folder"));
        return;
    }
    let fits = |file: &str| match &rule.to {
        Some(_) => from.strip_suffix("/**").map_or(file == from, |tree| file.starts_with(&format!("{tree}/"))),
        None => source_pattern(from).iter().any(|pattern| pattern.matches(file)),
    };
    let files: Vec<&str> = catalog.files_under(folder).collect();
    if !files.iter().any(|file| fits(file)) {
        stranger(problems, at.key("from"), format!("there is no `{from}` in this folder"), from, &[]);
    }
}

/// Where the files of a rule without `to` lie: in the service's own source, or in what a feature adds to one.
fn source_pattern(from: &str) -> [Glob; 2] {
    [Glob::new(from), Glob::new(&format!("on/*/{from}"))]
}

/// Folders under `on/`, which are named after the services that are extended, and hold sources and slots.
fn extensions(catalog: &Catalog, component: &Component, folder: &str, problems: &mut Diagnostics) {
    let at = component.at().key("on");
    let mut told = Vec::new();
    for file in catalog.files_under(&format!("{folder}/on")) {
        let mut parts = file.splitn(3, '/');
        let (host, kind, rest) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        if !component.on.contains_key(host) {
            if !told.contains(&host) {
                told.push(host);
                let known: Vec<&str> = component.on.keys().map(String::as_str).collect();
                let message =
                    format!("`on` names no `{host}`, and there is a folder `on/{host}`: nothing takes its files");
                stranger(problems, at, message, host, &known);
            }
            continue;
        }
        match (kind, rest, catalog.component(host)) {
            (Some("slots"), Some(slot), Ok(host)) if !host.slots.iter().any(|known| known.id == slot) => {
                let known: Vec<&str> = host.slots.iter().map(|slot| slot.id.as_str()).collect();
                let message = format!("`{}` has no slot `{slot}`, which `on/{file}` would fill", host.id);
                stranger(problems, at.key(&host.id).name(), message, slot, &known);
            }
            (Some("slots" | "app"), Some(_), _) => {}
            _ => {
                let message = format!("nothing takes `on/{file}`: text for slots lies in `slots/`, sources in `app/`");
                fault(problems, at.key(host).name(), message);
            }
        }
    }
}
