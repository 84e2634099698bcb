//! Collections in block style, whose fields take whole lines.
use serde_json::{Map, Value};

use super::conflict::{Marker, Sides};
use super::side::{Piece, Side, Three, shift_lines};
use super::slots::{self, Slot};
use super::{Clash, align, flow, identity, lines, restyle, scalar};

/// A merged value.
pub(super) struct Output {
    /// Its text, indented as the user's.
    pub(super) text: String,
    /// What it must be read as; nothing when a conflict is in it.
    pub(super) data: Option<Value>,
}

/// A merged entry or item.
pub(super) struct Chunk {
    /// The lines before it.
    pub(super) lead: String,
    /// Its own lines; none when only what stood before it is kept.
    pub(super) lines: String,
    /// Its key, in a mapping.
    pub(super) key: Option<String>,
    /// Its value; nothing when a conflict is in it.
    pub(super) data: Option<Value>,
}

/// Merges collections in block style of the same kind.
pub(super) fn merge(three: Three<Side<'_>>, marker: &mut Marker<'_>) -> Result<Output, Clash> {
    let mapping = three.yours.collection().is_some_and(|collection| collection.mapping);
    let fields = Fields::of(three);
    let slots = fields.slots(mapping, marker)?;
    assemble(fields.chunks(&slots, marker)?, three.yours, mapping)
}

