//! What a merge in git left open in a file.
use super::resolve::{BEGIN as OWN, NEW as THEIRS};

pub(super) const OURS: &str = "<<<<<<< ";
pub(super) const BASE: &str = "||||||| ";
pub(super) const END: &str = ">>>>>>> ";

/// The file as either branch has it; nothing where git left no conflict in it.
pub fn branches(text: &str) -> Option<[String; 2]> {
    let mut branches = [String::new(), String::new()];
    let (mut inside, mut marked) = (Part::Both, false);
    for line in text.split_inclusive('\n') {
        let plain = line.trim_end();
        inside = match inside {
            Part::Both if plain.starts_with(OWN) => return None,
            Part::Both if plain.starts_with(OURS) => Part::Ours,
            Part::Ours if plain.starts_with(BASE) => Part::Base,
            Part::Ours | Part::Base if plain == THEIRS => Part::Theirs,
            Part::Theirs if plain.starts_with(END) => Part::Both,
            _ => {
                let [ours, theirs] = &mut branches;
                match inside {
                    Part::Both => [ours, theirs].into_iter().for_each(|branch| branch.push_str(line)),
                    Part::Ours => ours.push_str(line),
                    Part::Theirs => theirs.push_str(line),
                    Part::Base => {}
                }
                continue;
            }
        };
        marked = true;
    }
    (marked && inside == Part::Both).then_some(branches)
}

/// Whose lines follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Both,
    Ours,
    Base,
    Theirs,
}

#[cfg(test)]
mod tests {
    use super::branches;

    #[test]
    fn branches_are_the_file_with_either_side_of_each_conflict() {
        let text = "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\nd\n<<<<<<< HEAD\n||||||| 1234\nx\n=======\ne\n>>>>>>> other\n";
        assert_eq!(branches(text), Some(["a\nb\nd\n".to_owned(), "a\nc\nd\ne\n".to_owned()]));
    }

    #[test]
    fn a_text_without_a_whole_conflict_of_git_has_no_branches() {
        for text in [
            "a\n=======\nb\n",
            "a\n<<<<<<< HEAD\nb\n=======\nc\n",
            "<<<<<<< yours (d29cb8)\na\n||||||| rendered before (d29cb8)\n=======\n>>>>>>> rendered now (d29cb8)\n",
            "",
        ] {
            assert_eq!(branches(text), None, "{text}");
        }
    }
}
