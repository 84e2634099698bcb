//! Reads YAML text into [`Node`]s, and refuses what is dangerous or read differently by different programs.
mod merge;
mod reader;
mod refuse;

use super::Node;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use reader::Reader;

/// The largest text that is read, in bytes.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 100;
/// The most values that one text may expand to; aliases count each time they are used.
const MAX_NODES: usize = 500_000;
/// After this many problems the rest is not worth reading.
const MAX_PROBLEMS: usize = 100;

/// What to tolerate in files that somebody else wrote.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Keep application tags such as `!Ref` on the nodes; otherwise they are errors.
    pub tags: bool,
    /// Apply merge keys (`<<`), which are YAML 1.1's; otherwise they are errors.
    pub merge_keys: bool,
    /// The number of the file, for a reader of several.
    pub file: u32,
}

impl Options {
    /// Everything that other programs accept.
    pub const FOREIGN: Self = Self { tags: true, merge_keys: true, file: 0 };

    /// For the file of that number.
    #[must_use]
    pub const fn of_file(self, file: u32) -> Self {
        Self { file, ..self }
    }
}

/// Reads all documents of a text.
pub fn parse(source: &Source) -> Result<Vec<Node>, Diagnostics> {
    parse_with(source, Options::default())
}

/// Reads a text that has to hold exactly one document.
pub fn parse_one(source: &Source) -> Result<Node, Diagnostics> {
    let mut documents = parse(source)?;
    if let Some(second) = documents.get(1) {
        return Err(Diagnostic::error("expected one document, found another one")
            .at(source, second.span)
            .help("remove the `---` between them, or split the file")
            .into());
    }
    documents
        .pop()
        .ok_or_else(|| Diagnostic::error("expected a document, and the file is empty").file(&*source.name).into())
}

/// Reads all documents of a text, with options.
pub fn parse_with(source: &Source, options: Options) -> Result<Vec<Node>, Diagnostics> {
    let size = source.text.len();
    if size > MAX_BYTES {
        return Err(Diagnostic::error(format!("{size} bytes of YAML, and the limit is {MAX_BYTES}"))
            .file(&*source.name)
            .into());
    }
    // The parser counts columns from 0 after a byte order mark too, so it is taken off here.
    let text = source.text.strip_prefix('\u{feff}').unwrap_or(&source.text);
    Reader::new(source, text, options).read(text)
}
