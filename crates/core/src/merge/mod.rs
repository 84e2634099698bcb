//! Three-way merge of one file: what the program rendered before, what the user made of it, and what it renders now.
//!
//! YAML and JSON are merged by structure, entry by entry and item by item, by copying bytes: what neither side changed keeps
//! its bytes, comments, order and quotes. The result is read back and compared with what the data must be; where that fails,
//! and for every other text, lines are merged. What both changed is a [`Conflict`], marked in the text as `diff3` does.
mod align;
mod block;
mod conflict;
mod documents;
mod env;
mod flow;
mod git;
mod identity;
mod lines;
mod resolve;
mod restyle;
mod scalar;
mod side;
mod slots;

pub use conflict::{Conflict, Sides};
pub use git::branches;
pub use resolve::{Side, excerpt, is_marker, line, marked, replaced, resolved};

use conflict::Marker;

/// What a merge came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The text, with markers around what conflicts.
    pub text: String,
    /// What both sides changed, in the order of the text.
    pub conflicts: Vec<Conflict>,
}

/// Both sides changed what can't be merged; whoever holds the lines around it marks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Clash;

/// Merges a file. `path` decides on its format; without a base both sides made the file.
///
/// A user's file with line breaks of Windows keeps them.
pub fn merge(path: &str, base: Option<&str>, yours: &str, new: &str) -> Merged {
    if yours == new || base == Some(new) {
        return Merged { text: yours.to_owned(), conflicts: Vec::new() };
    }
    if base == Some(yours) {
        return Merged { text: new.to_owned(), conflicts: Vec::new() };
    }
    if yours.contains("\r\n") && !yours.replace("\r\n", "").contains('\n') {
        let merged = merge(path, base, &yours.replace("\r\n", "\n"), new);
        return Merged { text: merged.text.replace('\n', "\r\n"), ..merged };
    }
    let structured = match format(path) {
        Format::Tree => documents::merge(path, base, yours, new),
        Format::Env => env::merge(path, base.unwrap_or_default(), yours, new),
        Format::Text => None,
    };
    structured.unwrap_or_else(|| match base {
        Some(base) => by_lines(path, base, yours, new),
        None => both_made(path, yours, new),
    })
}

/// How a file is taken apart.
enum Format {
    /// YAML, of which JSON is a part.
    Tree,
    /// Lines of `NAME=value`.
    Env,
    /// Lines.
    Text,
}

fn format(path: &str) -> Format {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "yaml" | "yml" | "json" => Format::Tree,
        _ if name == ".env" || name.starts_with(".env.") || extension == "env" => Format::Env,
        _ => Format::Text,
    }
}

fn both_made(path: &str, yours: &str, new: &str) -> Merged {
    let mut marker = Marker::new(path);
    let text = marker.mark(Sides { base: None, yours: Some(yours.to_owned()), new: Some(new.to_owned()) });
    marker.finish(text)
}

fn by_lines(path: &str, base: &str, yours: &str, new: &str) -> Merged {
    let mut marker = Marker::new(path);
    let mut text = String::new();
    for run in lines::merge(base, yours, new) {
        match run {
            lines::Run::Agreed(lines) => text.push_str(&lines),
            lines::Run::Conflict { base, yours, new } => text.push_str(&marker.mark(Sides::of_lines(base, yours, new))),
        }
    }
    marker.finish(text)
}

#[cfg(test)]
mod tests;
