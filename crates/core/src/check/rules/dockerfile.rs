//! Rules about Dockerfiles.
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::check::dockerfile::{Dockerfile, Instruction};
use crate::check::facts::Facts;
use crate::check::kustomize::join;
use crate::check::{Run, Sink};
use crate::stack::Unit;

pub(super) const RULES: &[(&str, Run)] =
    &[("R021", user), ("R022", platform), ("R023", exec_form), ("R024", frozen), ("R025", secrets), ("R026", copies)];

/// Dockerfiles of units, with the unit.
fn of_units<'f>(facts: &'f Facts) -> impl Iterator<Item = (&'f Dockerfile<'f>, &'f Unit)> {
    facts.dockerfiles.iter().filter_map(|file| {
        let unit = facts.stack.units.iter().find(|unit| unit.directory() == Some(file.directory()))?;
        Some((file, unit))
    })
}

fn user(facts: &Facts, out: &mut Sink) {
    out.needs_dockerfiles();
    for (file, unit) in of_units(facts) {
        let Some(wanted) = unit.processes.first().map(|process| process.user) else { continue };
        let Some(user) = file.effective("USER") else {
            let line = file.stages.last().map_or(0, |stage| stage.line);
            out.line(file.path, line, format!("the final stage has no USER, the stack says {wanted}"))
                .hint(format!("add `USER {wanted}:{wanted}`"));
            continue;
        };
        let name = user.text.split(':').next().unwrap_or_default();
        if name != wanted.to_string() {
            out.line(file.path, user.line, format!("the final stage runs as `{name}`, the stack says {wanted}"))
                .hint(format!("write `USER {wanted}:{wanted}`"));
        }
    }
    for (object, _, process, _) in super::health::workloads(facts) {
        let Some(pod) = object.pod() else { continue };
        let container = object.container().and_then(|one| one.at(&["securityContext"])?.entry("runAsUser"));
        let entry = container.or_else(|| pod.at(&["securityContext"])?.entry("runAsUser"));
        if let Some(entry) = entry
            && entry.value.int() != Some(i64::from(process.user))
        {
            let found = entry.value.as_str().unwrap_or_default();
            out.at(entry.here(), format!("{} runs as {found}, the stack says {}", object.what(), process.user));
        }
    }
}

fn platform(facts: &Facts, out: &mut Sink) {
    out.needs_dockerfiles();
    for file in &facts.dockerfiles {
        for stage in file.final_chain() {
            if stage.platform.as_deref().is_some_and(|platform| platform.contains("BUILDPLATFORM")) {
                out.line(file.path, stage.line, "the final stage is built for $BUILDPLATFORM, not for where it runs")
                    .hint("leave `--platform` out of this stage");
            }
        }
    }
}

fn exec_form(facts: &Facts, out: &mut Sink) {
    out.needs_dockerfiles();
    for file in &facts.dockerfiles {
        for one in ["ENTRYPOINT", "CMD"].into_iter().filter_map(|keyword| file.effective(keyword)) {
            if one.exec().is_none() {
                out.line(file.path, one.line, format!("`{} {}` runs in a shell", one.keyword, one.text))
                    .hint("write it as a JSON list of words");
            }
        }
    }
}

fn runs<'f>(file: &'f Dockerfile<'_>) -> impl Iterator<Item = &'f Instruction> {
    file.stages.iter().flat_map(|stage| &stage.instructions).filter(|one| one.keyword == "RUN")
}

fn frozen(facts: &Facts, out: &mut Sink) {
    out.needs_dockerfiles();
    for file in &facts.dockerfiles {
        for run in runs(file) {
            for command in run.text.split("&&").flat_map(|part| part.split(';')) {
                let words: Vec<&str> = command.split_whitespace().collect();
                if let Some(why) = loose(&words) {
                    let shown = words.iter().take(6).copied().collect::<Vec<_>>().join(" ");
                    out.line(file.path, run.line, format!("`{shown}` {why}")).hint(
                        "install from the lock file: `npm ci`, `pip install --require-hashes`, `uv sync --locked`",
                    );
                }
            }
        }
    }
}

