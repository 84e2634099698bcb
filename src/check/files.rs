//! The files under check: rendered in memory, or read from a directory.
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ignore::WalkBuilder;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::tree::FileTree;

/// Larger files are no configuration; they count as present and are not read.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// More files than this are no repository of this kind.
const MAX_FILES: usize = 50_000;
/// Directories that hold what tools made.
const SKIPPED_DIRECTORIES: &[&str] = &[".git", "node_modules", ".venv", "__pycache__", ".next", "target"];

/// One file under check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileText {
    /// Its text; absent when it is too large or not UTF-8.
    pub text: Option<String>,
    /// Whether it may be run.
    pub executable: bool,
}

/// The files under check, by path relative to the repository, with `/` between the parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    entries: BTreeMap<String, FileText>,
}

impl Files {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// The files of a rendered repository.
    pub fn from_tree(tree: &FileTree) -> Self {
        let entries = tree.iter().map(|(path, file)| {
            let text = FileText { text: Some(file.contents.clone()), executable: file.is_executable() };
            (path.as_str().to_owned(), text)
        });
        Self { entries: entries.collect() }
    }

    /// Adds or replaces a file. What names its interpreter counts as executable.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        let text = text.into();
        let executable = text.starts_with("#!");
        self.entries.insert(path.into(), FileText { text: Some(text), executable });
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) -> Option<FileText> {
        self.entries.remove(path)
    }

    /// Says whether a file may be run.
    pub fn set_executable(&mut self, path: &str, executable: bool) {
        if let Some(file) = self.entries.get_mut(path) {
            file.executable = executable;
        }
    }

    /// A file's text, if it is there and is text.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.entries.get(path)?.text.as_deref()
    }

    /// Whether there is such a file.
    pub fn contains(&self, path: &str) -> bool {
        self.entries.contains_key(path)
    }

    /// Whether there is a file below that directory.
    pub fn has_directory(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        if path.is_empty() || path == "." {
            return true;
        }
        let prefix = format!("{path}/");
        self.entries.range(prefix.clone()..).next().is_some_and(|(found, _)| found.starts_with(&prefix))
    }

    /// Every file, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &FileText)> {
        self.entries.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// The paths of all files below a directory, relative to the repository.
    pub fn under<'a>(&'a self, directory: &str) -> impl Iterator<Item = &'a str> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{}/", directory.trim_end_matches('/')) };
        let start = prefix.clone();
        self.entries.range(start..).map(|(path, _)| path.as_str()).take_while(move |path| path.starts_with(&prefix))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Reads a repository: what git would track, links left alone.
    pub fn read_dir(root: &Path) -> Result<Self, Diagnostics> {
        let mut problems = Diagnostics::new();
        let mut files = Self::new();
        if !root.is_dir() {
            problems.push(Diagnostic::error(format!("`{}` is not a directory", root.display())));
            return Err(problems);
        }
        let walk = WalkBuilder::new(root)
            .standard_filters(false)
            .git_ignore(true)
            .require_git(false)
            .follow_links(false)
            .filter_entry(|entry| {
                let name = entry.file_name().to_string_lossy();
                let directory = entry.file_type().is_some_and(|kind| kind.is_dir());
                !(directory && SKIPPED_DIRECTORIES.contains(&&*name)) && (directory || name != ".env")
            })
            .build();
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    problems.push(Diagnostic::error(error.to_string()));
                    continue;
                }
            };
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            let Some(path) = relative(root, entry.path()) else { continue };
            if files.len() == MAX_FILES {
                problems.push(
                    Diagnostic::error(format!("there are more than {MAX_FILES} files here"))
                        .help("name the repository's own directory, or add what tools made to .gitignore"),
                );
                break;
            }
            match read(entry.path()) {
                Ok(file) => {
                    files.entries.insert(path, file);
                }
                Err(error) => problems.push(Diagnostic::error(format!("cannot be read: {error}")).file(path)),
            }
        }
        problems.into_result(files)
    }
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let relative = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

fn read(path: &Path) -> std::io::Result<FileText> {
    let metadata = fs::symlink_metadata(path)?;
    let executable = executable(&metadata);
    if metadata.len() > MAX_FILE {
        return Ok(FileText { text: None, executable });
    }
    Ok(FileText { text: String::from_utf8(fs::read(path)?).ok(), executable })
}

#[cfg(unix)]
fn executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn executable(_: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_read_as_git_would_track_it() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: &[u8]| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        write(".gitignore", b"/build/\n*.log\n");
        write("compose.yaml", b"services: {}\n");
        write("build/out.yaml", b"a: 1\n");
        write("apps/web/node_modules/x/package.json", b"{");
        write("apps/web/debug.log", b"x");
        write(".env", b"SECRET=1\n");
        write(".env.example", b"SECRET=\n");
        write(".github/workflows/ci.yaml", b"on: push\n");
        write(".git/config", b"[core]\n");
        write("logo.png", &[0xff, 0xfe, 0]);
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/passwd", root.path().join("link.yaml")).unwrap();
        let files = Files::read_dir(root.path()).unwrap();
        let paths: Vec<&str> = files.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, [".env.example", ".github/workflows/ci.yaml", ".gitignore", "compose.yaml", "logo.png"]);
        assert_eq!((files.text("logo.png"), files.contains("logo.png")), (None, true));
        assert!(files.has_directory(".github") && files.has_directory(".") && !files.has_directory("git"));
        assert_eq!(files.under(".github").count(), 1);
    }

    #[test]
    fn what_is_no_directory_is_refused() {
        let error = Files::read_dir(Path::new("/no/such/directory")).unwrap_err();
        assert!(error.to_string().contains("is not a directory"));
    }
}
