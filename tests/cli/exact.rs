//! Exact output of every verb over the tests' own catalog, which does not change with the embedded one.
use serde_json::Value;

use crate::support::{Ran, Sandbox, expect, transcript};

/// Runs and compares as it is.
fn case(sandbox: &Sandbox, name: &str, arguments: &[&str]) {
    expect(name, &transcript(arguments, &sandbox.run(arguments)));
}

/// Runs and compares JSON after taking out what belongs to the embedded catalog or to the rules.
fn json_case(sandbox: &Sandbox, name: &str, arguments: &[&str], reduce: impl Fn(&mut Value)) {
    let ran = sandbox.run(arguments);
    let mut document: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}", ran.stdout));
    reduce(&mut document);
    let stdout = format!("{document:#}\n");
    expect(name, &transcript(arguments, &Ran { stdout, ..ran }));
}

/// Keeps the items of a list that satisfy a condition.
fn keep(document: &mut Value, key: &str, wanted: impl Fn(&Value) -> bool) {
    document[key].as_array_mut().unwrap().retain(wanted);
}

#[test]
fn help() {
    let sandbox = Sandbox::new();
    case(&sandbox, "help", &["--help"]);
    case(&sandbox, "version", &["--version"]);
    let nothing = sandbox.run(&[]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (2, ""));
    let data = ["new", "list", "show", "questions", "check", "explain", "why"];
    let day_two = ["plan", "diff", "apply", "resolve", "add", "remove"];
    for verb in data.into_iter().chain(day_two).chain(["catalog", "schema", "completions", "man"]) {
        case(&sandbox, &format!("help-{verb}"), &[verb, "--help"]);
    }
}

#[test]
fn list() {
    let sandbox = Sandbox::new();
    let arguments = ["list", "--catalog", "catalog"];
    let ran = sandbox.run(&arguments);
    let own = |line: &&str| !line.starts_with("  ") || line.contains("(from catalog)");
    // The width of the first column comes from the longest embedded id.
    let narrow = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n";
    let stdout: String = ran.stdout.lines().filter(own).map(narrow).collect();
    expect("list", &transcript(&arguments, &Ran { stdout, ..ran }));
    json_case(&sandbox, "list-json", &["list", "--catalog", "catalog", "--format", "json"], |document| {
        keep(document, "blueprints", |entry| entry["directory"] == "catalog");
        keep(document, "components", |entry| entry["directory"] == "catalog");
    });
}

#[test]
fn show() {
    let sandbox = Sandbox::new();
    case(&sandbox, "show-blueprint", &["show", "tiny", "--catalog", "catalog"]);
    case(&sandbox, "show-component", &["show", "greeter", "--catalog", "catalog"]);
    case(&sandbox, "show-component-json", &["show", "memo", "--catalog", "catalog", "--format", "json"]);
    case(&sandbox, "show-unknown", &["show", "greter", "--catalog", "catalog"]);
    let blueprint = sandbox.run(&["show", "tiny", "--catalog", "catalog", "--format", "json"]);
    let document: Value = serde_json::from_str(&blueprint.stdout).unwrap();
    assert_eq!(document["blueprint"]["units"][1]["when"], "memory");
}

#[test]
fn questions() {
    let sandbox = Sandbox::new();
    case(&sandbox, "questions", &["questions", "tiny", "--catalog", "catalog"]);
    case(&sandbox, "questions-schema", &["questions", "tiny", "--schema", "--catalog", "catalog"]);
    let schema = sandbox.run(&["questions", "tiny", "--schema", "--catalog", "catalog"]).stdout;
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let good = serde_json::json!({ "name": "shop", "memory": false, "languages": ["english"], "extras": ["bow"], "replicas": 2 });
    assert!(schema.is_valid(&good));
    for (question, answer) in [
        ("name", "Shop".into()),
        ("memory", "yes".into()),
        ("extras", serde_json::json!(["hat"])),
        ("replicas", 10.into()),
        ("nme", "shop".into()),
    ] {
        let mut bad = good.clone();
        bad[question] = answer;
        assert!(!schema.is_valid(&bad), "{question}");
    }
}

