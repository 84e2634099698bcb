//! `catalog test` over a resource of the tests' own catalog: what it proves, its forms, and files that are kept.
use serde_json::Value;

use crate::support::Sandbox;

/// Makes the resource's only parameter do nothing.
fn without_effect(sandbox: &Sandbox) {
    sandbox.edit("catalog/components/memo/component.yaml", "@{ params.megabytes }@", "64");
}

#[test]
fn a_component_that_keeps_its_promises_passes() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["catalog", "test", "memo", "--catalog", "catalog"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert_eq!(ran.stdout, "component memo: 4 passed\n1 suite, 4 cases: all passed\n");
}

#[test]
fn a_parameter_without_an_effect_fails_as_text_json_and_junit() {
    let sandbox = Sandbox::new();
    without_effect(&sandbox);
    let run = |format: &str| sandbox.run(&["catalog", "test", "memo", "--catalog", "catalog", "--format", format]);
    let text = run("text");
    assert_eq!(text.code, 1);
    assert!(text.stdout.contains("memo: parameter `megabytes` has an effect\nerror: `megabytes` = 17 changes nothing"));
    assert!(text.stdout.ends_with("1 suite, 4 cases: 1 failed\n"), "{}", text.stdout);
    let json: Value = serde_json::from_str(&run("json").stdout).unwrap();
    let cases = json["suites"][0]["cases"].as_array().unwrap();
    let failed: Vec<&Value> = cases.iter().filter(|case| case["problems"] != serde_json::json!([])).collect();
    assert_eq!((json["version"].as_u64(), failed.len()), (Some(1), 1));
    assert_eq!(failed[0]["problems"][0]["message"], "`megabytes` = 17 changes nothing");
    let junit = run("junit").stdout;
    let failure = "<failure message=\"`megabytes` = 17 changes nothing\">";
    assert!(junit.contains("tests=\"4\" failures=\"1\"") && junit.contains(failure), "{junit}");
}

#[test]
fn files_that_are_kept_are_compared_with_what_is_made() {
    let sandbox = Sandbox::new();
    let golden = ["catalog", "test", "greeter", "--catalog", "catalog", "--golden", "kept"];
    let bless = sandbox.run(&[&golden[..], &["--bless"]].concat());
    assert!(bless.stdout.starts_with("component greeter: "), "{}{}", bless.stdout, bless.stderr);
    assert!(sandbox.read("kept/greeter/apps/sample/main.go").contains("greets whoever asks"));
    sandbox.edit("kept/greeter/apps/sample/main.go", "greets whoever asks", "greets nobody");
    let ran = sandbox.run(&golden);
    assert_eq!(ran.code, 1);
    let message = "error: this file is made otherwise than it is kept\n --> kept/greeter/apps/sample/main.go";
    assert!(ran.stdout.contains(message), "{}", ran.stdout);
}

#[test]
fn an_unknown_id_is_refused() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["catalog", "test", "mmo", "--catalog", "catalog"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("there is no component or blueprint `mmo`"), "{}", ran.stderr);
}
