use super::*;
use crate::diagnostic::Source;

#[test]
fn reads_positions() {
    let node = parse_one(&Source::new("t.yaml", "a:\n  - b: 1\n")).expect("valid YAML");
    let span = node.at(&["a", "0", "b"]).expect("a value").span;
    assert_eq!((span.line, span.column, span.length), (2, 8, 1));
}
