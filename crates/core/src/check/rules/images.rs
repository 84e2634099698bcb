//! Rules about image references and who makes them.
use crate::check::facts::{Facts, SPEC};
use crate::check::kustomize::split_image;
use crate::check::running::interpolated;
use crate::check::{Run, Sink};
use crate::stack::{Provider, Source, Unit};
use crate::yaml::{FileLine, Node};

pub(super) const RULES: &[(&str, Run)] = &[("R020", pinned), ("R055", one_version), ("R060", agree)];

/// Tags that move by custom.
const FLOATING: &[&str] = &["latest", "stable", "edge", "nightly", "main", "master", "head", "current", "lts"];

fn pinned(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    let mut one = |out: &mut Sink, at: FileLine, text: &str| {
        any = true;
        if let Some(why) = moves(text) {
            out.at(at, format!("the image `{text}` {why}")).hint("name the exact version, best with its digest");
        }
    };
    for overlay in &facts.overlays {
        for object in &overlay.objects {
            references(&object.node, &mut |at, text| one(out, at, text));
        }
    }
    let rendered = |path: &str| facts.overlays.iter().any(|overlay| overlay.rendered.used.contains(path));
    for (path, documents) in &facts.documents {
        if rendered(path) || path.starts_with("config/") || path.starts_with("apps/") {
            continue;
        }
        for document in documents {
            references(document, &mut |at, text| one(out, at, text));
        }
    }
    for file in &facts.dockerfiles {
        for stage in &file.stages {
            let base = file.resolved(&stage.base);
            any = true;
            if base == "scratch" || file.parent(stage).is_some() || base.contains('$') {
                continue;
            }
            if let Some(why) = moves(&base) {
                out.line(file.path, stage.line, format!("the image `{base}` {why}"))
                    .hint("name the exact version, best with its digest");
            }
        }
    }
    out.skip_if(!any, "no file names an image");
}

/// Why an image reference may mean something else tomorrow.
fn moves(text: &str) -> Option<String> {
    let (_, rest) = split_image(text);
    if rest.contains('@') {
        return None;
    }
    match rest.strip_prefix(':') {
        None | Some("") => Some("has no tag, so it is `latest`".into()),
        Some(tag) if FLOATING.contains(&tag.to_ascii_lowercase().as_str()) => {
            Some(format!("has the tag `{tag}`, which moves"))
        }
        Some(_) => None,
    }
}

/// Calls `visit` for each image that a document names.
fn references(node: &Node, visit: &mut impl FnMut(FileLine, &str)) {
    node.walk(&mut |node| {
        for entry in node.entries() {
            if matches!(entry.name(), "image" | "imageName")
                && let Some(text) = entry.value.as_str()
            {
                let text = interpolated(text);
                if !text.is_empty() && !text.contains("{{") && !text.contains(' ') {
                    visit(entry.value.here(), &text);
                }
            }
        }
    });
}

fn published(unit: &Unit) -> Option<&str> {
    match &unit.source {
        Source::Image { reference } => Some(reference),
        Source::Built { .. } => None,
    }
}

fn major(reference: &str) -> Option<&str> {
    let (_, rest) = split_image(reference);
    let tag = rest.strip_prefix(':')?.split('@').next()?.trim_start_matches('v');
    let end = tag.find(|c: char| !c.is_ascii_digit()).unwrap_or(tag.len());
    (end > 0).then(|| &tag[..end])
}

fn one_version(facts: &Facts, out: &mut Sink) {
    let units: Vec<_> = facts.stack.units.iter().filter_map(|unit| Some((unit, published(unit)?))).collect();
    out.skip_if(units.is_empty(), "the stack uses no published image");
    for (unit, wanted) in units {
        let used: Vec<_> = facts
            .running
            .iter()
            .filter(|running| running.process(facts.stack).is_some_and(|(owner, _)| owner.name == unit.name))
            .filter_map(|running| running.image.as_ref())
            .collect();
        for (index, (image, at)) in used.iter().enumerate() {
            let other = used[..index].iter().find(|(other, _)| other != image);
            if let Some((other, there)) = other {
                // The one that left the stack's version is to blame.
                let (at, image, there, other) =
                    if image == wanted { (there, other, at, image) } else { (at, image, there, other) };
                let place = facts.place(*there);
                out.at(*at, format!("`{}` is `{image}` here and `{other}` at {place}", unit.name))
                    .hint("use one version in both places");
                break;
            }
        }
        operated(facts, unit, wanted, &used, out);
    }
}

