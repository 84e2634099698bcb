//! Paths that mean the same file on every system and never leave the directory they are joined to.
use std::borrow::Borrow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest part: what ext4, APFS and NTFS hold.
const MAX_PART: usize = 255;
/// Longest path: `PATH_MAX`.
const MAX_PATH: usize = 4096;
/// Deepest path: far more than anybody writes, and fewer than the files that a process may have open.
const MAX_DEPTH: usize = 64;
/// Names that Windows gives to devices, whatever their extension.
const RESERVED: [&str; 12] =
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "COM¹", "COM²", "COM³", "LPT¹", "LPT²", "LPT³"];

/// A path inside the generated repository: relative, `/` between its parts, and valid on Linux, macOS and Windows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RelPath(String);

/// Why a text is no [`RelPath`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the path `{path}` cannot be used: {why}")]
pub struct PathError {
    path: String,
    why: String,
}

impl RelPath {
    /// Validates a path; the error says which part is wrong and why.
    pub fn new(path: impl Into<String>) -> Result<Self, PathError> {
        let path = path.into();
        match defect(&path) {
            None => Ok(Self(path)),
            Some(why) => Err(PathError { path: clip(&path), why }),
        }
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The directory part, empty for a file at the top.
    pub fn directory(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(directory, _)| directory)
    }
}

fn defect(path: &str) -> Option<String> {
    if path.is_empty() {
        return Some("it is empty".into());
    }
    if path.len() > MAX_PATH {
        return Some(format!("it is longer than {MAX_PATH} bytes"));
    }
    if path.starts_with('/') {
        return Some("it is absolute, and everything belongs inside the repository".into());
    }
    if path.split('/').count() > MAX_DEPTH {
        return Some(format!("it is more than {MAX_DEPTH} directories deep"));
    }
    path.split('/').find_map(|part| part_defect(part).map(|why| format!("its part `{}` {why}", clip(part))))
}

/// A hostile path may be megabytes of terminal control codes; an error message may not.
fn clip(text: &str) -> String {
    let mut shown: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().nth(80).is_some() {
        shown.push('…');
    }
    shown
}

fn part_defect(part: &str) -> Option<String> {
    if part.is_empty() {
        return Some("is empty: two slashes in a row, or one at the end".into());
    }
    if part == "." || part == ".." {
        return Some("is not a name".into());
    }
    if part.len() > MAX_PART {
        return Some(format!("is longer than {MAX_PART} bytes"));
    }
    if let Some(bad) = part.chars().find(|c| forbidden(*c)) {
        let name = bad.escape_debug();
        return Some(format!("holds `{name}`, which not every system allows"));
    }
    if let Some(bad) = part.chars().find(|c| c.is_control() || invisible(*c)) {
        let code = u32::from(bad);
        return Some(format!("holds the invisible character U+{code:04X}"));
    }
    if part.ends_with(['.', ' ']) {
        return Some("ends with a dot or a space, which Windows drops".into());
    }
    let stem = part.split('.').next().unwrap_or(part).trim_end();
    if is_device(stem) {
        return Some("is the name of a device on Windows".into());
    }
    if part.eq_ignore_ascii_case(".git") || part.eq_ignore_ascii_case("git~1") {
        return Some("belongs to git, which runs commands from the files in it".into());
    }
    None
}

fn forbidden(c: char) -> bool {
    matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
}

/// Characters that turn text around or cannot be seen; some file systems drop them, so `.g<zero width>it` is `.git`.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn is_device(stem: &str) -> bool {
    let upper = stem.to_uppercase();
    let numbered = upper.len() == 4
        && (upper.starts_with("COM") || upper.starts_with("LPT"))
        && matches!(upper.as_bytes()[3], b'1'..=b'9');
    numbered || RESERVED.contains(&upper.as_str())
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for RelPath {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for RelPath {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RelPath {
    type Error = PathError;

    fn try_from(path: String) -> Result<Self, PathError> {
        Self::new(path)
    }
}

impl From<RelPath> for String {
    fn from(path: RelPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_pass() {
        for path in [
            "README.md",
            ".github/workflows/ci.yml",
            ".gitignore",
            "apps/web/src/app/[id]/(shop)/page.tsx",
            "apps/api/__init__.py",
            "a/...b/c",
            "console/com0/com10/lpt.txt",
            "naïve/日本.md",
            "a b/ c",
        ] {
            assert_eq!(RelPath::new(path).unwrap().as_str(), path);
        }
        let path = RelPath::new("a/b/c.txt").unwrap();
        assert_eq!(path.directory(), "a/b");
        let top = RelPath::new("c.txt").unwrap();
        assert_eq!(top.directory(), "");
    }

    #[test]
    fn hostile_paths_are_refused_with_the_part_and_the_reason() {
        let deep = "x/".repeat(64) + "x";
        let long = "x".repeat(256);
        for (path, why) in [
            ("", "it is empty"),
            ("/etc/passwd", "it is absolute"),
            ("//x", "it is absolute"),
            ("../x", "its part `..` is not a name"),
            ("a/../../x", "its part `..` is not a name"),
            ("a/./b", "its part `.` is not a name"),
            ("a//b", "its part `` is empty"),
            ("a/b/", "its part `` is empty"),
            ("a\\..\\b", "holds `\\\\`"),
            ("C:/x", "its part `C:` holds `:`"),
            ("a/b?.md", "holds `?`"),
            ("a/*", "holds `*`"),
            ("a/\"b\"", "holds `\\\"`"),
            ("a/<b>", "holds `<`"),
            ("a|b", "holds `|`"),
            ("a\nb", "holds the invisible character U+000A"),
            ("a\u{1b}[2Jb", "holds the invisible character U+001B"),
            ("a\0b", "holds the invisible character U+0000"),
            ("a/\u{202e}txt.exe", "holds the invisible character U+202E"),
            (".g\u{200c}it/config", "holds the invisible character U+200C"),
            ("a./b", "its part `a.` ends with a dot"),
            ("a /b", "its part `a ` ends with a dot or a space"),
            ("nul", "its part `nul` is the name of a device"),
            ("a/Com1.tar.gz", "its part `Com1.tar.gz` is the name of a device"),
            ("aux.h", "is the name of a device"),
            ("con .txt", "is the name of a device"),
            ("LPT³", "is the name of a device"),
            ("CONIN$", "is the name of a device"),
            (".git/hooks/pre-commit", "its part `.git` belongs to git"),
            (".GIT/config", "belongs to git"),
            ("apps/x/.git/config", "belongs to git"),
            ("GIT~1/config", "belongs to git"),
            (deep.as_str(), "it is more than 64 directories deep"),
            (long.as_str(), "is longer than 255 bytes"),
        ] {
            let error = RelPath::new(path).unwrap_err().to_string();
            assert!(error.contains(why), "{path:?}: {error}");
            assert!(!error.contains('\u{1b}') && !error.contains('\n'), "{error:?}");
        }
        let endless = "x/".repeat(1_000_000);
        let error = RelPath::new(endless).unwrap_err().to_string();
        assert!(error.contains("longer than 4096 bytes") && error.len() < 300);
    }

    #[test]
    fn decoding_validates() {
        let good: RelPath = serde_json::from_str("\"a/b\"").unwrap();
        assert_eq!(serde_json::to_string(&good).unwrap(), "\"a/b\"");
        let error = serde_json::from_str::<RelPath>("\"a/../b\"").unwrap_err();
        assert!(error.to_string().contains("its part `..` is not a name"));
    }
}
