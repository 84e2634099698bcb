//! Whether source files can be read by their language. The core brings no grammars: whoever calls it may.
use crate::tree::RenderedFile;

/// A place in a source file that its language doesn't allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// Reads a source file, by its path and text, and gives what its language doesn't allow; nothing for a language that it
/// doesn't know.
pub type Parser<'a> = &'a (dyn Fn(&str, &str) -> Vec<SyntaxFault> + Sync);

/// A parser that knows no language.
pub fn no_parser(_: &str, _: &str) -> Vec<SyntaxFault> {
    Vec::new()
}

/// What is wrong with a rendered file that comes from a component.
pub(super) fn unreadable(path: &str, file: &RenderedFile, parser: Parser) -> Vec<SyntaxFault> {
    if file.origin.template.starts_with("components/") { parser(path, &file.contents) } else { Vec::new() }
}
