//! `stackwright new` on file systems that cannot take the repository: full, read-only, a mount point.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

use std::process::{Command, Output};

mod skips;
mod written;
use skips::skip;
use written::{Run, names, snapshot};

/// Runs a shell script as root of a namespace of its own, with `$1` the program and `$2` an empty directory.
fn namespaced(test: &str, script: &str) -> Option<(Run, Output)> {
    let run = Run::new();
    let unshare = |options: &[&str], script: &str| {
        let mut command = Command::new("unshare");
        command.args(options).args(["--mount", "sh", "-euc", script, "sh"]);
        command.arg(env!("CARGO_BIN_EXE_stackwright"));
        command.arg(run.directory.path()).output()
    };
    let possible = |options: &&[&str]| {
        let mount = "mount -t tmpfs -o size=64k none \"$2\"";
        unshare(options, mount).is_ok_and(|output| output.status.success())
    };
    // Root may make a mount namespace directly, even where user namespaces are switched off.
    let ways: [&[&str]; 2] = [&["--user", "--map-root-user"], &[]];
    let Some(options) = ways.into_iter().find(possible) else {
        skip(&format!("disk::{test}"), "no right to mount in a namespace of its own");
        return None;
    };
    let output = unshare(options, script).unwrap();
    Some((run, output))
}

#[test]
fn a_full_disk_is_reported_and_left_empty() {
    let script = r#"
        mount -t tmpfs -o size=128k none "$2"
        code=0; "$1" new django-gitops "$2/shop" --yes || code=$?
        echo "exit=$code left=$(ls -A "$2" | wc -l) free=$(df -k --output=avail "$2" | tail -n 1 | tr -d ' ')"
    "#;
    let Some((_, output)) = namespaced("a_full_disk_is_reported_and_left_empty", script) else {
        return;
    };
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(err.contains("the disk is full; nothing was written"), "{out}{err}");
    assert!(err.contains("free some space"), "{err}");
    assert_eq!(out, "exit=3 left=0 free=128\n", "{err}");
}

#[test]
fn a_read_only_file_system_is_reported() {
    let script = r#"
        mount -t tmpfs none "$2"
        mkdir "$2/empty"
        mount -o remount,ro none "$2"
        for name in shop empty; do
            code=0; "$1" new django-gitops "$2/$name" --yes || code=$?
            echo "exit=$code left=$(ls -A "$2" | wc -l)"
        done
    "#;
    let Some((_, output)) = namespaced("a_read_only_file_system_is_reported", script) else {
        return;
    };
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(err.matches("the file system is read-only; nothing was written").count(), 2, "{out}{err}");
    assert!(err.contains("choose one whose parent you may write to"), "{err}");
    assert_eq!(out.matches("exit=3 left=1").count(), 2, "{out}{err}");
}

#[test]
fn a_mount_point_is_explained() {
    let script = r#"
        mkdir "$2/volume"
        mount -t tmpfs none "$2/volume"
        code=0; "$1" new django-gitops "$2/volume" --yes || code=$?
        echo "exit=$code left=$(ls -A "$2/volume" "$2" | wc -w)"
        "$1" new django-gitops "$2/volume/shop" --yes
    "#;
    let Some((run, output)) = namespaced("a_mount_point_is_explained", script) else {
        return;
    };
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && out.contains("exit=3"), "{out}{err}");
    assert!(err.contains("give the name of a new directory inside it"), "{err}");
    assert_eq!(names(run.directory.path()), ["volume"]);
    assert!(snapshot(run.directory.path()).is_empty());
}
