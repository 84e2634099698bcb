//! Draws answers: every type of question has a few kinds of answers, and one of each pair of kinds is asked for at a time.
use serde_json::{Map, Value, json};
use stackwright::blueprint::{Question, QuestionType};

use crate::Given;

/// Words that are names, things and places, and that no language reserves.
const WORDS: [&str; 40] = [
    "harbour", "lantern", "meadow", "pebble", "orchard", "compass", "feather", "glacier", "juniper", "kettle",
    "ledger", "marble", "nectar", "otter", "parcel", "quarry", "ribbon", "saddle", "thistle", "umbrella", "velvet",
    "willow", "yarrow", "zephyr", "anchor", "basket", "candle", "drawer", "engine", "falcon", "garden", "hammer",
    "island", "jacket", "kitten", "ladder", "mirror", "needle", "oyster", "rocket",
];

/// One kind of answer to a question, or to a field of one item of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pick {
    question: String,
    field: Option<String>,
    kind: Kind,
}

/// A kind of answer.
#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// Exactly this.
    Is(Value),
    /// A list or a number of items of that length.
    Long(usize),
}

impl Pick {
    /// Whether answers hold it; those that leave a question to its default might.
    pub(crate) fn is_in(&self, given: &Given) -> bool {
        let Some(answer) = given.get(&self.question) else { return true };
        match &self.field {
            None => self.kind.is(answer),
            Some(field) => answer.as_array().is_some_and(|items| items.iter().any(|item| self.kind.is(&item[field]))),
        }
    }
}

impl Kind {
    fn is(&self, answer: &Value) -> bool {
        match self {
            Self::Is(value) => value == answer,
            Self::Long(length) => answer.as_array().map(Vec::len) == Some(*length),
        }
    }
}

/// Every kind of answer to every question and field.
pub(crate) fn picks(questions: &[Question]) -> Vec<Pick> {
    let mut picks = Vec::new();
    for question in questions {
        let own = kinds(question).into_iter().map(|kind| (None, kind));
        let fields = question.fields.iter();
        let inner = fields.flat_map(|field| kinds(field).into_iter().map(|kind| (Some(field.id.clone()), kind)));
        let all: Vec<_> = own.chain(inner).collect();
        picks.extend(all.into_iter().map(|(field, kind)| Pick { question: question.id.clone(), field, kind }));
    }
    picks
}

/// Every two picks that can stand together.
pub(crate) fn pairs(picks: &[Pick]) -> impl Iterator<Item = (&Pick, &Pick)> {
    let differ = |one: &Pick, two: &Pick| (&one.question, &one.field) != (&two.question, &two.field);
    picks.iter().enumerate().flat_map(move |(at, one)| {
        picks[at + 1..].iter().filter(move |two| differ(one, two)).map(move |two| (one, two))
    })
}

fn kinds(question: &Question) -> Vec<Kind> {
    match question.kind {
        QuestionType::Boolean => vec![Kind::Is(true.into()), Kind::Is(false.into())],
        QuestionType::Choice => {
            let open = question.choices.iter().filter(|choice| choice.refused.is_none());
            open.map(|choice| Kind::Is(choice.value.clone().into())).collect()
        }
        QuestionType::Multi | QuestionType::List => lengths(question, &[0, 1, 3]),
        QuestionType::Items => lengths(question, &[1, 2, 4]),
        QuestionType::Number => {
            [question.min, question.max].into_iter().flatten().map(|n| Kind::Is(n.into())).collect()
        }
        _ => Vec::new(),
    }
}

fn lengths(question: &Question, wanted: &[usize]) -> Vec<Kind> {
    let least = question.min.and_then(|min| usize::try_from(min).ok()).unwrap_or(0);
    wanted.iter().filter(|length| **length >= least).map(|length| Kind::Long(*length)).collect()
}

