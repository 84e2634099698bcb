//! Items of a parameter that is a list: queues, workflows, topics.
use std::collections::BTreeMap;

use serde_json::Value;

use super::{Step, among, unit};
use crate::blueprint::{QuestionType, StackSpec};
use crate::catalog::{Catalog, Component};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// A list parameter of a unit or of one of its features.
pub struct List<'a> {
    params: &'a mut BTreeMap<String, Value>,
    name: String,
    default: Vec<Value>,
}

/// The list parameter of that name, of the unit itself or of the only feature that has one.
pub fn list_of<'a>(spec: &'a mut StackSpec, catalog: &Catalog, of: &str, name: &str) -> Result<List<'a>, Diagnostics> {
    let unit = unit(spec, of)?;
    let features = unit.features.iter_mut().map(|feature| (feature.component.as_str(), &mut feature.params));
    let holders = std::iter::once((unit.component.as_str(), &mut unit.params)).chain(features);
    let mut known = Vec::new();
    let mut found = Vec::new();
    for (component, params) in holders {
        let component = catalog.component(component)?;
        known.extend(lists(&component).map(str::to_owned));
        if let Some(default) = default(&component, name) {
            found.push((component.id.clone(), List { params, name: name.to_owned(), default }));
        }
    }
    let many: Vec<String> = found.iter().map(|(component, _)| component.clone()).collect();
    match found.pop() {
        Some((_, list)) if many.len() == 1 => Ok(list),
        Some(_) => {
            let problem =
                Diagnostic::error(format!("several parts of `{of}` have a list `{name}`: {}", many.join(", ")));
            Err(problem.help("edit stackwright.yaml by hand, then run: stackwright apply").into())
        }
        None => {
            let problem = Diagnostic::error(format!("neither `{of}` nor a feature of it has a list `{name}`"));
            Err(among(problem, name, &known).into())
        }
    }
}

impl List<'_> {
    /// Adds an item behind the others.
    pub fn with(self, item: &str) -> Step<()> {
        let mut items = self.items();
        if items.iter().any(|there| there == item) {
            return Err(Diagnostic::error(format!("`{item}` is in `{}` already", self.name)).into());
        }
        items.push(item.into());
        self.set(items);
        Ok(())
    }

    /// Takes out an item.
    pub fn without(self, item: &str) -> Step<()> {
        let mut items = self.items();
        let Some(place) = items.iter().position(|there| there == item) else {
            let problem = Diagnostic::error(format!("`{}` has no `{item}`", self.name));
            return Err(Box::new(problem.guess(item, items.iter().filter_map(Value::as_str))));
        };
        items.remove(place);
        self.set(items);
        Ok(())
    }

    fn items(&self) -> Vec<Value> {
        let given = self.params.get(&self.name).and_then(Value::as_array);
        given.cloned().unwrap_or_else(|| self.default.clone())
    }

    fn set(self, items: Vec<Value>) {
        self.params.insert(self.name, items.into());
    }
}

fn lists(component: &Component) -> impl Iterator<Item = &str> {
    let lists = component.params.iter().filter(|(_, param)| param.kind == QuestionType::List);
    lists.map(|(name, _)| name.as_str())
}

fn default(component: &Component, name: &str) -> Option<Vec<Value>> {
    let param = component.params.get(name).filter(|param| param.kind == QuestionType::List)?;
    Some(param.default.as_ref().and_then(Value::as_array).cloned().unwrap_or_default())
}