/// Why an installation is not bound to a lock file.
fn loose(words: &[&str]) -> Option<&'static str> {
    let after = |first: &str, second: &str| {
        let at = words.iter().position(|word| word.rsplit('/').next() == Some(first))?;
        (words.get(at + 1) == Some(&second)).then(|| &words[at + 2..])
    };
    let has = |flag: &str| words.contains(&flag);
    if after("npm", "install").is_some() || after("npm", "i").is_some() {
        return Some("may change what the lock file says");
    }
    let pip = words.iter().position(|word| word.rsplit('/').next() == Some("pip"));
    if pip.is_some_and(|pip| words[pip..].contains(&"install")) && !has("--require-hashes") && !has("--no-deps") {
        return Some("takes what the index has, whatever its hash");
    }
    if after("uv", "sync").is_some() && !has("--locked") && !has("--frozen") {
        return Some("may change what the lock file says");
    }
    None
}

fn secrets(facts: &Facts, out: &mut Sink) {
    out.needs_dockerfiles();
    const WORDS: [&str; 5] = ["PASSWORD", "TOKEN", "SECRET", "PRIVATE_KEY", "API_KEY"];
    for file in &facts.dockerfiles {
        let all = file.stages.iter().flat_map(|stage| &stage.instructions);
        for one in all.filter(|one| matches!(one.keyword.as_str(), "ARG" | "ENV")) {
            let last = file.stages.last().map_or(0, |stage| stage.line);
            let name = one.text.split(['=', ' ']).next().unwrap_or_default();
            // A value that only an earlier stage sees, such as a dummy key for a build step, never reaches the image.
            let stays = one.keyword == "ARG" || one.line > last;
            if stays && WORDS.iter().any(|word| name.to_ascii_uppercase().ends_with(word)) {
                out.line(
                    file.path,
                    one.line,
                    format!("`{name}` looks like a secret, and {} stays in the image", one.keyword),
                )
                .hint("use `RUN --mount=type=secret`, or give it to the container when it starts");
            }
        }
    }
}

/// The patterns of a .dockerignore, which start at the context's root.
fn ignored(patterns: &str) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new("/");
    for line in patterns.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (not, line) = line.strip_prefix('!').map_or(("", line), |rest| ("!", rest));
        builder.add_line(None, &format!("{not}/{}", line.trim_start_matches('/'))).ok()?;
    }
    builder.build().ok()
}

fn copies(facts: &Facts, out: &mut Sink) {
    out.needs_dockerfiles();
    // Services of one kind have the same patterns, and compiling them is what costs here.
    let mut known: Vec<(&str, Option<Gitignore>)> = Vec::new();
    for (file, unit) in of_units(facts) {
        let context = unit.context().unwrap_or_default();
        let ignore_file = join(context, ".dockerignore");
        let patterns = facts.files.text(&ignore_file).unwrap_or_default();
        if !known.iter().any(|(text, _)| *text == patterns) {
            known.push((patterns, ignored(patterns)));
        }
        let Some((_, Some(ignored))) = known.iter().find(|(text, _)| *text == patterns) else { continue };
        let all = file.stages.iter().flat_map(|stage| &stage.instructions);
        for one in all.filter(|one| one.keyword == "COPY" && one.flag("from").is_none()) {
            let words = one.words();
            let Some((_, sources)) = words.split_last() else { continue };
            for source in sources {
                if source.contains(['$', '*', '?', '[']) || source.starts_with("<<") {
                    continue;
                }
                let path = join(context, source);
                let present = facts.files.contains(&path) || facts.files.has_directory(&path);
                if !present {
                    let shown = if context.is_empty() { "." } else { context };
                    out.line(file.path, one.line, format!("`COPY {source}` finds nothing in `{shown}`"))
                        .hint("correct the path, or add the file");
                    continue;
                }
                let directory = facts.files.has_directory(&path);
                let relative = source.trim_start_matches("./").trim_matches('/');
                let kept_out = !relative.is_empty()
                    && relative != "."
                    && ignored.matched_path_or_any_parents(format!("/{relative}"), directory).is_ignore();
                if kept_out {
                    out.line(file.path, one.line, format!("`COPY {source}` is kept out by {ignore_file}"))
                        .hint("remove the pattern, or add an exception");
                }
            }
        }
    }
}
