//! Values at the corners of what a question or parameter may be, and sets of them that cover every pair.
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::blueprint::{Answers, Question, QuestionType, context, is_asked, offered, validate};
use crate::render::Engine;

/// Texts, of which one or the other fits most patterns.
const TEXTS: [&str; 8] =
    ["another", "sample", "1Gi", "1", "a", "https://other.example.com", "https://other.example.com/sample", "A1"];

/// Values that a question accepts beside those answers: the present one first, where there is one, then what differs
/// from it in kind. None for a question that is not asked.
pub fn corners(question: &Question, answers: &Answers, engine: &Engine) -> Vec<Value> {
    let all = context(answers);
    if !is_asked(question, engine, &all).unwrap_or(false) {
        return Vec::new();
    }
    let present = answers.get(&question.id);
    let candidates = present.cloned().into_iter().chain(candidates(question, present, answers, engine));
    let mut kept: Vec<Value> = Vec::new();
    for candidate in candidates {
        if let Ok(value) = validate(question, &candidate, engine, &all)
            && !kept.contains(&value)
        {
            kept.push(value);
        }
    }
    kept
}

fn candidates(question: &Question, present: Option<&Value>, answers: &Answers, engine: &Engine) -> Vec<Value> {
    let text = present.and_then(Value::as_str).unwrap_or_default();
    match question.kind {
        QuestionType::Boolean => vec![true.into(), false.into()],
        QuestionType::Choice => choices(question, answers, engine).into_iter().map(Value::from).collect(),
        QuestionType::Multi => {
            let choices = choices(question, answers, engine);
            let one = choices.first().map(|choice| json!([choice]));
            one.into_iter().chain([Value::from(choices), json!([])]).collect()
        }
        QuestionType::List if question.of == Some(QuestionType::Number) => vec![json!([1]), json!([1, 2]), json!([])],
        QuestionType::List => vec![json!(["only"]), json!(["one", "two"]), json!([])],
        QuestionType::Items => items(question, present),
        QuestionType::Name if text.is_empty() => vec!["sample".into()],
        QuestionType::Name => vec![format!("{text}-two").into()],
        QuestionType::Domain => vec!["other.example.org".into()],
        QuestionType::Repository => vec!["git@git.example.org:team/other.git".into()],
        QuestionType::Registry => vec!["registry.example.org/team".into()],
        QuestionType::Text => {
            let longer = Value::from(format!("{text}2"));
            let fitting = TEXTS.iter().map(|text| Value::from(*text));
            let mut fitting = fitting.chain([longer]).filter(|value| Some(value) != present);
            let first = fitting.find(|value| fits(question, value, answers, engine));
            first.into_iter().chain([Value::from("")]).collect()
        }
        QuestionType::Number => {
            let more = present.and_then(Value::as_i64).map_or(1, |number| number + 1);
            [question.min, question.max, Some(more)].into_iter().flatten().map(Value::from).collect()
        }
    }
}

fn fits(question: &Question, value: &Value, answers: &Answers, engine: &Engine) -> bool {
    validate(question, value, engine, &context(answers)).is_ok()
}

/// What can be chosen and is not refused.
fn choices(question: &Question, answers: &Answers, engine: &Engine) -> Vec<String> {
    let offers = offered(question, engine, &context(answers)).unwrap_or_default();
    offers.iter().filter(|(_, refused)| refused.is_none()).map(|(choice, _)| choice.value.clone()).collect()
}

/// The list without its last item, and each item with one of its fields the other way: yes or no, or no list.
fn items(question: &Question, present: Option<&Value>) -> Vec<Value> {
    let items = present.and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lists: Vec<Value> = items.split_last().map(|(_, rest)| rest.to_vec().into()).into_iter().collect();
    for (index, field) in (0..items.len()).flat_map(|index| question.fields.iter().map(move |field| (index, field))) {
        let mut changed = items.clone();
        let value = &mut changed[index][&field.id];
        *value = match value {
            Value::Bool(is) => (!*is).into(),
            Value::Array(_) => Value::Array(Vec::new()),
            _ => continue,
        };
        lists.push(changed.into());
    }
    lists
}

/// One choice's number and the number of its value.
type Pick = (usize, usize);

/// Rows of values, one per choice, so that every pair of values is in some row: greedy, and the same every time.
/// `sizes` says how many values each choice has.
pub fn cover(sizes: &[usize]) -> Vec<Vec<usize>> {
    let mut open: BTreeSet<(Pick, Pick)> = BTreeSet::new();
    for (first, one) in sizes.iter().enumerate() {
        for (second, two) in sizes.iter().enumerate().skip(first + 1) {
            open.extend((0..*one).flat_map(|a| (0..*two).map(move |b| ((first, a), (second, b)))));
        }
    }
    let mut rows = Vec::new();
    if let [only] = sizes {
        return (0..*only).map(|value| vec![value]).collect();
    }
    while let Some((first, second)) = open.first().copied() {
        let mut row: Vec<Option<usize>> = vec![None; sizes.len()];
        (row[first.0], row[second.0]) = (Some(first.1), Some(second.1));
        for (choice, size) in sizes.iter().enumerate() {
            if row[choice].is_none() {
                let gain = |value: &usize| {
                    let fixed = row.iter().enumerate().filter_map(|(other, picked)| Some((other, (*picked)?)));
                    fixed.filter(|other| open.contains(&ordered((choice, *value), *other))).count()
                };
                // The last of equals; any rule does, as long as it is one.
                row[choice] = (0..*size).max_by_key(gain);
            }
        }
        let row: Vec<usize> = row.into_iter().map(Option::unwrap_or_default).collect();
        open.retain(|((a, x), (b, y))| row[*a] != *x || row[*b] != *y);
        rows.push(row);
    }
    rows
}

fn ordered(a: Pick, b: Pick) -> (Pick, Pick) {
    if a < b { (a, b) } else { (b, a) }
}

#[cfg(test)]
mod tests {
    use super::cover;

    #[test]
    fn the_cover_holds_every_pair() {
        let sizes = [2, 3, 1, 2, 4];
        let rows = cover(&sizes);
        for (a, one) in sizes.iter().enumerate() {
            for (b, two) in sizes.iter().enumerate().skip(a + 1) {
                for (x, y) in (0..*one).flat_map(|x| (0..*two).map(move |y| (x, y))) {
                    assert!(rows.iter().any(|row| row[a] == x && row[b] == y), "{a}={x} {b}={y}");
                }
            }
        }
        assert!(rows.len() <= 16, "{}", rows.len());
        assert_eq!(cover(&[3]), [[0], [1], [2]]);
        assert!(cover(&[]).is_empty());
    }
}
