//! Which changed facts of the stack stand behind lines that changed with it.
use serde_json::Value;

use super::Fact;

/// The most facts that are told.
const MOST: usize = 3;

/// The facts whose old value leaves the lines, or whose new value comes into them. Where some do both, those that do only one
/// may agree by chance, and are left out.
pub fn behind<'a>(facts: &'a [Fact], before: &str, after: &str) -> Vec<&'a Fact> {
    let scored: Vec<(usize, &Fact)> = facts.iter().map(|fact| (score(fact, before, after), fact)).collect();
    let best = scored.iter().map(|(score, _)| *score).max().filter(|best| *best > 0);
    let likely = scored.into_iter().filter(|(score, _)| Some(*score) == best);
    likely.map(|(_, fact)| fact).take(MOST).collect()
}

/// How many of a fact's two values are seen to leave or to come.
fn score(fact: &Fact, before: &str, after: &str) -> usize {
    let left = words(fact, fact.before.as_ref(), fact.after.as_ref());
    let came = words(fact, fact.after.as_ref(), fact.before.as_ref());
    let leaves = left.iter().any(|word| occurrences(before, word) > occurrences(after, word));
    let comes = came.iter().any(|word| occurrences(after, word) > occurrences(before, word));
    usize::from(leaves) + usize::from(comes)
}

/// What one value says and the other doesn't; of a thing that is new or gone, its name as well.
fn words(fact: &Fact, value: Option<&Value>, other: Option<&Value>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    let (mut found, mut known) = (Vec::new(), Vec::new());
    collect(value, &mut found);
    match other {
        Some(other) => collect(other, &mut known),
        None => found.extend(fact.path.last().cloned()),
    }
    found.retain(|word| !word.is_empty() && !known.contains(word));
    found
}

fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Null => {}
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => map.values().for_each(|value| collect(value, found)),
        other => found.push(other.to_string()),
    }
}

/// How often a text has a word that is no part of a longer one.
fn occurrences(text: &str, word: &str) -> usize {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    let alone = |at: usize| !text[..at].ends_with(letter) && !text[at + word.len()..].starts_with(letter);
    text.match_indices(word).filter(|(at, _)| alone(*at)).count()
}

#[cfg(test)]
mod tests {
    use super::super::facts;
    use super::*;

    fn told(before: &str, after: &str, lines: [&str; 2]) -> Vec<String> {
        let facts = facts(before, after);
        behind(&facts, lines[0], lines[1]).into_iter().map(|fact| fact.fact.clone()).collect()
    }

    #[test]
    fn behind_a_changed_line_is_the_fact_with_both_values_of_it() {
        let (before, after) = (r#"{"a": {"port": 80, "size": 1}}"#, r#"{"a": {"port": 8099, "size": 2}}"#);
        assert_eq!(told(before, after, ["- ${PORT:-80}:1\n", "- ${PORT:-8099}:1\n"]), ["a.port"]);
        assert_eq!(told(before, after, ["replicas: 1 # of 80\n", "replicas: 2 # of 80\n"]), ["a.size"]);
        assert!(told(before, after, ["image: a:801\n", "image: a:802\n"]).is_empty());
    }

    #[test]
    fn behind_a_line_that_names_a_new_or_removed_part_is_that_part() {
        let (one, two) = (r#"{"units": [{"name": "a"}]}"#, r#"{"units": [{"name": "a"}, {"name": "memo"}]}"#);
        assert_eq!(told(one, two, ["", "  memo:\n"]), ["units.memo"]);
        assert_eq!(told(two, one, ["  memo:\n", ""]), ["units.memo"]);
        assert!(told(one, two, ["", "  memory:\n"]).is_empty());
    }
}
