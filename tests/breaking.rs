//! What `scripts/breaking` of a generated repository compares with: in the first push, in one of several commits, after a
//! forced push and on a branch. Needs git and a shell, as the generated repository does; a stand-in for docker shows what
//! it was given.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod bench;
mod forge;

use std::fs;
use std::process::Output;

use bench::Bench;
use forge::Forge;

/// Prints the definitions that docker is given as those from before.
const DOCKER: &str = r#"#!/bin/sh
for word; do case $word in *:/before:ro,z) cat "${word%:/before:ro,z}/proto/orders.proto" ;; esac; done
"#;

/// A repository on a forge.
struct World {
    forge: Forge,
}

impl World {
    /// A repository without a commit.
    fn new() -> Self {
        let forge = Forge::new();
        let bench = Bench::embedded();
        let made = bench.generated(&bench.source("go-platform"), &[]).unwrap();
        forge.program("scripts/breaking", &made.tree.get("scripts/breaking").unwrap().contents);
        forge.program("bin/docker", DOCKER);
        fs::create_dir(forge.clone_of("scratch")).unwrap();
        Self { forge }
    }

    fn run(&self, arguments: &[&str], before: Option<&str>) -> Output {
        let scratch = self.forge.clone_of("scratch");
        let mut variables = vec![("TMPDIR", scratch.to_str().unwrap())];
        variables.extend(before.map(|commit| ("BEFORE", commit)));
        self.forge.run("scripts/breaking", arguments, &variables)
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.forge.git(arguments)
    }

    /// A commit in which the definitions say something; gives its id.
    fn commit(&self, says: &str) -> String {
        self.forge.write("buf.yaml", "version: v2\n");
        self.forge.write("proto/orders.proto", says);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", says]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn push(&self) {
        self.git(&["push", "--quiet", "--force", "origin", "HEAD:main"]);
    }

    /// What is printed, with `before` as where the push began. Nothing stays behind.
    fn breaking(&self, before: Option<&str>) -> String {
        let output = self.run(&[], before);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let left = fs::read_dir(self.forge.clone_of("scratch")).unwrap().count();
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
    let output = world.run(&["nowhere"], None);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "There is no commit nowhere here: fetch it first.\n");
}
