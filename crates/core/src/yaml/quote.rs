//! How to write text so that it stays text for every reader.
use std::borrow::Cow;
use std::fmt::Write as _;

use super::scalar::is_typed;

/// A scalar for the place of a value or key, in block or flow style, that every reader takes for exactly this text.
///
/// Plain where that is safe, else in double quotes with JSON's escapes, which are YAML's too.
pub fn quote(text: &str) -> Cow<'_, str> {
    if is_plain_safe(text) { Cow::Borrowed(text) } else { Cow::Owned(double_quoted(text)) }
}

fn is_plain_safe(text: &str) -> bool {
    let bytes = text.as_bytes();
    let starts = match bytes {
        [] => false,
        // Options are common in commands; `-` alone or before a blank begins a list.
        [b'-', b'-', third, ..] => third.is_ascii_alphanumeric(),
        [b'-', second, ..] => second.is_ascii_alphabetic(),
        [b'.' | b'/' | b'_' | b'$' | b'(' | b'+' | b'^' | b'~' | b'\\', ..] => true,
        _ => text.starts_with(char::is_alphanumeric),
    };
    starts
        && !text.ends_with([' ', ':'])
        // A lone dash before the end of a flow entry, and the end of a document: parsers stumble over both.
        && !text.ends_with(" -")
        && !text.starts_with("...")
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(is_plain_character)
        && !is_typed(text)
}

/// Characters that are safe inside plain text. No `[]{},?`, which end it inside a flow collection.
const fn is_plain_character(c: char) -> bool {
    match c {
        ' '..='~' => !matches!(c, '[' | ']' | '{' | '}' | ',' | '?' | '"' | '`'),
        // Letters and punctuation of other languages; not the controls, spaces and joiners among them.
        '\u{a1}'..='\u{ac}'
        | '\u{ae}'..='\u{2ff}'
        | '\u{370}'..='\u{52f}'
        | '\u{2013}'..='\u{2022}'
        | '\u{3041}'..='\u{30ff}'
        | '\u{4e00}'..='\u{9fff}' => true,
        _ => false,
    }
}

/// JSON's quotation, with the few characters escaped that YAML would not accept or that cannot be seen.
fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_hidden(c) => {
                let mut units = [0; 2];
                // A character above U+FFFF is one escape in YAML and two in JSON; none of them is hidden.
                for unit in c.encode_utf16(&mut units) {
                    // Writing to a String cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Characters of the basic plane that are invisible, reorder text, or break lines in YAML 1.1.
const fn is_hidden(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}')
}
