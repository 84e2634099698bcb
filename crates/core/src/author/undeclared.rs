//! Names in templates that nothing ever defines, in branches that no trial takes as well.
use super::bench::Bench;
use super::small::Subject;
use crate::blueprint::StackSpec;
use crate::catalog::Text;
use crate::diagnostic::{Diagnostic, Diagnostics, Source, Span};
use crate::render::{Context, has_syntax};
use crate::resolve::resolve;
use crate::target::{Job, plan};

/// The names that are unknown to the templates of a component, each where it first stands.
pub(super) fn names(bench: &Bench, subject: &Subject, spec: &StackSpec) -> Diagnostics {
    let stack = resolve(spec, &bench.catalog, &bench.engine);
    let jobs = stack.and_then(|stack| plan(&stack, &[], &bench.catalog, &bench.engine)).unwrap_or_default();
    let own = format!("components/{}/", subject.component.id);
    let mut problems = Diagnostics::new();
    let mut seen: Vec<&str> = Vec::new();
    for job in jobs.iter().filter(|job| job.template.starts_with(&own) && !job.verbatim) {
        if !seen.contains(&job.template.as_str()) {
            seen.push(&job.template);
            problems.extend(unknown(bench, &job.template, &job.context));
        }
    }
    for (slot, job) in slots(bench, subject, &jobs) {
        problems.extend(unknown(bench, &slot, &job.context));
    }
    problems
}

/// Texts for slots of the service that is extended, each with a file of the service, which sees the same names.
fn slots<'a>(bench: &Bench, subject: &Subject, jobs: &'a [Job]) -> Vec<(String, &'a Job)> {
    let Some(host) = &subject.host else { return Vec::new() };
    let source = format!("components/{}/app/", host.id);
    let Some(job) = jobs.iter().find(|job| job.template.starts_with(&source)) else { return Vec::new() };
    let folder = format!("components/{}/on/{}/slots", subject.component.id, host.id);
    bench.catalog.files_under(&folder).map(|slot| (format!("{folder}/{slot}"), job)).collect()
}

fn unknown(bench: &Bench, path: &str, context: &Context) -> Vec<Diagnostic> {
    let Some(Text { text, .. }) = bench.catalog.text(path).filter(|text| has_syntax(&text.text)) else {
        return Vec::new();
    };
    let source = bench.catalog.source(path);
    let names = bench.engine.undeclared(path).into_iter();
    let unknown = names.filter(|name| context.get_attr(name).is_ok_and(|value| value.is_undefined()));
    unknown
        .map(|name| {
            let problem = Diagnostic::error(format!("template: nothing is called `{name}` here"));
            let span = place(&source, text, &name).unwrap_or(Span::new(1, 1, 1));
            problem.at(&source, span).help("docs/components.md lists what templates see")
        })
        .collect()
}

/// Where a name first stands in the code of a template.
fn place(source: &Source, text: &str, name: &str) -> Option<Span> {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
    let whole = |at: usize| {
        let code = text[..at].rfind("@{").max(text[..at].rfind("@%"));
        let open = code.is_some_and(|open| !text[open..at].contains("}@") && !text[open..at].contains("%@"));
        open && !part(text[..at].chars().next_back())
            && !part(text[at + name.len()..].chars().next().filter(|c| *c != '.'))
    };
    let (at, _) = text.match_indices(name).find(|(at, _)| whole(*at))?;
    let line = text[..at].matches('\n').count() + 1;
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    source.line(line).map(|_| Span::new(line, text[start..at].chars().count() + 1, name.chars().count()))
}
