use super::*;

fn files(entries: &[(&str, &str)]) -> Files {
    let mut files = Files::new();
    for (path, text) in entries {
        files.insert(*path, *text);
    }
    files
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
          image: registry.example.com/shop/api:unreleased
          envFrom:
            - configMapRef:
                name: api-config
          env:
            - name: A
              value: \"1\"
";

const BASE: &str = "resources:
  - api.yaml
configMapGenerator:
  - name: api-config
    literals:
      - DEBUG=false
";

const OVERLAY: &str = "namespace: shop-staging
resources:
  - ../base
images:
  - name: registry.example.com/shop/api
    newTag: \"1.2\"
replicas:
  - name: api
    count: 2
labels:
  - pairs:
      app.kubernetes.io/part-of: shop
    includeTemplates: true
configMapGenerator:
  - name: api-config
    behavior: merge
    literals:
      - HOST=staging.example.com
patches:
  - path: patch.yaml
";

const PATCH: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  template:
    spec:
      containers:
        - name: api
          env:
            - name: B
              value: two
";

#[test]
fn an_overlay_renders_as_kustomize_builds_it() {
    let files = files(&[
        ("base/kustomization.yaml", BASE),
        ("base/api.yaml", DEPLOYMENT),
        ("overlay/kustomization.yaml", OVERLAY),
        ("overlay/patch.yaml", PATCH),
    ]);
    let text = build(&files, "overlay").unwrap();
    for expected in [
        "image: registry.example.com/shop/api:1.2\n",
        "replicas: 2\n",
        "namespace: shop-staging\n",
        "app.kubernetes.io/part-of: shop\n",
        "name: api-config-",
        "value: two\n",
        "HOST: staging.example.com\n",
    ] {
        assert!(text.contains(expected), "{expected} is missing in\n{text}");
    }
}

#[test]
fn what_changes_nothing_is_a_problem() {
    let overlay = "resources:\n  - gone.yaml\nimages:\n  - name: nobody\n    newTag: \"1\"\nnamePrefix: x-\n";
    let files = files(&[("o/kustomization.yaml", overlay)]);
    let parsed = yaml::parse(&Source::new("o", overlay)).unwrap();
    let mut documents = Documents::new();
    documents.insert("o/kustomization.yaml", parsed);
    let rendered = render(&documents, &files, "o");
    let rules: Vec<_> = rendered.problems.iter().map(|problem| (problem.rule, problem.at.line)).collect();
    assert_eq!(rules, [("R078", 2), ("R075", 6), ("R073", 4)]);
}

#[test]
fn paths_are_joined() {
    assert_eq!(join("deploy/overlays/x", "../../base"), "deploy/base");
    assert_eq!(join("", "./a"), "a");
}
