//! Files of YAML or JSON: their documents, and the check that a merge says what it must.
use serde_json::Value;

use super::conflict::{Marker, Sides};
use super::side::{Side, Three};
use super::slots;
use super::{Clash, Merged, block, flow, identity, lines};
use crate::diagnostic::Source;
use crate::yaml::{self, Layout, Options};

/// A document: its text, with the `---` before it.
struct Document<'a> {
    text: &'a str,
    layout: Layout,
    name: String,
}

/// Nothing when one of the three can't be read, or when what was put together doesn't say what it must.
pub(super) fn merge(path: &str, base: Option<&str>, yours: &str, new: &str) -> Option<Merged> {
    let both_made = base.is_none();
    let (base, yours, new) = (base.map_or(Some(Vec::new()), read)?, read(yours)?, read(new)?);
    let mut marker = Marker::new(path);
    // The only document of a file is the same one, whatever it is called.
    let only = [&base, &yours, &new].iter().all(|documents| documents.len() == 1);
    let name = |document: &Document<'_>| if only { String::new() } else { document.name.clone() };
    let names = |documents: &[Document<'_>]| documents.iter().map(name).collect();
    let three = Three { base: Some(names(&base)), yours: names(&yours), new: names(&new) };
    let mut text = String::new();
    let mut expected = Vec::new();
    for slot in slots::of(&three, slots::Kind::Free).ok()? {
        let base = slot.base.and_then(|at| base.get(at));
        let (yours, new) = (slot.yours.and_then(|at| yours.get(at)), slot.new.and_then(|at| new.get(at)));
        let merged = match (base, yours, new) {
            // A document that both added is one whole, unless it is all that both made.
            (None, Some(yours), Some(new)) if !both_made && yours.data() != new.data() => Err(Clash),
            _ => one(base, yours, new, &mut marker),
        };
        let (part, data) = match merged {
            Ok(None) => continue,
            Ok(Some(merged)) => merged,
            Err(Clash) => {
                let body = |document: Option<&Document<'_>>| document.map(|document| document.body().to_owned());
                (marker.mark(Sides { base: body(base), yours: body(yours), new: body(new) }), None)
            }
        };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let headed = part.split_inclusive('\n').next().is_some_and(is_header);
        if !text.is_empty() && !headed {
            text.push_str("---\n");
        }
        text.push_str(&part);
        expected.push(data);
    }
    let merged = marker.finish(text);
    let all: Option<Vec<Value>> = expected.into_iter().collect();
    match all {
        Some(expected) if !says(path, &merged.text, &expected) => None,
        _ => Some(merged),
    }
}

/// A document's text, and its data where nothing in it conflicts.
type Merge = (String, Option<Value>);

/// One document, with what each side did to it.
fn one(
    base: Option<&Document<'_>>,
    yours: Option<&Document<'_>>,
    new: Option<&Document<'_>>,
    marker: &mut Marker<'_>,
) -> Result<Option<Merge>, Clash> {
    let copied = |document: &Document<'_>| Some((document.text.to_owned(), Some(document.data())));
    match (base, yours, new) {
        (_, None, None) => Ok(None),
        (None, Some(only), None) | (None, None, Some(only)) => Ok(copied(only)),
        // Also comments inside it are the user's.
        (Some(base), Some(yours), None) if yours.body() == base.body() => Ok(None),
        (Some(base), None, Some(new)) if new.data() == base.data() => Ok(None),
        (Some(_), Some(_), None) | (Some(_), None, Some(_)) => Err(Clash),
        (base, Some(yours), Some(new)) => {
            let was = base.map(|base| base.text);
            if Some(new.text) == was || new.text == yours.text {
                Ok(copied(yours))
            } else if Some(yours.text) == was {
                Ok(copied(new))
            } else {
                inside(base, yours, new, marker).map(Some)
            }
        }
    }
}

/// Merges one document of each.
fn inside(
    base: Option<&Document<'_>>,
    yours: &Document<'_>,
    new: &Document<'_>,
    marker: &mut Marker<'_>,
) -> Result<Merge, Clash> {
    let was = base.map(|base| side(base).ok_or(Clash)).transpose()?;
    let three = Three { base: was, yours: side(yours).ok_or(Clash)?, new: side(new).ok_or(Clash)? };
    let form = |side: Side<'_>| side.collection().map(|collection| (collection.mapping, collection.flow));
    let wanted = form(three.yours).ok_or(Clash)?;
    if form(three.new) != Some(wanted) || three.base.is_some_and(|base| form(base) != Some(wanted)) {
        return Err(Clash);
    }
    let count = marker.count();
    let (_, in_brackets) = wanted;
    let inner = if in_brackets { flow::merge(three, marker) } else { block::merge(three, marker) };
    let inner = inner.inspect_err(|_| marker.back_to(count))?;
    let before = lines::comments(base.map_or("", Document::before), yours.before(), new.before());
    let after = lines::comments(base.map_or("", Document::after), yours.after(), new.after());
    Ok((format!("{before}{}{after}", inner.text), inner.data))
}

fn side<'a>(document: &'a Document<'a>) -> Option<Side<'a>> {
    document.layout.root.as_ref().map(|part| Side { text: document.text, part })
}

impl Document<'_> {
    fn data(&self) -> Value {
        self.layout.root.as_ref().map_or(Value::Null, yaml::Part::data)
    }

    /// What stands before the value, and behind it.
    fn before(&self) -> &str {
        &self.text[..self.layout.root.as_ref().map_or(0, |root| root.range.start)]
    }

    fn after(&self) -> &str {
        &self.text[self.layout.root.as_ref().map_or(0, |root| root.range.end)..]
    }

    /// The text without the `---` before it.
    fn body(&self) -> &str {
        let first = self.text.split_inclusive('\n').next().unwrap_or_default();
        if is_header(first) { &self.text[first.len()..] } else { self.text }
    }
}

/// All documents of a text; nothing if one can't be taken apart.
fn read(text: &str) -> Option<Vec<Document<'_>>> {
    let mut documents: Vec<Document<'_>> = Vec::new();
    let mut rest = Vec::new();
    let (mut start, mut at, mut begun) = (0, 0, false);
    for line in text.split_inclusive('\n') {
        if is_header(line) && begun {
            rest.push(&text[start..at]);
            start = at;
        }
        begun = begun || is_header(line) || !(line.trim().is_empty() || line.starts_with('#'));
        at += line.len();
    }
    rest.push(&text[start..]);
    for (index, text) in rest.into_iter().enumerate() {
        let layout = yaml::layout(text)?;
        let data = layout.root.as_ref().map_or(Value::Null, yaml::Part::data);
        let name = identity::of_object(&data).unwrap_or_else(|| format!("document {index}"));
        if documents.iter().any(|known| known.name == name) {
            return None;
        }
        documents.push(Document { text, layout, name });
    }
    Some(documents)
}

fn is_header(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| rest.starts_with(char::is_whitespace) || rest.is_empty())
}

/// Whether a text holds these documents, read by the strict reader too.
fn says(path: &str, text: &str, expected: &[Value]) -> bool {
    let documents = read(text);
    let same = documents.is_some_and(|found| {
        found.len() == expected.len() && found.iter().map(Document::data).eq(expected.iter().cloned())
    });
    let json = path.ends_with(".json");
    let valid = || {
        if json {
            return serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
        }
        yaml::parse_with(&Source::new(path, text), Options::FOREIGN).is_ok()
    };
    same && valid()
}
