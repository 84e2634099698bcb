//! The writer as a library: complete or absent, never over anything, never through a link.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{FlockOperation, Mode, OFlags};
use stackwright::lock::Lock;
use stackwright::project::{Outcome, WriteError, preflight, would_write, write_new};
use stackwright::tree::{FileTree, Origin, Ownership, RelPath, RenderedFile};
use tempfile::TempDir;

mod written;
use written::{assert_complete, names, snapshot};

fn tree(files: &[(&str, &str)]) -> FileTree {
    let mut tree = FileTree::new();
    for (path, contents) in files {
        let origin = Origin { component: "django".into(), template: format!("app/{path}") };
        let file = RenderedFile { contents: (*contents).into(), owner: Ownership::Seeded, origin };
        tree.insert(RelPath::new(*path).unwrap(), file).unwrap();
    }
    tree
}

fn sample() -> FileTree {
    tree(&[
        ("README.md", "# Shop\n"),
        ("apps/api/manage.py", "#!/usr/bin/env python\n"),
        ("apps/api/x/y/z.py", "z = 1\n"),
        ("apps/api-docs/index.md", "docs\n"),
        ("apps/api.md", ""),
        (".stackwright/stack.json", "{}\n"),
    ])
}

fn lock(tree: &FileTree) -> Lock {
    Lock::new("0.1.0", None, tree)
}

fn write(path: &Path) -> Result<Outcome, WriteError> {
    write_new(path, &sample(), &lock(&sample()))
}

/// A directory, and the destination `shop` in it.
fn place() -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let shop = directory.path().join("shop");
    (directory, shop)
}

