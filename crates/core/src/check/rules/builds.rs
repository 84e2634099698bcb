//! Rules about what images are built with: downloads, versions of the language, locked dependencies.
use serde_json::{Map, Value};

use crate::check::dockerfile::{Dockerfile, Instruction};
use crate::check::facts::Facts;
use crate::check::kustomize::join;
use crate::check::{Run, Sink};

pub(super) const RULES: &[(&str, Run)] = &[("R028", downloads), ("R029", stages), ("R061", versions), ("R064", locked)];

/// Whether a script feeds a download to a shell.
fn piped(script: &str) -> bool {
    let commands: Vec<&str> = script.split(['\n', ';']).flat_map(|line| line.split("&&")).collect();
    commands.iter().any(|command| {
        let mut parts = command.split('|').map(|part| part.split_whitespace().next().unwrap_or_default());
        let loads = parts.by_ref().any(|program| program == "curl" || program == "wget");
        loads && parts.any(|program| matches!(program, "sh" | "bash" | "ash" | "zsh"))
    })
}

/// Whether an instruction keeps a download that nothing is compared with.
fn unseen(instruction: &Instruction) -> bool {
    let words = instruction.words();
    match instruction.keyword.as_str() {
        "ADD" => {
            words.first().is_some_and(|from| from.starts_with("https://") || from.starts_with("http://"))
                && instruction.flag("checksum").is_none()
        }
        "RUN" => {
            let kept = words.iter().any(|word| word == "wget")
                || words.iter().any(|word| word == "curl")
                    && words.iter().any(|word| {
                        word == "--output"
                            || (word.starts_with('-') && !word.starts_with("--") && word.ends_with(['o', 'O']))
                    });
            let kept = kept && !instruction.text.contains("/dev/null");
            let compared = ["sha256sum", "sha512sum", "shasum", "gpg", "cosign", "minisign"];
            kept && !compared.iter().any(|program| instruction.text.contains(program))
        }
        _ => false,
    }
}

fn downloads(facts: &Facts, out: &mut Sink) {
    out.needs_dockerfiles();
    for file in &facts.dockerfiles {
        for instruction in file.stages.iter().flat_map(|stage| &stage.instructions) {
            if instruction.keyword == "RUN" && piped(&instruction.text) {
                out.line(file.path, instruction.line, "what is downloaded goes straight into a shell");
            } else if unseen(instruction) {
                out.line(file.path, instruction.line, "what is downloaded is compared with nothing")
                    .hint("compare it with its digest in the same instruction, or `ADD --checksum=sha256:…`");
            }
        }
    }
    for (_, workflow) in facts.workflows() {
        workflow.walk(&mut |node| {
            if let Some(entry) = node.entry("run").filter(|entry| entry.value.as_str().is_some_and(piped)) {
                out.at(entry.here(), "what is downloaded goes straight into a shell");
            }
        });
    }
}

/// An image's name and the parts of its tag: version and variant.
fn parts(image: &str) -> Option<(&str, &str, &str)> {
    let image = image.split_once('@').map_or(image, |(name, _)| name);
    let (name, tag) = image.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))?;
    let (version, variant) = tag.split_once('-').unwrap_or((tag, ""));
    version.starts_with(|c: char| c.is_ascii_digit()).then_some((name, version, variant))
}

/// Whether two versions agree as far as both are written.
fn agree(one: &str, two: &str) -> bool {
    one.split('.').zip(two.split('.')).all(|(a, b)| a == b)
}

/// The images that a Dockerfile starts from, with the line.
fn images(file: &Dockerfile) -> Vec<(String, usize)> {
    let outside = file.stages.iter().filter(|stage| file.parent(stage).is_none());
    outside.map(|stage| (file.resolved(&stage.base), stage.line)).collect()
}

fn stages(facts: &Facts, out: &mut Sink) {
    out.needs_dockerfiles();
    for file in &facts.dockerfiles {
        let images = images(file);
        for (index, (image, line)) in images.iter().enumerate() {
            let Some((name, version, variant)) = parts(image) else { continue };
            let before = images[..index].iter().filter_map(|(other, _)| Some((other, parts(other)?)));
            for (other, (_, first, kind)) in before.filter(|(_, (known, ..))| *known == name) {
                if !agree(first, version) || kind.contains("alpine") != variant.contains("alpine") {
                    out.line(file.path, *line, format!("`{image}` runs what `{other}` has built"));
                }
            }
        }
    }
}

/// What a file of a service's directory says about the version, and the image that it is about.
fn told<'f>(facts: &'f Facts, directory: &str) -> Vec<(String, usize, &'f str, &'static str)> {
    let mut told = Vec::new();
    for (name, image) in
        [(".python-version", "python"), (".node-version", "node"), (".nvmrc", "node"), (".go-version", "golang")]
    {
        let path = join(directory, name);
        let version = facts.files.text(&path).and_then(|text| text.lines().next());
        told.extend(version.map(|version| (path, 1, version.trim().trim_start_matches('v'), image)));
    }
    let path = join(directory, "go.mod");
    let lines = facts.files.text(&path).unwrap_or_default().lines().enumerate();
    let version = lines.filter_map(|(index, line)| Some((index + 1, line.strip_prefix("go ")?.trim())));
    told.extend(version.map(|(line, version)| (path.clone(), line, version, "golang")));
    told
}

