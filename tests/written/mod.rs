//! What the writing tests look at: is a repository complete, and is anything left beside it.
#![allow(dead_code, reason = "each test program uses its part")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use stackwright::lock::Lock;
use stackwright::tree::{LOCK_PATH, digest};
use tempfile::TempDir;

/// Every file below a directory by its path: permissions and digest.
pub(crate) fn snapshot(root: &Path) -> BTreeMap<String, (u32, String)> {
    let mut files = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let entry = entry.unwrap();
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() {
                pending.push(path);
                continue;
            }
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            let contents = if kind.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else {
                digest(&fs::read(&path).unwrap())
            };
            files.insert(name.to_owned(), (mode, contents));
        }
    }
    files
}

/// Fails unless the directory holds exactly what its lock lists, with the right digests.
pub(crate) fn assert_complete(root: &Path) {
    let lock = fs::read_to_string(root.join(LOCK_PATH)).unwrap();
    let lock = Lock::parse(&lock).unwrap();
    let mut found = snapshot(root);
    assert!(found.remove(LOCK_PATH).is_some());
    let found: Vec<_> = (found.into_iter()).map(|(path, (_, digest))| (path, digest)).collect();
    let listed: Vec<_> = (lock.files.into_iter()).map(|(path, file)| (path.to_string(), file.sha256)).collect();
    assert_eq!(found, listed);
}

/// The names in a directory, sorted.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A directory of its own for each run.
pub(crate) struct Run {
    pub(crate) directory: TempDir,
    pub(crate) shop: PathBuf,
}

impl Run {
    pub(crate) fn new() -> Self {
        // In memory if possible: these tests write thousands of repositories, and no disk has to keep them.
        let memory = TempDir::new_in("/dev/shm");
        let directory = memory.or_else(|_| TempDir::new()).unwrap();
        let shop = directory.path().join("shop");
        Self { directory, shop }
    }

    pub(crate) fn new_command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stackwright"));
        command.args(self.arguments());
        command
    }

    pub(crate) fn arguments(&self) -> [&str; 4] {
        ["new", "django-gitops", self.shop.to_str().unwrap(), "--yes"]
    }

    pub(crate) fn spawn(&self) -> Child {
        let mut command = self.new_command();
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Waits until something holds, or the process has ended.
    pub(crate) fn wait_for(&self, holds: impl Fn(&Self) -> bool, child: &mut Child) {
        while !holds(self) && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(100));
        }
    }

    /// Whether the repository is there; fails when a part of it is.
    pub(crate) fn complete(&self) -> bool {
        let there = self.shop.exists() && !names(&self.shop).is_empty();
        if there {
            assert_complete(&self.shop);
        }
        there
    }

    /// What is beside the destination.
    pub(crate) fn stages(&self) -> Vec<String> {
        let mut names = names(self.directory.path());
        names.retain(|name| name != "shop");
        names
    }

    pub(crate) fn assert_tidy(&self) {
        let left = self.stages();
        assert!(left.is_empty(), "left behind: {left:?}");
    }

    pub(crate) fn assert_next_run_works(&self) {
        let output = self.new_command().output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(self.complete());
        self.assert_tidy();
    }
}
