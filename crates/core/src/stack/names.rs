//! Names that every target accepts.
use std::fmt;

use serde::{Deserialize, Serialize};

/// A DNS label (RFC 1123) that starts with a letter and is at most 40 characters long, so that suffixes such
/// as `-worker-default` still fit into the 63 that Kubernetes and DNS allow. What the program joins from names is one too,
/// and may have all 63.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// Why a text is not a [`Name`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("a name can't be empty")]
    Empty,
    /// The text is longer than a name may be.
    #[error("`{0}` has {1} characters; a name has at most 40, so that suffixes fit into a DNS label")]
    TooLong(String, usize),
    /// What is joined from names is longer than a DNS label may be.
    #[error("`{0}` has {1} characters; a DNS label has at most 63")]
    LabelTooLong(String, usize),
    /// The text has a character that some target refuses.
    #[error("`{0}` has {1:?}; a name consists of lower-case letters, digits and single hyphens")]
    Character(String, char),
    /// The text starts with something else than a letter.
    #[error("`{0}` must start with a letter: databases and DNS refuse other names")]
    Start(String),
    /// The text ends with a hyphen or has two in a row.
    #[error("`{0}` must not end with a hyphen or have two in a row")]
    Hyphen(String),
    /// The name has a meaning of its own somewhere.
    #[error("`{0}` is reserved: {1}")]
    Reserved(String, &'static str),
}

const RESERVED: &[(&str, &str)] = &[
    ("con", "Windows can't store a file of that name"),
    ("prn", "Windows can't store a file of that name"),
    ("aux", "Windows can't store a file of that name"),
    ("nul", "Windows can't store a file of that name"),
    ("outside", "it stands for visitors and the internet in the stack model"),
    ("localhost", "every machine resolves it to itself"),
];

impl Name {
    /// Checks `text` against the rules of every target.
    pub fn new(text: impl Into<String>) -> Result<Self, NameError> {
        let name = Self::joined(text)?;
        if name.0.len() > 40 {
            let length = name.0.len();
            return Err(NameError::TooLong(name.0, length));
        }
        Ok(name)
    }

    /// The same for a text that is joined from names: it may be as long as a DNS label.
    pub fn joined(text: impl Into<String>) -> Result<Self, NameError> {
        let text: String = text.into();
        let first = text.chars().next().ok_or(NameError::Empty)?;
        if let Some(odd) = text.chars().find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '-')) {
            return Err(NameError::Character(text, odd));
        }
        if text.len() > 63 {
            let length = text.len();
            return Err(NameError::LabelTooLong(text, length));
        }
        if !first.is_ascii_lowercase() {
            return Err(NameError::Start(text));
        }
        if text.ends_with('-') || text.contains("--") {
            return Err(NameError::Hyphen(text));
        }
        let reserved = RESERVED.iter().find(|(name, _)| *name == text);
        if let Some((_, why)) = reserved {
            return Err(NameError::Reserved(text, why));
        }
        Ok(Self(text))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::joined(text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_every_target_accepts() {
        for good in ["a", "shop", "api-v2", "worker-default"] {
            assert!(Name::new(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn says_why_a_name_is_refused() {
        let cases = [
            ("", "a name can't be empty"),
            ("Shop", "`Shop` has 'S'; a name consists of lower-case letters, digits and single hyphens"),
            ("2fast", "`2fast` must start with a letter: databases and DNS refuse other names"),
            ("a--b", "`a--b` must not end with a hyphen or have two in a row"),
            ("con", "`con` is reserved: Windows can't store a file of that name"),
        ];
        for (text, message) in cases {
            assert_eq!(Name::new(text).unwrap_err().to_string(), message);
        }
        assert!(matches!(Name::new("a".repeat(41)), Err(NameError::TooLong(_, 41))));
        assert!(Name::joined("a".repeat(63)).is_ok());
        assert!(matches!(Name::joined("a".repeat(64)), Err(NameError::LabelTooLong(_, 64))));
    }
}
