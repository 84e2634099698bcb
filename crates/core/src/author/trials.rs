//! Each component in small stacks, for the corners of its parameters.
use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::bench::Bench;
use super::small::{Small, Subject};
use super::syntax::Parser;
use super::trial::{circumstances, problems};
use super::undeclared;
use crate::blueprint::Answers;
use crate::catalog::{Catalog, Component};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// What is wrong with what comes of every component whose own files have no `known` problem: of those with a file of the
/// user's, where there are any.
pub(super) fn check(catalog: &Catalog, known: &Diagnostics, parser: Parser) -> Diagnostics {
    let bench = Bench::new(catalog);
    let faulty: BTreeSet<String> = known.iter().filter_map(owner).collect();
    let own = catalog.own_components();
    let wanted = |id: &&str| !faulty.contains(*id) && (own.is_empty() || own.contains(id));
    let ids: Vec<&str> = catalog.component_ids().into_iter().filter(wanted).collect();
    let found: Vec<(&str, Vec<Diagnostic>)> = ids
        .par_iter()
        .filter_map(|id| Some((*id, tried(&bench, &catalog.component(id).ok()?, parser))))
        .collect();
    own_first(catalog, faulty, found)
}

/// The component whose file a problem points into.
fn owner(problem: &Diagnostic) -> Option<String> {
    let (_, inside) = problem.file.as_deref()?.rsplit_once("components/")?;
    Some(inside.split('/').next()?.to_owned())
}

/// Every problem of a component once, with the first circumstances in which it occurs.
fn tried(bench: &Bench, component: &Arc<Component>, parser: Parser) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> = Vec::new();
    for subject in Subject::all(bench, component) {
        for params in cases(bench, component) {
            let found = match subject.small(bench, &params) {
                Small::Made(spec) => {
                    let names = params.is_empty().then(|| undeclared::names(bench, &subject, &spec));
                    let found = problems(bench, &subject, &spec, parser).unwrap_or_default().into_iter();
                    found.chain(names.unwrap_or_default()).collect()
                }
                Small::Faulty(problems) => problems,
                Small::Refused(refusals) if params.is_empty() => untried(&subject, &refusals).into(),
                Small::Refused(_) => Diagnostics::new(),
            };
            for problem in found {
                let problem = component.at().key("id").point(problem);
                if !all.iter().any(|known| same(known, &problem)) {
                    all.push(problem.note(circumstances(&subject, &params)));
                }
            }
        }
    }
    all
}

/// Nothing but defaults, then every other corner of one parameter.
fn cases(bench: &Bench, component: &Component) -> Vec<Answers> {
    let changes = bench.changes(component, &bench.defaults(component)).into_iter();
    std::iter::once(Answers::new()).chain(changes.map(|change| Answers::from([change]))).collect()
}

fn same(one: &Diagnostic, other: &Diagnostic) -> bool {
    (&one.file, one.span, &one.code) == (&other.file, other.span, &other.code) && one.message == other.message
}

/// A component that its own rules refuse however it is used.
fn untried(subject: &Subject, refusals: &Diagnostics) -> Diagnostic {
    let problem = Diagnostic::error(format!("no stack was found that the rules of `{}` permit", subject.component.id));
    let problem = refusals.iter().fold(problem, |problem, refusal| problem.note(refusal.message.clone()));
    let key = if subject.component.rules.is_empty() { "id" } else { "rules" };
    subject.component.at().key(key).name().point(problem)
}

/// All problems, each once. What is wrong with somebody else's file is left to that component, where it has it, too.
fn own_first(catalog: &Catalog, mut faulty: BTreeSet<String>, found: Vec<(&str, Vec<Diagnostic>)>) -> Diagnostics {
    let own = |id: &str, problem: &Diagnostic| owner(problem).as_deref() == Some(id);
    let reporting = found.iter().filter(|(id, problems)| problems.iter().any(|problem| own(id, problem)));
    faulty.extend(reporting.map(|(id, _)| (*id).to_owned()));
    let mut all: Vec<Diagnostic> = Vec::new();
    for (id, problems) in found {
        for problem in problems.into_iter().map(|problem| placed(catalog, problem)) {
            let elsewhere = owner(&problem).is_some_and(|owner| owner != id && faulty.contains(&owner));
            if !elsewhere && !all.iter().any(|known| same(known, &problem)) {
                all.push(problem);
            }
        }
    }
    all.into_iter().collect()
}

/// A problem of a template with the line that it points at, under the name of the directory that it comes from.
pub(super) fn placed(catalog: &Catalog, problem: Diagnostic) -> Diagnostic {
    let path = problem.file.clone().filter(|path| catalog.text(path).is_some());
    match (path, problem.span) {
        (Some(path), Some(span)) => problem.at(&catalog.source(&path), span),
        (Some(path), None) => problem.file(&*catalog.source(&path).name),
        _ => problem,
    }
}
