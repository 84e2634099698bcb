//! Where a value stands: in which file, and where in it. Whatever is read from YAML keeps this, so that a message
//! points at the text that its author has to change.
use std::sync::Arc;

use super::{Kind, Node, Style, parse_one};
use crate::diagnostic::{Diagnostic, Diagnostics, Source, Span};

/// A YAML text with its positions.
#[derive(Debug)]
pub struct Document {
    /// The text.
    pub source: Source,
    /// What was read from it.
    pub root: Node,
}

impl Document {
    /// Reads a text that holds one document.
    pub fn read(source: &Source) -> Result<Arc<Self>, Diagnostics> {
        Ok(Arc::new(Self { source: source.clone(), root: parse_one(source)? }))
    }
}

/// A step from a value to one inside it.
#[derive(Debug, Clone)]
enum Inward {
    Key(String),
    Item(usize),
}

/// The place of a value, for as long as the value lives. What was never read from a file has none.
#[derive(Debug, Clone, Default)]
pub struct Place(Option<(Arc<Document>, Vec<Inward>)>);

impl Place {
    /// The whole document.
    pub fn whole(document: &Arc<Document>) -> Self {
        Self(Some((Arc::clone(document), Vec::new())))
    }

    /// The value of a key.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.inward(Inward::Key(key.to_owned()))
    }

    /// The item of a list.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        self.inward(Inward::Item(index))
    }

    fn inward(&self, step: Inward) -> Self {
        Self(self.0.clone().map(|(document, mut path)| {
            path.push(step);
            (document, path)
        }))
    }

    /// The same place, to look further from.
    pub fn at(&self) -> At<'_> {
        let Some((document, path)) = &self.0 else { return At::label("") };
        let whole = At(Where::Value { source: &document.source, value: &document.root, key: None, left: false });
        path.iter().fold(whole, |at, step| match step {
            Inward::Key(key) => at.key(key),
            Inward::Item(index) => at.item(*index),
        })
    }
}

/// A place that is looked at: in a file, or, for what stands in none, a few words.
#[derive(Debug, Clone, Copy)]
pub struct At<'a>(Where<'a>);

#[derive(Debug, Clone, Copy)]
enum Where<'a> {
    Label(&'a str),
    Value {
        source: &'a Source,
        value: &'a Node,
        /// The key that the value belongs to.
        key: Option<&'a Node>,
        /// Whether the way went on and there was nothing: this is the nearest that is there.
        left: bool,
    },
}

impl<'a> At<'a> {
    /// Words instead of a place; nothing at all when empty.
    pub const fn label(label: &'a str) -> Self {
        Self(Where::Label(label))
    }

    /// The value of a key; the same place when there is none.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.inward(|value| value.entry(key).map(|entry| (Some(&entry.key), &entry.value)))
    }

    /// The key of this value rather than the value, for a message about its name.
    #[must_use]
    pub fn name(self) -> Self {
        match self.0 {
            Where::Value { source, key: Some(key), left: false, .. } => {
                Self(Where::Value { source, value: key, key: None, left: false })
            }
            _ => self,
        }
    }

    /// The item of a list; the same place when there is none.
    #[must_use]
    pub fn item(self, index: usize) -> Self {
        self.inward(|value| value.as_seq()?.get(index).map(|item| (None, item)))
    }

    /// Whether the value here has that key.
    pub fn has(self, key: &str) -> bool {
        matches!(self.0, Where::Value { value, left: false, .. } if value.get(key).is_some())
    }

    fn inward(self, find: impl Fn(&'a Node) -> Option<(Option<&'a Node>, &'a Node)>) -> Self {
        let Where::Value { source, value, left: false, key } = self.0 else { return self };
        Self(match find(value) {
            Some((key, value)) => Where::Value { source, value, key, left: false },
            None => Where::Value { source, value, key, left: true },
        })
    }

    /// Says where, unless the message says so already.
    #[must_use]
    pub fn point(self, problem: Diagnostic) -> Diagnostic {
        match self.0 {
            _ if problem.file.is_some() => problem,
            Where::Label("") => problem,
            Where::Label(label) => problem.file(label),
            Where::Value { source, value, key, .. } => problem.at(source, span(value, key)),
        }
    }

    /// The file and line for a text that names it, `stack.yaml:12`.
    pub fn shown(self) -> Option<String> {
        let Where::Value { source, value, key, .. } = self.0 else { return None };
        Some(format!("{}:{}", source.name, span(value, key).line))
    }

    /// The same for all messages of a list.
    pub fn point_all(self, problems: Diagnostics) -> Diagnostics {
        problems.into_iter().map(|problem| self.point(problem)).collect()
    }

    /// Says where in a text: `inner` is the place in the text that this value has, once quotes and folds are resolved.
    #[must_use]
    pub fn point_inside(self, problem: Diagnostic, text: &str, inner: Span) -> Diagnostic {
        match self.0 {
            Where::Label(label) => problem.at(&Source::new(label, text), inner),
            Where::Value { source, value, key, left } => {
                let found = (!left).then(|| inside(source, value, text, inner)).flatten();
                problem.at(source, found.unwrap_or_else(|| span(value, key)))
            }
        }
    }
}

