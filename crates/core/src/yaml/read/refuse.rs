//! What the reader says about the YAML that it does not accept.
use std::collections::BTreeMap;

use saphyr_parser::Tag;

use super::{MAX_DEPTH, MAX_PROBLEMS};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::yaml::{Kind, Node, Scalar, Style};

/// Text that is not YAML at all, with the step that most often helps.
pub(super) fn syntax(info: &str, source: &Source, span: Span) -> Diagnostic {
    let line = source.line(span.line).unwrap_or_default();
    if let Some(column) = indenting_tab(line) {
        return tab().at(source, Span::new(span.line, column, 1));
    }
    if info.contains("recursion limit") {
        return depth().at(source, span);
    }
    let problem = Diagnostic::error(format!("not valid YAML: {info}")).at(source, span);
    let help = match info {
        i if i.contains("mapping values are not allowed") => "quote text that contains `: `",
        i if i.contains("unknown anchor") => "quote text that begins with `*`",
        i if i.contains("unexpected character") => "quote text that begins with this character",
        i if i.contains("unknown escape") => "use single quotes, or write each backslash twice",
        _ => return problem,
    };
    problem.help(help)
}

/// Collections inside collections without end.
pub(super) fn depth() -> Diagnostic {
    Diagnostic::error(format!("nested more than {MAX_DEPTH} levels deep"))
}

/// A tab where only spaces may stand.
pub(super) fn tab() -> Diagnostic {
    Diagnostic::error("a tab indents this line, and YAML allows spaces only")
}

/// The column of a tab in the blanks that begin a line.
pub(super) fn indenting_tab(line: &str) -> Option<usize> {
    let mut blanks = line.chars().take_while(|c| c.is_whitespace());
    blanks.position(|c| c == '\t').map(|index| index + 1)
}

/// Keys that are no text, and merge keys.
pub(super) fn key(key: &Node) -> Option<Diagnostic> {
    match &key.kind {
        Kind::Scalar(Scalar { text, style: Style::Plain }) if text == "<<" => Some(
            Diagnostic::error("merge keys (`<<`) are not supported")
                .note("they are not part of YAML 1.2, and readers disagree about them")
                .help("write the merged keys out"),
        ),
        Kind::Scalar(_) => None,
        Kind::Sequence(_) | Kind::Mapping(_) => Some(
            Diagnostic::error(format!("a key has to be text, not {}", key.describe()))
                .help("quote it if it begins with `[`, `{` or a template expression"),
        ),
    }
}

/// Every key of a mapping that has been there before.
pub(super) fn duplicates(node: &Node, source: &Source) -> Vec<Diagnostic> {
    let Kind::Mapping(entries) = &node.kind else {
        return Vec::new();
    };
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    let mut found = Vec::new();
    for (key, text) in entries.iter().map(|entry| (&entry.key, entry.name())) {
        let first = *seen.entry(text).or_insert(key.span);
        if first != key.span && found.len() < MAX_PROBLEMS {
            let problem = Diagnostic::error(format!("the key `{text}` appears twice"))
                .note(format!("the first one is on line {}", first.line))
                .help("remove one of them: programs disagree about which one counts");
            found.push(problem.at(source, key.span));
        }
    }
    found
}

/// A tag that nobody here understands.
pub(super) fn tag(tag: &Tag) -> Diagnostic {
    Diagnostic::error(format!("the tag `{}` is not supported", tag_name(tag)))
        .help("remove it, or quote the text if it begins with `!`")
}

/// Whether a tag says about a node what is known anyway.
pub(super) fn is_tag_of(kind: &Kind, tag: &Tag) -> bool {
    match kind {
        Kind::Scalar(_) => is_text(tag),
        Kind::Sequence(_) => tag.is_yaml_core_schema() && tag.suffix == "seq",
        Kind::Mapping(_) => tag.is_yaml_core_schema() && tag.suffix == "map",
    }
}

/// Whether a tag only says "this is text": `!!str`, or the non-specific `!`.
pub(super) fn is_text(tag: &Tag) -> bool {
    tag.is_yaml_core_schema() && tag.suffix == "str" || tag.handle.is_empty() && tag.suffix == "!"
}

/// A tag as it is usually written.
pub(super) fn tag_name(tag: &Tag) -> String {
    match tag.handle.as_str() {
        "tag:yaml.org,2002:" => format!("!!{}", tag.suffix),
        "!" | "" => format!("!{}", tag.suffix.trim_start_matches('!')),
        handle => format!("!<{handle}{}>", tag.suffix),
    }
}
