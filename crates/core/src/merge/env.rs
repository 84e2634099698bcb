//! Files of `NAME=value`, line by line: a name stands once, whichever side added it.
use std::collections::BTreeMap;

use super::conflict::{Marker, Sides};
use super::side::Three;
use super::{Merged, lines, slots};

/// A variable with the comments above it.
#[derive(Clone, Copy)]
struct Variable<'a> {
    lead: &'a str,
    line: &'a str,
}

struct File<'a> {
    names: Vec<String>,
    variables: BTreeMap<String, Variable<'a>>,
    /// The comments behind the last variable.
    end: &'a str,
}

/// Nothing when a name stands twice, or a line is neither a variable nor a comment.
pub(super) fn merge(path: &str, base: &str, yours: &str, new: &str) -> Option<Merged> {
    let own_end = yours.rsplit('\n').next().filter(|last| !last.is_empty());
    let (base, yours, new) = (read(base)?, read(yours)?, read(new)?);
    let names = |file: &File<'_>| file.names.clone();
    let three = Three { base: Some(names(&base)), yours: names(&yours), new: names(&new) };
    let mut marker = Marker::new(path);
    let mut text = String::new();
    for slot in slots::of(&three, slots::Kind::Free).ok()? {
        let places = [(slot.yours, &yours), (slot.new, &new), (slot.base, &base)];
        let name: &String = places.into_iter().find_map(|(at, file)| file.names.get(at?))?;
        marker.at = vec![name.clone()];
        let of = |file: &File<'_>| file.variables.get(name).copied().map(Variable::owned);
        variable(of(&base), of(&yours), of(&new), &mut text, &mut marker);
    }
    text.push_str(&lines::comments(base.end, yours.end, new.end));
    // The user's last line goes on without a line break, unless something follows it now.
    if let Some(last) = own_end
        && text.lines().last() == Some(last)
    {
        text.pop();
    }
    Some(marker.finish(text))
}

/// A variable's comments and its line.
type Owned = (String, String);

impl Variable<'_> {
    fn owned(self) -> Owned {
        (self.lead.to_owned(), self.line.to_owned())
    }
}

/// Adds one variable to the text, as the three say.
fn variable(base: Option<Owned>, yours: Option<Owned>, new: Option<Owned>, text: &mut String, marker: &mut Marker<'_>) {
    let line = |variable: &Option<Owned>| variable.as_ref().map(|(_, line)| line.clone());
    let (was, theirs, ours) = (line(&base), line(&yours), line(&new));
    let same = |one: &Option<String>, other: &Option<String>| one.as_deref().map(value) == other.as_deref().map(value);
    let lead = |variable: &Option<Owned>| variable.as_ref().map_or("", |(lead, _)| lead).to_owned();
    let chosen = if same(&ours, &was) || same(&ours, &theirs) {
        theirs
    } else if same(&theirs, &was) {
        ours
    } else {
        text.push_str(&lead(&yours));
        text.push_str(&marker.mark(Sides { base: was, yours: theirs, new: ours }));
        return;
    };
    let above = match (&base, &yours, &new) {
        (_, None, _) => lead(&new),
        (Some(was), Some(theirs), Some(ours)) => lines::comments(&was.0, &theirs.0, &ours.0),
        _ => lead(&yours),
    };
    match chosen {
        Some(line) => text.push_str(&(above + line.trim_end_matches('\n') + "\n")),
        // What the user wrote above a variable that is gone stays.
        None if yours.is_some() && lead(&yours) != lead(&base) => text.push_str(&lead(&yours)),
        None => {}
    }
}

/// A line's value, with or without quotes.
fn value(line: &str) -> &str {
    let value = line.split_once('=').map_or("", |(_, value)| value).trim();
    let inner = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

fn read(text: &str) -> Option<File<'_>> {
    let (mut names, mut variables) = (Vec::new(), BTreeMap::new());
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if !(bare.is_empty() || bare.starts_with('#')) {
            let (name, _) = bare.split_once('=')?;
            let name = name.trim_start_matches("export ").trim().to_owned();
            names.push(name.clone());
            if variables.insert(name, Variable { lead: &text[start..at], line }).is_some() {
                return None;
            }
            start = at + line.len();
        }
        at += line.len();
    }
    Some(File { names, variables, end: &text[start..] })
}
