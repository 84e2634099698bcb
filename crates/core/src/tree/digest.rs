//! The digest by which files are compared.
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// SHA-256 in hexadecimal.
///
/// ```
/// assert!(stackwright_core::tree::digest(b"abc").starts_with("ba7816bf"));
/// ```
pub fn digest(contents: &[u8]) -> String {
    Sha256::digest(contents).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
