//! What becomes of one file.
use super::{Becomes, Class};
use crate::lock::LockedFile;
use crate::merge::{Conflict, merge};
use crate::tree::{Ownership, RenderedFile, digest};

/// What was rendered before.
pub(super) struct Was<'a> {
    /// Its digest; none of a file that was never rendered.
    pub(super) digest: Option<&'a str>,
    /// Its text, where that was kept.
    pub(super) text: Option<String>,
}

/// What is on disk.
#[derive(Clone, Copy)]
pub(super) struct Here<'a> {
    /// Its text; none where there is no file, or one that is no text.
    pub(super) text: Option<&'a str>,
    /// There is a file.
    pub(super) exists: bool,
    /// It is a record of the program: an edit of it counts for nothing.
    pub(super) record: bool,
}

/// What becomes of a file.
pub(super) struct Outcome {
    pub(super) class: Class,
    pub(super) why: &'static str,
    pub(super) becomes: Becomes,
    pub(super) conflicts: Vec<Conflict>,
}

impl Outcome {
    fn stays(class: Class, why: &'static str) -> Self {
        Self { class, why, becomes: Becomes::AsItIs, conflicts: Vec::new() }
    }

    fn text(class: Class, why: &'static str, text: &str) -> Self {
        Self { class, why, becomes: Becomes::Text(text.to_owned()), conflicts: Vec::new() }
    }
}

/// Compares the three versions of a file that is rendered now; nothing where its rendering did not change, or where the
/// disk holds it already.
pub(super) fn compare(path: &str, was: &Was<'_>, here: Here<'_>, new: &RenderedFile) -> Option<Outcome> {
    let contents = new.contents.as_str();
    if here.text == Some(contents) {
        return None;
    }
    if here.record {
        return Some(Outcome::text(Class::Clean, "it is the record of the resolved stack", contents));
    }
    let Some(before) = was.digest else { return added(path, here, new) };
    if before == digest(contents.as_bytes()) {
        return None;
    }
    let Some(yours) = here.text else {
        let (class, why) = if here.exists {
            (Class::Conflict, "its rendering changed, and yours is no text")
        } else {
            (Class::Missing, "you deleted it, and it stays deleted")
        };
        return Some(Outcome::stays(class, why));
    };
    if before == digest(yours.as_bytes()) {
        return Some(Outcome::text(Class::Clean, "you did not edit it", contents));
    }
    if new.owner == Ownership::Seeded {
        let why = "its template changed, and you edited it: it is seeded, so it stays yours";
        return Some(Outcome::stays(Class::Stale, why));
    }
    merged(path, was.text.as_deref(), yours, contents)
}

/// A file in which a merge in git left conflicts, as either branch has it, beside what either rendered. Both lead to the same
/// text, unless a branch edited it by hand where git has conflicts: then there is nothing to be said.
pub(super) fn of_branches(path: &str, bases: &[String], branches: &[String; 2], new: &str) -> Option<Outcome> {
    let ([one, other], [ours, theirs]) = (bases, branches) else { return None };
    let (ours, theirs) = (merge(path, Some(one), ours, new), merge(path, Some(other), theirs, new));
    let agreed = ours.conflicts.is_empty() && theirs.conflicts.is_empty() && ours.text == theirs.text;
    let class = if ours.text == new { Class::Clean } else { Class::Merged };
    agreed.then(|| Outcome::text(class, "git could not merge what two branches rendered", &ours.text))
}

fn added(path: &str, here: Here<'_>, new: &RenderedFile) -> Option<Outcome> {
    match (here.text, new.owner) {
        (None, _) if here.exists => Some(Outcome::stays(Class::Conflict, "a file that is no text is in its place")),
        (None, _) => Some(Outcome::text(Class::New, "it is generated now", &new.contents)),
        (Some(_), Ownership::Seeded) => Some(Outcome::stays(Class::Yours, "a file of yours is in its place")),
        (Some(yours), Ownership::Managed) => merged(path, None, yours, &new.contents),
    }
}

fn merged(path: &str, base: Option<&str>, yours: &str, new: &str) -> Option<Outcome> {
    let merged = merge(path, base, yours, new);
    let (class, why) = match (merged.conflicts.is_empty(), base) {
        (true, _) if merged.text == yours => return None,
        (true, _) => (Class::Merged, "you edited it, and its rendering changed elsewhere"),
        (false, Some(_)) => (Class::Conflict, "you and its rendering changed the same place"),
        (false, None) => (Class::Conflict, "it differs from yours, and what was rendered before is not known"),
    };
    Some(Outcome { class, why, becomes: Becomes::Text(merged.text), conflicts: merged.conflicts })
}

/// A file that is rendered at another path now: it moves there, as it is or as it becomes.
pub(super) fn moved(outcome: Option<Outcome>, here: Here<'_>) -> Outcome {
    let outcome = outcome.unwrap_or_else(|| Outcome::stays(Class::Clean, "it is generated at another path"));
    match here.text {
        Some(text) if outcome.becomes == Becomes::AsItIs => {
            Outcome { becomes: Becomes::Text(text.to_owned()), ..outcome }
        }
        _ => outcome,
    }
}

/// A file that can't be moved, because a file is where it is generated now.
pub(super) fn in_the_way() -> Outcome {
    Outcome::stays(Class::Conflict, "it is generated at another path, where a file is already: keep one of the two")
}

/// What becomes of a file that nothing renders any more; nothing where it is not there.
pub(super) fn gone(was: &LockedFile, here: Here<'_>) -> Option<Outcome> {
    let Some(yours) = here.text else {
        let why = "nothing generates it any more, and it is no text: keep or delete it";
        return here.exists.then(|| Outcome::stays(Class::Yours, why));
    };
    if digest(yours.as_bytes()) == was.sha256 {
        let why = "nothing generates it any more";
        return Some(Outcome { becomes: Becomes::Removed, ..Outcome::stays(Class::Gone, why) });
    }
    let class = if was.owner == Ownership::Seeded { Class::Yours } else { Class::Conflict };
    Some(Outcome::stays(class, "nothing generates it any more, and you edited it: keep or delete it"))
}
