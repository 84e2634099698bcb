//! Markers in a text: which conflicts are open, and one side in place of one.
use super::git;

/// A side of a conflict, by git's names for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// What the user's file held.
    Ours,
    /// What is rendered now.
    Theirs,
}

/// The first marker of a conflict, up to its id.
pub(super) const BEGIN: &str = "<<<<<<< yours (";
const BASE: &str = "||||||| rendered before (";
pub(super) const NEW: &str = "=======";
const END: &str = ">>>>>>> rendered now (";

/// The ids of the conflicts that are marked in a text, in its order.
pub fn marked(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| id(line, BEGIN)).map(str::to_owned).collect()
}

/// A conflict in the lines of a text: where its four markers are.
struct Place {
    begin: usize,
    base: usize,
    new: usize,
    end: usize,
}

impl Place {
    /// Nothing where no such conflict is marked whole.
    fn of(lines: &[&str], wanted: &str) -> Option<Self> {
        let at = |from: usize, is: &dyn Fn(&str) -> bool| (from..lines.len()).find(|&line| is(lines[line]));
        let marker = |prefix: &'static str| move |line: &str| id(line, prefix) == Some(wanted);
        let begin = at(0, &marker(BEGIN))?;
        let base = at(begin, &marker(BASE))?;
        let new = at(base, &|line| line.trim_end() == NEW)?;
        let end = at(new, &marker(END))?;
        Some(Self { begin, base, new, end })
    }
}

/// The line, from 1, in which a conflict begins.
pub fn line(text: &str, wanted: &str) -> Option<usize> {
    text.lines().position(|line| id(line, BEGIN) == Some(wanted)).map(|at| at + 1)
}

/// The text with one side of a conflict in place of its markers; nothing where no such conflict is marked whole.
pub fn resolved(text: &str, wanted: &str, side: Side) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Place { begin, base, new, end } = Place::of(&lines, wanted)?;
    let kept = match side {
        Side::Ours => &lines[begin + 1..base],
        Side::Theirs => &lines[new + 1..end],
    };
    Some([&lines[..begin], kept, &lines[end + 1..]].concat().concat())
}

/// The lines of a conflict with its markers; nothing where it is not marked whole.
pub fn excerpt(text: &str, wanted: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Place { begin, end, .. } = Place::of(&lines, wanted)?;
    Some(lines[begin..=end].concat())
}

/// The text with other lines in place of a conflict, ended as its own are; nothing where it is not marked whole.
pub fn replaced(text: &str, wanted: &str, with: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Place { begin, end, .. } = Place::of(&lines, wanted)?;
    let ending = if lines[begin].ends_with("\r\n") { "\r\n" } else { "\n" };
    let with: String = with.lines().flat_map(|line| [line, ending]).collect();
    Some([&lines[..begin].concat(), &with, &lines[end + 1..].concat()].map(String::as_str).concat())
}

/// Whether a line is a marker of any conflict.
pub fn is_marker(line: &str) -> bool {
    [git::OURS, git::BASE, git::END].iter().any(|marker| line.starts_with(marker)) || line.trim_end() == NEW
}

fn id<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    line.trim_end().strip_prefix(prefix)?.strip_suffix(')')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::merge;

    const BASE_TEXT: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n";

    fn conflicting() -> (String, Vec<String>) {
        let yours = BASE_TEXT.replace("two", "2").replace("seven", "7");
        let new = BASE_TEXT.replace("two", "II").replace("seven", "VII");
        let merged = merge("a.txt", Some(BASE_TEXT), &yours, &new);
        (merged.text, merged.conflicts.into_iter().map(|conflict| conflict.id).collect())
    }

    #[test]
    fn marked_lists_the_ids_in_order() {
        let (text, ids) = conflicting();
        assert_eq!((ids.len(), marked(&text)), (2, ids));
        assert!(marked("<<<<<<< HEAD\n").is_empty());
    }

    #[test]
    fn line_is_that_of_the_first_marker() {
        let (text, ids) = conflicting();
        assert_eq!([&ids[0], &ids[1]].map(|id| line(&text, id)), [Some(2), Some(13)]);
        assert_eq!(line(&text, "000000"), None);
    }

    #[test]
    fn marked_of_the_same_lines_in_two_places_names_two_conflicts() {
        let base = "one\n\ntwo\n\n\nthree\n\none\n";
        let merged = merge("a.txt", Some(base), &base.replace("one", "1"), &base.replace("one", "I"));
        let ids = marked(&merged.text);
        assert!(ids.len() == 2 && ids[0] != ids[1], "{}", merged.text);
        assert_eq!(merged.conflicts[1].line, line(&merged.text, &ids[1]).unwrap());
    }

    #[test]
    fn resolved_puts_either_side_in_place_of_the_markers() {
        let (text, ids) = conflicting();
        let one = resolved(&text, &ids[0], Side::Ours).unwrap();
        let both = resolved(&one, &ids[1], Side::Theirs).unwrap();
        assert_eq!(both, BASE_TEXT.replace("two", "2").replace("seven", "VII"));
    }

    #[test]
    fn replaced_puts_other_lines_in_place_of_the_excerpt_and_ends_them_alike() {
        let (text, ids) = conflicting();
        let excerpt = excerpt(&text, &ids[0]).unwrap();
        assert!(
            excerpt.lines().next().is_some_and(is_marker) && excerpt.contains("\nII\n") && !excerpt.contains("three")
        );
        let expected = text.replace(&excerpt, "2 or II\n");
        assert_eq!(replaced(&text, &ids[0], "2 or II").unwrap(), expected);
        let windows = text.replace('\n', "\r\n");
        assert_eq!(replaced(&windows, &ids[0], "2 or II\n").unwrap(), expected.replace('\n', "\r\n"));
        assert_eq!(replaced(&text, "000000", ""), None);
    }

    #[test]
    fn resolved_answers_nothing_for_an_unknown_or_broken_conflict() {
        let (text, ids) = conflicting();
        assert_eq!(resolved(&text, "000000", Side::Ours), None);
        let broken = text.replace(&format!(">>>>>>> rendered now ({})\n", ids[0]), "");
        assert_eq!(resolved(&broken, &ids[0], Side::Ours), None);
    }
}