impl<'a> From<&'a str> for At<'a> {
    fn from(label: &'a str) -> Self {
        Self::label(label)
    }
}

impl<'a> From<&'a String> for At<'a> {
    fn from(label: &'a String) -> Self {
        Self::label(label)
    }
}

impl<'a> From<&'a Place> for At<'a> {
    fn from(place: &'a Place) -> Self {
        place.at()
    }
}

/// Where a message about a value points: at a scalar itself, at the key of anything longer, and at what an item of a
/// list begins with.
fn span(value: &Node, key: Option<&Node>) -> Span {
    match (&value.kind, key) {
        (Kind::Scalar(scalar), Some(key)) if scalar.text.is_empty() && scalar.style == Style::Plain => key.span,
        (Kind::Scalar(_), _) => value.span,
        (_, Some(key)) => key.span,
        (Kind::Mapping(entries), None) => match entries.first() {
            Some(first) if matches!(first.value.kind, Kind::Scalar(_)) => first.value.span,
            Some(first) => first.key.span,
            None => value.span,
        },
        (Kind::Sequence(_), None) => value.span,
    }
}

/// Where a place of a scalar's text stands in the file; nothing where escapes make that uncertain.
fn inside(source: &Source, value: &Node, text: &str, inner: Span) -> Option<Span> {
    let scalar = value.as_scalar().filter(|scalar| scalar.text == text)?;
    let before: usize = text.lines().take(inner.line.checked_sub(1)?).map(|line| line.chars().count() + 1).sum();
    let mut wanted = before + inner.column.saturating_sub(1);
    let mut rest: Vec<char> = text.chars().collect();
    let mut number = value.span.line;
    let mut start = value.span.column - 1 + usize::from(scalar.style == Style::Quoted);
    loop {
        let line: Vec<char> = source.line(number)?.chars().collect();
        // A block, whose place is that of its first line, keeps what others are indented by beyond that.
        if number > value.span.line && scalar.style != Style::Block {
            start = line.iter().take_while(|c| c.is_whitespace()).count();
        }
        let shown: String = line.get(start.min(line.len())..)?.iter().collect();
        let shown: Vec<char> = shown.trim_end().chars().collect();
        let same = shown.iter().zip(&rest).take_while(|(a, b)| a == b).count();
        if wanted < same || (wanted == same && same == rest.len()) {
            let length = if inner.column == 0 { same } else { inner.length };
            return Some(Span::new(number, start + wanted + 1, length));
        }
        // The line goes on in the next one, and a space or a line break stands between them.
        if same < shown.len() || same >= rest.len() || !rest[same].is_whitespace() {
            return None;
        }
        wanted = wanted.checked_sub(same + 1)?;
        rest.drain(..=same);
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Arc<Document> {
        Document::read(&Source::new("a.yaml", text)).unwrap()
    }

    /// Where a message about the `x` in the value of `key` points.
    fn place_of_x(text: &str, key: &str) -> (usize, usize, usize) {
        let document = document(text);
        let value = document.root.get(key).unwrap().as_str().unwrap().to_owned();
        let before: Vec<&str> = value.split('x').next().unwrap().split('\n').collect();
        let inner = Span::new(before.len(), before.last().unwrap().chars().count() + 1, 1);
        let found = Place::whole(&document).key(key).at().point_inside(Diagnostic::error("m"), &value, inner);
        let span = found.span.unwrap();
        (span.line, span.column, span.length)
    }

    #[test]
    fn a_place_inside_a_scalar_is_found_in_every_style() {
        assert_eq!(place_of_x("k: a + x", "k"), (1, 8, 1));
        assert_eq!(place_of_x("k: \"ä + x\"", "k"), (1, 9, 1));
        assert_eq!(place_of_x("k: |\n  a\n    b\n  x y\n", "k"), (4, 3, 1));
        assert_eq!(place_of_x("k: |\n  a\n  x y\n", "k"), (3, 3, 1));
        assert_eq!(place_of_x("k: >-\n  aa bb\n  cc x y\n", "k"), (3, 6, 1));
        assert_eq!(place_of_x("k: aa\n  x y\n", "k"), (2, 3, 1));
    }

    #[test]
    fn an_escape_before_the_place_makes_the_whole_value_the_place() {
        assert_eq!(place_of_x("k: 'it''s x'", "k").1, 4);
    }

    #[test]
    fn what_is_not_there_is_shown_at_what_should_hold_it() {
        let document = document("units:\n  - name: a\n    uses: { b: c }\n");
        let unit = Place::whole(&document).key("units").item(0);
        let line = |at: At| at.point(Diagnostic::error("m")).span.unwrap();
        assert_eq!(line(unit.at().key("uses").key("b")), Span::new(3, 16, 1));
        assert_eq!(line(unit.at().key("uses").key("b").name()), Span::new(3, 13, 1));
        assert_eq!(line(unit.at().key("uses").key("d")), Span::new(3, 5, 4));
        assert_eq!(line(unit.at().key("params").key("d")), Span::new(2, 11, 1));
        assert_eq!(line(Place::whole(&document).at().key("routes")), Span::new(1, 1, 5));
        assert!(Place::default().key("a").at().point(Diagnostic::error("m")).file.is_none());
    }
}