/// The error's text with the temporary directory cut out.
fn refusal(directory: &TempDir, error: &WriteError) -> String {
    let real = directory.path().canonicalize().unwrap();
    error.to_string().replace(&format!("{}/", real.display()), "")
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn everything_arrives_with_the_users_permissions() {
    let (directory, shop) = place();
    let control = directory.path().join("control");
    fs::create_dir(&control).unwrap();
    fs::write(control.join("file"), "").unwrap();
    let created = Outcome::Created { files: 7, replaced_current_directory: false, kept: Vec::new() };
    assert_eq!(write(&shop).unwrap(), created);
    assert_complete(&shop);
    assert_eq!(fs::read_to_string(shop.join("README.md")).unwrap(), "# Shop\n");
    let (file, folder) = (mode(&control.join("file")), mode(&control));
    assert_eq!(mode(&shop.join("README.md")), file);
    assert_eq!(mode(&shop.join("apps/api/manage.py")), file | (folder & 0o111));
    for path in ["", "apps", "apps/api/x/y", ".stackwright"] {
        assert_eq!(mode(&shop.join(path)), folder, "{path}");
    }
    assert_eq!(names(directory.path()), ["control", "shop"]);
}

#[test]
fn an_empty_directory_keeps_its_permissions() {
    let (directory, shop) = place();
    fs::create_dir(&shop).unwrap();
    fs::set_permissions(&shop, fs::Permissions::from_mode(0o2750)).unwrap();
    preflight(&shop).unwrap();
    write(&shop).unwrap();
    assert_complete(&shop);
    assert_eq!(mode(&shop), 0o2750);
    assert_eq!(names(directory.path()), ["shop"]);
}

#[test]
fn the_same_again_changes_nothing() {
    let (directory, shop) = place();
    assert!(would_write(&shop, &lock(&sample())).unwrap());
    assert!(!shop.exists(), "asking writes nothing");
    write(&shop).unwrap();
    fs::write(shop.join(".env"), "SECRET=1\n").unwrap();
    let before = snapshot(directory.path());
    assert_eq!(write(&shop).unwrap(), Outcome::Unchanged);
    assert!(!would_write(&shop, &lock(&sample())).unwrap());
    preflight(&shop).unwrap();
    assert_eq!(snapshot(directory.path()), before);
}

#[test]
fn edits_are_listed_and_kept() {
    let (directory, shop) = place();
    write(&shop).unwrap();
    fs::write(shop.join("README.md"), "mine\n").unwrap();
    fs::remove_file(shop.join("apps/api.md")).unwrap();
    fs::remove_dir_all(shop.join("apps/api/x")).unwrap();
    fs::remove_file(shop.join("apps/api/manage.py")).unwrap();
    symlink("/etc/hostname", shop.join("apps/api/manage.py")).unwrap();
    let before = snapshot(directory.path());
    let error = write(&shop).unwrap_err();
    let shown = refusal(&directory, &error);
    assert_eq!(
        shown,
        "`shop` already holds this repository, changed since it was written: \
         edited `README.md`, `apps/api/manage.py`; missing `apps/api.md`, `apps/api/x/y/z.py`"
    );
    assert!(error.help().unwrap().contains("stackwright check "));
    assert_eq!(error.exit_code(), 2);
    assert_eq!(snapshot(directory.path()), before);
}

#[test]
fn another_repository_is_not_replaced() {
    let (directory, shop) = place();
    write(&shop).unwrap();
    let other = tree(&[("README.md", "# Other\n"), ("new.txt", "")]);
    let before = snapshot(directory.path());
    let error = write_new(&shop, &other, &lock(&other)).unwrap_err();
    assert_eq!(
        refusal(&directory, &error),
        "`shop` already holds a repository that differs from this one in `.stackwright/stack.json`, `README.md`, \
         `apps/api-docs/index.md`, `apps/api.md`, `apps/api/manage.py` and 2 more"
    );
    assert_eq!(snapshot(directory.path()), before);
}

#[test]
fn a_directory_with_something_in_it_is_refused() {
    let (directory, shop) = place();
    fs::create_dir(&shop).unwrap();
    for name in ["g", "f", "e", "d", "c", "b", "a\u{1b}[31m"] {
        fs::write(shop.join(name), "").unwrap();
    }
    let before = snapshot(directory.path());
    for error in [preflight(&shop).unwrap_err(), write(&shop).unwrap_err()] {
        assert_eq!(
            refusal(&directory, &error),
            "`shop` is not empty: it holds `a\\x1b[31m`, `b`, `c`, `d`, `e` and 2 more"
        );
        assert_eq!(error.exit_code(), 2);
    }
    assert_eq!(snapshot(directory.path()), before);
}

#[test]
fn a_new_clone_keeps_what_is_in_it() {
    let (directory, shop) = place();
    fs::create_dir_all(shop.join(".git")).unwrap();
    for (name, text) in [(".git/HEAD", "ref: refs/heads/main\n"), ("LICENSE", "MIT\n"), ("README.md", "# mine\n")] {
        fs::write(shop.join(name), text).unwrap();
    }
    fs::set_permissions(&shop, fs::Permissions::from_mode(0o2750)).unwrap();
    preflight(&shop).unwrap();
    assert!(would_write(&shop, &lock(&sample())).unwrap());
    let Outcome::Created { kept, .. } = write(&shop).unwrap() else { panic!("nothing was written") };
    let kept: Vec<_> = kept.iter().map(|kept| (kept.name.as_str(), kept.now.as_str())).collect();
    assert_eq!(kept, [(".git", ".git"), ("LICENSE", "LICENSE"), ("README.md", "README.before.md")]);
    assert_eq!(fs::read_to_string(shop.join("README.md")).unwrap(), "# Shop\n");
    assert_eq!(fs::read_to_string(shop.join("README.before.md")).unwrap(), "# mine\n");
    assert_eq!(fs::read_to_string(shop.join("LICENSE")).unwrap(), "MIT\n");
    assert_eq!(mode(&shop), 0o2750);
    assert_eq!(names(directory.path()), ["shop"], "no stage is left");
    assert_eq!(write(&shop).unwrap(), Outcome::Unchanged);
}

#[test]
fn a_clone_with_work_in_it_is_refused() {
    for (name, link) in [("main.py", false), ("README.before.md", false), ("LICENSE", true)] {
        let (directory, shop) = place();
        fs::create_dir_all(shop.join(".git")).unwrap();
        fs::write(shop.join("README.md"), "# mine\n").unwrap();
        if link {
            symlink("README.md", shop.join(name)).unwrap();
        } else {
            fs::write(shop.join(name), "").unwrap();
        }
        let before = snapshot(directory.path());
        let error = write(&shop).unwrap_err();
        assert_eq!(snapshot(directory.path()), before, "{error}");
        assert_eq!(names(directory.path()), ["shop"], "no stage is left");
    }
}

#[test]
fn a_strange_lock_is_explained() {
    for (contents, reason) in [
        (Some("{}"), "line 1: missing field `path`"),
        (Some("{\"version\": 9}"), "its format is version 9"),
        (None, "it is not a plain text file"),
    ] {
        let (directory, shop) = place();
        fs::create_dir_all(shop.join(".stackwright")).unwrap();
        let path = shop.join(".stackwright/lock.jsonl");
        match contents {
            Some(text) => fs::write(path, text).unwrap(),
            // Reading a named pipe that nobody writes to must not wait.
            None => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        }
        let shown = refusal(&directory, &write(&shop).unwrap_err());
        assert!(shown.contains("`.stackwright/lock.jsonl` cannot be read"), "{shown}");
        assert!(shown.contains(reason), "{shown}");
    }
}

#[test]
fn links_and_files_in_the_way_are_refused() {
    let (directory, shop) = place();
    let root = directory.path();
    fs::create_dir(root.join("real")).unwrap();
    fs::write(root.join("file"), "").unwrap();
    for (link, target) in [
        ("to-directory", "real"),
        ("dangling", "nowhere"),
        ("chain", "to-directory"),
        ("loop", "loop"),
        ("to-file", "file"),
    ] {
        symlink(target, root.join(link)).unwrap();
        for error in [
            preflight(&root.join(link)).unwrap_err(),
            write(&root.join(link)).unwrap_err(),
            write(&root.join(format!("{link}/"))).unwrap_err(),
        ] {
            let shown = refusal(&directory, &error).replace("/`", "`");
            let expected = format!("`{link}` is a symbolic link to `{target}`, and nothing is written through links");
            assert_eq!(shown, expected);
        }
    }
    let error = write(&root.join("file")).unwrap_err();
    assert_eq!(refusal(&directory, &error), "`file` exists and is not a directory");
    assert!(names(&root.join("real")).is_empty());
    assert!(!shop.exists());
}

#[test]
fn the_users_own_way_to_the_destination_may_use_links_and_climb() {
    let (directory, _) = place();
    let root = directory.path();
    fs::create_dir_all(root.join("real/deep")).unwrap();
    symlink("real/deep", root.join("link")).unwrap();
    write(&root.join("link/one")).unwrap();
    assert_complete(&root.join("real/deep/one"));
    write(&root.join("link/../two")).unwrap();
    assert_complete(&root.join("real/two"));
    write(&root.join("real/./deep/../three/.")).unwrap();
    assert_complete(&root.join("real/three"));
    fs::create_dir(root.join("real/deep/four")).unwrap();
    fs::create_dir(root.join("real/deep/four-inner")).unwrap();
    write(&root.join("real/deep/four-inner/../four/../four/.")).unwrap();
    assert_complete(&root.join("real/deep/four"));
}

#[test]
fn destinations_without_a_usable_name_are_refused() {
    let (directory, _) = place();
    let root = directory.path();
    for (path, message) in [
        (PathBuf::new(), "`` cannot be the new directory: it is empty"),
        ("/".into(), "`/` cannot be the new directory: it is the root of the file system"),
        (root.join("a\u{7}b"), "`a\\x07b` cannot be the new directory: its name holds a control character"),
        (root.join("no/such/shop"), "`no/such/shop` cannot be made: the directory `no/such` does not exist"),
    ] {
        let error = write(&path).unwrap_err();
        assert_eq!(refusal(&directory, &error), message);
        assert_eq!(error.exit_code(), 2);
    }
    let help = write(&root.join("no/it's/shop")).unwrap_err().help().unwrap();
    assert!(help.ends_with(r"/no/it'\''s'"), "{help}");

    let error = write(&root.join("n".repeat(256))).unwrap_err();
    assert!(error.to_string().contains("the name is too long"), "{error}");
    let longest = root.join("é".repeat(127));
    write(&longest).unwrap();
    assert_complete(&longest);
    assert_eq!(names(root).len(), 1);
}

#[test]
fn leftovers_of_killed_runs_are_removed_and_nothing_else() {
    let (directory, shop) = place();
    let root = directory.path();
    let stage = |name: &str| {
        let path = root.join(name);
        fs::create_dir_all(path.join("a/b")).unwrap();
        fs::write(path.join("a/b/c"), "x").unwrap();
        symlink(root, path.join("a/up")).unwrap();
        path
    };
    stage(".shop.stackwright-0123456789abcdef");
    stage(".shop.stackwright-fedcba9876543210");
    let alive = stage(".shop.stackwright-aaaaaaaaaaaaaaaa");
    let kept =
        [".other.stackwright-0123456789abcdef", ".shop.stackwright-0123456789abcde_", ".shop.stackwright-0123", "keep"];
    for name in kept {
        stage(name);
    }
    symlink("keep", root.join(".shop.stackwright-bbbbbbbbbbbbbbbb")).unwrap();
    fs::write(root.join(".shop.stackwright-cccccccccccccccc"), "").unwrap();
    // As a run that is still writing holds it.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY;
    let owner = rustix::fs::open(&alive, flags, Mode::empty()).unwrap();
    rustix::fs::flock(&owner, FlockOperation::LockExclusive).unwrap();

    write(&shop).unwrap();
    assert_complete(&shop);
    let mut expected = vec![
        ".shop.stackwright-aaaaaaaaaaaaaaaa",
        ".shop.stackwright-bbbbbbbbbbbbbbbb",
        ".shop.stackwright-cccccccccccccccc",
        "shop",
    ];
    expected.extend(kept);
    expected.sort_unstable();
    assert_eq!(names(root), expected);
    assert!(alive.join("a/b/c").exists() && root.join("keep/a/b/c").exists());

    drop(owner);
    write(&shop).unwrap();
    assert!(!alive.exists(), "a run with nothing to write tidies up too");
}

#[test]
fn runs_at_the_same_time_do_not_disturb_each_other() {
    let (directory, shop) = place();
    for round in 0..20 {
        let shop = shop.with_file_name(format!("shop{round}"));
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..6).map(|_| scope.spawn(|| write(&shop))).collect();
            runs.into_iter().map(|run| run.join().unwrap().unwrap()).collect()
        });
        let created = (outcomes.iter()).filter(|o| matches!(o, Outcome::Created { .. }));
        assert_eq!(created.count(), 1, "{outcomes:?}");
        assert_complete(&shop);
    }
    assert_eq!(names(directory.path()).len(), 20, "no stage is left");
}

#[test]
fn only_one_of_two_different_repositories_wins() {
    let (directory, shop) = place();
    let other = tree(&[("other.txt", "other\n")]);
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(|| write(&shop));
        let two = scope.spawn(|| write_new(&shop, &other, &lock(&other)));
        (one.join().unwrap(), two.join().unwrap())
    });
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let loser = one.err().or(two.err()).unwrap();
    assert!(matches!(loser, WriteError::Differs { .. }), "{loser}");
    assert_complete(&shop);
    assert_eq!(names(directory.path()), ["shop"]);
}
