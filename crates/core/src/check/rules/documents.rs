//! Rules about what the documentation claims.
use crate::check::facts::Facts;
use crate::check::kustomize::join;
use crate::check::markdown::Markdown;
use crate::check::running::{interpolated, words};
use crate::check::{Run, Sink};
use crate::diagnostic::Source;
use crate::yaml;

pub(super) const RULES: &[(&str, Run)] =
    &[("R170", links), ("R171", commands), ("R172", facts_of_the_stack), ("R173", trees), ("R175", examples)];

/// Documents of the repository itself; those inside applications belong to their own tools.
fn pages<'f>(facts: &'f Facts) -> impl Iterator<Item = &'f Markdown<'f>> {
    facts.markdown.iter().filter(|page| !page.path.ends_with("CHANGELOG.md"))
}

fn any(facts: &Facts, out: &mut Sink) {
    out.skip_if(facts.markdown.is_empty(), "there is no Markdown file");
}

fn links(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for page in pages(facts) {
        let directory = page.path.rsplit_once('/').map_or("", |(directory, _)| directory);
        for (target, line) in page.links.iter().map(|(target, line)| (target.as_str(), line)) {
            let outside = target.contains("://") || target.starts_with("mailto:") || target.starts_with('/');
            // `../../issues` and the like are addresses of the forge.
            let above = target.matches("../").count() > page.path.matches('/').count();
            if outside || above || target.is_empty() {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = path.trim_matches(['<', '>']);
            let found = if path.is_empty() { page.path.to_owned() } else { join(directory, path) };
            if !facts.files.contains(&found) && !facts.files.has_directory(&found) {
                out.line(page.path, *line, format!("the link `{target}` leads nowhere"));
                continue;
            }
            let other = facts.markdown.iter().find(|page| page.path == found);
            if !anchor.is_empty() && other.is_some_and(|page| !page.anchors.contains(anchor)) {
                out.line(page.path, *line, format!("`{found}` has no heading `#{anchor}`"));
            }
        }
    }
}

/// What is wrong with the commands of a script: make targets and scripts of the repository that do not exist.
pub(super) fn missing_commands(facts: &Facts, script: &str) -> Vec<String> {
    let mut missing = Vec::new();
    for line in script.lines() {
        let line = line.split(" #").next().unwrap_or_default();
        for command in line.split(['|', ';', '&']) {
            let split = words(command);
            let mut words = split.iter().map(String::as_str).filter(|word| *word != "$").peekable();
            // Variables may stand before the command.
            while words.peek().is_some_and(|word| word.contains('=') && !word.starts_with('-')) {
                words.next();
            }
            let Some(first) = words.next() else { continue };
            let script = first.strip_prefix("./").unwrap_or(first);
            if script.starts_with("scripts/") && !facts.files.contains(script) {
                missing.push(format!("`{script}` does not exist"));
            }
            if first != "make" {
                continue;
            }
            let Some(makefile) = &facts.makefile else {
                missing.push("there is no Makefile".to_owned());
                continue;
            };
            for target in words {
                let plain = !target.is_empty()
                    && target.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
                if target.contains('=') {
                    continue;
                }
                if !plain || target.starts_with('-') {
                    break;
                }
                if !makefile.targets.contains_key(target) {
                    missing.push(format!("the Makefile has no target `{target}`"));
                }
            }
        }
    }
    missing
}

fn commands(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    for page in pages(facts) {
        for (code, line) in &page.code {
            for missing in missing_commands(facts, code) {
                out.line(page.path, *line, missing);
            }
        }
    }
}

fn facts_of_the_stack(facts: &Facts, out: &mut Sink) {
    any(facts, out);
    let Some(compose) = &facts.compose else { return };
    let published: Vec<String> = compose
        .services
        .iter()
        .flat_map(|service| &service.ports)
        .filter_map(|port| port.published.as_deref().map(interpolated))
        .collect();
    for page in pages(facts) {
        let forwarded: Vec<&str> = page.code.iter().flat_map(|(code, _)| forwarded(code)).collect();
        for (text, line) in page.prose.iter().chain(&page.code) {
            for host in ["localhost:", "127.0.0.1:"] {
                for part in text.split(host).skip(1) {
                    let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
                    let port = &part[..end];
                    let known = forwarded.contains(&port) || published.iter().any(|known| known == port);
                    if !port.is_empty() && !known {
                        out.line(page.path, *line, format!("nothing is published at {host}{port}"));
                    }
                }
            }
        }
        variables(facts, page, out);
    }
}

/// The ports of this machine that a command forwards: `kubectl port-forward service/web 8080:80`.
fn forwarded(command: &str) -> impl Iterator<Item = &str> {
    let words = command.split_once("port-forward ").map_or("", |(_, words)| words).split_whitespace();
    let ports = words.map(|word| word.split_once(':').map_or(word, |(local, _)| local));
    ports.filter(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Names in tables are names of the contract.
fn variables(facts: &Facts, page: &Markdown, out: &mut Sink) {
    let rows = page.prose.iter().filter(|(line, _)| line.starts_with('|'));
    for (row, line) in rows {
        for name in row.split('`').skip(1).step_by(2) {
            let shaped = name.contains('_')
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
            let known = facts.stack.variables.iter().any(|variable| variable.name == name)
                || facts.stack.secrets.iter().any(|secret| secret.name == name)
                || facts.env_example.as_ref().is_some_and(|example| example.get(name).is_some());
            if shaped && !known {
                out.line(page.path, *line, format!("nothing knows the variable `{name}`"));
            }
        }
    }
}

fn trees(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for page in pages(facts) {
        let mut above: Vec<(usize, String)> = Vec::new();
        for (line, number) in &page.tree {
            let drawing = |c: char| c.is_whitespace() || "│├└─┬".contains(c);
            let name = line.trim_start_matches(drawing);
            let width = line.chars().count() - name.chars().count();
            let Some(name) = name.split_whitespace().next().filter(|name| !name.starts_with('#')) else { continue };
            above.retain(|(outer, _)| *outer < width);
            let parent = above.last().map_or("", |(_, path)| path.as_str());
            let path = join(parent, name);
            let pathlike = name.ends_with('/') || name.contains('/');
            if name.ends_with('/') {
                above.push((width, path.clone()));
            }
            any |= pathlike;
            let root = above.len() == 1 && path == facts.stack.project.name.as_str();
            if root {
                above.clear();
                above.push((width, String::new()));
                continue;
            }
            let pattern = path.contains(['<', '*', '{', '…', ':']);
            if pathlike && !pattern && !facts.files.has_directory(&path) && !facts.files.contains(&path) {
                out.line(page.path, *number, format!("`{path}` does not exist"));
            }
        }
    }
    out.skip_if(!any, "no document draws a directory tree");
}

/// Examples; one that leaves something out, or is a template, is for reading only.
fn examples(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for page in pages(facts) {
        for (language, line) in &page.blocks {
            let block = page.code.iter().filter(|(_, number)| number > line);
            let block = block.zip(line + 1..).take_while(|((_, number), expected)| number == expected);
            let text = block.map(|((text, _), _)| *text).collect::<Vec<_>>().join("\n");
            if ["...", "…", "{{", "<"].iter().any(|gap| text.contains(gap)) {
                continue;
            }
            let problem = match language.as_str() {
                "yaml" | "yml" => yaml::parse_with(&Source::new(page.path, text.as_str()), yaml::Options::FOREIGN)
                    .err()
                    .map(|problems| {
                        let first = problems.into_iter().next();
                        ("YAML", first.map(|problem| problem.message).unwrap_or_default())
                    }),
                "json" => {
                    serde_json::from_str::<serde::de::IgnoredAny>(&text).err().map(|error| ("JSON", error.to_string()))
                }
                _ => continue,
            };
            any = true;
            if let Some((what, why)) = problem {
                out.line(page.path, *line, format!("the example is not {what}: {why}"));
            }
        }
    }
    out.skip_if(!any, "no document has an example in YAML or JSON");
}
