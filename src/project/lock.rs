//! `.stackwright/lock.json`: what was generated, from what, and the digest of each file as it was written.
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

pub use crate::tree::digest;
use crate::tree::{FileTree, Ownership, RelPath};

/// Version of the lock's format, not of the program.
const VERSION: u32 = 1;

/// Everything the lock records. It does not list itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    /// The version of stackwright that wrote the files.
    pub tool: String,
    /// Digest of the user's own catalog that took part; none where the embedded one alone did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
    /// Each file by its path.
    #[serde(deserialize_with = "unique")]
    pub files: BTreeMap<RelPath, LockedFile>,
}

/// What the lock says of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockedFile {
    /// Who looks after it.
    pub owner: Ownership,
    /// The component that made it.
    pub component: String,
    /// The template it was rendered from.
    pub template: String,
    /// Digest of the contents as they were written, in hexadecimal.
    pub sha256: String,
}

/// Why a lock cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It is no JSON, or not of the right shape.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// It is not text, too large, or no plain file.
    #[error("it is not a plain text file of reasonable size")]
    NotText,
    /// It was written in a format that this program does not know.
    #[error("its format is version {0}, and this stackwright knows version {VERSION}")]
    Version(u32),
    /// A digest is not 64 hexadecimal digits.
    #[error("the digest of `{0}` is not a SHA-256")]
    Digest(RelPath),
}

impl Lock {
    /// Describes a tree.
    pub fn new(tool: impl Into<String>, catalog: Option<String>, tree: &FileTree) -> Self {
        let files = tree.iter().map(|(path, file)| {
            let locked = LockedFile {
                owner: file.owner,
                component: file.origin.component.clone(),
                template: file.origin.template.clone(),
                sha256: digest(file.contents.as_bytes()),
            };
            (path.clone(), locked)
        });
        Self { version: VERSION, tool: tool.into(), catalog, files: files.collect() }
    }

    /// The file's text: sorted, indented, ending in a newline.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a lock strictly: unknown and repeated keys, other versions and malformed digests are errors.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        // The version comes first: a newer format deserves a better answer than its first unknown key.
        let probe: serde_json::Value = serde_json::from_str(text)?;
        if let Some(version) = probe.get("version").and_then(serde_json::Value::as_u64)
            && version != u64::from(VERSION)
        {
            return Err(LockError::Version(u32::try_from(version).unwrap_or(u32::MAX)));
        }
        let lock: Self = serde_json::from_str(text)?;
        let wrong = |file: &LockedFile| file.sha256.len() != 64 || !file.sha256.bytes().all(|b| b.is_ascii_hexdigit());
        match lock.files.iter().find(|(_, file)| wrong(file)) {
            Some((path, _)) => Err(LockError::Digest(path.clone())),
            None => Ok(lock),
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
}

/// A map whose keys may not repeat; serde's own keeps the last one without a word.
fn unique<'de, D: Deserializer<'de>>(decoder: D) -> Result<BTreeMap<RelPath, LockedFile>, D::Error> {
    struct Unique;

    impl<'de> Visitor<'de> for Unique {
        type Value = BTreeMap<RelPath, LockedFile>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a map from paths to files")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut files = BTreeMap::new();
            while let Some((path, file)) = map.next_entry::<RelPath, LockedFile>()? {
                let again = path.clone();
                if files.insert(path, file).is_some() {
                    return Err(A::Error::custom(format!("`{again}` is listed twice")));
                }
            }
            Ok(files)
        }
    }

    decoder.deserialize_map(Unique)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Origin, RenderedFile};

    fn lock(files: &[(&str, &str)]) -> Lock {
        let mut tree = FileTree::new();
        for (path, contents) in files {
            let file = RenderedFile {
                contents: (*contents).into(),
                owner: Ownership::Seeded,
                origin: Origin { component: "django".into(), template: "app/x".into() },
            };
            tree.insert(RelPath::new(*path).unwrap(), file).unwrap();
        }
        Lock::new("0.1.0", None, &tree)
    }

    #[test]
    fn text_is_exact_and_reads_back() {
        let lock = lock(&[("b", ""), ("a", "abc")]);
        let text = lock.to_json();
        assert_eq!(
            text,
            r#"{
  "version": 1,
  "tool": "0.1.0",
  "files": {
    "a": {
      "owner": "seeded",
      "component": "django",
      "template": "app/x",
      "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    },
    "b": {
      "owner": "seeded",
      "component": "django",
      "template": "app/x",
      "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    }
  }
}
"#
        );
        assert_eq!(Lock::parse(&text).unwrap(), lock);
    }

    #[test]
    fn differences_are_those_of_either_side() {
        let one = lock(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let two = lock(&[("b", "1"), ("c", "2"), ("d", "1")]);
        let paths: Vec<_> = one.differing(&two).iter().map(ToString::to_string).collect();
        assert_eq!(paths, ["a", "c", "d"]);
        assert!(one.differing(&one).is_empty());
    }

    #[test]
    fn a_strange_lock_is_refused() {
        let good = lock(&[("a", "x")]).to_json();
        let entry = &good[good.find("\"a\"").unwrap()..good.rfind("\n  }\n}").unwrap()];
        for (text, message) in [
            (String::new(), "EOF"),
            (good.replace("\"tool\"", "\"tol\""), "unknown field `tol`"),
            (good.replace("\"version\": 1", "\"version\": 2"), "its format is version 2"),
            (good.replace("\"a\"", "\"../a\""), "its part `..` is not a name"),
            (good.replace(entry, &format!("{entry},{entry}")), "`a` is listed twice"),
            (good.replace("\"sha256\": \"2d", "\"sha256\": \"zz"), "the digest of `a` is not a SHA-256"),
            (good.replace("seeded", "mine"), "unknown variant `mine`"),
            ("[".repeat(100_000), "recursion limit"),
        ] {
            let error = Lock::parse(&text).unwrap_err().to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
