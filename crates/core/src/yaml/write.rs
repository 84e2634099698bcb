//! Writes YAML in block style: two spaces, lists indented below their key, text blocks for text of several lines, and a
//! program's arguments in one line.
use serde::Serialize;
use serde_json::{Number, Value};

use super::quote::quote;

/// The longest list of arguments that stands in one line; it is indented below a workload or a service.
const ONE_LINE: usize = 88;

/// A value as block YAML, without a line break at the end. An empty list is `[]`, an empty mapping `{}`.
///
/// A line break has to follow it in the file: when it ends with a text block, that line break is part of the text.
pub fn emit(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, 0);
    out
}

/// A whole document for any value, with a line break at the end. Keys keep the order in which the value serializes them.
///
/// # Panics
/// If a map in `T` has keys that are not scalars: that is a mistake in the type, not in the data.
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> String {
    let value = serde_json::to_value(value).expect("a type with scalar map keys");
    emit(&value) + "\n"
}

/// Writes a value whose first line continues the present line; further lines are indented by `indent`.
fn write(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&decimal(number)),
        Value::String(text) => match block(text) {
            Some((header, body)) => {
                out.push_str(header);
                // At the top a block needs some indentation too, or `---` in it would end the document.
                let indent = indent.max(2);
                for line in body.lines() {
                    if line.is_empty() {
                        out.push('\n');
                    } else {
                        break_line(out, indent);
                        out.push_str(line);
                    }
                }
            }
            None => out.push_str(&quote(text)),
        },
        Value::Array(items) if items.is_empty() => out.push_str("[]"),
        Value::Object(entries) if entries.is_empty() => out.push_str("{}"),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    break_line(out, indent);
                }
                out.push_str("- ");
                write(out, item, indent + 2);
            }
        }
        Value::Object(entries) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    break_line(out, indent);
                }
                out.push_str(&quote(key));
                out.push(':');
                if let Some(line) = arguments(key, value) {
                    out.push(' ');
                    out.push_str(&line);
                    continue;
                }
                if is_collection(value) {
                    break_line(out, indent + 2);
                } else {
                    out.push(' ');
                }
                write(out, value, indent + 2);
            }
        }
    }
}

/// A program's arguments in one line, as people write them, when they are few.
fn arguments(key: &str, value: &Value) -> Option<String> {
    let words = value.as_array().filter(|words| !words.is_empty() && matches!(key, "command" | "args" | "test"))?;
    let texts: Option<Vec<_>> = words.iter().map(|word| word.as_str().filter(|text| !text.contains('\n'))).collect();
    let line = format!("[{}]", texts?.into_iter().map(quote).collect::<Vec<_>>().join(", "));
    (line.len() <= ONE_LINE).then_some(line)
}

fn break_line(out: &mut String, indent: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

fn is_collection(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::Object(entries) => !entries.is_empty(),
        _ => false,
    }
}

/// The header and the lines of a text block, when the text can be one and comes back unchanged.
fn block(text: &str) -> Option<(&'static str, &str)> {
    let (header, body) = match text.strip_suffix('\n') {
        Some(body) => ("|", body),
        None => ("|-", text),
    };
    let fits = text.contains('\n')
        && !body.starts_with([' ', '\t', '\n'])
        && !body.ends_with('\n')
        && !body.is_empty()
        // A line of blanks only, or blanks at the end of a line: invisible, and editors remove them.
        && !body.lines().any(|line| line.ends_with([' ', '\t']))
        && !body.chars().any(|c| c.is_control() && c != '\n' && c != '\t' || is_break(c));
    fits.then_some((header, body))
}

/// Line breaks of YAML 1.1, and the byte order mark.
const fn is_break(c: char) -> bool {
    matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// A number that YAML 1.1 readers take for a number as well: they want a dot and a sign in `1.0e+30`.
fn decimal(number: &Number) -> String {
    let text = number.to_string();
    let Some((base, exponent)) = text.split_once(['e', 'E']) else {
        return text;
    };
    let dot = if base.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    format!("{base}{dot}e{sign}{exponent}")
}