/// An operator's object names its own image; its major version has to be the same.
fn operated(facts: &Facts, unit: &Unit, wanted: &str, used: &[&(String, FileLine)], out: &mut Sink) {
    let local = used.first().map_or(wanted, |(image, _)| image.as_str());
    for overlay in &facts.overlays {
        if unit.provider(&overlay.environment(facts.stack).name) != Provider::Operator {
            continue;
        }
        let own = overlay.objects.iter().filter(|object| object.name == unit.name.as_str());
        for object in own.filter(|object| object.template().is_none()) {
            let Some(entry) = object.node.get("spec").and_then(|spec| spec.entry("imageName").or(spec.entry("image")))
            else {
                continue;
            };
            let here = entry.value.as_str().unwrap_or_default();
            if let (Some(mine), Some(theirs)) = (major(local), major(here))
                && mine != theirs
            {
                let name = &unit.name;
                let message = format!("`{name}` is version {theirs} here and version {mine} (`{local}`) locally");
                out.at(entry.value.here(), message).hint("use one major version in both places");
            }
        }
    }
}

fn agree(facts: &Facts, out: &mut Sink) {
    let stack = facts.stack;
    let built = |unit: &Unit| unit.directory().is_some();
    for running in &facts.running {
        let Some((unit, _)) = running.process(stack) else { continue };
        let Some((image, _)) = running.image.as_ref().filter(|_| built(unit) && !running.compose) else { continue };
        let (name, _) = split_image(image);
        if name != unit.image() {
            let message = format!("{} runs `{name}`, the stack builds `{}` for it", running.what, unit.image());
            out.at(running.image_at, message).hint("use the image of its own unit");
        }
    }
    for unit in stack.units.iter().filter(|unit| built(unit)) {
        let directory = unit.directory().unwrap_or_default();
        if !facts.files.has_directory(directory) {
            out.line(SPEC, 0, format!("the source of `{}` is missing: `{directory}`", unit.name));
        }
        compose_builds(facts, unit, unit.context().unwrap_or(directory), out);
        for overlay in &facts.overlays {
            let file = overlay.file();
            let Some(node) = facts.documents.get(file.as_str()).and_then(|documents| documents.first()) else {
                continue;
            };
            let listed = node.list_at(&["images"]).iter();
            if !listed.into_iter().any(|item| item.text_at(&["name"]) == Some(unit.image())) {
                let message = format!("`images` does not list `{}`, so a new build never gets here", unit.image());
                out.at(node.place(&["images"]), message).hint("add it, with the tag or digest to run");
            }
        }
    }
}

/// One service builds the unit's directory, and all others of the unit use what it builds.
fn compose_builds(facts: &Facts, unit: &Unit, directory: &str, out: &mut Sink) {
    let Some(compose) = &facts.compose else { return };
    let mut of_unit =
        compose.services.iter().filter(|service| unit.processes.iter().any(|process| process.id == *service.name));
    let wrong = of_unit.clone().find_map(|service| {
        let context = service.node.get("build")?;
        let context = context.get("context").unwrap_or(context);
        let text = context.as_str()?.trim_start_matches(['.', '/']).trim_end_matches('/');
        (text != directory).then_some((service, context.here(), text))
    });
    if let Some((service, at, text)) = wrong {
        let message = format!("`{}` is built from `{text}`, its source is `{directory}`", service.name);
        out.at(at, message);
        return;
    }
    let first = of_unit.next();
    if let Some(first) = first {
        let all = || of_unit.clone().chain([first]);
        if all().all(|service| service.node.get("build").is_none()) {
            let message = format!("nothing builds the image of `{}` from `{directory}`", unit.name);
            out.at(first.at, message).hint(format!("add `build: {{context: ./{directory}}}`"));
        }
        // The service that builds the image gives it its name.
        let builder = all().find(|service| service.node.get("build").is_some()).unwrap_or(first);
        let Some((image, _)) = &builder.running.image else { return };
        for service in all() {
            if let Some((other, at)) = &service.running.image
                && other != image
            {
                let message =
                    format!("`{}` runs `{other}`, `{}` of the same unit `{image}`", service.name, builder.name);
                out.at(*at, message).hint("all processes of a unit run one image");
            }
        }
    }
}
