//! Each component in small stacks, for the corners of its parameters.
use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::bench::Bench;
use super::small::{Small, Subject};
use super::syntax::Parser;
use super::trial::{circumstances, problems};
use super::undeclared;
use crate::blueprint::{Answers, StackSpec};
use crate::catalog::{Catalog, Component};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Something that a trial brought out, with the other components that took part.
struct Found {
    problem: Diagnostic,
    with: BTreeSet<String>,
}

/// What is wrong with what comes of every component whose own files have no `known` problem: of those with a file of the
/// user's, where there are any.
pub(super) fn check(catalog: &Catalog, known: &Diagnostics, parser: Parser) -> Diagnostics {
    let bench = Bench::new(catalog);
    let faulty: BTreeSet<String> = known.iter().filter_map(owner).collect();
    let own = catalog.own_components();
    let wanted = |id: &&str| !faulty.contains(*id) && (own.is_empty() || own.contains(id));
    let ids: Vec<&str> = catalog.component_ids().into_iter().filter(wanted).collect();
    let found: Vec<(&str, Vec<Found>)> =
        ids.par_iter().filter_map(|id| Some((*id, tried(&bench, &catalog.component(id).ok()?, parser)))).collect();
    own_first(catalog, faulty, found)
}

/// The component whose file a problem points into.
fn owner(problem: &Diagnostic) -> Option<String> {
    let (_, inside) = problem.file.as_deref()?.rsplit_once("components/")?;
    Some(inside.split('/').next()?.to_owned())
}

/// Every problem of a component once, with the first circumstances in which it occurs.
fn tried(bench: &Bench, component: &Arc<Component>, parser: Parser) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    for subject in Subject::all(bench, component) {
        for params in cases(bench, component) {
            let (problems, with) = trial(bench, &subject, &params, parser);
            for problem in problems {
                let problem = component.at().key("id").point(problem);
                if !all.iter().any(|known| same(&known.problem, &problem)) {
                    let problem = problem.note(circumstances(&subject, &params));
                    all.push(Found { problem, with: with.clone() });
                }
            }
        }
    }
    all
}

/// What is wrong with some parameters, and which other components took part.
fn trial(bench: &Bench, subject: &Subject, params: &Answers, parser: Parser) -> (Diagnostics, BTreeSet<String>) {
    let host = subject.host.iter().map(|host| host.id.clone()).collect();
    match subject.small(bench, params) {
        Small::Made(spec) => {
            let mut found = problems(bench, subject, &spec, parser).unwrap_or_default();
            if params.is_empty() {
                let names = undeclared::names(bench, subject, &spec).into_iter();
                let names: Diagnostics =
                    names.filter(|problem| !found.iter().any(|known| one_line(known, problem))).collect();
                found.extend(names);
            }
            (found, others(&spec, &subject.component.id))
        }
        Small::Faulty(problems) => (problems, host),
        Small::Refused(refusals) if params.is_empty() => (untried(subject, &refusals).into(), host),
        Small::Refused(_) => (Diagnostics::new(), host),
    }
}

/// The components of a stack but for one.
fn others(spec: &StackSpec, id: &str) -> BTreeSet<String> {
    let features = spec.units.iter().flat_map(|unit| unit.features.iter().map(|feature| &feature.component));
    let units = spec.units.iter().map(|unit| &unit.component);
    let all = units.chain(features).chain(spec.platforms.iter().map(|entry| &entry.component));
    all.filter(|component| *component != id).cloned().collect()
}

/// Nothing but defaults, then every other corner of one parameter.
fn cases(bench: &Bench, component: &Component) -> Vec<Answers> {
    let changes = bench.changes(component, &bench.defaults(component)).into_iter();
    std::iter::once(Answers::new()).chain(changes.map(|change| Answers::from([change]))).collect()
}

fn same(one: &Diagnostic, other: &Diagnostic) -> bool {
    (&one.file, one.span, &one.code) == (&other.file, other.span, &other.code) && one.message == other.message
}

/// Whether two problems are about one line, whose file may go by its path or by its name.
fn one_line(one: &Diagnostic, other: &Diagnostic) -> bool {
    let line = |problem: &Diagnostic| problem.span.map(|span| span.line);
    let (file, name) = (one.file.as_deref().unwrap_or_default(), other.file.as_deref().unwrap_or_default());
    line(one) == line(other) && (name.ends_with(file) || file.ends_with(name))
}

/// A component that its own rules refuse however it is used.
fn untried(subject: &Subject, refusals: &Diagnostics) -> Diagnostic {
    let problem = Diagnostic::error(format!("no stack was found that the rules of `{}` permit", subject.component.id));
    let problem = refusals.iter().fold(problem, |problem, refusal| problem.note(refusal.message.clone()));
    let key = if subject.component.rules.is_empty() { "id" } else { "rules" };
    subject.component.at().key(key).name().point(problem)
}

/// All problems, each once. What is wrong with somebody else's file is left to that component, where it has it, too; and
/// what is seen only in the whole may come from any other component that has a problem of its own.
fn own_first(catalog: &Catalog, mut faulty: BTreeSet<String>, found: Vec<(&str, Vec<Found>)>) -> Diagnostics {
    let exact = |id: &str, problem: &Diagnostic| owner(problem).as_deref() == Some(id) && !of_the_whole(problem);
    let reporting = found.iter().filter(|(id, found)| found.iter().any(|found| exact(id, &found.problem)));
    faulty.extend(reporting.map(|(id, _)| (*id).to_owned()));
    let mut all: Vec<Diagnostic> = Vec::new();
    for (id, found) in found {
        for Found { problem, with } in found {
            let elsewhere = owner(&problem).is_some_and(|owner| owner != id && faulty.contains(&owner));
            let follows = of_the_whole(&problem) && with.iter().any(|other| faulty.contains(other));
            let problem = placed(catalog, problem);
            if !elsewhere && !follows && !all.iter().any(|known| same(known, &problem)) {
                all.push(problem);
            }
        }
    }
    all.into_iter().collect()
}

/// Whether a problem points at the description as a whole, for want of a better place.
fn of_the_whole(problem: &Diagnostic) -> bool {
    let description = problem.file.as_deref().is_some_and(|file| file.ends_with("component.yaml"));
    description && problem.source_line.as_deref().is_some_and(|line| line.starts_with("id:"))
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
