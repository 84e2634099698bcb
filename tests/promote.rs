//! What `scripts/promote` of a generated repository does, in a repository with a remote: two people, two machines and
//! a staging environment that says what it runs. Needs git and a shell, as the generated repository does.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod bench;
mod forge;

use std::fs;
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;

use bench::Bench;
use forge::Forge;

const OVERLAY: &str = "deploy/kubernetes/overlays/production/kustomization.yaml";
const APPLICATION: &str = "deploy/argocd/applications/production/application.yaml";
const SERVICE: &str = "apps/api/main.py";

/// A repository on a forge, with what its staging environment says of itself.
struct World {
    forge: Forge,
}

impl Deref for World {
    type Target = Forge;

    fn deref(&self) -> &Forge {
        &self.forge
    }
}

impl World {
    /// The default repository, pushed to a forge.
    fn new() -> Self {
        let world = Self { forge: Forge::new() };
        let bench = Bench::embedded();
        let made = bench.generated(&bench.source("django-gitops"), &[]).unwrap();
        for (path, file) in made.tree.iter() {
            match path.as_str() {
                path @ "scripts/promote" => world.program(path, &file.contents),
                path if path.starts_with("deploy/") => world.write(path, &file.contents),
                _ => {}
            }
        }
        world.program("bin/curl", "#!/bin/sh\ncat \"$STAGING\"\n");
        world.staging("nothing");
        world.change(SERVICE, "first");
        world
    }

    fn staging(&self, release: &str) {
        fs::write(self.clone_of("staging"), format!("{{\"status\": \"ok\", \"release\": \"{release}\"}}")).unwrap();
    }

