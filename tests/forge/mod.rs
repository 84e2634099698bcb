//! A forge and a clone that pushes to it, for scripts of a generated repository that look at its history.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Both lie below one directory, which is the home of whoever works there.
pub(crate) struct Forge {
    pub(crate) root: tempfile::TempDir,
}

impl Forge {
    /// An empty forge, and a clone without a commit. What lies in its `bin/` comes first on the path, and git ignores it.
    pub(crate) fn new() -> Self {
        let forge = Self { root: tempfile::tempdir().unwrap() };
        forge.write(".gitignore", "bin/\n");
        forge.git(&["init", "--quiet", "--bare", "--initial-branch", "main", "../forge.git"]);
        forge.git(&["init", "--quiet", "--initial-branch", "main"]);
        forge.git(&["remote", "add", "origin", "../forge.git"]);
        forge
    }

    /// The directory of a clone; the first one is `here`.
    pub(crate) fn clone_of(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Writes a file of the clone.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.clone_of("here").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a program of the clone.
    pub(crate) fn program(&self, path: &str, text: &str) {
        self.write(path, text);
        fs::set_permissions(self.clone_of("here").join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a program in the clone, with further variables.
    pub(crate) fn run(&self, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let here = self.clone_of("here");
        let path = format!("{}:{}", here.join("bin").display(), std::env::var("PATH").unwrap());
        Command::new(Path::new(program))
            .args(arguments)
            .current_dir(&here)
            .env("PATH", path)
            .env("HOME", self.root.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .envs([("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.com")])
            .envs([("GIT_COMMITTER_NAME", "A"), ("GIT_COMMITTER_EMAIL", "a@example.com")])
            .envs(variables.iter().copied())
            .output()
            .unwrap()
    }

    /// What git prints in the clone.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = self.run("git", arguments, &[]);
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}
