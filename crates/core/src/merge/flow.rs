//! Collections in brackets or braces: lists in one line, and all of JSON.
use serde_json::Value;

use super::block::{self, Chunk, Fields, Output, pick};
use super::conflict::{Marker, Sides};
use super::side::{Piece, Side, Three, shift};
use super::slots::Slot;
use super::{Clash, lines};

/// A field between two commas.
struct Member {
    /// The blanks and comments before it.
    lead: String,
    body: Body,
    key: Option<String>,
    data: Option<Value>,
}

enum Body {
    Text(String),
    /// What the sides have there, to be marked once it is known whether a comma follows.
    Marked {
        sides: Sides,
        at: Vec<String>,
    },
}

/// Merges two collections in brackets of the same kind.
pub(super) fn merge(three: Three<Side<'_>>, marker: &mut Marker<'_>) -> Result<Output, Clash> {
    let mapping = three.yours.collection().is_some_and(|collection| collection.mapping);
    let fields = Fields::of(three);
    let many_lines = three.yours.bytes().contains('\n');
    let slots = fields.slots(mapping, marker)?;
    let members = members(&fields, &slots, many_lines, marker)?;
    Ok(assemble(members, three, mapping, marker))
}

fn members(
    fields: &Fields<'_>,
    slots: &[Slot],
    many_lines: bool,
    marker: &mut Marker<'_>,
) -> Result<Vec<Member>, Clash> {
    let mut members = Vec::new();
    for slot in slots {
        let base = slot.base.and_then(|at| fields.base.get(at).copied());
        let yours = slot.yours.and_then(|at| fields.yours.get(at).copied());
        let new = slot.new.and_then(|at| fields.new.get(at).copied());
        marker.at.push(block::name_of(yours.or(new).or(base)));
        let merged = match member(fields, base, yours, new, marker) {
            Err(Clash) if many_lines => Ok(Some(conflict(fields, [base, yours, new], marker))),
            merged => merged,
        };
        marker.at.pop();
        members.extend(merged?);
    }
    Ok(members)
}

fn member(
    fields: &Fields<'_>,
    base: Option<Piece<'_>>,
    yours: Option<Piece<'_>>,
    new: Option<Piece<'_>>,
    marker: &mut Marker<'_>,
) -> Result<Option<Member>, Clash> {
    match (base, yours, new) {
        (_, None, None) => Ok(None),
        (None, Some(only), None) | (None, None, Some(only)) => Ok(Some(copied(fields, only))),
        (Some(base), None, Some(new)) => {
            if base.data() == new.data() {
                Ok(None)
            } else {
                Err(Clash)
            }
        }
        (Some(base), Some(yours), None) => {
            if base.data() == yours.data() {
                Ok(None)
            } else {
                Err(Clash)
            }
        }
        (_, Some(yours), Some(new)) if yours.data() == new.data() => Ok(Some(copied(fields, yours))),
        (None, Some(_), Some(_)) => Err(Clash),
        (Some(base), Some(yours), Some(new)) => changed(fields, base, yours, new, marker).map(Some),
    }
}

fn changed(
    fields: &Fields<'_>,
    base: Piece<'_>,
    yours: Piece<'_>,
    new: Piece<'_>,
    marker: &mut Marker<'_>,
) -> Result<Member, Clash> {
    let (was, theirs, ours) = (base.data(), yours.data(), new.data());
    if ours == was {
        return Ok(copied(fields, yours));
    }
    if theirs == was {
        let lead = lines::comments(base.lead(), yours.lead(), &copied(fields, new).lead);
        return Ok(Member { lead, ..copied(fields, new) });
    }
    let kinds = [base, yours, new].map(|piece| piece.field.value.collection().map(|collection| collection.mapping));
    if kinds[0].is_none() || kinds.iter().any(|kind| *kind != kinds[0]) {
        return Err(Clash);
    }
    let values = Three { base: Some(base.value()), yours: yours.value(), new: new.value() };
    let count = marker.count();
    let inner = merge(values, marker).inspect_err(|_| marker.back_to(count))?;
    let text = format!("{}{}", pick(base.head(), yours.head(), new.head()), inner.text);
    Ok(Member { lead: yours.lead().to_owned(), body: Body::Text(text), key: yours.field.key.clone(), data: inner.data })
}