#[test]
fn new() {
    let sandbox = Sandbox::new();
    let base = ["new", "tiny", "hello", "--yes", "--catalog", "catalog"];
    let with = |more: &[&'static str]| [&base[..], more].concat();
    let dry = with(&["--dry-run"]);
    let ran = sandbox.run(&dry);
    let stdout: Vec<&str> = ran.stdout.lines().filter(|path| path.starts_with("apps/")).collect();
    let stdout = stdout.join("\n") + "\n";
    expect("new-dry-run", &transcript(&dry, &Ran { stdout, ..ran }));
    assert!(sandbox.names().is_empty());
    let reduce = |document: &mut Value| {
        keep(document, "files", |file| file["component"] == "greeter");
        document["rules_run"] = "N".into();
        document["notes"] = "…".into();
    };
    json_case(&sandbox, "new-dry-run-json", &with(&["--dry-run", "--format", "json"]), reduce);
    case(&sandbox, "new", &base);
    case(&sandbox, "new-unchanged", &base);
    json_case(&sandbox, "new-unchanged-json", &with(&["--format", "json"]), reduce);
    json_case(
        &sandbox,
        "new-json",
        &["new", "tiny", "other", "--yes", "--set", "memory=no", "--catalog", "catalog", "--format", "json"],
        reduce,
    );
}

#[test]
fn check() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    let reduce = |document: &mut Value| {
        document["rules_run"] = "N".into();
        document["skipped"] = "…".into();
    };
    case(&sandbox, "check", &["check", "hello"]);
    json_case(&sandbox, "check-json", &["check", "hello", "--format", "json"], reduce);
    assert_eq!(sandbox.run(&["check", "hello", "--deny", "note"]).code, 1);
    // The third way of use: generate, break one file, see the exit code and the rule's id.
    sandbox.edit("hello/apps/door/Dockerfile", "golang:1.26.7-trixie", "golang:latest");
    case(&sandbox, "check-broken", &["check", "hello"]);
    case(&sandbox, "check-broken-github", &["check", "hello", "--format", "github"]);
    json_case(&sandbox, "check-broken-json", &["check", "hello", "--format", "json"], reduce);
    json_case(&sandbox, "check-broken-sarif", &["check", "hello", "--format", "sarif"], |document| {
        let run = &mut document["runs"][0];
        run["tool"]["driver"]["rules"] = "…".into();
        for result in run["results"].as_array_mut().unwrap() {
            result["ruleIndex"] = "…".into();
        }
    });
    let arguments = ["check", "hello", "--format", "junit"];
    let ran = sandbox.run(&arguments);
    let mut lines: Vec<&str> = ran.stdout.lines().collect();
    lines.retain(|line| line.contains("failure message"));
    expect("check-broken-junit", &transcript(&arguments, &Ran { stdout: lines.join("\n") + "\n", ..ran }));
}

