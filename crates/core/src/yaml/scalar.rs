//! What a plain scalar means to the readers of YAML 1.2 and 1.1.
use serde_json::{Number, Value};

use super::{Node, Style};

/// A plain scalar under the YAML 1.2 core schema.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Core {
    Null,
    Bool(bool),
    /// Any whole number of 64 bits, signed or not.
    Int(i128),
    Float(f64),
    Text,
}

impl Core {
    /// The JSON value; `text` is what the scalar says.
    pub(super) fn to_json(self, text: &str) -> Value {
        let number = match self {
            Self::Null => return Value::Null,
            Self::Bool(value) => return Value::Bool(value),
            Self::Int(value) => Number::from_i128(value),
            Self::Float(value) => Number::from_f64(value),
            Self::Text => None,
        };
        number.map_or_else(|| Value::String(text.to_owned()), Value::Number)
    }
}

/// Whether a plain scalar is null under the YAML 1.2 core schema.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Types a plain scalar by the YAML 1.2 core schema (section 10.3.2 of the specification).
pub(super) fn core(text: &str) -> Core {
    if is_word(text) {
        return Core::Text;
    }
    match text {
        text if is_null(text) => return Core::Null,
        "true" | "True" | "TRUE" => return Core::Bool(true),
        "false" | "False" | "FALSE" => return Core::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Core::Float(f64::NAN),
        _ => {}
    }
    let digits = unsigned(text);
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        let negative = text.starts_with('-');
        return Core::Float(if negative { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    let whole = if let Some(octal) = text.strip_prefix("0o") {
        all(octal, |c| matches!(c, '0'..='7')).then(|| i128::from_str_radix(octal, 8))
    } else if let Some(hex) = text.strip_prefix("0x") {
        all(hex, |c| c.is_ascii_hexdigit()).then(|| i128::from_str_radix(hex, 16))
    } else {
        all(digits, |c| c.is_ascii_digit()).then(|| text.parse())
    };
    match whole {
        Some(Ok(value)) if (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value) => Core::Int(value),
        // Too large: a float, as readers with a number of their own for it would lose digits too.
        Some(_) => text.parse().map_or(Core::Text, Core::Float),
        None if is_decimal(digits) => text.parse().map_or(Core::Text, Core::Float),
        None => Core::Text,
    }
}

/// What a YAML 1.1 reader (Python's, or Go's as used by `kubectl` and Compose) takes a plain scalar for when that differs
/// from YAML 1.2. Quoted text and blocks never surprise.
pub fn yaml11_surprise(node: &Node) -> Option<&'static str> {
    let scalar = node.as_scalar()?;
    if scalar.style != Style::Plain {
        return None;
    }
    let old = yaml11(&scalar.text);
    match (core(&scalar.text), old) {
        (Core::Null, Old::Null)
        | (Core::Bool(_), Old::Bool)
        | (Core::Int(_), Old::Int)
        | (Core::Float(_), Old::Float)
        | (Core::Text, Old::Text) => None,
        (_, Old::Null) => Some("null"),
        (_, Old::Bool) => Some("a boolean"),
        (_, Old::Int | Old::Float) => Some("a number"),
        (_, Old::Octal) => Some("an octal number"),
        (_, Old::Sixty) => Some("a base-60 number"),
        (_, Old::Date) => Some("a date"),
        (_, Old::Merge) => Some("a merge key"),
        (_, Old::Default) => Some("a default value"),
        (_, Old::Text) => Some("text"),
    }
}

/// The types of YAML 1.1 that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Old {
    Null,
    Bool,
    Int,
    Octal,
    Float,
    Sixty,
    Date,
    Merge,
    Default,
    Text,
}

/// The booleans of YAML 1.1, each in lower case, in upper case and with a capital.
const WORDS: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "true", "false"];

