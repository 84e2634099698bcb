//! What is left out of a stack leaves no trace in it: no file, no path, no word, no warning.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::bench::Bench;
use crate::support::Sandbox;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Components that know every runtime.
const RUNTIMES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/runtimes");

/// What serves a stack as a whole: a place in it, and the components that can take it.
const PLACES: &[(&str, &[&str])] = &[
    ("ci", &["github-actions", "forgejo-actions"]),
    ("dashboards", &["grafana"]),
    ("delivery", &["argocd"]),
    ("gateway", &["gateway-api", "envoy-gateway"]),
    ("load", &["k6"]),
    ("logs", &["loki"]),
    ("metrics", &["victoria-metrics"]),
    ("restarts", &["reloader"]),
    ("scaling", &["keda"]),
    ("secrets", &["external-secrets", "sops"]),
];
/// Platforms that belong to services of one component, and what a stack without those never has of them.
const WITH_THEIR_SERVICES: &[&str] = &["go-module"];
/// Words of a product beside its id, its title and the charts that it brings.
const FURTHER_WORDS: &[(&str, &[&str])] = &[
    ("argocd", &["argo"]),
    ("external-secrets", &["externalsecret"]),
    ("reloader", &["stakater"]),
    ("sops", &["age1"]),
];
/// Names that hold a word and mean something else: where others keep their charts, a part that a chart switches off, and
/// what a broker calls itself.
const NAMES_OF_OTHERS: &[&str] = &[
    "https://grafana.github.io",
    "https://grafana-community.github.io",
    "grafana:\n          enabled: false",
    "CLUSTER_ID",
    "Marks the data of this cluster",
];
/// Words of a cluster.
const CLUSTER: &[&str] = &["kube", "kustom", "cluster", "overlay", "helm", "argo"];

/// A stack of the tests' own components.
#[derive(Clone)]
struct Whole {
    units: BTreeMap<&'static str, &'static str>,
    platforms: BTreeMap<&'static str, &'static str>,
    routes: &'static str,
    environments: &'static str,
}

const LOCAL: &str = "  - { name: local, runtime: machine, host: localhost }\n";
const CLUSTERS: &str = "  - { name: local, runtime: machine, host: localhost }\n  - { name: staging, host: staging.whole.example.com }\n  - { name: production, host: whole.example.com }\n";
const HOSTS: &str = "  - { name: local, runtime: machine, host: localhost }\n  - { name: production, runtime: hosts, host: whole.example.com, groups: [{ name: app, hosts: [app-1.example.com] }] }\n";
const PAAS: &str = "  - { name: local, runtime: machine, host: localhost }\n  - { name: production, runtime: paas, host: whole.example.com }\n";

impl Whole {
    fn new() -> Self {
        Self {
            units: BTreeMap::from([
                ("database", "component: postgres, providers: { default: operator }"),
                ("events", "component: kafka, providers: { default: operator }"),
                ("flows", "component: temporal, providers: { default: operator }"),
                ("door", "component: greeter, publish: { http: 8080 }"),
                ("memory", "component: memo"),
            ]),
            platforms: PLACES.iter().map(|(place, components)| (*place, components[0])).collect(),
            routes: "{ path: /, unit: door }",
            environments: CLUSTERS,
        }
    }

    /// A service and a resource that know every runtime, and nothing else.
    fn small(unit: &'static str, environments: &'static str) -> Self {
        let units = BTreeMap::from([("kiosk", unit), ("larder", "component: larder")]);
        Self { units, platforms: BTreeMap::new(), routes: "", environments }
    }

    fn with(mut self, place: &'static str, component: &'static str) -> Self {
        self.platforms.insert(place, component);
        self
    }

    fn without(mut self, place: &str) -> Self {
        self.platforms.remove(place);
        if place == "gateway" {
            self.routes = "";
        }
        self
    }

    fn yaml(&self) -> String {
        let mut text = String::from(
            "id: own\ntitle: Own\nsummary: A stack of the tests\nversion: \"1\"\nquestions: []\nproject:\n  name: whole\n  domain: whole.example.com\n  repository: https://git.example.com/acme/whole.git\n  registry: registry.example.com/acme\n  summary: A stack of the tests\nunits:\n",
        );
        for (name, unit) in &self.units {
            let _ = writeln!(text, "  - {{ name: {name}, {unit} }}");
        }
        if !self.platforms.is_empty() {
            text.push_str("platforms:\n");
        }
        for (name, component) in &self.platforms {
            let params = match *component {
                "envoy-gateway" => ", params: { issuer: https://id.example.com, audience: whole }",
                _ => "",
            };
            let _ = writeln!(text, "  - {{ name: {name}, component: {component}{params} }}");
        }
        let _ = write!(text, "routes: [{}]\nenvironments:\n{}", self.routes, self.environments);
        text
    }