    /// Merges a change into the branch; gives its commit.
    fn change(&self, path: &str, text: &str) -> String {
        self.write(path, text);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", text]);
        self.git(&["push", "--quiet", "origin", "HEAD:main"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Takes a commit back.
    fn revert(&self, commit: &str) -> String {
        self.git(&["revert", "--no-edit", commit]);
        self.git(&["push", "--quiet", "origin", "HEAD:main"]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn promote(&self, arguments: &[&str]) -> Result<String, String> {
        let staging = self.clone_of("staging");
        let output = self.run("scripts/promote", arguments, &[("STAGING", staging.to_str().unwrap())]);
        self.git(&["pull", "--quiet", "--ff-only", "origin", "main"]);
        assert_eq!(self.git(&["worktree", "list"]).lines().count(), 1, "the work tree of the commit is gone");
        assert_eq!(self.git(&["status", "--porcelain"]), "");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim().to_owned();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }

    /// What CI does at the end of a run for that revision; gives the commit of the release.
    fn release(&self, revision: &str) -> String {
        self.promote(&["--built", revision, &image("api", revision), &image("web", revision)]).unwrap();
        self.staging(revision);
        self.git(&["rev-parse", "HEAD"])
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.clone_of("here").join(path)).unwrap()
    }

    /// The commit that production is held at.
    fn held(&self) -> String {
        let text = self.read(APPLICATION);
        let line = text.lines().find_map(|line| line.trim().strip_prefix("targetRevision: ")).unwrap();
        line.trim_matches('"').to_owned()
    }
}

/// An image with the digest that a revision's build has here.
fn image(service: &str, revision: &str) -> String {
    format!("registry.example.com/acme/shop-{service}@sha256:{revision}{}", &revision[..24])
}

#[test]
fn a_release_reaches_every_overlay_and_production_waits_for_its_promotion() {
    let world = World::new();
    assert_eq!(world.held(), "0".repeat(40));
    assert!(world.promote(&["production"]).unwrap_err().contains("nothing was released to staging yet"));
    let source = world.git(&["rev-parse", "HEAD"]);
    let error = world.promote(&["production", &source]).unwrap_err();
    assert!(error.contains("images that were never released"), "{error}");

    let release = world.release(&source);
    let overlay = world.read(OVERLAY);
    assert!(overlay.contains(&format!("# Built from {source}\nimages:\n")), "{overlay}");
    assert_eq!(overlay.matches("digest: sha256:").count(), 2);
    assert!(!overlay.contains("newTag"));
    assert_eq!(world.held(), "0".repeat(40), "production is as it was");

    world.staging("unreleased");
    assert!(world.promote(&["production"]).unwrap_err().contains("staging does not run"));
    world.staging(&source);
    world.promote(&["production"]).unwrap();
    assert_eq!(world.held(), release);
    assert_eq!(world.git(&["diff", "--name-only", "HEAD~1"]), APPLICATION, "one file, one commit");
    assert!(world.promote(&["production"]).unwrap().contains("is there already"));
    assert!(world.promote(&["staging"]).unwrap_err().contains("no Application holds staging"));
}

#[test]
fn an_older_build_never_replaces_a_newer_one() {
    let world = World::new();
    let old = world.git(&["rev-parse", "HEAD"]);
    let new = world.change(SERVICE, "second");
    let release = world.release(&new);
    let late = world.promote(&["--built", &old, &image("api", &old), &image("web", &old)]).unwrap();
    assert!(late.contains("nothing to release"), "{late}");
    assert_eq!(world.git(&["rev-parse", "HEAD"]), release);
    let again = world.promote(&["--built", &new, &image("api", &old), &image("web", &old)]).unwrap();
    assert!(again.contains("nothing to release"), "built once, released once: {again}");
    // What a forge runs for the release itself, if it does.
    let own = world.promote(&["--built", &release, &image("api", &old), &image("web", &old)]).unwrap();
    assert!(own.contains("nothing to release"), "{own}");
}

#[test]
fn a_change_to_text_for_people_is_not_released() {
    let world = World::new();
    let source = world.git(&["rev-parse", "HEAD"]);
    let release = world.release(&source);
    world.change("README.md", "typo");
    let text = world.change("docs/guide/first.md", "typo");
    let answer = world.promote(&["--built", &text, &image("api", &text), &image("web", &text)]).unwrap();
    assert!(answer.contains("nothing to release"), "{answer}");
    assert!(world.read(OVERLAY).contains(&format!("# Built from {source}")), "still what {release} released");
}

#[test]
fn an_incomplete_release_is_none() {
    let world = World::new();
    let source = world.git(&["rev-parse", "HEAD"]);
    let unknown = world.promote(&["--built", &source, &image("apy", &source)]).unwrap_err();
    assert!(unknown.contains("does not set"), "{unknown}");
    let tag = world.promote(&["--built", &source, "registry.example.com/acme/shop-api:1"]).unwrap_err();
    assert!(tag.contains("not an image with its digest"), "{tag}");
    assert_eq!(world.git(&["rev-parse", "HEAD"]), source);
}

#[test]
fn who_is_slower_begins_again_on_top_of_who_was_faster() {
    let world = World::new();
    let source = world.git(&["rev-parse", "HEAD"]);
    // Between the fetch and the push somebody merges: the forge's hook plays them, once.
    let hook = world.root.path().join("forge.git/hooks/pre-receive");
    let other = world.root.path().join("other");
    world.git(&["clone", "--quiet", "../forge.git", "../other"]);
    let script = format!(
        "#!/bin/sh\nrm \"$0\"\nunset GIT_DIR GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\n\
         cd '{}'\necho more >notes\ngit add notes\ngit commit --quiet --message notes\ngit push --quiet origin HEAD:main\n",
        other.display()
    );
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    world.release(&source);
    assert!(!hook.exists(), "somebody was faster");
    assert_eq!(world.git(&["log", "-2", "--format=%s"]), format!("Release {}\nnotes", &source[..7]));
}

#[test]
fn a_refusal_is_not_repeated() {
    let world = World::new();
    let source = world.git(&["rev-parse", "HEAD"]);
    let hook = world.root.path().join("forge.git/hooks/pre-receive");
    fs::write(&hook, "#!/bin/sh\necho protected >&2\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let error = world.promote(&["--built", &source, &image("api", &source), &image("web", &source)]).unwrap_err();
    assert!(error.contains("main did not take the commit") && error.contains("protected"), "{error}");
}

#[test]
fn production_goes_back_when_told_and_not_by_accident() {
    let world = World::new();
    let first = world.git(&["rev-parse", "HEAD"]);
    let release_1 = world.release(&first);
    world.promote(&["production"]).unwrap();
    let second = world.change(SERVICE, "second");
    let release_2 = world.release(&second);
    world.promote(&["production"]).unwrap();
    assert_eq!(world.held(), release_2);

    let error = world.promote(&["production", &first, "--unasked"]).unwrap_err();
    assert!(error.contains("has the newer"), "{error}");
    world.promote(&["production", &first[..10], "--force"]).unwrap();
    assert_eq!(world.held(), release_1, "the release of what was built then");

    // By default it doesn't return to what it went back from, although staging runs it.
    let error = world.promote(&["production"]).unwrap_err();
    assert!(error.contains("went back from it"), "{error}");
    world.promote(&["production", &second]).unwrap();
    assert_eq!(world.held(), release_2);

    // A revert of the promotion is the other way back.
    world.revert("HEAD");
    assert_eq!(world.held(), release_1);
}

#[test]
fn after_a_revert_of_a_release_staging_s_present_one_counts() {
    let world = World::new();
    let first = world.git(&["rev-parse", "HEAD"]);
    world.release(&first);
    let second = world.change(SERVICE, "second");
    let bad = world.release(&second);
    let back = world.revert(&bad);
    world.staging(&first);
    world.promote(&["production"]).unwrap();
    assert_eq!(world.held(), back, "the commit that brought the first build back");
    assert!(world.git(&["log", "-1", "--format=%B"]).contains(&format!("Release-Revision: {first}")));

    let third = world.change(SERVICE, "third");
    let release = world.release(&third);
    world.promote(&["production"]).unwrap();
    assert_eq!(world.held(), release);
}

#[test]
fn manifests_that_came_after_the_build_wait_for_theirs() {
    let world = World::new();
    let first = world.git(&["rev-parse", "HEAD"]);
    let manifests = world.change("deploy/kubernetes/base/more.yaml", "# more\n");
    world.release(&first);
    let error = world.promote(&["production"]).unwrap_err();
    assert!(error.contains("the manifests are younger than the images"), "{error}");
    let release = world.release(&manifests);
    world.promote(&["production"]).unwrap();
    assert_eq!(world.held(), release);

    // Numbers in an overlay are no build: the commit itself can be delivered.
    let numbers = world.change(OVERLAY, &world.read(OVERLAY).replace("count: 2", "count: 3"));
    world.promote(&["production", &numbers]).unwrap();
    assert_eq!(world.held(), numbers);
}

#[test]
fn only_the_branch_s_own_commits_are_delivered() {
    let world = World::new();
    let source = world.git(&["rev-parse", "HEAD"]);
    world.release(&source);
    world.git(&["checkout", "--quiet", "-b", "side"]);
    world.write(SERVICE, "side");
    world.git(&["commit", "--quiet", "--all", "--message", "side"]);
    let side = world.git(&["rev-parse", "HEAD"]);
    world.git(&["checkout", "--quiet", "main"]);
    assert!(world.promote(&["production", &side, "--force"]).unwrap_err().contains("is not on main"));
    assert!(world.promote(&["production", "nowhere"]).unwrap_err().contains("there is no commit nowhere"));
    assert!(world.promote(&["--built", &side, &image("api", &side)]).unwrap_err().contains("is not on main"));
}
