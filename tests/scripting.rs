//! The documented script runs as documented.
#![cfg(unix)]

use std::process::Command;

#[test]
fn the_documented_script_sees_the_broken_file() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/scaffold-and-check");
    let run = Command::new(script).env("STACKWRIGHT", env!("CARGO_BIN_EXE_stackwright")).output();
    let run = run.expect("the script starts");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}{}", String::from_utf8_lossy(&run.stderr));
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines[..2], ["clean: exit 0", "broken: exit 1"]);
    assert!(lines[2..].contains(&"R032"), "the rule on ports is named: {said}");
}
