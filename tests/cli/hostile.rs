//! Input that means harm, or looks like it: refused at once, in plain words, with nothing written.
use std::time::{Duration, Instant};

use crate::support::Sandbox;

/// Runs `new`, which must refuse with exit code 2, say why and take no long time.
fn refused(sandbox: &Sandbox, arguments: &[&str], complaint: &str) {
    let start = Instant::now();
    let ran = sandbox.new_tiny(&[&["hello", "--yes"], arguments].concat());
    assert_eq!(ran.code, 2, "{complaint}: {}", ran.stderr);
    assert!(ran.stderr.contains(complaint), "{complaint:?} is not in {}", ran.stderr);
    assert!(ran.stderr.len() < 100_000, "{} bytes of messages", ran.stderr.len());
    assert!(start.elapsed() < Duration::from_mins(1), "{complaint}: {:?}", start.elapsed());
    assert!(!sandbox.path("hello").exists());
}

/// YAML that a reader without limits would not survive.
fn bombs() -> Vec<(String, &'static str)> {
    let mut aliases = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        aliases.push_str(&format!("a{level}: &a{level} [{}]\n", vec![before; 9].join(", ")));
    }
    let deep = format!("name: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("name: {}\n", "a".repeat(10 << 20));
    vec![
        (aliases, "more than 500000 values"),
        (deep, "nested more than 100 levels deep"),
        (long, " bytes"),
        ("name: shop\nname: shop\n".into(), "twice"),
        ("name: !!python/object:os.system shop\n".into(), "tag"),
        ("\u{0}".into(), "answers.yaml"),
    ]
}

#[test]
fn dangerous_yaml_is_refused_in_answers_and_blueprints() {
    let sandbox = Sandbox::new();
    for (text, complaint) in bombs() {
        sandbox.write("answers.yaml", &text);
        refused(&sandbox, &["--answers", "answers.yaml"], complaint);
    }
    let blueprint = sandbox.read("catalog/blueprints/tiny.yaml");
    for (text, complaint) in bombs().into_iter().take(2) {
        sandbox.write("catalog/blueprints/tiny.yaml", &format!("{blueprint}\n{text}"));
        refused(&sandbox, &[], complaint);
    }
}

#[test]
fn templates_without_end_or_measure_are_stopped() {
    let sandbox = Sandbox::new();
    let main = sandbox.read("catalog/components/greeter/app/main.go");
    let all = "[0,1,2,3,4,5,6,7,8,9]";
    let forever =
        format!("{}x{}", format!("@% for a in {all} %@").repeat(12).replace(" a ", " i "), "@% endfor %@".repeat(12));
    let steps: Vec<String> = (0..40).map(|step| step.to_string()).collect();
    let doubling = format!(
        "@% set ns = namespace(x='0123456789') %@@% for i in [{}] %@@% set ns.x = ns.x ~ ns.x %@@% endfor %@",
        steps.join(",")
    );
    let large =
        "0123456789".repeat(100_000) + &format!("@% for a in {all} %@{}@% endfor %@", "0123456789".repeat(100_000));
    if cfg!(target_os = "linux") {
        sandbox.write("catalog/components/greeter/app/main.go", &format!("{main}{doubling}"));
        refused(&sandbox, &[], "takes more than 1 GiB of memory");
    }
    for (template, complaint) in [
        (forever.as_str(), "ran out of fuel"),
        (large.as_str(), "more than 8388608 bytes"),
        ("@% include 'x' %@", "main.go"),
    ] {
        sandbox.write("catalog/components/greeter/app/main.go", &format!("{main}{template}"));
        refused(&sandbox, &[], complaint);
    }
    sandbox.write("catalog/components/greeter/app/main.go", &format!("{main}@{{ open('/etc/passwd') }}@"));
    refused(&sandbox, &[], "open");
}

#[test]
fn misspelt_keys_and_ids_get_a_suggestion() {
    let sandbox = Sandbox::new();
    let path = "catalog/blueprints/tiny.yaml";
    let good = sandbox.read(path);
    for (from, to, complaint) in [
        ("component: memo", "component: mem0", "did you mean `memo`?"),
        ("component: postgres", "component: postgress", "did you mean `postgres`?"),
        ("questions:", "qestions:", "`qestions`"),
        ("    publish: { http: 8080 }", "    publsh: { http: 8080 }", "did you mean `publish`?"),
        ("unit: door }", "unit: dor }", "did you mean `door`?"),
        ("type: boolean", "type: bool", "boolean"),
    ] {
        sandbox.write(path, &good);
        sandbox.edit(path, from, to);
        refused(&sandbox, &[], complaint);
    }
}

#[test]
fn reserved_and_strange_names_are_refused() {
    let sandbox = Sandbox::new();
    for (name, complaint) in [
        ("con", "Windows can't store a file of that name"),
        ("localhost", "every machine resolves it to itself"),
        ("../up", "has '.'"),
        ("a/b", "has '/'"),
        ("UPPER", "has 'U'"),
        ("a\nb", r"control character '\n'"),
        ("a\u{202e}b", "has"),
        ("", "it can't be empty"),
    ] {
        refused(&sandbox, &["--set", &format!("name={name}")], complaint);
    }
}
