//! A directory to run the program in, and comparison with files of expected output.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// Variables that tests set on purpose only.
const SCRUBBED: [&str; 6] = ["CI", "NO_COLOR", "TERM", "COLUMNS", "CLICOLOR_FORCE", "GITHUB_ACTIONS"];

/// A temporary directory that holds the tests' own catalog as `catalog`.
pub(crate) struct Sandbox {
    directory: TempDir,
}

/// What a run came to.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/catalog");
        copy(&fixture, &directory.path().join("catalog"));
        Self { directory }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Replaces a text in a file, which must hold it.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        self.write(name, &text.replacen(from, to, 1));
    }

    /// The program in this directory, without the variables that would change what it says.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::cargo_bin("stackwright").unwrap();
        command.current_dir(self.directory.path());
        for name in SCRUBBED {
            command.env_remove(name);
        }
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("STACKWRIGHT_ANSWER_") {
                command.env_remove(name);
            }
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command().args(arguments))
    }

    /// A command with the tests' own catalog.
    pub(crate) fn own(&self, arguments: &[&str]) -> Ran {
        self.run(&[arguments, &["--catalog", "catalog"]].concat())
    }

    /// `new tiny` with the tests' own catalog.
    pub(crate) fn new_tiny(&self, arguments: &[&str]) -> Ran {
        self.run(&[&["new", "tiny"], arguments, &["--catalog", "catalog"]].concat())
    }

    /// A repository `hello` with the default answers.
    pub(crate) fn hello(&self) {
        let made = self.new_tiny(&["hello", "--yes"]);
        assert_eq!(made.code, 0, "{}", made.stderr);
    }

    /// Every file below a directory, but what git keeps.
    pub(crate) fn tree(&self, name: &str) -> BTreeMap<String, String> {
        let root = self.path(name);
        let mut files = BTreeMap::new();
        let mut pending = vec![root.clone()];
        while let Some(folder) = pending.pop() {
            for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
                let path = entry.unwrap().path();
                if path.ends_with(".git") {
                    continue;
                }
                if path.is_dir() {
                    pending.push(path);
                } else {
                    let inside = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                    files.insert(inside, fs::read_to_string(&path).unwrap());
                }
            }
        }
        files
    }

    /// The names in this directory beside the catalog.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| name != "catalog").collect();
        names.sort();
        names
    }
}

pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Compares with `tests/expected/NAME.txt`; `BLESS=1` writes it.
pub(crate) fn expect(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/expected/{name}.txt"));
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == text, "{name} differs; BLESS=1 accepts it. Expected:\n{expected}\n-- got:\n{text}");
}

/// A run as it is kept in a file: the command, the exit code, both streams.
pub(crate) fn transcript(arguments: &[&str], ran: &Ran) -> String {
    let mut text = format!("$ stackwright {}\n[exit code {}]\n", arguments.join(" "), ran.code);
    for (stream, content) in [("stdout", &ran.stdout), ("stderr", &ran.stderr)] {
        if !content.is_empty() {
            text.push_str(&format!("--- {stream}\n{content}"));
            assert!(content.ends_with('\n'), "the last line of {stream} is not ended: {content:?}");
        }
    }
    steady(&text)
}

/// Counts and versions that change with every template or rule, as `N` and `VERSION`.
pub(crate) fn steady(text: &str) -> String {
    let mut out = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    for word in [" files", " checked", " rules", " had nothing to look at", " components", " blueprints"] {
        let mut result = String::new();
        let mut rest = out.as_str();
        while let Some(at) = rest.find(word) {
            let before = rest[..at].trim_end_matches(|c: char| c.is_ascii_digit());
            result.push_str(before);
            result.push_str(if before.len() < at { "N" } else { "" });
            result.push_str(word);
            rest = &rest[at + word.len()..];
        }
        result.push_str(rest);
        out = result;
    }
    out
}
