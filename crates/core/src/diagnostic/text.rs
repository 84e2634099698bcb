//! Text that is safe to print, and suggestions for misspelt names.
use std::borrow::Cow;
use std::fmt::Write as _;

/// Text without control characters: a terminal would obey them. Line breaks and tabs stay.
///
/// Characters that reorder the text around them are shown as escapes too.
pub fn printable(text: &str) -> Cow<'_, str> {
    escape(text, |c| c != '\n' && c != '\t')
}

/// Like [`printable`], for text that has to stay on its line: line breaks and tabs are shown as `\n` and `\t`.
pub fn one_line(text: &str) -> Cow<'_, str> {
    escape(text, |_| true)
}

fn escape(text: &str, applies: impl Fn(char) -> bool) -> Cow<'_, str> {
    let unsafe_to_print = |c: char| applies(c) && (c.is_control() || reorders(c));
    if !text.contains(unsafe_to_print) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        // Writing to a String cannot fail.
        let _ = match c {
            c if !unsafe_to_print(c) => {
                out.push(c);
                Ok(())
            }
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            c if u32::from(c) < 0x100 => write!(out, "\\x{:02x}", u32::from(c)),
            c => write!(out, "\\u{{{:x}}}", u32::from(c)),
        };
    }
    Cow::Owned(out)
}

/// Directional controls and line separators, which make text look different from what it is.
const fn reorders(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The known name that was probably meant, if one is near enough.
pub fn did_you_mean<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let wanted = fold(unknown);
    let length = wanted.chars().count();
    known
        .into_iter()
        .filter_map(|name| {
            let candidate = fold(name);
            let longest = length.max(candidate.chars().count());
            let distance = strsim::damerau_levenshtein(&wanted, &candidate);
            // A third of the name may differ; an abbreviation counts as a large difference that is still allowed.
            let abbreviates = length >= 3 && candidate.starts_with(&wanted);
            (distance <= (longest / 3).max(1) && distance < longest || abbreviates).then_some((distance, name))
        })
        .min()
        .map(|(_, name)| name.to_owned())
}

/// Case and separators are what people mix up most; they don't count as a difference.
fn fold(name: &str) -> String {
    name.to_lowercase().replace(['_', ' '], "-")
}
