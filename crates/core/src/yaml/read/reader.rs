//! Builds the tree from the parser's events.
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Range, Tag};

use super::{MAX_DEPTH, MAX_NODES, MAX_PROBLEMS, Options, merge, refuse};
use crate::diagnostic::{Diagnostic, Diagnostics, Source, Span};
use crate::yaml::{End, Entry, Kind, Node, Scalar, Style};

/// A collection that is still open.
struct Frame {
    node: Node,
    /// The key whose value comes next, in a mapping.
    key: Option<Node>,
    anchor: usize,
    /// How many nodes there were when it began.
    first: usize,
}

/// What an alias stands for.
struct Anchored {
    node: Node,
    size: usize,
    height: usize,
}

/// What has been read so far.
pub(super) struct Reader<'a> {
    source: &'a Source,
    options: Options,
    lines: Vec<&'a str>,
    /// The last line whose indentation was looked at.
    checked_line: usize,
    documents: Vec<Node>,
    stack: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    problems: Diagnostics,
}

/// A problem after which reading cannot go on.
type Fatal = Box<Diagnostic>;

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Source, text: &'a str, options: Options) -> Self {
        Self {
            source,
            options,
            lines: text.lines().collect(),
            checked_line: 0,
            documents: Vec::new(),
            stack: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            problems: Diagnostics::new(),
        }
    }

    pub(super) fn read(mut self, text: &str) -> Result<Vec<Node>, Diagnostics> {
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            let step = match event {
                Ok((event, range)) => {
                    let span = self.span(range);
                    self.check_indentation(&event, span);
                    self.event(event, span, end(range))
                }
                Err(error) => {
                    let mark = error.marker();
                    let span = Span::new(mark.line(), mark.col() + 1, 0);
                    Err(Box::new(refuse::syntax(error.info(), self.source, span)))
                }
            };
            if let Err(fatal) = step {
                self.problems.push(*fatal);
                break;
            }
            if self.problems.len() >= MAX_PROBLEMS {
                break;
            }
        }
        self.problems.into_result(self.documents)
    }

    /// The parser lets some tabs pass before the first token of a line; other readers don't.
    fn check_indentation(&mut self, event: &Event<'_>, span: Span) {
        let starts = matches!(event, Event::Scalar(..) | Event::SequenceStart(..) | Event::MappingStart(..));
        if !starts || self.checked_line == span.line {
            return;
        }
        self.checked_line = span.line;
        let line = self.lines.get(span.line.wrapping_sub(1)).copied().unwrap_or_default();
        if let Some(column) = refuse::indenting_tab(line).filter(|column| *column < span.column)
            && line.chars().take(span.column - 1).all(char::is_whitespace)
        {
            let place = Span::new(span.line, column, 1);
            self.problems.push(refuse::tab().at(self.source, place));
        }
    }

    fn event(&mut self, event: Event<'_>, span: Span, end: End) -> Result<(), Fatal> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                };
                let span = self.scalar_span(span, &text, style);
                let mut scalar = Scalar { text: text.into_owned(), style };
                if tag.as_deref().is_some_and(refuse::is_text) && style == Style::Plain {
                    scalar.style = Style::Quoted;
                }
                let mut node = self.node(Kind::Scalar(scalar), span, tag.as_deref());
                node.end = end;
                self.count(1, span)?;
                self.finish(node, anchor, 1)
            }
            Event::SequenceStart(anchor, tag) => self.open(Kind::Sequence(Vec::new()), anchor, tag.as_deref(), span),
            Event::MappingStart(anchor, tag) => self.open(Kind::Mapping(Vec::new()), anchor, tag.as_deref(), span),
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(mut frame) => {
                    self.problems.extend(refuse::duplicates(&frame.node, self.source));
                    if let Kind::Mapping(entries) = &mut frame.node.kind
                        && self.options.merge_keys
                        && let Some(problem) = merge::apply(entries)
                    {
                        self.problems.push(problem.at(self.source, frame.node.span));
                    }
                    // A block ends with the last value in it, a flow collection with its bracket.
                    let last = last(&frame.node.kind);
                    frame.node.end = if span.length > 0 { end } else { last.unwrap_or(frame.node.end) };
                    let size = self.nodes - frame.first;
                    self.finish(frame.node, frame.anchor, size)
                }
                None => Ok(()),
            },
            Event::Alias(id) => self.alias(id, span, end),
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => Ok(()),
        }
    }

    fn open(&mut self, kind: Kind, anchor: usize, tag: Option<&Tag>, span: Span) -> Result<(), Fatal> {
        let span = Span { length: 0, ..span };
        self.deep(self.stack.len() + 1, span)?;
        let first = self.nodes;
        self.count(1, span)?;
        let node = self.node(kind, span, tag);
        self.stack.push(Frame { node, key: None, anchor, first });
        Ok(())
    }

    /// Puts a complete node where it belongs.
    fn finish(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Fatal> {
        if anchor > 0 {
            // The copy counts, so that anchors inside anchors stay within the budget too.
            self.count(size, node.span)?;
            let height = height(&node);
            let node = node.clone();
            self.anchors.insert(anchor, Anchored { node, size, height });
        }
        let Some(Frame { node: parent, key, .. }) = self.stack.last_mut() else {
            self.documents.push(node);
            return Ok(());
        };
        match (&mut parent.kind, key.take()) {
            (Kind::Sequence(items), _) => items.push(node),
            (Kind::Mapping(entries), Some(key)) => entries.push(Entry { key, value: node }),
            (_, None) => {
                *key = Some(node);
                self.check_key();
            }
            (Kind::Scalar(_), _) => {}
        }
        Ok(())
    }

    /// Looks at the key that was just read.
    fn check_key(&mut self) {
        let Some(key) = self.stack.last_mut().and_then(|frame| frame.key.as_mut()) else {
            return;
        };
        let span = key.span;
        if self.options.merge_keys && merge::is_merge(key) {
            return;
        }
        if let Some(problem) = refuse::key(key) {
            self.problems.push(problem.at(self.source, span));
        }
    }

    fn alias(&mut self, id: usize, span: Span, end: End) -> Result<(), Fatal> {
        let Some(target) = self.anchors.get(&id) else {
            let problem = Diagnostic::error("an alias may not stand inside the value it refers to");
            return Err(Box::new(problem.at(self.source, span)));
        };
        let (size, height) = (target.size, target.height);
        self.count(size, span)?;
        self.deep(self.stack.len() + height, span)?;
        let copy = self.anchors.get(&id).map(|target| target.node.clone());
        let Some(mut node) = copy else { return Ok(()) };
        (node.span, node.end) = (span, end);
        self.finish(node, 0, size)
    }

    fn node(&mut self, kind: Kind, span: Span, tag: Option<&Tag>) -> Node {
        let start = End { line: number(span.line), column: number(span.column) };
        let mut node = Node { span, end: start, file: self.options.file, kind, tag: None };
        let Some(tag) = tag else { return node };
        if refuse::is_tag_of(&node.kind, tag) {
            return node;
        }
        if self.options.tags {
            node.tag = Some(refuse::tag_name(tag));
        } else {
            self.problems.push(refuse::tag(tag).at(self.source, span));
        }
        node
    }

    fn count(&mut self, nodes: usize, span: Span) -> Result<(), Fatal> {
        self.nodes += nodes;
        if self.nodes <= MAX_NODES {
            return Ok(());
        }
        let message = format!("more than {MAX_NODES} values, counting each use of an alias");
        Err(Box::new(Diagnostic::error(message).at(self.source, span)))
    }

    fn deep(&self, depth: usize, span: Span) -> Result<(), Fatal> {
        if depth <= MAX_DEPTH {
            return Ok(());
        }
        Err(Box::new(refuse::depth().at(self.source, span)))
    }

    fn span(&self, range: Range) -> Span {
        let (start, end) = (range.start, range.end);
        let stop = if end.line() == start.line() {
            end.col()
        } else {
            let line = self.lines.get(start.line().saturating_sub(1));
            line.map_or(0, |line| line.trim_end().chars().count())
        };
        Span::new(start.line(), start.col() + 1, stop.saturating_sub(start.col()))
    }

    /// A value that is not there gets the place behind its key, where it would have to be.
    fn scalar_span(&self, span: Span, text: &str, style: Style) -> Span {
        let key = self.stack.last().and_then(|frame| frame.key.as_ref());
        match key {
            Some(key) if text.is_empty() && style == Style::Plain => {
                Span::new(key.span.line, key.span.column + key.span.length + 1, 0)
            }
            _ => span,
        }
    }
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn end(range: Range) -> End {
    End { line: number(range.end.line()), column: number(range.end.col() + 1) }
}

/// Where the last value in a collection ends.
fn last(kind: &Kind) -> Option<End> {
    match kind {
        Kind::Scalar(_) => None,
        Kind::Sequence(items) => items.last().map(|item| item.end),
        Kind::Mapping(entries) => entries.last().map(|entry| entry.value.end),
    }
}

/// How many levels a node has.
fn height(node: &Node) -> usize {
    let inner = match &node.kind {
        Kind::Scalar(_) => return 0,
        Kind::Sequence(items) => items.iter().map(height).max(),
        Kind::Mapping(entries) => entries.iter().map(|entry| height(&entry.value)).max(),
    };
    1 + inner.unwrap_or_default()
}
