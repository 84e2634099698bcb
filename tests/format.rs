//! What a component needn't say twice: presets, named values, another component's description, files as they are.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;

use std::collections::BTreeMap;

use bench::Bench;
use stackwright::author;
use stackwright::diagnostic::{Diagnostics, Source};
use stackwright::stack::{Process, Stack};
use stackwright::tree::FileTree;

const HOST: &str = "id: host
title: H
kind: service
summary: H
params: { names: { type: list, default: [a, b], help: N } }
let:
  program: run
  addresses: \"@{ params.names | prefixed(project.name ~ '.') }@\"
  all: \"@{ let.addresses | suffixed('!') | join(',') }@\"
endpoints: { http: { port: 8080, protocol: http } }
presets:
  worker: { drain: 33, resources: { cpu: 10m, memory: 64Mi }, probes: { live: { exec: [alive], period: 7 } } }
processes:
  web: { role: web, command: [\"@{ let.program }@\", \"@{ let.all }@\"], serves: [http] }
files: [{ from: app/plain, verbatim: true }]
";

fn bench(files: &[(&str, &str)]) -> Bench {
    let mut own = BTreeMap::new();
    for (path, text) in [("host/component.yaml", HOST), ("host/app/plain", "@{ nothing }@\n")].iter().chain(files) {
        own.insert(format!("components/{path}"), (*text).to_owned());
        let id = path.split('/').next().unwrap();
        own.insert(format!("components/{id}/README.md"), id.to_owned());
    }
    Bench::with(own).unwrap()
}

fn made(bench: &Bench, unit: &str) -> Result<(Stack, FileTree), Diagnostics> {
    let text = format!(
        "id: t\ntitle: T\nsummary: T\nversion: '1'\nproject: {{ name: shop, domain: shop.example.com, \
         repository: https://git.example.com/acme/shop.git, registry: registry.example.com/acme, summary: T }}\n\
         units: [{unit}]\nenvironments: [{{ name: local, runtime: machine, host: localhost }}]\n"
    );
    bench.assembled(&Source::new("t.yaml", text), &[])
}

fn process(stack: &Stack, name: &str) -> Process {
    stack.units[0].processes.iter().find(|process| process.name == *name).unwrap().clone()
}

#[test]
fn a_named_value_stands_for_its_text_or_expression_and_for_those_that_it_uses_itself() {
    let (stack, _) = made(&bench(&[]), "{ name: a, component: host }").unwrap();
    assert_eq!(process(&stack, "web").command, ["run", "shop.a!,shop.b!"]);
}

#[test]
fn a_named_value_that_is_neither_is_refused() {
    let mixed = HOST.replace("  program: run\n", "  program: \"run-@{ project.name }@\"\n");
    let problems = bench(&[("host/component.yaml", &mixed)]).catalog.component("host").unwrap_err().to_string();
    assert!(problems.contains("`let.program` is neither a text without templates nor one expression"), "{problems}");
    assert!(problems.contains("component.yaml:7"), "{problems}");
}

#[test]
fn a_preset_is_below_what_a_process_says_in_a_feature_too() {
    let feature = "id: more\ntitle: M\nkind: feature\nsummary: M\non:\n  host:\n    processes:\n      \
                   work: { role: worker, command: [work], resources: { memory: 32Mi } }\n      \
                   once: { role: job, command: [once] }\n";
    let bench = bench(&[("more/component.yaml", feature)]);
    let (stack, _) = made(&bench, "{ name: a, component: host, features: [{ component: more }] }").unwrap();
    let work = process(&stack, "work");
    assert_eq!((work.drain, work.resources.cpu_millis, work.resources.memory_mib), (33, 10, 32));
    assert_eq!(work.probes.live.unwrap().period, 7);
    assert_eq!(process(&stack, "once").drain, 10);
}

#[test]
fn a_component_is_another_with_some_things_different_and_has_its_files() {
    let other = "id: other\nextends: host\ntitle: O\nkind: service\nsummary: O\nlet: { program: walk }\n\
                 endpoints: { http: null, web: { port: 9090, protocol: http } }\n\
                 processes: { web: { serves: [web] } }\n";
    let (stack, tree) = made(&bench(&[("other/component.yaml", other)]), "{ name: a, component: other }").unwrap();
    assert_eq!(process(&stack, "web").command[0], "walk");
    let endpoints: Vec<_> = stack.units[0].endpoints.iter().map(|one| (one.name.as_str(), one.port)).collect();
    assert_eq!(endpoints, [("web", 9090)]);
    assert!(tree.get("apps/a/plain").is_some(), "a file of the other component is missing");
}

#[test]
fn what_extends_itself_or_nothing_is_refused() {
    let extends = |id: &str, base: &str| format!("id: {id}\nextends: {base}\ntitle: O\nkind: service\nsummary: O\n");
    let bench = bench(&[
        ("one/component.yaml", &extends("one", "two")),
        ("two/component.yaml", &extends("two", "one")),
        ("three/component.yaml", &extends("three", "hst")),
    ]);
    let said = |id: &str| bench.catalog.component(id).unwrap_err().to_string();
    assert!(said("one").contains("`one` extends itself, by way of one, two"), "{}", said("one"));
    assert!(said("three").contains("`hst`, which is no component"), "{}", said("three"));
    assert!(said("three").contains("did you mean `host`?"), "{}", said("three"));
}

#[test]
fn a_file_that_is_copied_as_it_is_need_not_be_a_template() {
    let bench = bench(&[("host/app/plain", "@{ is no @% template\n")]);
    let (_, tree) = made(&bench, "{ name: a, component: host }").unwrap();
    assert_eq!(tree.get("apps/a/plain").unwrap().contents, "@{ is no @% template\n");
    let problems = author::descriptions(&bench.catalog, &bench.engine);
    assert!(problems.is_empty(), "{problems}");
}

#[test]
fn a_file_outside_the_source_needs_a_place() {
    let wrong = HOST.replace("from: app/plain,", "from: docs/plain,");
    let bench = bench(&[("host/component.yaml", &wrong), ("host/docs/plain", "x\n")]);
    let problems = author::descriptions(&bench.catalog, &bench.engine).to_string();
    assert!(problems.contains("the file rule from `docs/plain` lacks `to`"), "{problems}");
}

#[test]
fn a_number_below_zero_is_said_to_be_that() {
    let wrong = HOST.replace("drain: 33", "drain: \"@{ 0 - 5 }@\"");
    let feature =
        "id: more\ntitle: M\nkind: feature\nsummary: M\non:\n  host:\n    processes: { work: { role: worker } }\n";
    let bench = bench(&[("host/component.yaml", &wrong), ("more/component.yaml", feature)]);
    let unit = "{ name: a, component: host, features: [{ component: more }] }";
    let problems = made(&bench, unit).unwrap_err().to_string();
    assert!(problems.contains("process `work`: -5 is less than 0"), "{problems}");
}

#[test]
fn amounts_of_memory_and_storage_may_come_from_parameters() {
    let sized = HOST
        .replace(
            "{ type: list, default: [a, b], help: N } }",
            "{ type: list, default: [a, b], help: N }, mib: { type: number, default: 96, help: M } }",
        )
        .replace(
            "serves: [http] }",
            "serves: [http], resources: { cpu: 10m, memory: \"@{ params.mib }@Mi\" }, \
             volumes: [{ name: data, path: /data, size: \"@{ params.mib // 32 }@Gi\" }] }",
        );
    let (stack, _) = made(&bench(&[("host/component.yaml", &sized)]), "{ name: a, component: host }").unwrap();
    let web = process(&stack, "web");
    assert_eq!((web.resources.memory_mib, web.volumes[0].size_gib), (96, 3));
}