/// Types a plain scalar as YAML 1.1 does, on the generous side: what one common 1.1 reader converts is converted.
fn yaml11(text: &str) -> Old {
    if is_word(text) {
        return Old::Text;
    }
    match text {
        text if is_null(text) => return Old::Null,
        "<<" => return Old::Merge,
        "=" => return Old::Default,
        _ => {}
    }
    if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) && in_one_case(text) {
        return Old::Bool;
    }
    let number = text.trim_start_matches(['+', '-']);
    if [".inf", ".nan"].iter().any(|word| number.eq_ignore_ascii_case(word)) {
        return Old::Float;
    }
    let digits = unsigned(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Old::Text;
    }
    if is_date(text) {
        return Old::Date;
    }
    let plain = digits.replace('_', "");
    if let Some((first, rest)) = plain.split_once(':') {
        let sixty = all(first, |c| c.is_ascii_digit())
            && rest.split(':').all(|part| all(part, |c| c.is_ascii_digit() || c == '.'));
        return if sixty { Old::Sixty } else { Old::Text };
    }
    let lower = plain.to_ascii_lowercase();
    let radix = |prefix: &str, allowed: fn(char) -> bool| {
        lower.strip_prefix(prefix).is_some_and(|rest| rest.chars().all(allowed))
    };
    if radix("0x", |c| c.is_ascii_hexdigit()) || radix("0b", |c| matches!(c, '0' | '1')) {
        return Old::Int;
    }
    // Go reads `0o14` as 12 as YAML 1.2 does; Python reads text.
    if radix("0o", |c| matches!(c, '0'..='7')) {
        return Old::Text;
    }
    if all(&plain, |c| c.is_ascii_digit()) {
        return match plain.as_bytes() {
            [b'0', _, ..] if plain.contains(['8', '9']) => Old::Text,
            [b'0', _, ..] => Old::Octal,
            _ => Old::Int,
        };
    }
    if !is_decimal(&plain) && plain != "." {
        return Old::Text;
    }
    // Python wants a dot in a float, and a sign in its exponent; Go wants neither.
    let (base, exponent) = lower.split_once('e').unwrap_or((&lower, "+"));
    if base.contains('.') && exponent.starts_with(['+', '-']) { Old::Float } else { Old::Text }
}

/// Whether any reader would take this text, written plain, for something else than text.
pub(super) fn is_typed(text: &str) -> bool {
    yaml11(text) != Old::Text || core(text) != Core::Text || {
        // What readers disagree about: bases with a sign inside, and underscores or exponents in unusual places.
        let digits = unsigned(text).replace('_', "").to_ascii_lowercase();
        let based = ["0x", "0o", "0b"].iter().find_map(|base| digits.strip_prefix(base));
        based.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_hexdigit() || "+-".contains(c)))
            || is_decimal(&digits)
            || matches!(digits.as_str(), "." | "inf" | "nan" | "infinity")
    }
}

/// Whether a text is one for every reader by how it begins: most are, and need no closer look.
fn is_word(text: &str) -> bool {
    let first = text.as_bytes().first().map_or(b'~', u8::to_ascii_lowercase);
    !first.is_ascii_digit() && !b"~<=+-.ntfyo".contains(&first)
}

/// The text without its sign.
fn unsigned(text: &str) -> &str {
    text.strip_prefix(['+', '-']).unwrap_or(text)
}

/// Whether there are characters, all of the kind.
fn all(text: &str, allowed: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(allowed)
}

/// Whether this is an unsigned decimal number: digits, an optional fraction, an optional exponent.
fn is_decimal(text: &str) -> bool {
    let (base, exponent) = match text.split_once(['e', 'E']) {
        Some((base, exponent)) => (base, Some(unsigned(exponent))),
        None => (text, None),
    };
    let (whole, fraction) = base.split_once('.').unwrap_or((base, ""));
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| all(exponent, |c| c.is_ascii_digit()))
}

/// Whether this begins like a date of YAML 1.1: `2024-01-01`, alone or with a time.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let number =
        |part: Option<&str>, most: usize| part.is_some_and(|p| p.len() <= most && all(p, |c| c.is_ascii_digit()));
    let year = parts.next();
    year.is_some_and(|year| year.len() == 4)
        && number(year, 4)
        && number(parts.next(), 2)
        && parts.next().is_some_and(|day| day.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a word's letters are all small, all capitals, or a capital and small ones.
fn in_one_case(word: &str) -> bool {
    let upper = |c: char| c.is_ascii_uppercase();
    word.chars().all(upper) || !word.chars().skip(1).any(upper)
}
