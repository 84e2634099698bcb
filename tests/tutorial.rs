//! `docs/tutorial.md` is followed word for word: every shell block is run, every other block is written to the file that the
//! line before it names.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod skips;

use std::fs;
use std::path::Path;
use std::process::Command;

/// A block of the page.
struct Block<'a> {
    /// The words after the fence: a language, and `network` where one is needed.
    info: &'a str,
    /// The last line of text before it.
    before: &'a str,
    text: String,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut before = "";
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let text = inside.join("\n") + "\n";
            found.push(Block { info, before, text });
        } else if !line.is_empty() {
            before = line;
        }
    }
    found
}

/// The last code span of a line, which ends with it and a colon.
fn named(line: &str) -> &str {
    let inside = line.strip_suffix("`:").and_then(|line| line.rsplit('`').next());
    inside.unwrap_or_else(|| panic!("the line before a file ends with its name and a colon: {line}"))
}

fn run(script: &str, directory: &Path) {
    let program = Path::new(env!("CARGO_BIN_EXE_stackwright")).parent().unwrap();
    let path = std::env::join_paths(
        std::iter::once(program.to_owned()).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let done = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(directory)
        .env("PATH", path.unwrap())
        .env_remove("CI")
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(done.status.success(), "{script}\n{}", said.join("\n"));
}

#[test]
fn the_tutorial_works_as_it_is_written() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tutorial.md")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let (mut ran, mut written) = (0, 0);
    for block in blocks(&page) {
        match block.info {
            "sh" => {
                run(&block.text, directory.path());
                ran += block.text.lines().count();
            }
            "sh network" => skips::skip("tutorial", &format!("a network: {}", block.text.trim())),
            _ => {
                let path = directory.path().join(named(block.before));
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, block.text).unwrap();
                written += 1;
            }
        }
    }
    assert!(ran >= 10 && written >= 15, "{ran} commands, {written} files");
    let made = |path: &str| fs::read_to_string(directory.path().join("second").join(path)).unwrap();
    assert!(made("apps/book/main.py").contains("import humanize\n"));
    assert!(made("apps/book/requirements.txt").contains("humanize=="));
    assert!(made("compose.yaml").contains("mariadb:") && made("compose.yaml").contains("n8nio/n8n:"));
    assert!(made("docs/operations.md").contains("The first visitor of `automation`"));
}
