//! Makes answers that fail as plain as they can be and still fail.
use serde_json::Value;
use stackwright::author::Outcome;

use crate::Given;
use crate::options::Subject;

/// The most attempts; each is a whole repository.
const ATTEMPTS: usize = 150;

/// The plainest answers found that still fail, and why.
pub(crate) fn least(subject: &Subject, mut given: Given) -> (Given, String) {
    let mut why = failure(subject, &given).unwrap_or_default();
    let mut left = ATTEMPTS;
    loop {
        let mut shrunk = false;
        for plainer in simpler(&given) {
            if left == 0 {
                return (given, why);
            }
            left -= 1;
            if let Some(reason) = failure(subject, &plainer) {
                (given, why, shrunk) = (plainer, reason, true);
                break;
            }
        }
        if !shrunk {
            return (given, why);
        }
    }
}

fn failure(subject: &Subject, given: &Given) -> Option<String> {
    match subject.answered().outcome(given) {
        Outcome::Failed(why) => Some(why.to_string()),
        Outcome::Clean(_) | Outcome::Refused | Outcome::Unfit(_) => None,
    }
}

/// The answers with one thing less: an answer, an item, a field, an entry of a list.
fn simpler(given: &Given) -> Vec<Given> {
    let mut all = Vec::new();
    for (id, value) in given {
        let mut without = given.clone();
        without.remove(id);
        all.push(without);
        all.extend(smaller(value).into_iter().map(|value| {
            let mut changed = given.clone();
            changed.insert(id.clone(), value);
            changed
        }));
    }
    all
}

fn smaller(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => {
            let mut all = Vec::new();
            for (at, item) in items.iter().enumerate() {
                let mut fewer = items.clone();
                fewer.remove(at);
                all.push(fewer.into());
                all.extend(smaller(item).into_iter().map(|item| {
                    let mut changed = items.clone();
                    changed[at] = item;
                    changed.into()
                }));
            }
            all
        }
        Value::Object(fields) => {
            let mut all = Vec::new();
            for (key, field) in fields {
                let mut fewer = fields.clone();
                fewer.remove(key);
                all.push(fewer.into());
                all.extend(smaller(field).into_iter().map(|field| {
                    let mut changed = fields.clone();
                    changed.insert(key.clone(), field);
                    changed.into()
                }));
            }
            all
        }
        _ => Vec::new(),
    }
}