/// Major and minor version.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').take(2).map(|part| part.parse().unwrap_or_default()).collect()
}

fn versions(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for file in &facts.dockerfiles {
        // A module at the root serves the Dockerfiles below it.
        let mut directories = vec![file.directory()];
        directories.extend((!file.directory().is_empty()).then_some(""));
        for (path, line, version, image) in directories.iter().flat_map(|directory| told(facts, directory)) {
            any = true;
            // A module names the oldest version that it can be built with, the other files the very version.
            let fits: fn(&str, &str) -> bool =
                if path.ends_with("go.mod") { |least, found| numbers(least) <= numbers(found) } else { agree };
            for (from, _) in images(file) {
                let Some((name, found, _)) = parts(&from) else { continue };
                if !version.starts_with(|c: char| c.is_ascii_digit()) {
                    continue; // `lts/*` and the like name no version
                }
                if name.rsplit('/').next() == Some(image) && !fits(version, found) {
                    out.line(&path, line, format!("it says {version}, and the image is `{from}`"));
                }
            }
        }
    }
    out.skip_if(!any, "no file names a version of its language");
}

fn locked(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for (path, _) in facts.files.iter() {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        match name {
            "package.json" => any |= packages(facts, path, &join(directory, "package-lock.json"), out),
            "go.mod" => any |= modules(facts, path, &join(directory, "go.sum"), out),
            _ => {}
        }
    }
    out.skip_if(!any, "there is no manifest with a lock file");
}

/// The dependencies of a JSON manifest, as a map from name to version.
fn group<'v>(manifest: &'v Value, group: &str) -> Option<&'v Map<String, Value>> {
    manifest.get(group)?.as_object()
}

fn packages(facts: &Facts, path: &str, lock: &str, out: &mut Sink) -> bool {
    let read = |path: &str| serde_json::from_str::<Value>(facts.files.text(path)?).ok();
    let (Some(manifest), Some(locked)) = (read(path), read(lock)) else { return false };
    let Some(root) = locked.get("packages").and_then(|packages| packages.get("")) else { return false };
    let line = |name: &str| {
        let wanted = format!("\"{name}\":");
        let lines = facts.files.text(path).unwrap_or_default().lines();
        lines.enumerate().find(|(_, line)| line.trim_start().starts_with(&wanted)).map_or(0, |(index, _)| index + 1)
    };
    for kind in ["dependencies", "devDependencies", "optionalDependencies"] {
        for (name, version) in group(&manifest, kind).into_iter().flatten() {
            let version = version.as_str().unwrap_or_default();
            let message = match group(root, kind).and_then(|group| group.get(name)).and_then(Value::as_str) {
                None => format!("`{name}` is not in the lock file"),
                Some(other) if other != version => {
                    format!("`{name}` is `{version}` here and `{other}` in the lock file")
                }
                Some(_) => continue,
            };
            out.line(path, line(name), message);
        }
        let gone = group(root, kind).into_iter().flatten().map(|(name, _)| name);
        for name in gone.filter(|name| group(&manifest, kind).is_none_or(|group| !group.contains_key(*name))) {
            out.line(path, line(kind), format!("the lock file has `{name}` among its {kind}, the manifest has not"));
        }
    }
    true
}

fn modules(facts: &Facts, path: &str, lock: &str, out: &mut Sink) -> bool {
    let (Some(manifest), Some(sums)) = (facts.files.text(path), facts.files.text(lock)) else { return false };
    let known: std::collections::BTreeSet<(&str, &str)> = sums
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?.trim_end_matches("/go.mod")))
        })
        .collect();
    let mut required = false;
    for (index, line) in manifest.lines().enumerate() {
        let line = line.split("//").next().unwrap_or_default().trim();
        let (opens, one) = (line == "require (", line.strip_prefix("require ").filter(|rest| !rest.starts_with('(')));
        required = opens || (required && line != ")");
        let Some(entry) = one.or_else(|| (required && !opens).then_some(line)) else { continue };
        let mut words = entry.split_whitespace();
        if let (Some(module), Some(version)) = (words.next(), words.next())
            && !known.contains(&(module, version))
        {
            out.line(path, index + 1, format!("`{module}` {version} is not in go.sum"));
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn downloads_into_a_shell() {
        assert!(piped("set -e; curl -fsSL https://x.io/i | sh"));
        assert!(piped("wget -qO- https://x.io/i | tee log | bash -s"));
        assert!(!piped("curl -fsS http://localhost/ | grep ok && sh check"));
        assert!(!piped("echo curl | sh"));
    }

    #[test]
    fn images_in_parts() {
        assert_eq!(parts("python:3.14.7-slim-trixie"), Some(("python", "3.14.7", "slim-trixie")));
        assert_eq!(parts("r.io:5000/golang:1.26@sha256:abc"), Some(("r.io:5000/golang", "1.26", "")));
        assert_eq!(parts("r.io:5000/base"), None);
        assert_eq!(parts("node:lts-alpine"), None);
        assert!(agree("3.14", "3.14.7") && !agree("3.14", "3.1") && !agree("24", "22.1"));
    }
}
