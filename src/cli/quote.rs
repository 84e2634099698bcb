//! Words for a shell.
use std::path::PathBuf;

/// One word as a POSIX shell reads it back: quoted only when needed.
pub(super) fn word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,:+@%=".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The options that name those catalogs again, each after a space.
pub(super) fn catalogs(directories: &[PathBuf]) -> String {
    let words = directories.iter().map(|directory| word(&directory.to_string_lossy()));
    words.flat_map(|word| [" --catalog ".to_owned(), word]).collect()
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn words_are_quoted_when_needed() {
        for (text, quoted) in [
            ("shop", "shop"),
            ("https://git.example.com/a/b.git", "https://git.example.com/a/b.git"),
            ("", "''"),
            ("two words", "'two words'"),
            ("it's", r"'it'\''s'"),
            ("$HOME", "'$HOME'"),
            ("~", "'~'"),
        ] {
            assert_eq!(word(text), quoted);
        }
    }
}