    /// Its repository, in which nothing is to be found fault with.
    fn files(&self) -> BTreeMap<String, String> {
        let sandbox = Sandbox::new();
        sandbox.write("own.yaml", &self.yaml());
        let catalogs = ["--catalog", "catalog", "--catalog", RUNTIMES];
        let made = sandbox.run(&[&["new", "own.yaml", "own", "--yes"], catalogs.as_slice()].concat());
        assert_eq!(made.code, 0, "{}\n{}", self.yaml(), made.stderr);
        let checked = sandbox.run(&["check", "own", "--deny", "warning"]);
        assert_eq!(checked.code, 0, "{}\n{}", self.yaml(), checked.stdout);
        sandbox.tree("own")
    }
}

/// The words that tell a component: its id, its title, the charts that it brings.
fn words(component: &str) -> BTreeSet<String> {
    let folder = Path::new(ROOT).join("templates/components").join(component);
    let description = std::fs::read_to_string(folder.join("component.yaml")).unwrap();
    let title = description.lines().find_map(|line| line.strip_prefix("title: ")).unwrap();
    let mut words = BTreeSet::from([component.to_owned(), title.trim_matches('"').to_lowercase()]);
    for text in texts(&folder) {
        let charts = text.split("pin(\"charts.").skip(1).filter_map(|rest| rest.split('.').next());
        words.extend(charts.map(str::to_owned));
    }
    let further = FURTHER_WORDS.iter().filter(|(known, _)| *known == component);
    words.extend(further.flat_map(|(_, words)| *words).map(|word| (*word).to_owned()));
    words
}

/// The texts of all files below a folder.
fn texts(folder: &Path) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts.extend(self::texts(&path));
        } else {
            texts.push(std::fs::read_to_string(&path).unwrap());
        }
    }
    texts
}

/// Lines that hold one of the words, and paths that do. What the program itself records is in its own words.
fn traces<'a>(files: &BTreeMap<String, String>, words: impl IntoIterator<Item = &'a str> + Clone) -> Vec<String> {
    let catalog = Bench::embedded().catalog;
    let images = catalog.pins().image_ids().into_iter().filter_map(|id| catalog.pins().image(id)).collect::<Vec<_>>();
    let mut found = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| !path.starts_with(".stackwright/")) {
        let foreign = images.iter().chain(NAMES_OF_OTHERS);
        let text = foreign.fold(text.clone(), |text, name| text.replace(name, "")).to_lowercase();
        for word in words.clone() {
            let lines = text.lines().chain([path.as_str()]).filter(|line| line.contains(&word.to_lowercase()));
            found.extend(lines.map(|line| format!("{path}: `{word}` in {line:?}")));
        }
    }
    found
}

/// Paths of files that are gone with what was left out; those at the top have names that mean other things too.
fn gone<'a>(with: &'a BTreeMap<String, String>, without: &BTreeMap<String, String>) -> Vec<&'a str> {
    let gone = with.keys().filter(|path| !without.contains_key(*path) && path.contains('/'));
    gone.map(String::as_str).collect()
}

#[test]
fn every_platform_of_the_catalog_is_left_out_once() {
    let known: BTreeSet<&str> =
        PLACES.iter().flat_map(|(_, components)| *components).chain(WITH_THEIR_SERVICES).copied().collect();
    let listed = Sandbox::new().run(&["list", "--format", "json"]).stdout;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let components = listed["components"].as_array().unwrap().iter();
    let platforms = components.filter(|component| component["kind"] == "platform");
    let platforms: BTreeSet<&str> = platforms.map(|component| component["id"].as_str().unwrap()).collect();
    assert_eq!(platforms, known, "a platform belongs into `PLACES`, so that this file leaves it out");
}