/// A stream of random answers; the same for the same seed.
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66)
    }

    /// splitmix64
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap()
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// That many words, all different.
    fn words(&mut self, count: usize) -> Vec<String> {
        let start = self.below(WORDS.len());
        let step = [1, 3, 7, 9, 11][self.below(5)];
        (0..count).map(|at| WORDS[(start + at * step) % WORDS.len()].to_owned()).collect()
    }

    /// Answers that hold both picks. Questions for free text keep their default.
    pub(crate) fn answers(&mut self, questions: &[Question], pair: (&Pick, &Pick)) -> Given {
        let mut given = Given::new();
        for question in questions {
            let of = |pick: &&Pick| pick.question == question.id;
            let forced: Vec<&Pick> = [pair.0, pair.1].into_iter().filter(of).collect();
            if let Some(value) = self.answer(question, &forced) {
                given.insert(question.id.clone(), value);
            }
        }
        given
    }

    /// The answers with one thing drawn anew: a field of an item where there are items, or else an answer.
    pub(crate) fn changed(&mut self, questions: &[Question], given: &Given) -> Given {
        let mut changed = given.clone();
        let lists: Vec<&Question> = questions.iter().filter(|question| question.kind == QuestionType::Items).collect();
        let question = if lists.is_empty() { self.one(questions) } else { *self.one(&lists) };
        let Some(items) = changed.get_mut(&question.id).and_then(Value::as_array_mut).filter(|_| !lists.is_empty())
        else {
            let anew = self.answer(question, &[]);
            changed.extend(anew.map(|answer| (question.id.clone(), answer)));
            return changed;
        };
        let key = question.key.as_deref().unwrap();
        let names: Vec<String> = items.iter().filter_map(|item| item[key].as_str().map(str::to_owned)).collect();
        let at = self.below(items.len());
        let fields: Vec<&Question> = question.fields.iter().filter(|field| !kinds(field).is_empty()).collect();
        let field = *self.one(&fields);
        let kind = self.one(&kinds(field)).clone();
        if let Some(value) = self.simple(field, Some(kind), &names) {
            items[at][&field.id] = value;
        }
        changed
    }

    fn answer(&mut self, question: &Question, forced: &[&Pick]) -> Option<Value> {
        let own = forced.iter().find(|pick| pick.field.is_none()).map(|pick| pick.kind.clone());
        let kinds = kinds(question);
        let kind = own.or_else(|| (!kinds.is_empty()).then(|| self.one(&kinds).clone()));
        match (question.kind, kind) {
            (QuestionType::Items, Some(Kind::Long(length))) => Some(self.items(question, length, forced)),
            (_, kind) => self.simple(question, kind, &[]),
        }
    }

    /// One answer; a list is drawn from `known`, the names of items, or from other words.
    fn simple(&mut self, question: &Question, kind: Option<Kind>, known: &[String]) -> Option<Value> {
        match (question.kind, kind) {
            (_, Some(Kind::Is(value))) => Some(value),
            (QuestionType::Multi, Some(Kind::Long(length))) => {
                let values = question.choices.iter().filter(|choice| choice.refused.is_none());
                Some(values.take(length).map(|choice| choice.value.clone()).collect())
            }
            (_, Some(Kind::Long(length))) if length > 0 && !known.is_empty() && self.below(2) == 0 => {
                let start = self.below(known.len());
                let some = (0..length.min(known.len())).map(|at| known[(start + at) % known.len()].clone());
                Some(some.collect())
            }
            (_, Some(Kind::Long(length))) => Some(self.words(length).into()),
            (QuestionType::Name, None) if self.below(2) == 0 => Some(self.words(1)[0].clone().into()),
            _ => None,
        }
    }

    /// Items of that number, one of which holds the picks of fields.
    fn items(&mut self, question: &Question, length: usize, forced: &[&Pick]) -> Value {
        let key = question.key.as_deref().unwrap();
        let names = self.words(length);
        let special = self.below(length);
        let item = |draw: &mut Self, (index, name): (usize, &String)| {
            let mut item = Map::from_iter([(key.to_owned(), json!(name))]);
            for field in question.fields.iter().filter(|field| field.id != key) {
                let of = |pick: &&&Pick| index == special && pick.field.as_ref() == Some(&field.id);
                let kinds = kinds(field);
                let kind = forced.iter().find(of).map(|pick| pick.kind.clone());
                let kind = kind.or_else(|| (!kinds.is_empty()).then(|| draw.one(&kinds).clone()));
                let value = match field.kind {
                    QuestionType::Name => Some(json!(format!("{name}-{}", draw.words(1)[0]))),
                    _ => draw.simple(field, kind, &names),
                };
                item.extend(value.map(|value| (field.id.clone(), value)));
            }
            Value::Object(item)
        };
        names.iter().enumerate().map(|entry| item(self, entry)).collect()
    }
}
