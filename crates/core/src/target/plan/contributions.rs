//! What components and targets add to files that others assemble.
//!
//! Values are decided before any file is, so that rules may ask for them; texts are rendered when every file is known.
use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Value, merge_maps};
use minijinja::{Error, ErrorKind};
use serde_json::{Value as Json, json};

use super::instances::{Contributor, contributors};
use super::{Catalog, Context, Diagnostic, Diagnostics, Engine, Planner, dynamic, points};
use crate::catalog::{Contribution, ContributionForm};
use crate::diagnostic::Source;
use crate::yaml;

/// One contribution that holds.
struct Entry {
    point: String,
    order: i32,
    name: String,
    title: String,
    /// Where it is described, for messages.
    label: String,
    content: Content,
    context: Context,
}

/// Where a contribution's text or value comes from.
#[derive(Clone)]
enum Content {
    /// A template of the catalog.
    Template(String),
    /// A value in place.
    Inline(Json),
}

/// Every contribution of a stack to a point that somebody in it assembles.
pub(super) struct Contributions {
    forms: points::Forms,
    entries: Vec<Entry>,
    values: BTreeMap<String, Vec<Value>>,
}

impl Contributions {
    /// Those of the targets that the stack has and of the components that it uses.
    pub(super) fn collect(planner: &Planner) -> Result<Self, Diagnostics> {
        let contributors = contributors(planner)?;
        let accepted = contributors.iter().flat_map(|one| one.accepts.iter());
        let forms = accepted.map(|(point, accepted)| (point.clone(), accepted.form)).collect();
        let mut found = Self { forms, entries: Vec::new(), values: BTreeMap::new() };
        let mut problems = Diagnostics::new();
        for contributor in &contributors {
            problems.extend(found.unknown_points(planner.catalog, contributor));
            for contribution in &contributor.contributes {
                problems.absorb(found.add(planner, contributor, contribution));
            }
        }
        // Stable: of one unit, its own come before those of its features, which keep their order.
        found.entries.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
        problems.absorb(found.decide_values(planner.engine, planner.catalog));
        problems.into_result(found)
    }

    /// Points that nobody in the whole catalog accepts. The embedded components are tested for it.
    fn unknown_points(&self, catalog: &Catalog, contributor: &Contributor) -> Diagnostics {
        let path = format!("{}/component.yaml", contributor.folder);
        let given = contributor.contributes.iter().enumerate();
        let unused: Vec<_> = given.filter(|(_, one)| !self.forms.contains_key(&one.to)).collect();
        if unused.is_empty() || catalog.text(&path).is_none_or(|text| text.directory.is_none()) {
            return Diagnostics::new();
        }
        let forms = points::all(catalog);
        let mut problems = Diagnostics::new();
        for (index, one) in unused.into_iter().filter(|(_, one)| !forms.contains_key(&one.to)) {
            problems.push(points::unknown(&catalog.source(&path), &index.to_string(), &one.to, &forms));
        }
        problems
    }

    /// Adds one contribution for everything that it is made for.
    fn add(&mut self, planner: &Planner, by: &Contributor, contribution: &Contribution) -> Result<(), Diagnostics> {
        if !self.forms.contains_key(&contribution.to) {
            return Ok(()); // nobody in this stack assembles that
        }
        if let Some(from) = &contribution.from
            && !planner.targets.have(&by.folder, from)
        {
            return Ok(()); // it belongs to a target that this stack doesn't have
        }
        let label = format!("{}, contribution to `{}`", by.folder, contribution.to);
        let content = match (&contribution.from, &contribution.value) {
            (Some(from), None) => Content::Template(format!("{}/{from}", by.folder)),
            (None, Some(value)) => Content::Inline(value.clone()),
            _ => return Err(Diagnostic::error(format!("{label}: it needs either `from` or `value`")).into()),
        };
        let seen = match &contribution.view {
            Some(target) => Some(
                planner.view(target, &planner.whole()).map_err(|why| Diagnostic::error(format!("{label}: {why}")))?,
            ),
            None => None,
        };
        for (instance, mut context) in by.scopes(planner, contribution.each) {
            if let Some(seen) = &seen {
                context = merge_maps([context, Value::from(BTreeMap::from([("view", seen.clone())]))]);
            }
            if let Some(when) = &contribution.when
                && !planner.engine.holds(&label, when, &context)?
            {
                continue;
            }
            self.entries.push(Entry {
                point: contribution.to.clone(),
                order: contribution.order,
                name: instance.name.clone(),
                title: instance.title.clone(),
                label: label.clone(),
                content: content.clone(),
                context,
            });
        }
        Ok(())
    }

