//! The files under check: rendered in memory, or read from a directory by the program.
use std::collections::BTreeMap;

use crate::tree::FileTree;

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

    /// Adds or replaces a file that was read from a disk.
    pub fn insert_file(&mut self, path: impl Into<String>, file: FileText) {
        self.entries.insert(path.into(), file);
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: &str) -> Option<FileText> {
        self.entries.remove(path)
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
}
