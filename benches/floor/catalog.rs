//! A catalog with one service whose folder is as large as wanted: code, configuration, data and prose, all templates.
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The blueprint's id.
pub(crate) const BLUEPRINT: &str = "bench";
const IN_A_DIRECTORY: usize = 4;

const BLUEPRINT_TEXT: &str = r#"id: bench
title: One service of any size
summary: A service whose folder holds as many files as the benchmark wants
version: "1"
questions:
  - { id: name, type: name, ask: What is it called?, default: bench }
project:
  name: "@{ name }@"
  summary: One service and nothing else
  domain: "@{ name }@.example.com"
  repository: "https://git.example.com/acme/@{ name }@.git"
  registry: registry.example.com/acme
units:
  - { name: app, component: sized, publish: { http: 8000 } }
routes:
  - { path: /, unit: app }
environments:
  - { name: local, local: true, host: localhost }
"#;

const COMPONENT: &str = r#"id: sized
title: A service of any size
kind: service
summary: It exists to be measured
language: Python
user: 65532
live: [app]
params:
  noun: { type: name, default: order, help: What the files are about }
endpoints:
  http: { port: 8000, protocol: http }
processes:
  web:
    role: web
    command: [python, -m, app]
    reload: [python, -m, app, --reload]
    serves: [http]
    probes:
      ready: { http: /readyz, port: http }
      live: { http: /livez, port: http }
    drain: 10
    scratch: [/tmp]
http_check: [python, -m, app.ask, "{port}", "{path}"]
"#;

const DOCKERFILE: &str = "FROM @{ image(\"python-3.14\") }@
WORKDIR /app
COPY . .
USER 65532
EXPOSE @{ endpoints.http.port }@
CMD [\"python\", \"-m\", \"app\"]
";

/// Writes a catalog whose component has this many files beside its Dockerfile.
pub(crate) fn write(directory: &Path, files: usize) -> PathBuf {
    let root = directory.join(format!("catalog-{files}"));
    let component = root.join("components/sized");
    fs::create_dir_all(component.join("app")).unwrap();
    fs::create_dir_all(root.join("blueprints")).unwrap();
    fs::write(root.join("blueprints/bench.yaml"), BLUEPRINT_TEXT).unwrap();
    fs::write(component.join("component.yaml"), COMPONENT).unwrap();
    fs::write(component.join("README.md"), "# A service of any size\n").unwrap();
    fs::write(component.join("app/Dockerfile"), DOCKERFILE).unwrap();
    fs::write(component.join("app/dockerignore"), "*.md\n").unwrap();
    for index in 0..files {
        let folder = component.join(format!("app/part_{:04}", index / IN_A_DIRECTORY));
        fs::create_dir_all(&folder).unwrap();
        let (name, text) = match index % 10 {
            0..=4 => (format!("module_{index:04}.py"), python(index)),
            5..=7 => (format!("config_{index:04}.yaml"), yaml(index)),
            8 => (format!("data_{index:04}.json"), json(index)),
            _ => (format!("page_{index:04}.md"), prose(index)),
        };
        fs::write(folder.join(name), text).unwrap();
    }
    root
}

fn python(index: usize) -> String {
    let mut text = format!("\"\"\"The @{{ params.noun }}@, part {index}.\"\"\"\n");
    for step in 0..24 {
        let _ = write!(
            text,
            "\n\ndef @{{ params.noun | snake }}@_{step}(value: int) -> int:\n    return value * {index} + {step}\n"
        );
    }
    text
}

fn yaml(index: usize) -> String {
    let mut text = format!("# The @{{ params.noun }}@, part {index}.\nname: @{{ project.name | q }}@\nitems:\n");
    for step in 0..30 {
        let _ = write!(
            text,
            "  - name: item-{step}\n    enabled: true\n    weight: {index}\n    text: \"@{{ params.noun }}@\"\n"
        );
    }
    text
}

fn json(index: usize) -> String {
    let items: Vec<_> = (0..40)
        .map(|step| format!("    {{ \"id\": {step}, \"part\": {index}, \"noun\": \"@{{ params.noun }}@\" }}"))
        .collect();
    format!("{{\n  \"items\": [\n{}\n  ]\n}}\n", items.join(",\n"))
}

fn prose(index: usize) -> String {
    let line = "The @{ params.noun | title }@ is described here, at some length, as documentation tends to be.\n";
    format!("# Part {index}\n\n{}", line.repeat(20))
}
