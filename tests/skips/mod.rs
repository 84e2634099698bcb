//! What a test says when it can't run.
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Prints a line that `cargo test` does not swallow: figures and skips belong into the log of every run.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Says that a test cannot run here, and why. With `STRICT=1` it must be listed in `scripts/strict-skips.txt`.
pub(crate) fn skip(test: &str, why: &str) {
    if std::env::var_os("STRICT").is_some_and(|value| value == "1") {
        let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/strict-skips.txt");
        let list = fs::read_to_string(list).unwrap();
        let listed = list.lines().any(|line| line.starts_with(&format!("{test}: ")));
        assert!(listed, "{test} skipped: {why}; STRICT=1 does not list it");
    }
    say(&format!("{test} skipped: {why}"));
}
