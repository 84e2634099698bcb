//! `new`: where answers come from, what is refused, and what is left behind.
use crate::support::{Sandbox, expect, ran, transcript};

/// Answers that all differ from the defaults, as text.
pub(crate) const OTHER: [(&str, &str); 8] = [
    ("name", "door-man"),
    ("domain", "door.example.org"),
    ("greeting", "Good day, it's me"),
    ("languages", "french,dutch"),
    ("memory", "yes"),
    ("size", "large"),
    ("extras", "bell,bow"),
    ("replicas", "3"),
];

/// The same as an answers file.
const OTHER_YAML: &str = "name: door-man\ndomain: door.example.org\ngreeting: Good day, it's me\nlanguages: [french, dutch]\n\
                          memory: true\nsize: large\nextras: [bell, bow]\nreplicas: 3\n";

pub(crate) fn sets() -> Vec<String> {
    OTHER.iter().flat_map(|(question, answer)| ["--set".to_owned(), format!("{question}={answer}")]).collect()
}

/// The repository that those answers make, by `--set`.
pub(crate) fn by_set(sandbox: &Sandbox, directory: &str) {
    let sets = sets();
    let mut arguments = vec![directory, "--yes"];
    arguments.extend(sets.iter().map(String::as_str));
    let made = sandbox.new_tiny(&arguments);
    assert_eq!(made.code, 0, "{}", made.stderr);
}

