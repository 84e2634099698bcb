//! The transformers of a kustomization: namespace, labels, replicas, images.
use super::Rendered;
use crate::check::kubernetes::namespaced;
use crate::yaml::{Entry, Kind, Node};

/// The fields that are handled here.
pub(super) const FIELDS: &[&str] =
    &["namespace", "labels", "replicas", "images", "namePrefix", "nameSuffix", "commonLabels"];

/// Applies all of them, in the order in which `kustomize` does.
pub(super) fn all(kustomization: &Node, objects: &mut [Node], out: &mut Rendered) {
    if let Some(entry) = kustomization.entry("namespace") {
        objects.iter_mut().for_each(|object| namespace(object, &entry.value));
    }
    for key in ["namePrefix", "nameSuffix"] {
        if let Some(entry) = kustomization.entry(key) {
            let why = "renames objects, and references that are no built-in ones keep the old name";
            out.problem("R075", entry.here(), format!("`{key}` {why}"));
        }
    }
    if let Some(entry) = kustomization.entry("commonLabels") {
        let why = "changes selectors, and the selector of a running Deployment can't be changed";
        out.problem("R075", entry.here(), format!("`commonLabels` {why}"));
    }
    for item in kustomization.list_at(&["labels"]) {
        labels(item, objects, out);
    }
    for item in kustomization.list_at(&["replicas"]) {
        replicas(item, objects, out);
    }
    for item in kustomization.list_at(&["images"]) {
        images(item, objects, out);
    }
}

fn namespace(object: &mut Node, value: &Node) {
    let kind = object.text_at(&["kind"]).unwrap_or_default();
    if kind == "Namespace" {
        object.child("metadata").set("name", value.clone());
    } else if namespaced(kind) {
        object.child("metadata").set("namespace", value.clone());
    }
}

fn labels(item: &Node, objects: &mut [Node], out: &mut Rendered) {
    if item.get("includeSelectors").and_then(Node::bool) == Some(true) {
        let why = "changes selectors, and the selector of a running Deployment can't be changed";
        out.problem("R075", item.place(&["includeSelectors"]), format!("`includeSelectors: true` {why}"));
    }
    let templates = item.get("includeTemplates").and_then(Node::bool) == Some(true);
    for object in objects {
        for pair in item.entries_at(&["pairs"]) {
            let add = |node: &mut Node| node.child("metadata").child("labels").set(pair.name(), pair.value.clone());
            add(object);
            if !templates {
                continue;
            }
            match object.text_at(&["kind"]) {
                Some("Deployment" | "StatefulSet" | "DaemonSet" | "Job") => add(object.child("spec").child("template")),
                Some("CronJob") => {
                    let job = object.child("spec").child("jobTemplate");
                    add(job);
                    add(job.child("spec").child("template"));
                }
                _ => {}
            }
        }
    }
}

fn replicas(item: &Node, objects: &mut [Node], out: &mut Rendered) {
    let (Some(name), Some(count)) = (item.text_at(&["name"]), item.get("count")) else { return };
    let mut hit = false;
    for object in objects {
        let scalable = matches!(object.text_at(&["kind"]), Some("Deployment" | "StatefulSet" | "ReplicaSet"));
        if scalable && object.text_at(&["metadata", "name"]) == Some(name) {
            object.child("spec").set("replicas", count.clone());
            hit = true;
        }
    }
    if !hit {
        out.problem(
            "R074",
            item.place(&["name"]),
            format!("`replicas` names `{name}`, and nothing of that name can be scaled"),
        );
    }
}

fn images(item: &Node, objects: &mut [Node], out: &mut Rendered) {
    let Some(name) = item.text_at(&["name"]) else { return };
    let at =
        ["digest", "newTag", "newName", "name"].iter().find_map(|key| item.entry(key)).map_or(item.here(), Entry::here);
    let mut hit = false;
    for object in objects {
        containers(object, &mut |image| {
            let Some(text) = image.as_str() else { return };
            let (known, rest) = split_image(text);
            if known != name {
                return;
            }
            hit = true;
            let base = item.text_at(&["newName"]).unwrap_or(name);
            let new = match (item.text_at(&["newTag"]), item.text_at(&["digest"])) {
                (Some(tag), Some(digest)) => format!("{base}:{tag}@{digest}"),
                (None, Some(digest)) => format!("{base}@{digest}"),
                (Some(tag), None) => format!("{base}:{tag}"),
                (None, None) => format!("{base}{rest}"),
            };
            *image = Node::text(at, new);
        });
    }
    if !hit {
        let message = format!("`images` names `{name}`, and no container uses it, so it changes nothing");
        out.problem("R073", item.place(&["name"]), message);
    }
}

/// Name and the rest (`:tag`, `@digest`) of an image reference.
pub(in crate::check) fn split_image(text: &str) -> (&str, &str) {
    let digest = text.find('@').unwrap_or(text.len());
    let slash = text[..digest].rfind('/').map_or(0, |slash| slash + 1);
    let end = text[slash..digest].find(':').map_or(digest, |colon| slash + colon);
    text.split_at(end)
}

/// Calls `change` for the image of each container below a value.
fn containers(node: &mut Node, change: &mut impl FnMut(&mut Node)) {
    let Kind::Mapping(entries) = &mut node.kind else { return };
    for Entry { key, value } in entries {
        match (key.as_str().unwrap_or_default(), &mut value.kind) {
            ("containers" | "initContainers", Kind::Sequence(items)) => {
                for item in items {
                    if let Kind::Mapping(fields) = &mut item.kind
                        && let Some(field) = fields.iter_mut().find(|field| field.name() == "image")
                    {
                        // The key keeps the place of the name, the value gets the place of the new tag.
                        change(&mut field.value);
                    }
                }
            }
            (_, Kind::Mapping(_)) => containers(value, change),
            _ => {}
        }
    }
}