fn copied(fields: &Fields<'_>, piece: Piece<'_>) -> Member {
    let lead = match piece.lead().rsplit_once('\n') {
        Some((before, _)) => format!("{before}\n{}", " ".repeat(fields.column)),
        None => piece.lead().to_owned(),
    };
    Member { lead, body: Body::Text(body(fields, piece)), key: piece.field.key.clone(), data: Some(piece.data()) }
}

fn body(fields: &Fields<'_>, piece: Piece<'_>) -> String {
    let text = &piece.text[piece.field.head..piece.field.value.range.end];
    shift(text, piece.column, fields.column).into_owned()
}

fn line(fields: &Fields<'_>, piece: Piece<'_>) -> String {
    " ".repeat(fields.column) + &body(fields, piece)
}

fn conflict(fields: &Fields<'_>, sides: [Option<Piece<'_>>; 3], marker: &Marker<'_>) -> Member {
    let [base, yours, new] = sides.map(|piece| piece.map(|piece| line(fields, piece)));
    let body = Body::Marked { sides: Sides { base, yours, new }, at: marker.at.clone() };
    Member { lead: "\n".into(), body, key: None, data: None }
}

/// Puts the members between the user's brackets, spaced as the user's are.
fn assemble(members: Vec<Member>, three: Three<Side<'_>>, mapping: bool, marker: &mut Marker<'_>) -> Output {
    let yours = three.yours;
    let spacing = Spacing::of(three);
    let last = members.len().saturating_sub(1);
    let mut text = yours.bytes()[..1].to_owned();
    for (index, member) in members.iter().enumerate() {
        let comma = if index < last { "," } else { "" };
        text.push_str(&spacing.lead(index, &member.lead));
        match &member.body {
            Body::Text(body) => {
                text.push_str(body);
                text.push_str(comma);
            }
            Body::Marked { sides, at } => {
                let with_comma = |side: &Option<String>| side.as_ref().map(|side| format!("{side}{comma}"));
                let (base, new) = (with_comma(&sides.base), with_comma(&sides.new));
                let outer = std::mem::replace(&mut marker.at, at.clone());
                let marked = marker.mark(Sides { base, yours: with_comma(&sides.yours), new });
                marker.at = outer;
                text.truncate(text.trim_end_matches(' ').len());
                text.push_str(marked.trim_end_matches('\n'));
            }
        }
    }
    text.push_str(&spacing.end);
    let data = members.iter().all(|member| member.data.is_some()).then(|| {
        let chunk =
            |member: Member| Chunk { lead: String::new(), lines: String::new(), key: member.key, data: member.data };
        block::collect(members.into_iter().map(chunk).collect(), mapping)
    });
    Output { text, data }
}

/// How members are spaced.
struct Spacing {
    first: Option<String>,
    further: Option<String>,
    /// From the last member to the closing bracket, that included.
    end: String,
}

impl Spacing {
    fn of(three: Three<Side<'_>>) -> Self {
        let leads: Vec<&str> = three.yours.pieces().iter().map(|piece| piece.lead()).collect();
        let new: Vec<&str> = three.new.pieces().iter().map(|piece| piece.lead()).collect();
        let first = leads.first().or(new.first()).map(|lead| (*lead).to_owned());
        let lines = first.as_ref().is_some_and(|lead| lead.contains('\n'));
        let further = leads.get(1).map(|lead| (*lead).to_owned());
        let further = further.or_else(|| if lines { first.clone() } else { Some(" ".to_owned()) });
        let bytes = three.yours.bytes();
        let inner = three.yours.collection().and_then(|collection| collection.fields.last());
        let start = three.yours.part.range.start;
        let end = inner.map_or(bytes[1..].to_owned(), |field| bytes[field.value.range.end - start..].to_owned());
        Self { first, further, end: end.trim_start_matches(',').to_owned() }
    }

    /// Comments stay; of mere blanks the user's habit counts.
    fn lead(&self, index: usize, written: &str) -> String {
        if !written.trim().is_empty() {
            return written.to_owned();
        }
        let usual = if index == 0 { &self.first } else { &self.further };
        usual.clone().filter(|usual| usual.trim().is_empty()).unwrap_or_else(|| written.to_owned())
    }
}