#[test]
fn a_new_clone_is_written_into_and_what_it_kept_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("clone/.git/HEAD", "ref: refs/heads/main\n");
    sandbox.write("clone/LICENSE", "MIT\n");
    sandbox.write("clone/README.md", "# clone\n");
    let made = sandbox.new_tiny(&["clone", "--yes"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let kept = "  kept         LICENSE\n  kept         README.md, now README.before.md\n";
    assert!(made.stderr.contains(kept), "{}", made.stderr);
    assert!(!made.stderr.contains("git init"), "{}", made.stderr);
    assert_eq!(sandbox.tree("clone")["README.before.md"], "# clone\n");
}

#[test]
fn every_source_of_answers_makes_the_same_repository() {
    let sandbox = Sandbox::new();
    by_set(&sandbox, "one");
    let expected = sandbox.tree("one");
    assert!(expected["stackwright.yaml"].contains("door.example.org"));

    sandbox.write("answers.yaml", OTHER_YAML);
    assert_eq!(sandbox.new_tiny(&["two", "--yes", "--answers", "answers.yaml"]).code, 0);
    assert_eq!(sandbox.tree("two"), expected);

    let json = serde_json::json!({
        "name": "door-man", "domain": "door.example.org", "greeting": "Good day, it's me", "languages": ["french", "dutch"],
        "memory": true, "size": "large", "extras": ["bell", "bow"], "replicas": 3
    });
    let mut command = sandbox.command();
    command.args(["new", "tiny", "three", "--answers", "-", "--catalog", "catalog"]).write_stdin(json.to_string());
    let piped = ran(&mut command);
    assert_eq!(piped.code, 0, "{}", piped.stderr);
    assert_eq!(sandbox.tree("three"), expected);

    let mut command = sandbox.command();
    command.args(["new", "tiny", "four", "--yes", "--catalog", "catalog"]);
    for (question, answer) in OTHER {
        command.env(format!("STACKWRIGHT_ANSWER_{}", question.to_uppercase()), answer);
    }
    assert_eq!(ran(&mut command).code, 0);
    assert_eq!(sandbox.tree("four"), expected);
}

#[test]
fn set_comes_before_the_file_and_the_file_before_the_environment() {
    let sandbox = Sandbox::new();
    sandbox.write("answers.yaml", "greeting: from the file\ndomain: file.example.com\n");
    let mut command = sandbox.command();
    command.args([
        "new",
        "tiny",
        "hello",
        "--yes",
        "--catalog",
        "catalog",
        "--answers",
        "answers.yaml",
        "--set",
        "greeting=from set",
    ]);
    for (question, answer) in [("GREETING", "from the environment"), ("DOMAIN", "env.example.com"), ("REPLICAS", "4")] {
        command.env(format!("STACKWRIGHT_ANSWER_{question}"), answer);
    }
    assert_eq!(ran(&mut command).code, 0);
    let spec = sandbox.read("hello/stackwright.yaml");
    for text in ["greeting: from set", "domain: file.example.com", "replicas: 4"] {
        assert!(spec.contains(text), "{text} is not in\n{spec}");
    }
}

#[test]
fn the_directory_names_the_project_where_it_can_and_new_says_who_did() {
    let sandbox = Sandbox::new();
    for (arguments, directory, name, origin) in [
        (&["shop"][..], "shop", "shop", "the directory"),
        (&["./cafe"], "cafe", "cafe", "the directory"),
        (&["Not-A-Name"], "Not-A-Name", "hello", "the blueprint's default"),
        (&["bar", "--set", "name=pub"], "bar", "pub", "--set"),
        // Without a directory, the project's name is the directory.
        (&["--set", "name=inn"], "inn", "inn", "--set"),
        (&[], "hello", "hello", "the blueprint's default"),
    ] {
        let made = sandbox.new_tiny(&[arguments, &["--yes"]].concat());
        assert_eq!(made.code, 0, "{}", made.stderr);
        assert!(sandbox.read(&format!("{directory}/stackwright.yaml")).contains(&format!("  name: {name}\n")));
        let told = format!("\n  project      {name} (named by {origin})\n");
        assert!(made.stderr.contains(&told), "{told}: {}", made.stderr);
    }
}

#[test]
fn a_resource_that_no_unit_is_bound_to_is_named() {
    let sandbox = Sandbox::new();
    let blueprint = "catalog/blueprints/tiny.yaml";
    sandbox.edit(
        blueprint,
        "    publish: { http: 8080 }\n",
        "    uses: { memory: memory }\n    publish: { http: 8080 }\n",
    );
    sandbox.edit(blueprint, "  - name: database\n", "  - { name: spare, component: memo }\n  - name: database\n");
    let made = sandbox.new_tiny(&["hello", "--yes"]);
    assert!(made.stderr.contains("\n  unused       spare: no unit is bound to it\n"), "{}", made.stderr);
    let made = sandbox.run(&["new", "tiny", "other", "--yes", "--catalog", "catalog", "--set", "memory=yes"]);
    assert!(!made.stderr.contains("memory: no unit"), "{}", made.stderr);
}

#[test]
fn secrets_that_must_agree_are_named_with_their_environments() {
    let sandbox = Sandbox::new();
    let ring = include_str!("../fixtures/ring.yaml");
    for (providers, shared) in [("external", true), ("operator", false)] {
        let text = ring.replace(
            "component: postgres\n",
            &format!("component: postgres\n    providers: {{ default: {providers} }}\n"),
        );
        sandbox.write("ring.yaml", &text);
        let made = sandbox.run(&["new", "./ring.yaml", providers, "--yes", "--catalog", "catalog"]);
        let told = format!(
            "\n  secrets      DATABASE_URL of {providers}-back-secrets and DATABASE_URL of front-secrets hold one \
             DATABASE_PASSWORD in production: they must agree\n"
        );
        // An operator makes one secret, which both read.
        assert_eq!(made.stderr.contains(&told), shared, "{told}: {}", made.stderr);
        assert_eq!(made.stderr.contains("must agree"), shared, "{}", made.stderr);
    }
}

#[test]
fn a_blueprint_may_be_a_file() {
    let sandbox = Sandbox::new();
    sandbox.write("mine.yaml", &sandbox.read("catalog/blueprints/tiny.yaml").replace("id: tiny", "id: mine"));
    let made = sandbox.run(&["new", "./mine.yaml", "hello", "--yes", "--catalog", "catalog"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert!(sandbox.read("hello/stackwright.yaml").contains("blueprint: mine"));
}

#[test]
fn an_override_is_reported() {
    let sandbox = Sandbox::new();
    let path = "catalog/targets/docs/README.md";
    sandbox.write(path, "# @{ project.name }@, our way\n");
    let made = sandbox.new_tiny(&["hello", "--yes"]);
    assert!(made.stderr.starts_with("note: 1 file replaces an embedded one\n"), "{}", made.stderr);
    assert!(made.stderr.contains("targets/docs/README.md, from catalog"), "{}", made.stderr);
}

#[test]
fn of_many_overrides_ten_are_named() {
    let sandbox = Sandbox::new();
    let mut count = 0;
    for folder in ["components/django/app/tests", "components/nextjs/app/src/lib"] {
        for file in std::fs::read_dir(format!("{}/templates/{folder}", env!("CARGO_MANIFEST_DIR"))).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            sandbox.write(&format!("catalog/{folder}/{name}"), "");
            count += 1;
        }
    }
    let made = sandbox.new_tiny(&["hello", "--yes"]);
    assert!(made.stderr.starts_with(&format!("note: {count} files replace embedded ones\n")), "{}", made.stderr);
    assert_eq!(made.stderr.matches(", from catalog").count(), 10, "{}", made.stderr);
    assert!(made.stderr.contains(&format!("and {} more\n", count - 10)), "{}", made.stderr);
}

#[test]
fn bad_answers_are_all_reported_with_their_origin() {
    let sandbox = Sandbox::new();
    sandbox.write("answers.yaml", "languages: [english, french]\n# a comment\nreplicas: ten\nnmae: shop\n");
    let arguments = [
        "new",
        "tiny",
        "hello",
        "--yes",
        "--catalog",
        "catalog",
        "--answers",
        "answers.yaml",
        "--set",
        "size=huge",
        "--set",
        "extras=bell,hat",
    ];
    let mut command = sandbox.command();
    command.args(arguments).env("STACKWRIGHT_ANSWER_DOMAIN", "https://nowhere");
    expect("new-bad-answers", &transcript(&arguments, &ran(&mut command)));
    for (name, arguments) in [
        (
            "new-bad-set",
            vec![
                "new",
                "tiny",
                "hello",
                "--yes",
                "--catalog",
                "catalog",
                "--set",
                "greeting",
                "--set",
                "name=a",
                "--set",
                "name=b",
            ],
        ),
        ("new-bad-rule", vec!["new", "tiny", "hello", "--yes", "--catalog", "catalog", "--set", "greeting=Bye"]),
        ("new-unknown-blueprint", vec!["new", "tini", "hello", "--yes", "--catalog", "catalog"]),
        (
            "new-no-answers-file",
            vec!["new", "tiny", "hello", "--yes", "--catalog", "catalog", "--answers", "nowhere.yaml"],
        ),
        ("new-no-catalog", vec!["new", "tiny", "hello", "--yes", "--catalog", "nowhere"]),
    ] {
        expect(name, &transcript(&arguments, &sandbox.run(&arguments)));
    }
    let mut command = sandbox.command();
    let arguments = ["new", "tiny", "hello", "--yes", "--catalog", "catalog"];
    command.args(arguments).env("STACKWRIGHT_ANSWER_GRETING", "Hi");
    expect("new-bad-variable", &transcript(&arguments, &ran(&mut command)));
    assert_eq!(sandbox.names(), ["answers.yaml"]);
}

#[test]
fn answers_files_are_read_strictly() {
    let sandbox = Sandbox::new();
    for (text, complaint) in [
        ("name: a\nname: b\n", "answers.yaml:2:1"),
        ("- name\n", "answers are a map from questions to answers"),
        ("name: [\n", "answers.yaml:"),
        ("replicas: 1.5\n", "expected a whole number"),
        ("name: 12\n", "expected text; put it in quotes"),
        ("extras: { bell: true }\n", "expected a list"),
        ("greeting: \"a\\u001b[31mb\"\n", "it has the control character"),
    ] {
        sandbox.write("answers.yaml", text);
        let refused = sandbox.new_tiny(&["hello", "--yes", "--answers", "answers.yaml"]);
        assert_eq!(refused.code, 2, "{text}");
        assert!(refused.stderr.contains(complaint), "{text}: {}", refused.stderr);
        assert!(!refused.stderr.contains('\x1b'));
    }
    for nothing in ["", "# nothing\n"] {
        sandbox.write("answers.yaml", nothing);
        assert_eq!(sandbox.new_tiny(&["hello", "--yes", "--answers", "answers.yaml"]).code, 0);
    }
}

#[test]
fn missing_answers_are_all_listed() {
    let sandbox = Sandbox::new();
    for default in ["default: hello", "default: Hello", "default: 1"] {
        let text = sandbox.read("catalog/blueprints/tiny.yaml").replacen(&format!("    {default}\n"), "", 1);
        sandbox.write("catalog/blueprints/tiny.yaml", &text);
    }
    let arguments = ["new", "tiny", "--catalog", "catalog"];
    // No terminal is enough; --yes makes no difference.
    expect("new-missing", &transcript(&arguments, &sandbox.run(&arguments)));
    let with_yes = sandbox.new_tiny(&["--yes"]);
    assert_eq!((with_yes.code, with_yes.stderr), (2, sandbox.run(&arguments).stderr));
    assert!(sandbox.names().is_empty());
}

#[test]
fn what_the_rules_refuse_is_not_written_and_the_template_is_named() {
    let sandbox = Sandbox::new();
    sandbox.edit("catalog/pins.yaml", "golang:1.26.7-trixie", "golang:latest");
    let arguments = ["new", "tiny", "hello", "--yes", "--catalog", "catalog"];
    expect("new-refused", &transcript(&arguments, &sandbox.run(&arguments)));
    let json = sandbox.new_tiny(&["hello", "--yes", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((json.code, &document["status"]), (1, &"refused".into()));
    assert!(document["findings"][0]["rule"].as_str().unwrap().starts_with('R'));
    assert!(sandbox.names().is_empty());
}

#[test]
fn an_edited_or_other_destination_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    sandbox.edit("hello/apps/door/main.go", "greets whoever asks", "greets everybody");
    let before = sandbox.tree("hello");
    for arguments in
        [vec!["hello", "--yes"], vec!["hello", "--yes", "--set", "greeting=Hi"], vec!["hello", "--yes", "--dry-run"]]
    {
        let refused = sandbox.new_tiny(&arguments);
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(refused.stderr.contains("already holds"), "{}", refused.stderr);
    }
    assert_eq!(sandbox.tree("hello"), before);
}
