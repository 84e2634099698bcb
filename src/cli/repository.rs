//! A repository that `new` made, as it is on disk.
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::Failure;
use crate::blueprint::{FromSpec, StackSpec};
use crate::diagnostic::{Diagnostic, Source};
use crate::lock::Lock;
use crate::stack::Stack;
use crate::tree::{LOCK_BEFORE, LOCK_PATH};
use crate::{SPEC_PATH, STACK_PATH};

/// The largest record that is read; ours are far smaller.
const MAX_RECORD: u64 = 64 << 20;

/// A directory with the records that `new` left in it.
#[derive(Debug)]
pub(super) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The repository in that very directory.
    pub(super) fn at(root: &Path) -> Result<Self, Failure> {
        if let Err(error) = std::fs::read_dir(root) {
            return Err(Failure::unreadable(root, &error));
        }
        Ok(Self { root: root.to_owned() })
    }

    /// Its directory.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether there is a directory of records at all.
    pub(super) fn has_records(&self) -> bool {
        self.root.join(LOCK_PATH).parent().is_some_and(Path::is_dir)
    }

    /// The stack that it was rendered from.
    pub(super) fn stack(&self) -> Result<Stack, Failure> {
        let text = self.record(STACK_PATH)?;
        serde_json::from_str(&text).map_err(|error| self.strange(STACK_PATH, &error.to_string()))
    }

    /// What its description says it was made from.
    pub(super) fn from(&self) -> Result<FromSpec, Failure> {
        let text = self.record(SPEC_PATH)?;
        let source = Source::new(self.root.join(SPEC_PATH).display().to_string(), text);
        Ok(StackSpec::parse(&source)?.from)
    }

    /// What was written, and from what.
    pub(super) fn lock(&self) -> Result<Lock, Failure> {
        let old = !self.root.join(LOCK_PATH).exists() && self.root.join(LOCK_BEFORE).exists();
        let path = if old { LOCK_BEFORE } else { LOCK_PATH };
        let text = self.record(path)?;
        let lock = if old { Lock::parse_before(&text) } else { Lock::parse(&text) };
        lock.map_err(|error| self.strange(path, &error.to_string()))
    }

    fn record(&self, name: &str) -> Result<String, Failure> {
        let path = self.root.join(name);
        let mut text = String::new();
        let read = File::open(&path).and_then(|file| file.take(MAX_RECORD).read_to_string(&mut text));
        match read {
            Ok(_) => Ok(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Failure::input(
                Diagnostic::error(format!("`{}` is no repository that stackwright made", self.root.display()))
                    .note(format!("it has no `{name}`"))
                    .help("name the directory that `stackwright new` wrote"),
            )),
            Err(error) => Err(Failure::unreadable(&path, &error)),
        }
    }

    fn strange(&self, name: &str, why: &str) -> Failure {
        let file = self.root.join(name).display().to_string();
        let help = format!("restore `{name}` from version control; it is not meant to be edited");
        Failure::input(Diagnostic::error(format!("it can't be understood: {why}")).file(file).help(help))
    }
}
