//! The record of what was generated: `.stackwright/lock.jsonl`.
//!
//! One line for each file, sorted by path, so that git can merge what two branches add (`merge=union`). A managed file's
//! line holds the text as it was rendered, the base of every later merge; of a seeded file the digest is enough, for an
//! edited one is never merged. Lines that a merge left behind, such as conflict markers and a path's second line, are no
//! reason to refuse the record: the next `apply` writes it anew.
use std::collections::BTreeMap;

use crate::STACK_PATH;
use crate::tree::{FileTree, Ownership, RelPath, RenderedFile, digest};
use line::Line;
use rayon::prelude::*;

mod base;
mod before;
mod line;

/// Version of the record's format, not of the program.
const VERSION: u32 = 2;
/// What git writes at the beginning of a line where two sides of a merge differ.
const MARKERS: [&str; 4] = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];

/// Everything the lock records. It does not list itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Lock {
    /// The version of stackwright that wrote the files.
    pub tool: String,
    /// Digest of the user's own catalog that took part; none where the embedded one alone did.
    pub catalog: Option<String>,
    /// Each file by its path.
    pub files: BTreeMap<RelPath, LockedFile>,
    /// Second lines of a path, which a merge of two branches leaves.
    doubles: Vec<(RelPath, LockedFile)>,
}

/// What the lock says of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedFile {
    /// Who looks after it.
    pub owner: Ownership,
    /// The component that made it.
    pub component: String,
    /// The template it was rendered from.
    pub template: String,
    /// Where the user moved it to, if it is not at its path.
    pub moved: Option<RelPath>,
    /// Digest of the contents as they were written, in hexadecimal.
    pub sha256: String,
    /// The contents as they were written, packed; none of a seeded file.
    base: Option<String>,
}

/// Why a lock cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// A line is no JSON, or not of the right shape.
    #[error("line {line}: {source}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It is not text, too large, or no plain file.
    #[error("it is not a plain text file of reasonable size")]
    NotText,
    /// No line says which program wrote it.
    #[error("no line of it says which version of stackwright wrote it")]
    NoHead,
    /// It was written in a format that this program does not know.
    #[error("its format is version {0}, and this stackwright knows version {VERSION}")]
    Version(u64),
    /// A digest is not 64 hexadecimal digits.
    #[error("the digest of `{0}` is not a SHA-256")]
    Digest(RelPath),
    /// What a file was written as does not have the digest that stands beside it.
    #[error("what `{0}` was written as can't be unpacked, or has another digest")]
    Base(RelPath),
}

impl Lock {
    /// Describes a tree.
    pub fn new(tool: impl Into<String>, catalog: Option<String>, tree: &FileTree) -> Self {
        let files: Vec<_> = tree.iter().collect();
        let files = files.into_par_iter().map(|(path, file)| {
            let locked = LockedFile {
                owner: file.owner,
                component: file.origin.component.clone(),
                template: file.origin.template.clone(),
                moved: None,
                sha256: digest(file.contents.as_bytes()),
                base: is_merged(path, file).then(|| base::pack(&file.contents)),
            };
            (path.clone(), locked)
        });
        Self { tool: tool.into(), catalog, files: files.collect(), doubles: Vec::new() }
    }

    /// The record's text, a line for each file.
    pub fn to_text(&self) -> String {
        let mut text = line::head(VERSION, &self.tool, self.catalog.as_deref());
        self.files.iter().for_each(|(path, file)| text.push_str(&line::of(path, file)));
        text
    }

    /// Reads a lock: unknown keys, other versions and malformed digests are errors; what a merge leaves is not.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        let mut head = None;
        let (mut files, mut doubles) = (BTreeMap::new(), Vec::new());
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() || MARKERS.iter().any(|marker| line.starts_with(marker)) {
                continue;
            }
            match Line::parse(line).map_err(|source| LockError::Json { line: index + 1, source })? {
                // A newer format deserves a better answer than its first unknown key.
                Line::Head { version, .. } if version != u64::from(VERSION) => {
                    return Err(LockError::Version(version));
                }
                Line::Head { tool, catalog, .. } => drop(head.get_or_insert((tool, catalog))),
                Line::File(path, file) => {
                    if file.sha256.len() != 64 || !file.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
                        return Err(LockError::Digest(path));
                    }
                    match files.get(&path) {
                        None => drop(files.insert(path, file)),
                        Some(known) if *known == file => {}
                        Some(_) => doubles.push((path, file)),
                    }
                }
            }
        }
        let (tool, catalog) = head.ok_or(LockError::NoHead)?;
        Ok(Self { tool, catalog, files, doubles })
    }

    /// Reads a record of format 1, `.stackwright/lock.json`: it has digests, and no bases.
    pub fn parse_before(text: &str) -> Result<Self, LockError> {
        before::parse(text)
    }

    /// Chooses between the lines of a path: the one that is what the file holds now, if one is.
    pub fn settle<'a>(&mut self, text: impl Fn(&str) -> Option<&'a str>) {
        for (path, file) in std::mem::take(&mut self.doubles) {
            if text(path.as_str()).is_some_and(|text| digest(text.as_bytes()) == file.sha256) {
                self.files.insert(path, file);
            }
        }
    }

    /// The paths at which two locks disagree, sorted: only one has them, or their contents differ.
    pub fn differing<'a>(&'a self, other: &'a Self) -> Vec<&'a RelPath> {
        let same = |path: &RelPath, file: &LockedFile| {
            (other.files.get(path)).is_some_and(|theirs| theirs.sha256 == file.sha256)
        };
        let ours = (self.files.iter()).filter(|(path, file)| !same(path, file));
        let theirs = (other.files.keys()).filter(|path| !self.files.contains_key(*path));
        let mut paths: Vec<_> = ours.map(|(path, _)| path).chain(theirs).collect();
        paths.sort();
        paths
    }

    /// What a file was written as; nothing where that was not kept.
    pub fn base(&self, path: &RelPath) -> Result<Option<String>, LockError> {
        self.files.get(path).map_or(Ok(None), |file| text_of(path, file))
    }

    /// What the lines of a path say that it was written as, in their order: two after a merge of two branches.
    pub fn bases(&self, path: &RelPath) -> Result<Vec<String>, LockError> {
        let doubles = self.doubles.iter().filter(|(of, _)| of == path).map(|(_, file)| file);
        let texts = self.files.get(path).into_iter().chain(doubles).map(|file| text_of(path, file));
        texts.filter_map(Result::transpose).collect()
    }
}

fn text_of(path: &RelPath, file: &LockedFile) -> Result<Option<String>, LockError> {
    let Some(packed) = file.base.as_deref() else { return Ok(None) };
    let text = base::unpack(packed).filter(|text| digest(text.as_bytes()) == file.sha256);
    text.map(Some).ok_or_else(|| LockError::Base(path.clone()))
}

/// Whether an edit of the file is ever merged with what is rendered later.
fn is_merged(path: &RelPath, file: &RenderedFile) -> bool {
    file.owner == Ownership::Managed && path.as_str() != STACK_PATH
}

#[cfg(test)]
mod tests;
