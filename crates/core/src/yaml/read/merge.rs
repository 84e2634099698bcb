//! Merge keys (`<<`) of YAML 1.1, as Compose and the tools of Kubernetes read them.
use crate::diagnostic::Diagnostic;
use crate::yaml::{Entry, Kind, Node, Scalar, Style};

/// The key that stands for the keys of another mapping.
pub(super) fn is_merge(key: &Node) -> bool {
    matches!(&key.kind, Kind::Scalar(Scalar { text, style: Style::Plain }) if text == "<<")
}

/// Replaces merge keys by the entries that they stand for. What a mapping says itself counts, then what comes first.
pub(super) fn apply(entries: &mut Vec<Entry>) -> Option<Diagnostic> {
    if !entries.iter().any(|entry| is_merge(&entry.key)) {
        return None;
    }
    let (merges, own): (Vec<_>, Vec<_>) = std::mem::take(entries).into_iter().partition(|entry| is_merge(&entry.key));
    *entries = own;
    let mut problem = None;
    for Entry { value, .. } in merges {
        let sources = match value.kind {
            Kind::Sequence(items) => items,
            _ => vec![value],
        };
        for source in sources {
            if let Kind::Mapping(inherited) = source.kind {
                let new = |entry: &Entry| entries.iter().all(|known| known.name() != entry.name());
                let added: Vec<_> = inherited.into_iter().filter(new).collect();
                entries.extend(added);
            } else {
                problem = Some(Diagnostic::error(format!(
                    "`<<` takes a mapping or a list of mappings, not {}",
                    source.describe()
                )));
            }
        }
    }
    problem
}
