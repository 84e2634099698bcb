//! Random edits of the examples' own files on both sides: whatever comes out, no line of the user's may be lost in silence.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use stackwright_core::diagnostic::Source;
use stackwright_core::merge::{Merged, merge};
use stackwright_core::yaml::{self, Options};

/// How many pairs of edits each file gets.
const ROUNDS: u64 = 15;

/// A generator of numbers that gives the same ones each time.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % most.max(1)
    }
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != ".stackwright" {
            files(&path, found);
        } else if [".yaml", ".yml", ".json", ".env.example"].iter().any(|end| name.ends_with(end))
            && !name.contains("lock")
        {
            found.push(path);
        }
    }
}

fn texts() -> BTreeMap<String, String> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut found = Vec::new();
    files(&examples, &mut found);
    let text = |path: PathBuf| (path.display().to_string(), std::fs::read_to_string(&path).unwrap());
    found.into_iter().map(text).filter(|(_, text)| text.len() < 60_000).collect()
}

/// A text with some of its lines changed, put in or taken out; `who` is in what is new, so that its author is known.
fn edited(path: &str, text: &str, who: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for number in 0..=random.below(3) {
        let at = random.below(lines.len());
        let line = lines[at].clone();
        let indent = &line[..line.len() - line.trim_start().len()];
        match random.below(4) {
            0 if !path.ends_with(".json") => lines.insert(at, format!("{indent}# {who} {number}")),
            1 if !path.ends_with(".json") && is_entry(&line) => {
                lines.insert(at, format!("{indent}{who}{number}: added"));
            }
            2 if is_entry(&line) => {
                lines.remove(at);
            }
            _ if is_entry(&line) => {
                let (key, _) = line.split_once(": ").unwrap();
                let comma = if line.ends_with(',') { "," } else { "" };
                let value =
                    if path.ends_with(".json") { format!("\"{who} {number}\"") } else { format!("{who} {number}") };
                lines[at] = format!("{key}: {value}{comma}");
            }
            _ => {}
        }
    }
    let edited = lines.join("\n") + "\n";
    if is_read(path, &edited) { edited } else { text.to_owned() }
}

/// A line with a key and a plain value that ends on it.
fn is_entry(line: &str) -> bool {
    let line = line.trim();
    let plain = |value: &str| {
        !value.is_empty() && !value.starts_with(['|', '>', '[', '{', '&', '*', '#']) && !value.ends_with(['{', '['])
    };
    !line.starts_with(['-', '#']) && line.split_once(": ").is_some_and(|(_, value)| plain(value))
}

fn is_read(path: &str, text: &str) -> bool {
    if path.ends_with(".json") {
        return serde_json::from_str::<serde_json::Value>(text).is_ok();
    }
    !is_tree(path) || yaml::parse_with(&Source::new(path, text), Options::FOREIGN).is_ok()
}

fn is_tree(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// How often each line stands in a text.
fn counted(text: &str) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for line in text.lines() {
        *counts.entry(line.trim_end_matches(',')).or_default() += 1;
    }
    counts
}

/// Lines that a text has more often than the one before it, and that the merge has less often.
fn lost(base: &str, side: &str, merged: &Merged) -> Vec<String> {
    let (was, is, now) = (counted(base), counted(side), counted(&merged.text));
    let more = |line: &str, count: usize| count > was.get(line).copied().unwrap_or_default();
    let gone = |line: &str, count: usize| now.get(line).copied().unwrap_or_default() < count;
    is.into_iter()
        .filter(|(line, count)| more(line, *count) && gone(line, *count))
        .map(|(line, _)| line.to_owned())
        .collect()
}

#[test]
fn merge_of_random_edits_loses_no_line_of_either_side_and_stays_readable() {
    let mut random = Random(0x5eed_0f5a_17b0_a75d);
    let (mut clean, mut conflicting) = (0_u32, 0_u32);
    for (path, base) in texts() {
        for _ in 0..ROUNDS {
            let yours = edited(&path, &base, "yours", &mut random);
            let new = edited(&path, &base, "ours", &mut random);
            let merged = merge(&path, Some(&base), &yours, &new);
            let shown = || format!("{path}\n--- yours\n{yours}\n--- new\n{new}\n--- merged\n{}", merged.text);
            let mine = lost(&base, &yours, &merged);
            assert!(mine.is_empty(), "lost of the user's: {mine:?}\n{}", shown());
            // A comment of ours goes with the entry below it that the user took out.
            let ours: Vec<_> =
                lost(&base, &new, &merged).into_iter().filter(|line| !line.trim().starts_with('#')).collect();
            assert!(ours.is_empty(), "lost of ours: {ours:?}\n{}", shown());
            if merged.conflicts.is_empty() {
                clean += 1;
                assert!(is_read(&path, &merged.text), "{}", shown());
                assert_eq!(merge(&path, Some(&new), &merged.text, &new).text, merged.text);
            } else {
                conflicting += 1;
            }
        }
    }
    assert!(clean > 100 && conflicting > 10, "{clean} clean, {conflicting} with conflicts");
}

#[test]
fn merge_without_a_change_on_one_side_gives_the_other_byte_for_byte() {
    let mut random = Random(0x00c0_ffee_1234_5678);
    for (path, base) in texts() {
        for _ in 0..ROUNDS / 4 {
            let other = edited(&path, &base, "somebody", &mut random);
            assert_eq!(merge(&path, Some(&base), &base, &other).text, other);
            assert_eq!(merge(&path, Some(&base), &other, &base).text, other);
            assert_eq!(merge(&path, Some(&base), &other, &other).text, other);
        }
    }
}