#[test]
fn check_explains_rules_and_refuses_strangers() {
    let sandbox = Sandbox::new();
    for rule in stackwright::check::RULES.iter() {
        let ran = sandbox.run(&["check", "--explain", rule.id]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", rule.id);
        assert!(ran.stdout.starts_with(rule.id) && ran.stdout.contains(rule.why), "{}", ran.stdout);
    }
    let unknown = sandbox.run(&["check", "--explain", "R9999"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.starts_with("error: there is no rule `R9999`\n"), "{}", unknown.stderr);
    case(&sandbox, "check-no-repository", &["check", "catalog"]);
    case(&sandbox, "check-nothing", &["check", "nowhere"]);
}

#[test]
fn explain() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    case(&sandbox, "explain", &["explain", "hello"]);
    case(&sandbox, "explain-mermaid", &["explain", "hello", "--format", "mermaid"]);
    let json = sandbox.run(&["explain", "hello", "--format", "json"]);
    assert_eq!(json.stdout, sandbox.read("hello/.stackwright/stack.json"));
}

#[test]
fn why() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    let main = "hello/apps/door/main.go";
    case(&sandbox, "why", &["why", "hello/apps/door/go.mod", "--catalog", "catalog"]);
    case(&sandbox, "why-line", &["why", "hello/apps/door/go.mod:1", "--catalog", "catalog"]);
    case(&sandbox, "why-line-json", &["why", "hello/apps/door/go.mod:1", "--catalog", "catalog", "--format", "json"]);
    case(&sandbox, "why-no-catalog", &["why", main]);
    case(&sandbox, "why-no-line", &["why", &format!("{main}:999"), "--catalog", "catalog"]);
    case(&sandbox, "why-lock", &["why", "hello/.stackwright/lock.jsonl"]);
    // A line that a feature inserts is traced to the feature's own text.
    assert_eq!(sandbox.new_tiny(&["bower", "--yes", "--set", "extras=bow"]).code, 0);
    let lines = sandbox.read("bower/apps/door/main.go");
    let line = lines.lines().position(|line| line.contains("bows by")).unwrap() + 1;
    let place = format!("bower/apps/door/main.go:{line}");
    case(&sandbox, "why-fragment", &["why", &place, "--catalog", "catalog"]);
    case(&sandbox, "why-fragment-json", &["why", &place, "--catalog", "catalog", "--format", "json"]);
    sandbox.edit(main, "greets whoever asks", "greets everybody");
    case(&sandbox, "why-edited", &["why", &format!("{main}:1"), "--catalog", "catalog"]);
    sandbox.write("hello/mine.txt", "");
    case(&sandbox, "why-own-file", &["why", "hello/mine.txt"]);
}

#[test]
fn catalog_check() {
    let sandbox = Sandbox::new();
    case(&sandbox, "catalog-check", &["catalog", "check", "--catalog", "catalog"]);
    sandbox.edit("catalog/components/memo/component.yaml", "kind: resource", "kind: resource\nimge: memcached-1.6");
    sandbox.edit("catalog/components/greeter/app/main.go", "@{ endpoints.http.port }@", "@{ endpoints.http.port ");
    case(&sandbox, "catalog-check-broken", &["catalog", "check", "--catalog", "catalog"]);
    json_case(
        &sandbox,
        "catalog-check-broken-json",
        &["catalog", "check", "--catalog", "catalog", "--format", "json"],
        |document| {
            for count in ["components", "blueprints", "files"] {
                assert!(document[count].as_u64().unwrap() > 1);
                document[count] = "N".into();
            }
        },
    );
}

#[test]
fn schemas_accept_what_the_program_reads() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    for (of, path) in [
        ("blueprint", "catalog/blueprints/tiny.yaml"),
        ("component", "catalog/components/greeter/component.yaml"),
        ("component", "catalog/components/memo/component.yaml"),
        ("stack", "hello/stackwright.yaml"),
    ] {
        let ran = sandbox.run(&["schema", of]);
        assert_eq!(ran.code, 0);
        let schema = jsonschema::validator_for(&serde_json::from_str(&ran.stdout).unwrap()).unwrap();
        let source = stackwright::diagnostic::Source::new(path, sandbox.read(path));
        let mut document = stackwright::yaml::parse_one(&source).unwrap().to_json();
        let problems: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{path}: {problems:?}");
        document["unknown"] = true.into();
        assert!(!schema.is_valid(&document), "{path}");
    }
    let answers = sandbox.run(&["schema", "answers"]).stdout;
    let schema = jsonschema::validator_for(&serde_json::from_str(&answers).unwrap()).unwrap();
    assert!(schema.is_valid(&serde_json::json!({ "name": "shop", "queues": ["a"], "web": true, "count": 3 })));
    assert!(!schema.is_valid(&serde_json::json!({ "name": { "first": "shop" } })));
}

#[test]
fn completions_and_manual_know_every_verb() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = sandbox.run(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        assert!(ran.stdout.contains("dry-run") && ran.stdout.contains("questions"), "{shell}");
    }
    let page = sandbox.run(&["man"]).stdout;
    assert!(page.contains(".TH stackwright 1"), "{page}");
    let inner = sandbox.run(&["man", "catalog", "check"]).stdout;
    assert!(inner.contains("stackwright\\-catalog\\-check"), "{inner}");
    case(&sandbox, "man-unknown", &["man", "chek"]);
}
