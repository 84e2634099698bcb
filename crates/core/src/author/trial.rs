//! One small stack, rendered and checked; what is wrong is shown in the component's own files.
use super::answered::is_rule;
use super::bench::Bench;
use super::small::{SAMPLE, Subject};
use super::syntax::{Parser, unreadable};
use crate::blueprint::{Answers, StackSpec};
use crate::check::{Finding, Severity, stages};
use crate::diagnostic::{Diagnostic, Diagnostics, Source, Span};
use crate::render::candidates;
use crate::stack::{Stack, Unit};
use crate::tree::FileTree;
use crate::yaml::At;

/// What is wrong with what comes of a component; nothing where a template refuses it.
pub(super) fn problems(bench: &Bench, subject: &Subject, spec: &StackSpec, parser: Parser) -> Option<Diagnostics> {
    let made = match crate::generate(spec, &bench.catalog, &bench.engine) {
        Ok(made) => made,
        Err(problems) if problems.iter().all(is_rule) => return None,
        Err(problems) => return Some(problems),
    };
    let found = made.report.findings.iter().filter(|finding| finding.severity > Severity::Note);
    let mut problems: Diagnostics = found.map(|finding| told(bench, subject, &made.tree, finding)).collect();
    problems.extend(images(subject, &made.stack, &made.tree));
    for (path, file) in made.tree.iter() {
        for fault in unreadable(path.as_str(), file, parser) {
            problems.push(traced(
                bench,
                subject,
                &made.tree,
                path.as_str(),
                fault.line,
                Diagnostic::error(fault.message),
            ));
        }
    }
    Some(problems)
}

/// The parameters of a trial, as a message says them.
pub(super) fn circumstances(subject: &Subject, params: &Answers) -> String {
    let host = subject.host.as_ref().map_or_else(String::new, |host| format!(" on `{}`", host.id));
    let values = params.iter().map(|(id, value)| format!("{id} = {value}")).collect::<Vec<_>>().join(", ");
    let with = if values.is_empty() { String::new() } else { format!(" with {values}") };
    format!("in a small stack around `{}`{host}{with}", subject.component.id)
}

/// A finding about a rendered file, as its author can use it.
fn told(bench: &Bench, subject: &Subject, tree: &FileTree, finding: &Finding) -> Diagnostic {
    let problem = Diagnostic::new(finding.severity, finding.message.clone()).code(finding.rule);
    let problem = problem.maybe_help(finding.hint.clone());
    traced(bench, subject, tree, &finding.file, finding.line.unwrap_or(0), problem)
}

/// A problem of a rendered line at the line of the template that it comes from; at the component's description where
/// that is no template of a component's.
fn traced(
    bench: &Bench,
    subject: &Subject,
    tree: &FileTree,
    path: &str,
    line: usize,
    problem: Diagnostic,
) -> Diagnostic {
    let place = if line == 0 { path.to_owned() } else { format!("{path}:{line}") };
    let problem = problem.note(format!("in the rendered file {place}"));
    let file = tree.get(path);
    let text = file.and_then(|file| file.contents.lines().nth(line.checked_sub(1)?)).unwrap_or_default();
    let own = file.map(|file| file.origin.template.clone()).filter(|template| template.starts_with("components/"));
    let mut templates: Vec<String> = own.into_iter().collect();
    if let (Some(host), true) = (&subject.host, file.is_some_and(|file| file.origin.template.contains("/app/"))) {
        let slots = format!("components/{}/on/{}/slots", subject.component.id, host.id);
        templates.extend(bench.catalog.files_under(&slots).map(|slot| format!("{slots}/{slot}")));
    }
    let found = templates.iter().rev().find_map(|template| {
        let source = bench.catalog.source(template);
        let copied = !crate::render::has_syntax(&source.text) && line > 0 && !template.contains("/slots/");
        let line = if copied { line } else { *candidates(&source.text, text).first()? };
        Some((source, line))
    });
    match (found, templates.first()) {
        (Some((source, line)), _) => problem.at(&source, whole(&source, line)),
        (None, Some(template)) => problem.at(&bench.catalog.source(template), Span::new(1, 1, 1)),
        (None, None) => subject.component.at().key("id").point(problem),
    }
}

/// A line without the blanks before it.
fn whole(source: &Source, line: usize) -> Span {
    let text = source.line(line).unwrap_or_default();
    let before = text.chars().take_while(|c| c.is_whitespace()).count();
    Span::new(line, before + 1, text.trim().chars().count())
}

/// A Dockerfile, and the stages that a developer's machine builds.
fn images(subject: &Subject, stack: &Stack, tree: &FileTree) -> Diagnostics {
    let unit = stack.unit(SAMPLE).filter(|unit| unit.component == subject.component.id);
    let Some((unit, directory)) = unit.and_then(|unit| Some((unit, unit.directory()?))) else {
        return Diagnostics::new();
    };
    let at = subject.component.at();
    let path = format!("{directory}/Dockerfile");
    let Some(file) = tree.get(&path) else {
        let problem = Diagnostic::error("a service is built, and this one has no Dockerfile");
        let folder = format!("components/{}/app/Dockerfile", subject.component.id);
        return at.key("kind").point(problem.help(format!("write {folder}"))).into();
    };
    let known = stages(&file.contents);
    let wanted = wanted(unit, at).into_iter().filter(|(stage, ..)| !known.iter().any(|known| known == stage));
    wanted
        .map(|(stage, at, why)| {
            let problem = Diagnostic::error(format!("the Dockerfile has no stage `{stage}`, in which {why}"));
            at.point(problem.note(format!("its stages are {}", known.join(", "))))
        })
        .collect()
}

/// The stages that a unit needs, each with who asks for it.
fn wanted<'a>(unit: &Unit, at: At<'a>) -> Vec<(&'static str, At<'a>, &'static str)> {
    let mut wanted = Vec::new();
    let reloaded = unit.processes.iter().find(|process| process.reload.is_some());
    if let Some(process) = reloaded {
        let at = at.key("processes").key(process.name.as_str()).key("reload");
        wanted.push(("dev", at.name(), "processes run on a developer's machine"));
    } else if !unit.live.is_empty() {
        wanted.push(("dev", at.key("live").name(), "processes run on a developer's machine"));
    }
    if !unit.checks.is_empty() {
        wanted.push(("test", at.key("checks").name(), "its checks run"));
    }
    wanted
}