#[test]
fn a_platform_that_is_left_out_leaves_no_trace() {
    for (place, components) in PLACES {
        let without = Whole::new().without(place).files();
        for component in *components {
            let words = words(component);
            let found = traces(&without, words.iter().map(String::as_str));
            assert!(found.is_empty(), "without {component}:\n{}", found.join("\n"));
            let mut whole = Whole::new().with(place, component);
            if *place == "delivery" {
                whole = whole.with("secrets", "external-secrets");
            }
            let with = whole.files();
            assert_ne!(with, without, "{component} changes nothing");
            let found = traces(&without, gone(&with, &without));
            assert!(found.is_empty(), "without {component}, files that are not there:\n{}", found.join("\n"));
        }
    }
    let encrypted = Whole::new().without("delivery").with("secrets", "sops").files();
    let found = traces(&encrypted, words("argocd").iter().map(String::as_str));
    assert!(found.is_empty(), "with sops and without argocd:\n{}", found.join("\n"));
    let whole = Whole::new().files();
    for component in WITH_THEIR_SERVICES {
        let words = words(component);
        let found = traces(&whole, words.iter().map(String::as_str));
        assert!(found.is_empty(), "without {component}:\n{}", found.join("\n"));
    }
}

#[test]
fn without_a_cluster_nothing_speaks_of_one() {
    let observed = Whole::new().without("delivery").without("gateway").without("secrets");
    let observed = observed.without("restarts").without("scaling");
    let observed = Whole { environments: LOCAL, ..observed };
    // What serves clusters brings nothing where there is none.
    let everything = |component: &'static str, environments| {
        let small = Whole::small("component: kiosk", environments);
        let platforms = Whole::new().without("gateway").without("delivery").with("secrets", component).platforms;
        Whole { platforms, ..small }
    };
    for (what, stack) in [
        ("a machine alone", Whole::small("component: kiosk", LOCAL)),
        ("a machine alone that is observed", observed),
        ("hosts", Whole::small("component: kiosk", HOSTS)),
        ("hosts with all platforms", everything("external-secrets", HOSTS)),
        ("a platform with all platforms", everything("sops", PAAS)),
        ("a platform", Whole::small("component: kiosk", PAAS)),
        ("a platform and continuous integration", Whole::small("component: kiosk", PAAS).with("ci", "github-actions")),
    ] {
        let found = traces(&stack.files(), CLUSTER.iter().copied());
        assert!(found.is_empty(), "on {what}:\n{}", found.join("\n"));
    }
}

#[test]
fn a_runtime_that_is_left_out_leaves_no_trace() {
    for (environments, absent) in [
        (CLUSTERS, ["deploy/hosts", "deploy/paas"]),
        (HOSTS, ["deploy/kubernetes", "deploy/paas"]),
        (PAAS, ["deploy/kubernetes", "deploy/hosts"]),
    ] {
        let found = traces(&Whole::small("component: kiosk", environments).files(), absent);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

#[test]
fn stacks_that_lack_a_kind_of_part_are_found_no_fault_with() {
    let alone =
        |unit: &'static str| Whole { units: BTreeMap::from([("part", unit)]), ..Whole::new().without("gateway") };
    let bare = || Whole { platforms: BTreeMap::new(), routes: "", ..Whole::new() };
    let stacks = [
        Whole { environments: LOCAL, ..Whole::new() },
        Whole::new().without("gateway"),
        Whole::new().without("delivery"),
        // No web: a program that answers nobody.
        Whole::small("component: mule", CLUSTERS),
        Whole::small("component: mule", CLUSTERS).with("ci", "github-actions").with("delivery", "argocd"),
        // No service.
        alone("component: memo"),
        alone("component: postgres, providers: { default: operator }"),
        alone("component: postgres, providers: { default: external }"),
        // No platform; only continuous integration.
        bare(),
        bare().with("ci", "github-actions"),
        bare().with("ci", "forgejo-actions"),
        Whole { environments: LOCAL, ..bare().with("ci", "github-actions") },
        Whole { platforms: BTreeMap::from([("ci", "github-actions")]), ..alone("component: memo") },
        Whole {
            platforms: BTreeMap::from([("ci", "github-actions")]),
            environments: LOCAL,
            ..alone("component: memo")
        },
    ];
    for stack in stacks {
        stack.files();
    }
}

#[test]
fn a_stack_without_units_is_refused() {
    let sandbox = Sandbox::new();
    let empty = Whole { units: BTreeMap::new(), routes: "", ..Whole::new() };
    sandbox.write("own.yaml", &empty.yaml().replace("units:\n", "units: []\n"));
    let made = sandbox.run(&["new", "own.yaml", "own", "--yes", "--catalog", "catalog"]);
    assert_eq!(made.code, 2);
    assert!(made.stderr.contains("the stack has no units, so nothing would run"), "{}", made.stderr);
}
