//! Points that contributions are made to: who accepts which, and what is wrong with those who contribute.
use std::collections::BTreeMap;

use super::{Catalog, Diagnostic, Diagnostics, manifest, target_ids};
use crate::catalog::{Acceptance, Contribution, ContributionForm};
use crate::diagnostic::Source;
use crate::yaml;

/// Points by name, each with what is contributed to it.
pub(super) type Forms = BTreeMap<String, ContributionForm>;

/// Everything that contributes or accepts: its folder, its description, what it contributes and accepts.
type Part = (String, Source, Vec<Contribution>, BTreeMap<String, Acceptance>);

fn parts(catalog: &Catalog) -> Vec<Part> {
    let mut found = Vec::new();
    for id in target_ids(catalog) {
        // What can't be read is reported by who reads it for its own sake.
        if let Ok(manifest) = manifest(catalog, &id) {
            let folder = format!("targets/{id}");
            let source = catalog.source(&format!("{folder}/target.yaml"));
            found.push((folder, source, manifest.contributes, manifest.accepts));
        }
    }
    for id in catalog.component_ids() {
        if let Ok(component) = catalog.component(id) {
            let folder = format!("components/{id}");
            let source = catalog.source(&format!("{folder}/component.yaml"));
            found.push((folder, source, component.contributes.clone(), component.accepts.clone()));
        }
    }
    found
}

/// The points that somebody in the catalog accepts.
pub(super) fn all(catalog: &Catalog) -> Forms {
    let accepts = parts(catalog).into_iter().flat_map(|(_, _, _, accepts)| accepts);
    accepts.map(|(point, accepted)| (point, accepted.form)).collect()
}

/// Everything that is wrong with contributions and points of the catalog.
pub(crate) fn check_points(catalog: &Catalog) -> Diagnostics {
    let mut problems = Diagnostics::new();
    let forms = all(catalog);
    for (folder, source, contributes, accepts) in parts(catalog) {
        for (point, accepted) in accepts.iter().filter(|(point, accepted)| forms[*point] != accepted.form) {
            let message =
                format!("`{point}` takes {} here and {} elsewhere", words(accepted.form), words(forms[point]));
            problems.push(placed(&source, &["accepts", point], message));
        }
        for (index, contribution) in contributes.iter().enumerate() {
            for problem in faults(catalog, &forms, &folder, &source, index, contribution) {
                problems.push(problem);
            }
        }
        let used =
            |file: &&str| !contributes.iter().any(|one| one.from.as_deref() == Some(&format!("contributes/{file}")));
        for file in catalog.files_under(&format!("{folder}/contributes")).filter(used) {
            problems.push(placed(&source, &["contributes"], format!("no contribution uses `contributes/{file}`")));
        }
    }
    problems
}

/// What is wrong with one contribution.
fn faults(
    catalog: &Catalog,
    forms: &Forms,
    folder: &str,
    source: &Source,
    index: usize,
    one: &Contribution,
) -> Vec<Diagnostic> {
    let index = index.to_string();
    let mut found = Vec::new();
    match forms.get(&one.to) {
        None => found.push(unknown(source, &index, &one.to, forms)),
        Some(ContributionForm::Text) if one.value.as_ref().is_some_and(|value| !value.is_string()) => {
            found.push(placed(source, &["contributes", &index, "value"], format!("`{}` takes a text", one.to)));
        }
        Some(ContributionForm::Fragment) if one.value.is_some() => {
            found.push(placed(source, &["contributes", &index, "value"], format!("`{}` takes a template", one.to)));
        }
        Some(_) => {}
    }
    if one.from.is_some() == one.value.is_some() {
        let message = "a contribution has either `from` or `value`".to_owned();
        found.push(placed(source, &["contributes", &index], message));
    }
    if let Some(from) = &one.from
        && catalog.text(&format!("{folder}/{from}")).is_none()
    {
        let near = catalog.files_under(folder).filter(|path| path.starts_with("contributes/"));
        let message = format!("there is no template `{from}` in this folder");
        found.push(placed(source, &["contributes", &index, "from"], message).guess(from, near));
    }
    found
}

/// The message for a point that nobody accepts.
pub(super) fn unknown(source: &Source, index: &str, point: &str, forms: &Forms) -> Diagnostic {
    let message = format!("nobody accepts contributions to `{point}`");
    let known: Vec<&str> = forms.keys().map(String::as_str).collect();
    placed(source, &["contributes", index, "to"], message)
        .note(format!("known: {}", known.join(", ")))
        .help("points are declared under `accepts` by who assembles the file")
        .guess(point, known)
}

fn words(form: ContributionForm) -> &'static str {
    match form {
        ContributionForm::Text => "a text",
        ContributionForm::Value => "a value",
        ContributionForm::Fragment => "a template",
    }
}

/// A message about a place of a description.
fn placed(source: &Source, path: &[&str], message: String) -> Diagnostic {
    let problem = Diagnostic::error(message);
    match yaml::parse_one(source) {
        Ok(node) => problem.at(source, node.nearest(path).span),
        Err(_) => problem.file(&*source.name),
    }
}
