//! Which line of a template looks like a line of its result.
/// Lines of the template, from 1, that can have produced `line`: those with the most literal text first.
///
/// This compares texts and does not follow loops, conditions or inclusions, so there may be several lines or none.
pub fn candidates(template: &str, line: &str) -> Vec<usize> {
    let line = line.trim();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (index, shape) in template.lines().enumerate() {
        let pieces = literals(shape.trim());
        let weight: usize = pieces.iter().map(|piece| piece.trim().len()).sum();
        let only_expressions = weight == 0 && !line.is_empty();
        if !only_expressions && fits(&pieces, line) {
            found.push((weight, index + 1));
        }
    }
    let best = found.iter().map(|(weight, _)| *weight).max();
    found.iter().filter(|(weight, _)| Some(*weight) == best).map(|(_, number)| *number).collect()
}

/// The texts around the expressions of a template line; blocks and comments print nothing.
fn literals(shape: &str) -> Vec<String> {
    let (mut pieces, mut piece) = (Vec::new(), String::new());
    let mut rest = shape;
    while let Some((start, close, gap)) = opening(rest) {
        let (before, inside) = rest.split_at(start);
        piece.push_str(before);
        if gap {
            pieces.push(std::mem::take(&mut piece));
        }
        rest = inside.find(close).map_or("", |end| &inside[end + close.len()..]);
    }
    pieces.push(piece + rest);
    pieces
}

/// The first delimiter: where it is, what closes it, and whether it prints something.
fn opening(text: &str) -> Option<(usize, &'static str, bool)> {
    let found = [("@{", "}@", true), ("@%", "%@", false), ("@#", "#@", false)];
    found.iter().filter_map(|(open, close, gap)| Some((text.find(open)?, *close, *gap))).min()
}

/// Whether a text consists of those pieces in that order, with anything between them.
fn fits(pieces: &[String], text: &str) -> bool {
    let [first, rest @ ..] = pieces else { return false };
    let Some(mut text) = text.strip_prefix(first.as_str()) else { return false };
    let Some((last, middle)) = rest.split_last() else { return text.is_empty() };
    for piece in middle {
        let Some(at) = text.find(piece.as_str()) else { return false };
        text = &text[at + piece.len()..];
    }
    text.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::candidates;

    #[test]
    fn the_line_with_most_literal_text_wins() {
        let template = "name: @{ name }@\n@% if x %@\nport: @{ port }@ # fixed\n@% endif %@\n@{ all }@\nname: shop\n";
        assert_eq!(candidates(template, "port: 80 # fixed"), [3]);
        assert_eq!(candidates(template, "  name: shop"), [6]);
        assert_eq!(candidates(template, "name: other"), [1]);
        assert!(candidates(template, "elsewhere").is_empty());
    }
}
