//! What the system sees: calls, streams, and nothing that depends on where and when.
use std::fs::File;
use std::process::{Command, Stdio};

use crate::bench::Bench;
use crate::skips::skip;
use crate::support::{Sandbox, ran};

/// Calls that reach the network or start a program.
const FORBIDDEN: &str = "trace=socket,connect,bind,sendto,sendmsg,execve,execveat,fork,vfork,clone,clone3";

#[test]
fn new_opens_no_socket_and_starts_no_program() {
    for blueprint in blueprints() {
        trace(&blueprint);
    }
}

/// The tests' own blueprint and the embedded ones.
fn blueprints() -> Vec<String> {
    let embedded = Bench::embedded().catalog;
    let embedded = embedded.blueprint_ids().into_iter().map(str::to_owned);
    ["tiny".to_owned()].into_iter().chain(embedded).collect()
}

fn trace(blueprint: &str) {
    let sandbox = Sandbox::new();
    let log = sandbox.path("calls");
    let traced = Command::new("strace")
        .args(["-f", "-qq", "-e", "signal=none", "-e", FORBIDDEN, "-o"])
        .arg(&log)
        .arg(env!("CARGO_BIN_EXE_stackwright"))
        .args(["new", blueprint, "hello", "--yes", "--catalog", "catalog"])
        .current_dir(sandbox.path("."))
        .output();
    let traced = match traced {
        Ok(traced) => traced,
        Err(error) => {
            skip("new_opens_no_socket_and_starts_no_program", &format!("strace can't be run: {error}"));
            return;
        }
    };
    let stderr = String::from_utf8_lossy(&traced.stderr);
    if stderr.contains("ptrace") && !sandbox.path("hello").exists() {
        skip("new_opens_no_socket_and_starts_no_program", &format!("tracing is not permitted here: {stderr}"));
        return;
    }
    assert!(traced.status.success(), "{stderr}");
    let calls = std::fs::read_to_string(&log).unwrap();
    let call = |line: &str| line.split_once(' ').map_or(line, |(_, call)| call.trim_start()).to_owned();
    // Its own start, and the thread that waits for signals.
    let (own, rest): (Vec<String>, Vec<String>) = calls.lines().map(call).partition(|call| call.starts_with("execve("));
    assert_eq!(own.len(), 1, "{calls}");
    let odd: Vec<&String> =
        rest.iter().filter(|call| !(call.contains("clone") && call.contains("CLONE_THREAD"))).collect();
    // A thread that ends with the process is named without a call.
    let ended = |call: &str| call.starts_with("<...") || call.starts_with("???(");
    let odd: Vec<&&String> = odd.iter().filter(|call| !ended(call)).collect();
    assert!(odd.is_empty(), "{odd:?}");
}

#[test]
fn directory_locale_time_zone_umask_and_home_change_nothing() {
    for blueprint in blueprints() {
        elsewhere(&blueprint);
    }
}

fn elsewhere(blueprint: &str) {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["new", blueprint, "hello", "--yes", "--catalog", "catalog"]).code, 0);
    let expected = sandbox.tree("hello");
    std::fs::create_dir_all(sandbox.path("deeper/still")).unwrap();
    let script = "umask \"$1\"; shift; exec \"$@\"";
    for (umask, language, zone, directory) in
        [("000", "de_DE.UTF-8", "Pacific/Kiritimati", "deeper"), ("077", "C", "America/Los_Angeles", "deeper/still")]
    {
        let run = Command::new("sh")
            .args([
                "-c",
                script,
                "sh",
                umask,
                env!("CARGO_BIN_EXE_stackwright"),
                "new",
                blueprint,
                "hello",
                "--yes",
                "--catalog",
            ])
            .arg(sandbox.path("catalog"))
            .current_dir(sandbox.path(directory))
            .envs([
                ("LANG", language),
                ("LC_ALL", language),
                ("TZ", zone),
                ("HOME", "/nowhere"),
                ("SOURCE_DATE_EPOCH", "1"),
            ])
            .output()
            .unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(sandbox.tree(&format!("{directory}/hello")), expected, "{umask} {language} {zone}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let sandbox = Sandbox::new();
    sandbox.hello();
    let mut child = Command::new(env!("CARGO_BIN_EXE_stackwright"))
        .args(["explain", "hello", "--format", "json"])
        .current_dir(sandbox.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn a_full_disk_behind_standard_output_is_an_error() {
    let sandbox = Sandbox::new();
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        skip("a_full_disk_behind_standard_output_is_an_error", "there is no /dev/full");
        return;
    };
    let output = Command::new(env!("CARGO_BIN_EXE_stackwright")).arg("list").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: can't write to standard output: "));
    drop(sandbox);
}

#[test]
fn pipes_get_no_colour_and_no_control_characters() {
    let sandbox = Sandbox::new();
    sandbox.edit(
        "catalog/blueprints/tiny.yaml",
        "title: A greeter with a memory",
        "title: \"A \\e[31mred\\e[0m greeter\\u202e\"",
    );
    for arguments in [
        &["list", "--catalog", "catalog"][..],
        &["show", "tiny", "--catalog", "catalog"],
        &["new", "tiny", "x\x1b[31m", "--yes", "--catalog", "catalog"],
    ] {
        let run = ran(sandbox.command().args(arguments).env("TERM", "xterm-256color"));
        for stream in [&run.stdout, &run.stderr] {
            assert!(!stream.contains('\x1b') && !stream.contains('\u{202e}'), "{arguments:?}: {stream:?}");
        }
    }
    assert!(
        sandbox.run(&["show", "tiny", "--catalog", "catalog"]).stdout.contains(r"A \x1b[31mred\x1b[0m greeter\u{202e}")
    );
}