    fn of_form(&self, form: ContributionForm) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| self.forms.get(&entry.point) == Some(&form))
    }

    fn decide_values(&mut self, engine: &Engine, catalog: &Catalog) -> Result<(), Diagnostics> {
        let mut problems = Diagnostics::new();
        let mut values: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for entry in self.of_form(ContributionForm::Value) {
            if let Some(value) = problems.absorb(value(entry, engine, catalog)) {
                values.entry(entry.point.clone()).or_default().push(entry.shown("value", value));
            }
        }
        self.values = values;
        problems.into_result(())
    }

    /// What templates may ask before texts are rendered: `contributors(point)`, and `contributions(point)` for values.
    pub(super) fn early(&self) -> Context {
        let mut names = self.empty(|_| true);
        for entry in &self.entries {
            names.entry(entry.point.clone()).or_default().push(entry.shown("order", entry.order.into()));
        }
        let mut values = self.empty(|form| form == ContributionForm::Value);
        values.extend(self.values.clone());
        Value::from(BTreeMap::from([
            ("contributors", lookup("contributors", names)),
            ("contributions", lookup("contributions", values)),
        ]))
    }

    /// What templates of files may ask: `contributions(point)` for texts as well, whose own templates see `names`.
    pub(super) fn complete(&self, names: &Context, engine: &Engine, catalog: &Catalog) -> Result<Context, Diagnostics> {
        let mut problems = Diagnostics::new();
        let mut all = self.empty(|_| true);
        all.extend(self.values.clone());
        for entry in self.of_form(ContributionForm::Text) {
            let text = text(entry, &merge_maps([entry.context.clone(), names.clone()]), engine, catalog);
            if let Some(text) = problems.absorb(text).filter(|text| !text.trim().is_empty()) {
                let text = text.trim_end_matches('\n').into();
                all.entry(entry.point.clone()).or_default().push(entry.shown("text", text));
            }
        }
        problems.into_result(Value::from(BTreeMap::from([("contributions", lookup("contributions", all))])))
    }

    /// Templates that are contributed to a point and rendered where they are asked for, with what they see beside that.
    pub(super) fn fragments(&self, point: &str, names: &Context) -> Vec<(String, Context)> {
        let wanted = self.of_form(ContributionForm::Fragment).filter(|entry| entry.point == point);
        let template = |entry: &Entry| match &entry.content {
            Content::Template(path) => Some((path.clone(), merge_maps([entry.context.clone(), names.clone()]))),
            Content::Inline(_) => None,
        };
        wanted.filter_map(template).collect()
    }

    fn empty(&self, wanted: impl Fn(ContributionForm) -> bool) -> BTreeMap<String, Vec<Value>> {
        let points = self.forms.iter().filter(|(_, form)| wanted(**form));
        points.map(|(point, _)| (point.clone(), Vec::new())).collect()
    }
}

impl Entry {
    /// The contribution as templates see it.
    fn shown(&self, key: &str, content: Json) -> Value {
        let mut shown = json!({ "name": self.name, "title": self.title, "order": self.order });
        shown[key] = content;
        dynamic(shown)
    }
}

fn value(entry: &Entry, engine: &Engine, catalog: &Catalog) -> Result<Json, Diagnostics> {
    match &entry.content {
        Content::Inline(value) => Ok(engine.value(&entry.label, value, &entry.context)?),
        Content::Template(path) => {
            let text = text(entry, &entry.context, engine, catalog)?;
            Ok(yaml::parse_one(&Source::new(path.as_str(), text))?.to_json())
        }
    }
}

fn text(entry: &Entry, context: &Context, engine: &Engine, catalog: &Catalog) -> Result<String, Diagnostics> {
    let rendered = match &entry.content {
        Content::Inline(Json::String(text)) => engine.text(&entry.label, text, context),
        Content::Inline(_) => return Err(Diagnostic::error(format!("{}: a text belongs there", entry.label)).into()),
        Content::Template(path) => {
            let missing = || Diagnostic::error(format!("{}: there is no template `{path}`", entry.label));
            engine.file(path, &catalog.text(path).ok_or_else(missing)?.text, context)
        }
    };
    Ok(rendered?)
}

/// A function from a point to what is known of it.
fn lookup(function: &'static str, points: BTreeMap<String, Vec<Value>>) -> Value {
    let points: Arc<BTreeMap<String, Value>> =
        Arc::new(points.into_iter().map(|(point, entries)| (point, Value::from(entries))).collect());
    Value::from_function(move |point: String| {
        points.get(&point).cloned().ok_or_else(|| {
            let why = format!("{function}: nobody in this stack accepts `{point}`, or its texts are not rendered yet");
            Error::new(ErrorKind::InvalidOperation, why)
        })
    })
}