/// The fields of one collection in the three texts.
pub(super) struct Fields<'a> {
    pub(super) base: Vec<Piece<'a>>,
    pub(super) yours: Vec<Piece<'a>>,
    pub(super) new: Vec<Piece<'a>>,
    /// How far the user's are indented.
    pub(super) column: usize,
    /// Whether the first one begins on the line of a dash, where nothing can be marked.
    pub(super) inside_a_line: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn of(three: Three<Side<'a>>) -> Self {
        Self {
            base: three.base.map_or(Vec::new(), Side::pieces),
            yours: three.yours.pieces(),
            new: three.new.pieces(),
            column: three.yours.column(),
            inside_a_line: three.yours.begins_inside_a_line(),
        }
    }

    /// Which fields belong together.
    pub(super) fn slots(&self, mapping: bool, marker: &Marker<'_>) -> Result<Vec<Slot>, Clash> {
        if mapping {
            let keys =
                |pieces: &[Piece<'_>]| pieces.iter().map(|piece| piece.field.key.clone().unwrap_or_default()).collect();
            return slots::of(
                &Three { base: Some(keys(&self.base)), yours: keys(&self.yours), new: keys(&self.new) },
                slots::Kind::Free,
            );
        }
        let [base, yours, new] = [&self.base, &self.yours, &self.new]
            .map(|pieces| pieces.iter().map(|piece| piece.data()).collect::<Vec<Value>>());
        if let Some([base, yours, new]) = identity::of_lists([&base, &yours, &new]) {
            return slots::of(&Three { base: Some(base), yours, new }, slots::Kind::Named);
        }
        let ordered = align::is_ordered(marker.at.last());
        slots::of(&align::names(&base, &yours, &new, ordered)?, slots::Kind::Placed)
    }

    fn chunks(&self, slots: &[Slot], marker: &mut Marker<'_>) -> Result<Vec<Chunk>, Clash> {
        let mut chunks: Vec<Chunk> = Vec::new();
        for slot in slots {
            let first = self.inside_a_line && chunks.is_empty();
            let base = slot.base.and_then(|at| self.base.get(at).copied());
            let yours = slot.yours.and_then(|at| self.yours.get(at).copied());
            let new = slot.new.and_then(|at| self.new.get(at).copied());
            let name = name_of(yours.or(new).or(base));
            marker.at.push(name);
            let merged = self.slot(base, yours, new, marker);
            let merged = match merged {
                Err(Clash) if first => Err(Clash),
                Err(Clash) => Ok(Some(self.conflict(base, yours, new, marker))),
                merged => merged,
            };
            marker.at.pop();
            chunks.extend(merged?);
        }
        Ok(chunks)
    }

    /// One field, with what each side did to it.
    fn slot(
        &self,
        base: Option<Piece<'a>>,
        yours: Option<Piece<'a>>,
        new: Option<Piece<'a>>,
        marker: &mut Marker<'_>,
    ) -> Result<Option<Chunk>, Clash> {
        match (base, yours, new) {
            (_, None, None) => Ok(None),
            (None, Some(only), None) | (None, None, Some(only)) => Ok(Some(self.copied(only))),
            (Some(base), None, Some(new)) => {
                if is_same(base, new) {
                    Ok(None)
                } else {
                    Err(Clash)
                }
            }
            (Some(base), Some(yours), None) => {
                // Also comments inside it are the user's.
                if !yours.is_written_as(base) {
                    return Err(Clash);
                }
                Ok(self.left_behind(base, yours))
            }
            (None, Some(yours), Some(new)) => {
                if yours.data() == new.data() {
                    Ok(Some(self.copied(yours)))
                } else {
                    Err(Clash)
                }
            }
            (Some(base), Some(yours), Some(new)) => {
                let (lines, data) = self.field(base, yours, new, marker)?;
                let lead = self.lead(base, yours, new);
                Ok(Some(Chunk { lead, lines, key: yours.field.key.clone(), data }))
            }
        }
    }

    /// A field as one side wrote it.
    pub(super) fn copied(&self, piece: Piece<'_>) -> Chunk {
        Chunk {
            lead: self.moved_lead(piece),
            lines: piece.lines(self.column),
            key: piece.field.key.clone(),
            data: Some(piece.data()),
        }
    }

    /// What the user wrote above a field that is gone.
    fn left_behind(&self, base: Piece<'_>, yours: Piece<'_>) -> Option<Chunk> {
        let keeps = self.moved_lead(base) != yours.lead() && !yours.lead().trim().is_empty();
        let lead = yours.lead().to_owned();
        keeps.then(|| Chunk { lead, lines: String::new(), key: None, data: None })
    }

    fn moved_lead(&self, piece: Piece<'_>) -> String {
        shift_lines(piece.lead(), piece.column, self.column).into_owned()
    }

    /// The lines above a field.
    fn lead(&self, base: Piece<'_>, yours: Piece<'_>, new: Piece<'_>) -> String {
        let (base, new) = (self.moved_lead(base), self.moved_lead(new));
        lines::comments(&base, yours.lead(), &new)
    }

    fn field(
        &self,
        base: Piece<'a>,
        yours: Piece<'a>,
        new: Piece<'a>,
        marker: &mut Marker<'_>,
    ) -> Result<(String, Option<Value>), Clash> {
        if yours.is_written_as(base) {
            return Ok((new.lines(self.column), Some(new.data())));
        }
        if new.is_written_as(base) || new.is_written_as(yours) {
            return Ok((yours.lines(self.column), Some(yours.data())));
        }
        let values = Three { base: Some(base.value()), yours: yours.value(), new: new.value() };
        let count = marker.count();
        match collections(values, marker) {
            Some(inner) => {
                let inner = inner.inspect_err(|_| marker.back_to(count))?;
                let block = yours.field.value.is_block();
                let alike = new.field.value.is_block() == block;
                let chosen =
                    |of: fn(Piece<'a>) -> &'a str| if alike { pick(of(base), of(yours), of(new)) } else { of(yours) };
                let tail = if block { "" } else { chosen(Piece::tail) };
                let text = format!("{}{}{}{tail}", " ".repeat(self.column), chosen(Piece::head), inner.text);
                Ok((text, inner.data))
            }
            None => scalar::merge(base, yours, new, self.column, marker),
        }
    }

    /// The lines of all sides, between markers.
    pub(super) fn conflict(
        &self,
        base: Option<Piece<'_>>,
        yours: Option<Piece<'_>>,
        new: Option<Piece<'_>>,
        marker: &mut Marker<'_>,
    ) -> Chunk {
        let lines = |piece: Option<Piece<'_>>| piece.map(|piece| piece.lines(self.column));
        let lead = yours.map_or(String::new(), |piece| piece.lead().to_owned());
        let lines = marker.mark(Sides { base: lines(base), yours: lines(yours), new: lines(new) });
        Chunk { lead, lines, key: None, data: None }
    }
}

/// Merges values that are collections of one kind, in the user's style; nothing when they aren't.
fn collections(values: Three<Side<'_>>, marker: &mut Marker<'_>) -> Option<Result<Output, Clash>> {
    let base = values.base?;
    let sides = [base, values.yours, values.new];
    let kind = |side: &Side<'_>| side.collection().map(|collection| (collection.mapping, side.part.tag.clone()));
    let first = kind(&sides[0]).filter(|first| sides[1..].iter().all(|side| kind(side).as_ref() == Some(first)));
    first?;
    let block = values.yours.part.is_block();
    if sides.iter().all(|side| side.part.is_block() == block) {
        return Some(if block { merge(values, marker) } else { flow::merge(values, marker) });
    }
    // Somebody turned a block into brackets or the other way round.
    let (base, new) = (restyle::Restyled::of(base, block)?, restyle::Restyled::of(values.new, block)?);
    let values = Three { base: Some(base.side()?), yours: values.yours, new: new.side()? };
    Some(if block { merge(values, marker) } else { flow::merge(values, marker) })
}

/// Whether nothing was changed but perhaps quotes.
fn is_same(one: Piece<'_>, other: Piece<'_>) -> bool {
    one.is_written_as(other) || one.data() == other.data()
}

/// What one side changed; the user's where both did.
pub(super) fn pick<'a>(base: &str, yours: &'a str, new: &'a str) -> &'a str {
    if yours == base { new } else { yours }
}

/// How a field is called in a message.
pub(super) fn name_of(piece: Option<Piece<'_>>) -> String {
    let Some(piece) = piece else { return String::new() };
    if let Some(key) = &piece.field.key {
        return key.clone();
    }
    identity::shown(&piece.data())
}

/// Puts the chunks of a collection together.
fn assemble(chunks: Vec<Chunk>, yours: Side<'_>, mapping: bool) -> Result<Output, Clash> {
    let conflicting = chunks.iter().any(|chunk| chunk.data.is_none() && !chunk.lines.is_empty());
    let mut text = String::new();
    for (index, chunk) in chunks.iter().enumerate() {
        if index == 0 && yours.begins_inside_a_line() {
            if !chunk.lead.trim().is_empty() || chunk.lines.is_empty() {
                return Err(Clash);
            }
            text.push_str(chunk.lines.trim_start_matches(' '));
        } else {
            text.push_str(&chunk.lead);
            text.push_str(&chunk.lines);
        }
    }
    if !chunks.iter().any(|chunk| !chunk.lines.is_empty()) {
        // A collection without fields has another form, which the lines around it have to take.
        return Err(Clash);
    }
    let data = (!conflicting).then(|| collect(chunks, mapping));
    Ok(Output { text, data })
}

/// The data of chunks without conflicts.
pub(super) fn collect(chunks: Vec<Chunk>, mapping: bool) -> Value {
    let values = chunks.into_iter().filter_map(|chunk| Some((chunk.key.unwrap_or_default(), chunk.data?)));
    if mapping { Value::Object(values.collect::<Map<_, _>>()) } else { values.map(|(_, value)| value).collect() }
}
