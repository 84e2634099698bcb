//! The overlays of a generated repository render to what `kustomize build` makes of them.
//!
//! Needs `kustomize`, whose pinned release `make test` installs; without it the test says so and passes, because the tests
//! must run anywhere. `kubectl` carries another release, which labels the templates of volume claims as well.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod bench;
mod skips;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use bench::Bench;
use serde_json::Value;
use stackwright::check::{Files, kustomize};
use stackwright::diagnostic::Source;
use stackwright::yaml;

/// The text that the real program makes of a directory, if there is one on this machine.
fn built(directory: &Path) -> Option<String> {
    let output = Command::new("kustomize").arg("build").arg(directory).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Objects by kind and name; their order says nothing.
fn objects(text: &str) -> BTreeMap<String, Value> {
    let documents = yaml::parse(&Source::new("rendered", text)).unwrap();
    let objects = documents.iter().map(yaml::Node::to_json);
    objects.map(|one| (format!("{} {}", one["kind"], one["metadata"]["name"]), one)).collect()
}

fn repository(database: &str) -> Files {
    let bench = Bench::embedded();
    let made = bench.generated(&bench.source("django-gitops"), &[("database", database.into())]).unwrap();
    Files::from_tree(&made.tree)
}

fn write(files: &Files, root: &Path) {
    for (path, file) in files.iter() {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.text.as_deref().unwrap_or_default()).unwrap();
    }
}

/// Compares one directory; false when the real program is missing.
fn agree(files: &Files, root: &Path, directory: &str) -> bool {
    let Some(theirs) = built(&root.join(directory)) else { return false };
    let ours = kustomize::build(files, directory).unwrap();
    let (ours, theirs) = (objects(&ours), objects(&theirs));
    let names = |objects: &BTreeMap<String, Value>| objects.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs), "{directory}");
    for (name, object) in &theirs {
        assert_eq!(&ours[name], object, "{directory}: {name}");
    }
    true
}

#[test]
fn overlays_render_as_kustomize_builds_them() {
    for database in ["cluster", "external"] {
        let files = repository(database);
        let root = tempfile::tempdir().unwrap();
        write(&files, root.path());
        for directory in files.iter().filter_map(|(path, _)| path.strip_suffix("/kustomization.yaml")) {
            if !agree(&files, root.path(), directory) {
                skips::skip("overlays_render_as_kustomize_builds_them", "kustomize is not installed");
                return;
            }
        }
    }
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  template:
    spec:
      containers:
        - name: api
          image: registry.example.com:5000/shop/api:unreleased
          ports: [{name: http, containerPort: 8000}]
          envFrom: [{configMapRef: {name: api-config}}]
          env:
            - {name: A, value: \"1\"}
            - {name: B, value: \"2\"}
      initContainers:
        - {name: init, image: registry.example.com:5000/shop/api:unreleased}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: night}
spec:
  schedule: \"0 3 * * *\"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: night, image: other:1}]
";

const OVERLAY: &str = "namespace: shop-x
resources: [../base, namespace.yaml]
images:
  - {name: registry.example.com:5000/shop/api, digest: \"sha256:0000000000000000000000000000000000000000000000000000000000000000\"}
  - {name: other, newName: another, newTag: \"2\"}
replicas: [{name: api, count: 3}]
labels:
  - pairs: {app.kubernetes.io/part-of: shop}
    includeTemplates: true
configMapGenerator:
  - name: api-config
    behavior: merge
    literals: [\"HOST=a.example.com\", \"HTML=<a href=x>&</a>\"]
  - name: empty
patches:
  - path: patch.yaml
  - target: {kind: CronJob, name: night}
    patch: |
      apiVersion: batch/v1
      kind: CronJob
      metadata: {name: night}
      spec: {suspend: true}
";

const PATCH: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
        - name: api
          env:
            - {name: C, value: three}
            - {name: A, $patch: delete}
            - {name: B, value: two}
";

/// Everything of the subset at once, beyond what generated overlays use.
#[test]
fn the_whole_subset_agrees() {
    let mut files = Files::new();
    files.insert(
        "base/kustomization.yaml",
        "resources: [api.yaml]\nconfigMapGenerator:\n  - name: api-config\n    literals: [DEBUG=false]\n",
    );
    files.insert("base/api.yaml", DEPLOYMENT);
    files.insert("x/kustomization.yaml", OVERLAY);
    files.insert("x/patch.yaml", PATCH);
    files.insert("x/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: any}\n");
    let root = tempfile::tempdir().unwrap();
    write(&files, root.path());
    if !agree(&files, root.path(), "x") {
        skips::skip("the_whole_subset_agrees", "kustomize is not installed");
    }
}
