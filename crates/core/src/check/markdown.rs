//! Markdown files as facts: links, headings, code, and what is written beside it.
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::facts::Facts;

/// A Markdown file.
#[derive(Debug)]
pub(super) struct Markdown<'a> {
    pub path: &'a str,
    /// Link target and line.
    pub links: Vec<(String, usize)>,
    /// Anchors of the headings, as GitHub makes them.
    pub anchors: BTreeSet<String>,
    /// Lines of fenced blocks and inline code, with their number.
    pub code: Vec<(&'a str, usize)>,
    /// Fenced blocks: the language, and the line that opens them.
    pub blocks: Vec<(String, usize)>,
    /// Lines of fenced blocks that draw a directory tree.
    pub tree: Vec<(&'a str, usize)>,
    /// Every line that is not in a fenced block.
    pub prose: Vec<(&'a str, usize)>,
}

/// A text by the number of its lines.
struct Lines<'a> {
    text: &'a str,
    /// Where each line begins.
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    /// The number of the line that holds that byte.
    fn number(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }

    /// The lines that a range touches, with their numbers.
    fn within(&self, range: &Range<usize>) -> impl Iterator<Item = (&'a str, usize)> {
        let (first, last) = (self.number(range.start), self.number(range.end.saturating_sub(1).max(range.start)));
        let lines = self.text[self.starts[first - 1]..].lines();
        lines.zip(first..).take_while(move |(_, number)| *number <= last)
    }
}

impl<'a> Markdown<'a> {
    /// Reads a file.
    pub(super) fn new(path: &'a str, text: &'a str) -> Self {
        let mut file = Self {
            path,
            links: Vec::new(),
            anchors: BTreeSet::new(),
            code: Vec::new(),
            blocks: Vec::new(),
            tree: Vec::new(),
            prose: Vec::new(),
        };
        let lines = Lines::new(text);
        let parser = Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES);
        for (_, definition) in parser.reference_definitions().iter() {
            file.links.push((definition.dest.to_string(), lines.number(definition.span.start)));
        }
        let mut headings = Headings::default();
        let mut fenced = BTreeSet::new();
        for (event, range) in parser.into_offset_iter() {
            match event {
                Event::Start(Tag::Heading { .. }) => headings.open = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => file.anchors.extend(headings.close()),
                Event::Text(text) => headings.text(&text),
                Event::Code(code) => {
                    headings.text(&code);
                    file.code.push((text[range.clone()].trim_matches('`').trim(), lines.number(range.start)));
                }
                Event::Start(Tag::Link { link_type, dest_url, .. } | Tag::Image { link_type, dest_url, .. })
                    if matches!(link_type, LinkType::Inline | LinkType::Autolink) =>
                {
                    file.links.push((dest_url.to_string(), lines.number(range.start)));
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    fenced.extend(file.block(&language, lines.within(&range)));
                }
                _ => {}
            }
        }
        file.links.sort_by_key(|(_, line)| *line);
        file.prose = text.lines().zip(1..).filter(|(_, number)| !fenced.contains(number)).collect();
        file
    }

    /// Keeps the lines of a fenced block; their numbers.
    fn block(&mut self, language: &str, lines: impl Iterator<Item = (&'a str, usize)>) -> Vec<usize> {
        let mut lines: Vec<_> = lines.collect();
        let numbers = lines.iter().map(|(_, number)| *number).collect();
        // A block at the end of a file need not be closed.
        let closes = |(line, _): &(&str, usize)| {
            let mark = line.trim_start_matches(['>', ' ', '\t']).trim_end();
            mark.len() > 2 && ['`', '~'].iter().any(|fence| mark.chars().all(|c| c == *fence))
        };
        if lines.len() > 1 && lines.last().is_some_and(closes) {
            lines.pop();
        }
        let inside = lines.iter().skip(1).copied();
        if language == "text" || language == "tree" {
            self.tree.extend(inside);
        } else {
            self.code.extend(inside);
        }
        self.blocks.extend(lines.first().map(|(_, number)| (language.to_owned(), *number)));
        numbers
    }
}

/// The headings that were met, for anchors that differ.
#[derive(Default)]
struct Headings {
    /// The text of the one that is being read.
    open: Option<String>,
    /// How often each anchor was there.
    seen: BTreeMap<String, usize>,
}

impl Headings {
    fn text(&mut self, text: &str) {
        if let Some(open) = &mut self.open {
            open.push_str(text);
        }
    }

    /// The anchor that GitHub gives the heading that ends.
    fn close(&mut self) -> Option<String> {
        let anchor = slug(self.open.take()?.trim());
        let before = self.seen.entry(anchor.clone()).or_default();
        *before += 1;
        Some(if *before == 1 { anchor } else { format!("{anchor}-{}", *before - 1) })
    }
}

fn slug(heading: &str) -> String {
    let kept = |c: char| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    };
    heading.to_lowercase().chars().filter_map(kept).collect()
}

/// Why an address leads to no page of this repository, if it should lead to one.
pub(super) fn lost(facts: &Facts, address: &str) -> Option<String> {
    let home = facts.stack.project.repository.trim_end_matches(".git");
    let inside = address.strip_prefix(home)?;
    let (path, anchor) = inside.split_once('#').unwrap_or((inside, ""));
    let page = facts.markdown.iter().find(|page| path.ends_with(&format!("/{}", page.path)));
    match page {
        None => Some(format!("`{path}` is no page of this repository")),
        Some(page) if !anchor.is_empty() && !page.anchors.contains(anchor) => {
            Some(format!("`{}` has no heading `#{anchor}`", page.path))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_code() {
        let text = "# A `b` c\nsee [x](docs/a.md#b) and `[no](link)`\n```sh\nmake up\n```\n[`y`](z.md)\n";
        let file = Markdown::new("README.md", text);
        assert_eq!(file.links, [("docs/a.md#b".to_owned(), 2), ("z.md".to_owned(), 6)]);
        assert!(file.anchors.contains("a-b-c"));
        assert!(file.code.contains(&("make up", 4)));
        assert_eq!(file.blocks, [("sh".to_owned(), 3)]);
    }

    #[test]
    fn what_only_looks_like_a_link_or_a_fence_is_none() {
        let text = "\
## Twice
## Twice
Setext
------
- item

  ````sh
  ```
  make one
  ````

[ref]: other.md \"title\"
A [broken
link](over/lines.md), <me@example.com>, an [entry][ref] and \\[no](one.md).
<!-- [none](comment.md) -->
";
        let file = Markdown::new("README.md", text);
        let links: Vec<(&str, usize)> = file.links.iter().map(|(target, line)| (target.as_str(), *line)).collect();
        assert_eq!(links, [("other.md", 12), ("over/lines.md", 13)]);
        assert_eq!(file.anchors.iter().collect::<Vec<_>>(), ["setext", "twice", "twice-1"]);
        assert_eq!(file.code, [("  ```", 8), ("  make one", 9)]);
        assert!(file.prose.iter().all(|(line, _)| !line.contains("make one")));
    }
}
