//! Names for the items of lists that have none: items are the same when they say the same, or stand in the same place
//! between such.
use std::collections::HashMap;

use serde_json::Value;

use super::Clash;
use super::side::Three;

/// The longest lists, as the product of their lengths, that are compared item by item.
const MOST: usize = 4_000_000;

/// Lists in which the place of an item means something, so that two additions at one place are a conflict.
const WORDS: [&str; 6] = ["command", "args", "entrypoint", "test", "cmd", "run"];

/// Whether the list below this key is one of words that follow each other.
pub(super) fn is_ordered(key: Option<&String>) -> bool {
    key.is_some_and(|key| WORDS.contains(&key.as_str()))
}

/// An item of a list beside the pristine one.
#[derive(Clone, Copy)]
enum Origin {
    /// The same item as that one of the pristine list, changed or not.
    Known(usize),
    /// Added behind so many pristine items.
    Added { gap: usize },
}

/// A name for every item.
pub(super) fn names(
    base: &[Value],
    yours: &[Value],
    new: &[Value],
    ordered: bool,
) -> Result<Three<Vec<String>>, Clash> {
    let base_names = Some((0..base.len()).map(known).collect());
    let (yours, new) = (named(yours, &origins(base, yours)?, ordered), named(new, &origins(base, new)?, ordered));
    Ok(Three { base: base_names, yours, new })
}

fn known(index: usize) -> String {
    format!("item {index}")
}

/// Equal additions at one place are one; where places matter, any two at one place.
fn named(items: &[Value], origins: &[Origin], ordered: bool) -> Vec<String> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let name = |(item, origin): (&Value, &Origin)| match origin {
        Origin::Known(index) => known(*index),
        Origin::Added { gap } => {
            let name = if ordered { format!("added {gap}") } else { format!("added {gap} {item}") };
            let times = seen.entry(name.clone()).or_default();
            *times += 1;
            format!("{name} {times}")
        }
    };
    items.iter().zip(origins).map(name).collect()
}

fn origins(base: &[Value], items: &[Value]) -> Result<Vec<Origin>, Clash> {
    if base.len().saturating_mul(items.len()) > MOST {
        return Err(Clash);
    }
    let mut origins = Vec::with_capacity(items.len());
    let (mut from, mut at) = (0, 0);
    let ends = std::iter::once((base.len(), items.len()));
    for (was, is) in common(base, items).into_iter().chain(ends) {
        // Between two that are equal, as many items as before are the same ones, changed.
        let changed = was - from == is - at;
        for step in 0..is - at {
            origins.push(if changed { Origin::Known(from + step) } else { Origin::Added { gap: from } });
        }
        if is < items.len() {
            origins.push(Origin::Known(was));
        }
        (from, at) = (was + 1, is + 1);
    }
    Ok(origins)
}

/// The longest common subsequence: the places of equal items in both lists.
fn common(base: &[Value], items: &[Value]) -> Vec<(usize, usize)> {
    let width = items.len() + 1;
    let mut lengths = vec![0_u32; (base.len() + 1) * width];
    for (i, was) in base.iter().enumerate().rev() {
        for (j, is) in items.iter().enumerate().rev() {
            lengths[i * width + j] = if was == is {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < base.len() && j < items.len() {
        if base[i] == items[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
