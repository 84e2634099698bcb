//! Hostile paths and links, in templates, catalogs, blueprints and destinations: refused in plain words, nothing written.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

mod written;
use written::{assert_complete, names, snapshot};

const BLUEPRINT: &str = r#"id: small
title: One service
summary: One service and nothing else
version: "1"
questions:
  - { id: name, type: name, ask: What is it called?, default: small }
  - { id: folder, type: text, ask: Where do the notes go?, default: notes }
project:
  name: "@{ name }@"
  summary: One service and nothing else
  domain: "@{ name }@.example.com"
  repository: "https://git.example.com/acme/@{ name }@.git"
  registry: registry.example.com/acme
units:
  - { name: app, component: little, params: { folder: "@{ folder }@" } }
environments:
  - { name: local, runtime: machine, host: localhost }
"#;

const COMPONENT: &str = r#"id: little
title: A small service
kind: service
summary: It exists to be refused
language: Python
user: 65532
live: [app]
params:
  folder: { type: text, default: notes, help: Where the notes go }
endpoints:
  http: { port: 8000, protocol: http }
processes:
  web:
    role: web
    command: [python, -m, http.server, "8000"]
    reload: [python, -m, http.server, "8000"]
    serves: [http]
    probes:
      ready: { tcp: http }
"#;

/// A directory with a catalog, in which `new` is run.
struct Case {
    directory: TempDir,
}

impl Case {
    /// A catalog whose component has a file with this rule (`files:` entry) beside its Dockerfile.
    fn new(rule: Option<&str>) -> Self {
        let case = Self { directory: TempDir::new().unwrap() };
        let component = case.path("catalog/components/little");
        fs::create_dir_all(component.join("app")).unwrap();
        fs::create_dir_all(case.path("catalog/blueprints")).unwrap();
        fs::write(case.path("catalog/blueprints/small.yaml"), BLUEPRINT).unwrap();
        let rules = rule.map(|rule| format!("files:\n  - {rule}\n")).unwrap_or_default();
        fs::write(component.join("component.yaml"), format!("{COMPONENT}{rules}")).unwrap();
        fs::write(component.join("README.md"), "# A small service\n").unwrap();
        let dockerfile = "FROM @{ image(\"python-3.14\") }@\nUSER 65532\nCMD [\"python\"]\n";
        fs::write(component.join("app/Dockerfile"), dockerfile).unwrap();
        fs::write(component.join("note.md"), "A note.\n").unwrap();
        case
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_stackwright"))
            .args(arguments)
            .current_dir(self.directory.path())
            .output()
            .unwrap()
    }

    fn make(&self, more: &[&str]) -> Output {
        let mut arguments = vec!["new", "small", "shop", "--yes", "--catalog", "catalog"];
        arguments.extend(more);
        self.run(&arguments)
    }
}

/// Fails unless the run was refused as bad input with this text, in print that no terminal obeys.
#[track_caller]
fn assert_refused(output: &Output, expected: &str) {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains(expected), "expected {expected:?} in: {text}");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    assert!(output.stdout.is_empty());
}

