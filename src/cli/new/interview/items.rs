//! Asking for a list of things: the present list as a whole, else each of its items field by field.
use serde_json::{Map, Value};

use super::{Interview, shown};
use crate::blueprint::{Question, default_of, field_value, is_asked, offered, with_item};
use crate::cli::Failure;
use crate::cli::prompt::{Ask, Stop};
use crate::diagnostic::{Diagnostic, one_line};
use crate::render::Context;

impl Interview<'_> {
    /// One attempt at the whole list.
    pub(super) fn whole_list(
        &mut self,
        question: &Question,
        suggestion: Option<&Value>,
        earlier: &Context,
    ) -> Result<Value, Stop> {
        let present: Vec<Value> = suggestion.and_then(Value::as_array).cloned().unwrap_or_default();
        loop {
            self.prompt.tell(&one_line(&question.ask));
            self.prompt.table(&present.iter().map(|item| row(question, item)).collect::<Vec<_>>());
            let take = Ask { text: &format!("Take these {}?", question.id), help: question.help.as_deref() };
            if !present.is_empty() && self.prompt.yes_no(take, Some(true))? {
                return Ok(present.into());
            }
            match self.one_by_one(question, present.clone(), earlier) {
                Err(Stop::Back) if !present.is_empty() => {}
                other => return other.map(Value::from),
            }
        }
    }

    /// The items, each from the present one in its place. Whoever goes back from one comes to the one before.
    fn one_by_one(
        &mut self,
        question: &Question,
        mut present: Vec<Value>,
        earlier: &Context,
    ) -> Result<Vec<Value>, Stop> {
        let mut items: Vec<Value> = Vec::new();
        loop {
            let more = self.another(question, items.len(), present.len());
            let item = match more {
                Ok(false) => return Ok(items),
                Ok(true) => self.item(question, &present, &items, earlier),
                Err(stop) => Err(stop),
            };
            match (item, items.last()) {
                (Ok(item), _) => items.push(item),
                (Err(Stop::Back), Some(_)) => {
                    let place = items.len() - 1;
                    present.splice(place..present.len().min(items.len()), items.pop());
                }
                (Err(stop), _) => return Err(stop),
            }
        }
    }

    /// Whether there is one more; asked only where there may be.
    fn another(&mut self, question: &Question, count: usize, present: usize) -> Result<bool, Stop> {
        let within =
            |bound: Option<i64>| bound.is_some_and(|bound| i64::try_from(count).is_ok_and(|count| count < bound));
        if within(question.min) {
            return Ok(true);
        }
        if question.max.is_some() && !within(question.max) {
            return Ok(false);
        }
        let text = if count == 0 { "Is there one?" } else { "Is there another one?" };
        self.prompt.yes_no(Ask { text, help: None }, Some(count < present))
    }

    /// One item, field by field, back and forth. It starts from the present item in its place, or from the one of the same
    /// name.
    fn item(
        &mut self,
        question: &Question,
        present: &[Value],
        before: &[Value],
        earlier: &Context,
    ) -> Result<Value, Stop> {
        self.prompt.tell(&format!("  {}, number {}", question.id, before.len() + 1));
        let mut base = present.get(before.len());
        let (mut item, mut typed) = (Map::new(), Map::new());
        let (mut asked, mut place) = (Vec::new(), 0);
        while let Some(field) = question.fields.get(place) {
            let context = with_item(earlier, &item);
            let suggestion = typed.get(&field.id).or_else(|| base.and_then(|base| base.get(&field.id)));
            let value = match self.field(question, field, suggestion, (before, &context)) {
                Ok(Some(value)) => {
                    asked.push(place);
                    typed.insert(field.id.clone(), value.clone());
                    value
                }
                Ok(None) => field_value(field, None, self.engine, &context)
                    .map_err(|reasons| Failure::input(Diagnostic::error(reasons.join("; "))))?,
                Err(Stop::Back) if !asked.is_empty() => {
                    place = asked.pop().unwrap_or_default();
                    question.fields[place..].iter().for_each(|field| drop(item.remove(&field.id)));
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            if question.key.as_ref() == Some(&field.id) {
                base = present.iter().find(|other| other.get(&field.id) == Some(&value));
            }
            item.insert(field.id.clone(), value);
            place += 1;
        }
        Ok(item.into())
    }

    /// A field, or nothing where it isn't asked for. The one that names the item differs from those of the items before.
    fn field(
        &mut self,
        question: &Question,
        field: &Question,
        suggestion: Option<&Value>,
        (before, context): (&[Value], &Context),
    ) -> Result<Option<Value>, Stop> {
        if !is_asked(field, self.engine, context)? {
            return Ok(None);
        }
        let default = default_of(field, self.engine, context)?;
        let choices = offered(field, self.engine, context)?;
        let taken = |value: &Value| {
            question.key.as_ref() == Some(&field.id) && before.iter().any(|other| other.get(&field.id) == Some(value))
        };
        let suggestion = suggestion.or(default.as_ref()).filter(|value| !taken(value));
        loop {
            let value = self.obtain(field, suggestion.cloned(), &choices, context)?;
            if !taken(&value) {
                return Ok(Some(value));
            }
            self.refuse(&[format!("`{}` is there already", shown(&value))]);
        }
    }
}

/// An item with its name first, then what it has.
fn row(question: &Question, item: &Value) -> [String; 3] {
    let key = question.key.as_deref().unwrap_or_default();
    let name = item.get(key).map(shown).unwrap_or_default();
    let fields = question.fields.iter().filter(|field| field.id != key);
    let told = fields.filter_map(|field| {
        let value = item.get(&field.id).map(shown).filter(|value| !value.is_empty())?;
        Some(format!("{} {value}", field.id))
    });
    [name, told.collect::<Vec<_>>().join(", "), String::new()]
}
