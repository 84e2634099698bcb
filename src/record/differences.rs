//! Where two resolved stacks differ, told in the description that one of them follows from.
use serde_json::Value;

use super::SPEC_PATH;
use crate::check::Stale;
use crate::yaml::Node;

/// The most differences that are told one by one.
const MOST: usize = 5;

/// A value that differs: its path, by names, and both texts.
struct Difference {
    path: Vec<String>,
    recorded: Option<Value>,
    made: Option<Value>,
}

/// A fact of the resolved stack that changes.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Fact {
    /// Its path: keys, and names of things in lists.
    pub fact: String,
    /// What it was; none where it is new.
    pub before: Option<Value>,
    /// What it becomes; none where it is gone.
    pub after: Option<Value>,
    /// The parts of its path.
    #[serde(skip)]
    pub(super) path: Vec<String>,
}

/// The facts in which two resolved stacks differ.
pub fn facts(before: &str, after: &str) -> Vec<Fact> {
    let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    let mut found = Vec::new();
    collect(&read(before), &read(after), &mut Vec::new(), &mut found);
    let fact = |Difference { path, recorded, made }| Fact { fact: path.join("."), before: recorded, after: made, path };
    found.into_iter().map(fact).collect()
}

impl Fact {
    /// The line of a description that says it, or of the nearest list or map around it.
    pub fn line(&self, description: &Node) -> Option<usize> {
        line(description, &self.path).map(|(line, _)| line)
    }

    /// It in one line.
    pub fn told(&self) -> String {
        match (&self.before, &self.after) {
            (Some(Value::Array(before)), Some(Value::Array(after))) => {
                let items = |of: &[Value], not: &[Value]| -> Vec<String> {
                    of.iter().filter(|item| !not.contains(item)).map(short).collect()
                };
                let (gone, new) = (items(before, after), items(after, before));
                let said = |word: &str, items: &[String]| {
                    if items.is_empty() { None } else { Some(format!("{word} {}", items.join(", "))) }
                };
                let changes = [said("without", &gone), said("with", &new)].into_iter().flatten().collect::<Vec<_>>();
                let order = "in another order".to_owned();
                format!("{}: {}", self.fact, if changes.is_empty() { order } else { changes.join("; ") })
            }
            (Some(before), Some(after)) => format!("{}: {} becomes {}", self.fact, short(before), short(after)),
            (None, after) => format!("{}: new, {}", self.fact, short(after.as_ref().unwrap_or(&Value::Null))),
            (Some(before), None) => format!("{}: removed, was {}", self.fact, short(before)),
        }
    }
}

/// What the description says otherwise than the record; what only follows from that is left out.
pub(super) fn of(recorded: &str, made: &str, description: &Node) -> Vec<Stale> {
    let read = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
    let mut found = Vec::new();
    collect(&read(recorded), &read(made), &mut Vec::new(), &mut found);
    let said = |difference: &&Difference| line(description, &difference.path).is_some_and(|(_, exact)| exact);
    let mut told: Vec<&Difference> = found.iter().filter(said).take(MOST).collect();
    if told.is_empty() {
        told.extend(found.first());
    }
    told.iter().map(|difference| difference.told(description)).collect()
}

impl Difference {
    fn told(&self, description: &Node) -> Stale {
        let what = self.path.join(".");
        let line = line(description, &self.path).map(|(line, _)| line);
        let (why, undo) = match (&self.recorded, &self.made) {
            (Some(old), Some(new)) => (
                format!("`{what}` is {}, and the resolved stack holds {}", short(new), short(old)),
                format!("write {} again", short(old)),
            ),
            (None, _) => (format!("`{what}` is not in the resolved stack"), "take it out again".to_owned()),
            (Some(_), None) => {
                (format!("`{what}` is in the resolved stack, and no longer here"), "put it back".to_owned())
            }
        };
        let hint = format!("let the files follow: stackwright apply; or {undo}");
        Stale::new(SPEC_PATH, line, why, hint)
    }
}

/// The line of the value at a path of keys, and of names where there is a list, and whether the value itself is written
/// there; otherwise it is the line of the nearest list or map around it.
fn line(description: &Node, path: &[String]) -> Option<(usize, bool)> {
    let entry = description.entry(path.first()?)?;
    let (mut node, mut line) = (&entry.value, entry.key.span.line);
    for step in &path[1..] {
        let named = |item: &&Node| {
            let name = ["name", "path", "component"].iter().find_map(|key| item.get(key)?.as_str());
            name == Some(step)
        };
        let next = match node.as_seq() {
            Some(items) => items.iter().find(named).map(|item| (item, item.span.line)),
            None => node.entry(step).map(|entry| (&entry.value, entry.key.span.line)),
        };
        let Some(next) = next else { return Some((line, false)) };
        (node, line) = next;
    }
    Some((line, true))
}

/// A value in a few words.
fn short(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

fn collect(recorded: &Value, made: &Value, path: &mut Vec<String>, found: &mut Vec<Difference>) {
    if recorded == made {
        return;
    }
    let (Some(old), Some(new)) = (parts(recorded), parts(made)) else {
        let (recorded, made) = (Some(recorded.clone()), Some(made.clone()));
        found.push(Difference { path: path.clone(), recorded, made });
        return;
    };
    let of = |parts: &[(String, &Value)], key: &str| {
        parts.iter().find(|(known, _)| known == key).map(|(_, value)| (*value).clone())
    };
    let added = new.iter().filter(|(key, _)| !old.iter().any(|(known, _)| known == key));
    for (key, _) in old.iter().chain(added) {
        path.push(key.clone());
        match (of(&old, key), of(&new, key)) {
            (Some(old), Some(new)) => collect(&old, &new, path, found),
            (recorded, made) => found.push(Difference { path: path.clone(), recorded, made }),
        }
        path.pop();
    }
}

/// The parts of a map by their keys, and of a list of named things by their names.
fn parts(value: &Value) -> Option<Vec<(String, &Value)>> {
    match value {
        Value::Object(map) => Some(map.iter().map(|(key, value)| (key.clone(), value)).collect()),
        Value::Array(items) => items.iter().map(|item| Some((name(item)?, item))).collect(),
        _ => None,
    }
}

fn name(item: &Value) -> Option<String> {
    let name = ["name", "path", "component"].iter().find_map(|key| item.get(key)?.as_str());
    name.map(str::to_owned)
}
