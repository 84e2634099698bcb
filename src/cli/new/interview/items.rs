//! Asking for a list of things: the present list as a whole, else each of its items field by field.
use serde_json::{Map, Value};

use super::{Interview, shown};
use crate::blueprint::{Question, default_of, field_value, is_asked, with_item};
use crate::cli::Failure;
use crate::diagnostic::one_line;
use crate::render::Context;

impl Interview<'_> {
    /// One attempt at the whole list.
    pub(super) fn items_of(
        &mut self,
        question: &Question,
        suggestion: Option<&Value>,
        earlier: &Context,
    ) -> Result<Value, Failure> {
        let present: Vec<Value> = suggestion.and_then(Value::as_array).cloned().unwrap_or_default();
        self.prompt.tell(&one_line(&question.ask));
        for item in &present {
            self.prompt.tell(&format!("  {}", one_line(&line(question, item))));
        }
        if !present.is_empty() && self.prompt.yes_no(&format!("Take these {}?", question.id), Some(true))? {
            return Ok(present.into());
        }
        let mut items: Vec<Value> = Vec::new();
        while self.another(question, items.len(), present.len())? {
            let item = self.item(question, &present, &items, earlier)?;
            items.push(item);
        }
        Ok(items.into())
    }

    /// Whether there is one more; asked only where there may be.
    fn another(&mut self, question: &Question, count: usize, present: usize) -> Result<bool, Failure> {
        let within =
            |bound: Option<i64>| bound.is_some_and(|bound| i64::try_from(count).is_ok_and(|count| count < bound));
        if within(question.min) {
            return Ok(true);
        }
        if question.max.is_some() && !within(question.max) {
            return Ok(false);
        }
        let ask = if count == 0 { "Is there one?" } else { "Is there another one?" };
        self.prompt.yes_no(ask, Some(count < present))
    }

    /// One item, field by field. It starts from the present item in its place, or from the one of the same name.
    fn item(
        &mut self,
        question: &Question,
        present: &[Value],
        before: &[Value],
        earlier: &Context,
    ) -> Result<Value, Failure> {
        self.prompt.tell(&format!("  {}, number {}", question.id, before.len() + 1));
        let mut base = present.get(before.len());
        let mut item = Map::new();
        for field in &question.fields {
            let context = with_item(earlier, &item);
            let value = if is_asked(field, self.engine, &context)? {
                let default = default_of(field, self.engine, &context)?;
                let suggestion = base.and_then(|base| base.get(&field.id)).or(default.as_ref());
                self.field(question, field, suggestion, (before, &context))?
            } else {
                field_value(field, None, self.engine, &context)
                    .map_err(|reasons| Failure::input(crate::diagnostic::Diagnostic::error(reasons.join("; "))))?
            };
            if question.key.as_ref() == Some(&field.id) {
                base = present.iter().find(|other| other.get(&field.id) == Some(&value));
            }
            item.insert(field.id.clone(), value);
        }
        Ok(item.into())
    }

    /// A field; the one that names the item differs from those of the items before.
    fn field(
        &mut self,
        question: &Question,
        field: &Question,
        suggestion: Option<&Value>,
        (before, context): (&[Value], &Context),
    ) -> Result<Value, Failure> {
        let taken = |value: &Value| {
            question.key.as_ref() == Some(&field.id) && before.iter().any(|other| other.get(&field.id) == Some(value))
        };
        let suggestion = suggestion.filter(|value| !taken(value));
        loop {
            let value = self.obtain(field, suggestion, context)?;
            if !taken(&value) {
                return Ok(value);
            }
            self.refuse(&[format!("`{}` is there already", shown(&value))]);
        }
    }
}

/// An item on one line: its name, then what it has.
fn line(question: &Question, item: &Value) -> String {
    let key = question.key.as_deref().unwrap_or_default();
    let name = item.get(key).map(shown).unwrap_or_default();
    let fields = question.fields.iter().filter(|field| field.id != key);
    let told = fields.filter_map(|field| {
        let value = item.get(&field.id).map(shown).filter(|value| !value.is_empty())?;
        Some(format!("{} {value}", field.id))
    });
    format!("{name}: {}", told.collect::<Vec<_>>().join(", "))
}
