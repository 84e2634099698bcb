//! Values that a component names once: `let.<name>` in its file stands for what is said under `let`.
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml::{Entry, Kind, Node, Scalar, Style};

/// The same tree with every `let.<name>` replaced, and each `let` in the ones after it.
pub(super) fn expand(mut node: Node, source: &Source) -> Result<Node, Diagnostics> {
    let Some(entries) = node.get("let").and_then(Node::as_map) else { return Ok(node) };
    let mut known: Vec<(String, String)> = Vec::new();
    for Entry { key, value } in entries {
        let name = key.as_str().unwrap_or_default().to_owned();
        let text = expression(&replaced(value.as_str().unwrap_or_default(), &known), value);
        let text = text.ok_or_else(|| {
            let problem =
                Diagnostic::error(format!("`let.{name}` is neither a text without templates nor one expression"));
            Diagnostics::from(problem.help("write it as one `@{ … }@`; `~` joins texts").at(source, value.span))
        })?;
        known.push((format!("let.{name}"), text));
    }
    replace(&mut node, &known);
    Ok(node)
}

/// A value as an expression: what stands between the delimiters, or the text itself.
fn expression(text: &str, node: &Node) -> Option<String> {
    let inner = text.trim().strip_prefix("@{").and_then(|text| text.strip_suffix("}@"));
    match (inner, &node.kind) {
        (Some(inner), _) if !inner.contains("}@") => Some(format!("({})", inner.trim())),
        (None, Kind::Scalar(_)) if !crate::render::has_syntax(text) => Some(node.to_json().to_string()),
        _ => None,
    }
}

fn replace(node: &mut Node, known: &[(String, String)]) {
    match &mut node.kind {
        Kind::Scalar(scalar) => {
            let text = replaced(&scalar.text, known);
            if text != scalar.text {
                *scalar = Scalar { text, style: Style::Quoted };
            }
        }
        Kind::Sequence(items) => items.iter_mut().for_each(|item| replace(item, known)),
        Kind::Mapping(entries) => entries.iter_mut().for_each(|Entry { key, value }| {
            replace(key, known);
            replace(value, known);
        }),
    }
}

/// A text with every whole `let.<name>` replaced.
fn replaced(text: &str, known: &[(String, String)]) -> String {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    known.iter().fold(text.to_owned(), |text, (name, value)| {
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find(name.as_str()) {
            let (before, found) = rest.split_at(at);
            let after = &found[name.len()..];
            let whole = !before.ends_with(|c| part(c) || c == '.') && !after.starts_with(part);
            out.push_str(before);
            out.push_str(if whole { value } else { name });
            rest = after;
        }
        out + rest
    })
}
