//! Blueprints: questions, answers, and the stack description they expand to.
mod addresses;
mod answers;
mod expand;
mod form;
mod items;
mod next;
mod own;
mod parameters;
mod place;
mod validate;

pub use crate::catalog::{Choice, ParamRef, Question, QuestionType, Rule};
pub use addresses::{domain, host, import_path, registry, repository};
pub use answers::{Answers, Given, GivenValue, answer, collect, context, strangers};
pub use expand::dynamic;
pub use expand::expand;
pub use form::*;
pub use items::{essential, field_value, with_item};
pub use next::{Next, NextQuestion, broken_rule, next_question};
pub use parameters::of_component;
pub use validate::{default_of, is_asked, offered, parse_text, validate};

use crate::catalog::{Catalog, question};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml;

impl Blueprint {
    /// The catalog's blueprint of that id, with its text.
    pub fn of(catalog: &Catalog, id: &str) -> Result<(Self, Source), Diagnostics> {
        let source = catalog.blueprint_source(id)?;
        let blueprint = Self::parse(&source, catalog)?;
        if blueprint.id != id {
            let message = format!("the blueprint in `{id}.yaml` calls itself `{}`", blueprint.id);
            return Err(Diagnostic::error(message).file(&*source.name).help(format!("write `id: {id}`")).into());
        }
        blueprint.check_files(&source, catalog)?;
        Ok((blueprint, source))
    }

    /// Reads a blueprint file, with what its questions take from parameters of the catalog's components.
    pub fn parse(source: &Source, catalog: &Catalog) -> Result<Self, Diagnostics> {
        let document = yaml::Document::read(source)?;
        let mut blueprint: Self = yaml::decode(&document.root, source)?;
        blueprint.place = yaml::Place::whole(&document);
        let Self { project, units, platforms, routes, environments, files, .. } = &mut blueprint;
        place::all(&document, project, units, platforms, routes, environments, files);
        let mut problems = Diagnostics::new();
        parameters::fill(&mut blueprint.questions, document.root.get("questions"), source, catalog, &mut problems);
        question::check(&blueprint.questions, &mut |message| {
            problems.push(Diagnostic::error(message).file(&*source.name));
        });
        own::check_form(&blueprint, &document.root, source, &mut problems);
        problems.into_result(blueprint)
    }

    /// The question of that id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }
}

impl StackSpec {
    /// Reads a project's `stackwright.yaml`.
    pub fn parse(source: &Source) -> Result<Self, Diagnostics> {
        let document = yaml::Document::read(source)?;
        let mut spec: Self = yaml::decode(&document.root, source)?;
        spec.place = yaml::Place::whole(&document);
        let Self { project, units, platforms, routes, environments, files, .. } = &mut spec;
        place::all(&document, project, units, platforms, routes, environments, files);
        own::undecided(&document.root, source).into_result(spec)
    }

    /// The text of `stackwright.yaml`.
    pub fn to_yaml(&self) -> String {
        let mut text = String::from(
            "# The project's own stack: what `stackwright` resolves and renders the managed files from.\n\
             # `from` records what it was made from; the rest is yours to edit.\n",
        );
        text.push_str(&yaml::to_string(self));
        text
    }
}

#[cfg(test)]
mod tests;
