//! What `scripts/breaking` of a generated repository compares with: in the first push, in one of several commits, after a
//! forced push and on a branch. Needs git and a shell, as the generated repository does; a stand-in for docker shows what
//! it was given.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod bench;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bench::Bench;

/// Prints the definitions that docker is given as those from before.
const DOCKER: &str = r#"#!/bin/sh
for word; do case $word in *:/before:ro) cat "${word%:/before:ro}/proto/orders.proto" ;; esac; done
"#;

/// A clone, with a forge that it pushes to.
struct World {
    root: tempfile::TempDir,
}

impl World {
    /// A repository without a commit.
    fn new() -> Self {
        let world = Self { root: tempfile::tempdir().unwrap() };
        let bench = Bench::embedded();
        let made = bench.generated(&bench.source("go-platform"), &[]).unwrap();
        let script = made.tree.iter().find(|(path, _)| path.as_str() == "scripts/breaking").unwrap().1;
        world.write("scripts/breaking", &script.contents);
        world.write("bin/docker", DOCKER);
        world.write(".gitignore", "bin/\n");
        for program in ["scripts/breaking", "bin/docker"] {
            fs::set_permissions(world.here().join(program), fs::Permissions::from_mode(0o755)).unwrap();
        }
        world.git(&["init", "--quiet", "--bare", "--initial-branch", "main", "../forge.git"]);
        world.git(&["init", "--quiet", "--initial-branch", "main"]);
        world.git(&["remote", "add", "origin", "../forge.git"]);
        world
    }

    fn here(&self) -> PathBuf {
        self.root.path().join("here")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.here().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn run(&self, program: &str, arguments: &[&str], before: Option<&str>) -> Output {
        let path = format!("{}:{}", self.here().join("bin").display(), std::env::var("PATH").unwrap());
        fs::create_dir_all(self.root.path().join("scratch")).unwrap();
        Command::new(if program == "git" { PathBuf::from("git") } else { Path::new(".").join(program) })
            .args(arguments)
            .current_dir(self.here())
            .env("PATH", path)
            .env("HOME", self.root.path())
            .env("TMPDIR", self.root.path().join("scratch"))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
            .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
            .envs(before.map(|commit| ("BEFORE", commit)))
            .output()
            .unwrap()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = self.run("git", arguments, None);
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A commit in which the definitions say something; gives its id.
    fn commit(&self, says: &str) -> String {
        self.write("buf.yaml", "version: v2\n");
        self.write("proto/orders.proto", says);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", says]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn push(&self) {
        self.git(&["push", "--quiet", "--force", "origin", "HEAD:main"]);
    }

    /// What is printed, with `before` as where the push began. Nothing stays behind.
    fn breaking(&self, before: Option<&str>) -> String {
        let output = self.run("scripts/breaking", &[], before);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let left = fs::read_dir(self.root.path().join("scratch")).unwrap().count();
        assert_eq!(left, 0, "a temporary directory is left");
        String::from_utf8(output.stdout).unwrap().lines().last().unwrap_or_default().to_owned()
    }
}

/// What a forge says of a push that makes a branch.
const NONE: &str = "0000000000000000000000000000000000000000";

#[test]
fn the_first_commit_is_compared_with_nothing() {
    let world = World::new();
    world.commit("first");
    world.push();
    assert_eq!(world.breaking(Some(NONE)), "This is the first commit: nothing was there before.");
    assert_eq!(world.breaking(None), "This is the first commit: nothing was there before.");
}

#[test]
fn a_push_of_several_commits_is_compared_with_where_it_began() {
    let world = World::new();
    let first = world.commit("first");
    world.push();
    world.commit("second");
    world.commit("third");
    world.push();
    assert_eq!(world.breaking(Some(&first)), "first");
    assert_eq!(world.breaking(None), "second", "by hand, the commit before");
}

#[test]
fn a_merge_is_compared_with_where_the_push_began() {
    let world = World::new();
    let first = world.commit("first");
    world.push();
    world.git(&["checkout", "--quiet", "-b", "change"]);
    world.commit("second");
    world.git(&["checkout", "--quiet", "main"]);
    world.git(&["merge", "--quiet", "--no-ff", "--message", "merged", "change"]);
    world.push();
    assert_eq!(world.breaking(Some(&first)), "first");
}

#[test]
fn a_forced_push_is_compared_with_the_commit_before() {
    let world = World::new();
    world.commit("first");
    let gone = world.commit("second");
    world.push();
    world.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    world.commit("other");
    world.push();
    assert_eq!(world.breaking(Some(&gone)), "first");
}

#[test]
fn a_branch_is_compared_with_the_main_branch() {
    let world = World::new();
    world.commit("first");
    world.push();
    world.git(&["checkout", "--quiet", "-b", "change"]);
    world.commit("second");
    world.commit("third");
    assert_eq!(world.breaking(Some(NONE)), "first");
}

#[test]
fn a_commit_that_is_not_there_is_an_error_that_says_what_to_do() {
    let world = World::new();
    world.commit("first");
    world.push();
    let output = world.run("scripts/breaking", &["nowhere"], None);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "There is no commit nowhere here: fetch it first.\n");
}