#[test]
fn the_case_itself_is_fine() {
    let case = Case::new(Some("{ from: note.md, to: \"@{ params.folder }@/note.md\" }"));
    let output = case.make(&[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_complete(&case.path("shop"));
    assert_eq!(fs::read_to_string(case.path("shop/notes/note.md")).unwrap(), "A note.\n");
}

#[test]
fn templates_cannot_write_outside_or_where_it_hurts() {
    for (path, reason) in [
        ("../outside.md", "`..` is not a name"),
        ("docs/../../outside.md", "`..` is not a name"),
        ("/tmp/outside.md", "it is absolute"),
        ("docs//note.md", "two slashes in a row"),
        (".git/hooks/post-checkout", "belongs to git"),
        ("docs/.GIT/config", "belongs to git"),
        ("docs/aux.md", "the name of a device on Windows"),
        ("docs/note.md.", "ends with a dot"),
        ("docs\\\\note.md", "not every system allows"),
        ("docs/a:b", "not every system allows"),
        ("docs/\\e[2Jnote.md", "invisible character U+001B"),
        ("docs/\\u202Etxt.md", "invisible character U+202E"),
        ("readme.MD", "differ by letter case alone"),
        ("Apps/note.md", "differ by letter case alone"),
        ("README.md", "is written twice"),
        ("README.md/note.md", "both a file and a directory"),
        ("apps", "both a file and a directory"),
        (".stackwright/lock.jsonl", "which stackwright itself writes"),
    ] {
        let case = Case::new(Some(&format!("{{ from: note.md, to: \"{path}\" }}")));
        assert_refused(&case.make(&[]), reason);
        assert_eq!(names(case.directory.path()), ["catalog"], "{path}");
    }
}

#[test]
fn answers_cannot_lead_a_template_outside() {
    let case = Case::new(Some("{ from: note.md, to: \"@{ params.folder }@/note.md\" }"));
    for (answer, reason) in [
        ("..", "`..` is not a name"),
        ("/tmp", "it is absolute"),
        (".git/hooks", "belongs to git"),
        ("a\u{1b}[31m", ""),
    ] {
        assert_refused(&case.make(&["--set", &format!("folder={answer}")]), reason);
        assert_eq!(names(case.directory.path()), ["catalog"], "{answer}");
    }
}

#[test]
fn catalogs_are_read_without_following_links() {
    let secret = TempDir::new().unwrap();
    fs::write(secret.path().join("secret"), "s3cret\n").unwrap();
    fs::create_dir(secret.path().join("folder")).unwrap();
    let target = secret.path().join("secret");
    for (link, to) in [
        ("catalog/components/little/app/stolen", target.as_path()),
        ("catalog/components/little/app/folder", secret.path()),
        ("catalog/components/little/app/dangling", Path::new("nowhere")),
        ("catalog/components/little/app/loop", Path::new("loop")),
        ("catalog/components/other", secret.path()),
        ("catalog/blueprints/other.yaml", target.as_path()),
    ] {
        let case = Case::new(None);
        symlink(to, case.path(link)).unwrap();
        let output = case.make(&[]);
        assert_refused(&output, "is a symbolic link");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("s3cret"));
        assert_eq!(names(case.directory.path()), ["catalog"], "{link}");
    }
    // A chain of links, and the parts that make up the catalog.
    let case = Case::new(None);
    symlink(&target, case.path("catalog/components/little/app/one")).unwrap();
    symlink("one", case.path("catalog/components/little/app/two")).unwrap();
    assert_refused(&case.make(&[]), "is a symbolic link");
    for part in ["catalog", "catalog/components", "catalog/components/little/component.yaml"] {
        let case = Case::new(None);
        fs::rename(case.path(part), case.path("moved")).unwrap();
        symlink(case.path("moved"), case.path(part)).unwrap();
        assert_refused(&case.make(&[]), "is a symbolic link");
        assert!(!case.path("shop").exists());
    }
}

#[test]
fn a_blueprint_file_is_not_a_link() {
    let case = Case::new(None);
    fs::copy(case.path("catalog/blueprints/small.yaml"), case.path("real.yaml")).unwrap();
    symlink("real.yaml", case.path("link.yaml")).unwrap();
    symlink("link.yaml", case.path("chain.yaml")).unwrap();
    symlink("nowhere.yaml", case.path("dangling.yaml")).unwrap();
    for link in ["./link.yaml", "./chain.yaml", "./dangling.yaml"] {
        let arguments = ["new", link, "shop", "--yes", "--catalog", "catalog"];
        assert_refused(&case.run(&arguments), "symbolic link");
        assert!(!case.path("shop").exists());
    }
}

#[test]
fn destinations_that_are_links_or_in_use_are_refused_before_anything_else() {
    let case = Case::new(None);
    fs::create_dir(case.path("real")).unwrap();
    fs::write(case.path("file"), "mine\n").unwrap();
    fs::create_dir(case.path("full")).unwrap();
    fs::write(case.path("full/mine"), "mine\n").unwrap();
    symlink("real", case.path("link")).unwrap();
    symlink("link", case.path("chain")).unwrap();
    symlink("nowhere", case.path("dangling")).unwrap();
    let before = snapshot(case.directory.path());
    for (destination, reason) in [
        ("link", "`link` is a symbolic link to `real`"),
        ("chain/", "is a symbolic link to `link`"),
        ("dangling", "`dangling` is a symbolic link to `nowhere`"),
        ("file", "`file` exists and is not a directory"),
        ("full", "`full` is not empty: it holds `mine`"),
        ("missing/shop", "the directory `missing` does not exist"),
        ("a\u{1b}[2J", "its name holds a control character"),
        ("/", "the root of the file system"),
    ] {
        let arguments = ["new", "small", destination, "--yes", "--catalog", "catalog"];
        assert_refused(&case.run(&arguments), reason);
        assert_eq!(snapshot(case.directory.path()), before, "{destination}");
    }
    assert!(names(&case.path("real")).is_empty());
}

#[test]
fn the_current_directory_can_be_the_destination() {
    let case = Case::new(None);
    fs::create_dir(case.path("shop")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_stackwright"))
        .args(["new", "small", ".", "--yes", "--catalog", "../catalog"])
        .current_dir(case.path("shop"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_complete(&case.path("shop"));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("cd ."), "the shell still stands in the old directory: {text}");
}
