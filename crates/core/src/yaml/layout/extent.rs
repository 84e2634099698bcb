//! Which bytes belong to which value: comments go with what follows them, and lines with what stands on them.
use super::{Collection, Field, Part, Shape};

/// Gives every field of a document its bytes.
///
/// Nothing for what people hardly write: keys after `?`, pairs in brackets without braces, an anchor on a line of its own.
pub(super) fn settle(root: &mut Part, text: &str) -> Option<()> {
    if root.is_block() { block(root, text, behind_header(text)).map(|_| ()) } else { inline(root, text) }
}

/// Where the line ends that a byte is on: behind its line break.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// Behind `---` and directives.
fn behind_header(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let bare = line.trim_end();
        if bare == "---" || bare.starts_with("--- #") {
            return end;
        }
        if !(bare.is_empty() || bare.starts_with('#') || bare.starts_with('%')) {
            break;
        }
        at = end;
    }
    0
}

/// A collection in block style whose first field's lines, comments included, begin at `from`. Answers where it ends.
fn block(part: &mut Part, text: &str, from: usize) -> Option<usize> {
    let Shape::Collection(Collection { mapping, fields, .. }) = &mut part.shape else { return None };
    let mut at = from;
    for field in fields {
        let first = significant(text, at)?;
        let line = line_start(text, first);
        field.head = if line >= at { line } else { first };
        let end = if *mapping { entry(field, text, first)? } else { item(field, text, first)? };
        field.chunk = at..end;
        at = end;
    }
    part.range = from..at;
    Some(at)
}

/// An entry whose key begins at `first`.
fn entry(field: &mut Field, text: &str, first: usize) -> Option<usize> {
    // The builder left the key's own range in the field.
    let key = field.chunk.clone();
    if first != key.start {
        return None;
    }
    let colon =
        key.end + text[key.end..].find(|c: char| c != ' ').filter(|at| text[key.end + at..].starts_with(':'))?;
    if field.value.is_block() {
        return block(&mut field.value, text, line_end(text, colon));
    }
    below(&mut field.value, text, first, colon + 1)
}

/// An item whose dash is at `first`.
fn item(field: &mut Field, text: &str, first: usize) -> Option<usize> {
    let dash = text[first..].strip_prefix('-').map(|_| first + 1)?;
    if field.value.is_block() {
        let inner = significant(text, dash)?;
        let same_line = !text[dash..inner].contains('\n');
        let plain = !text[inner..].starts_with(['&', '!']);
        if same_line && !plain {
            return None;
        }
        return block(&mut field.value, text, if same_line { inner } else { line_end(text, dash) });
    }
    below(&mut field.value, text, first, dash)
}

/// A value that is no collection in block style, of a field that begins at `first`; `behind` is behind its colon or dash.
fn below(value: &mut Part, text: &str, first: usize, behind: usize) -> Option<usize> {
    match &value.shape {
        Shape::Scalar { block: true, .. } => {
            let end = block_scalar_end(text, value.range.start, first - line_start(text, first));
            value.range.end = end;
            Some(end)
        }
        Shape::Scalar { value: serde_json::Value::Null, .. } if value.range.is_empty() => {
            value.range = behind..behind;
            Some(line_end(text, behind))
        }
        _ => {
            inline(value, text)?;
            Some(line_end(text, value.range.end))
        }
    }
}

/// Where the lines of a block scalar end that begins at `start`, in a field that is indented by `indent`.
fn block_scalar_end(text: &str, start: usize, indent: usize) -> usize {
    let header = line_end(text, start);
    let keeps = text[start..header].split('#').next().is_some_and(|header| header.contains('+'));
    let (mut at, mut end) = (header, header);
    for line in text[header..].split_inclusive('\n') {
        let blank = line.trim().is_empty();
        let inside = line.len() - line.trim_start_matches(' ').len() > indent;
        if !blank && !inside {
            break;
        }
        at += line.len();
        if !blank || keeps {
            end = at;
        }
    }
    end
}

/// A value on a line, perhaps in brackets.
fn inline(part: &mut Part, text: &str) -> Option<()> {
    let written = text[part.range.clone()].trim_end().len();
    part.range.end = part.range.start + written;
    let Shape::Collection(Collection { flow, fields, .. }) = &mut part.shape else { return Some(()) };
    if !*flow {
        return None;
    }
    let mut at = part.range.start + 1;
    for field in fields {
        if field.value.range.is_empty() {
            return None;
        }
        let key = field.chunk.clone();
        field.head = significant(text, at)?;
        if field.key.is_some() && field.head != key.start {
            return None;
        }
        inline(&mut field.value, text)?;
        let end = significant(text, field.value.range.end)?;
        field.chunk = at..end;
        at = if text[end..].starts_with(',') { end + 1 } else { end };
    }
    Some(())
}

/// The next character that is neither blank nor in a comment.
fn significant(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += text[at..].find(|c: char| !c.is_whitespace())?;
        if !text[at..].starts_with('#') {
            return Some(at);
        }
        at = line_end(text, at);
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |line| line + 1)
}
