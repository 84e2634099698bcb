//! What both sides changed: how it is marked in the text, and what is kept of it.
use super::Merged;
use crate::tree::digest;

/// How many characters of a digest name a conflict.
const ID: usize = 6;

/// A place that both sides changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Conflict {
    /// Names it, also in its markers.
    pub id: String,
    /// Where it is: keys, and names of items; empty where a file has no structure.
    pub at: Vec<String>,
    /// The line of its first marker, from 1.
    pub line: usize,
    /// What the three say.
    pub sides: Sides,
}

/// The lines of a conflict, whole ones; nothing where a side has none.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sides {
    /// What was rendered before.
    pub base: Option<String>,
    /// What the user made of it.
    pub yours: Option<String>,
    /// What is rendered now.
    pub new: Option<String>,
}

impl Sides {
    /// Runs of lines, of which an empty one is none.
    pub(super) fn of_lines(base: String, yours: String, new: String) -> Self {
        let some = |text: String| Some(text).filter(|text| !text.is_empty());
        Self { base: some(base), yours: some(yours), new: some(new) }
    }
}

/// Marks conflicts in one file.
pub(super) struct Marker<'a> {
    path: &'a str,
    /// The keys that lead to what is being merged.
    pub(super) at: Vec<String>,
    conflicts: Vec<Conflict>,
}

impl<'a> Marker<'a> {
    pub(super) fn new(path: &'a str) -> Self {
        Self { path, at: Vec::new(), conflicts: Vec::new() }
    }

    /// How many conflicts there are; what is given up later is taken back with [`Self::back_to`].
    pub(super) fn count(&self) -> usize {
        self.conflicts.len()
    }

    pub(super) fn back_to(&mut self, count: usize) {
        self.conflicts.truncate(count);
    }

    /// Records a conflict here and answers its lines with markers.
    pub(super) fn mark(&mut self, sides: Sides) -> String {
        // Lines that are the same in two places of a file are two conflicts.
        let same = self.conflicts.iter().filter(|known| known.at == self.at && known.sides == sides).count();
        let again = if same == 0 { String::new() } else { format!("\0{same}") };
        let place = format!("{}\0{}\0{sides:?}{again}", self.path, self.at.join("\0"));
        let id = digest(place.as_bytes())[..ID].to_owned();
        let mut text = format!("<<<<<<< yours ({id})\n");
        push(&mut text, sides.yours.as_deref());
        text.push_str(&format!("||||||| rendered before ({id})\n"));
        push(&mut text, sides.base.as_deref());
        text.push_str("=======\n");
        push(&mut text, sides.new.as_deref());
        text.push_str(&format!(">>>>>>> rendered now ({id})\n"));
        self.conflicts.push(Conflict { id, at: self.at.clone(), line: 0, sides });
        text
    }

    /// The whole file, and in which line each conflict is.
    pub(super) fn finish(self, text: String) -> Merged {
        let mut conflicts = self.conflicts;
        for conflict in &mut conflicts {
            let marker = format!("<<<<<<< yours ({})", conflict.id);
            conflict.line = text.lines().position(|line| line == marker).map_or(0, |line| line + 1);
        }
        conflicts.sort_by_key(|conflict| conflict.line);
        Merged { text, conflicts }
    }
}

fn push(text: &mut String, side: Option<&str>) {
    let Some(side) = side else { return };
    text.push_str(side);
    if !side.is_empty() && !side.ends_with('\n') {
        text.push('\n');
    }
}
