//! Blueprints: questions, answers, and the stack description they expand to.
mod addresses;
mod answers;
mod expand;
mod form;
mod items;
mod own;
mod question;
mod validate;

pub use addresses::{domain, host, import_path, registry, repository};
pub use answers::{Answers, Given, GivenValue, Missing, answer, collect, context, strangers};
pub(crate) use expand::dynamic;
pub use expand::expand;
pub use form::*;
pub use items::{essential, field_value, with_item};
pub use question::{Choice, Question, QuestionType, Rule};
pub use validate::{default_of, is_asked, offered, parse_text, validate};

use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml;

impl Blueprint {
    /// Reads a blueprint file.
    pub fn parse(source: &Source) -> Result<Self, Diagnostics> {
        let node = yaml::parse_one(source)?;
        let blueprint: Self = yaml::decode(&node, source)?;
        let mut problems = Diagnostics::new();
        question::check(&blueprint.questions, &mut |message| {
            problems.push(Diagnostic::error(message).file(&*source.name));
        });
        own::check_form(&blueprint, &node, source, &mut problems);
        problems.into_result(blueprint)
    }

    /// The question of that id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }
}

impl StackSpec {
    /// Reads a project's `stackwright.yaml`.
    pub fn parse(source: &Source, node: &yaml::Node) -> Result<Self, Diagnostics> {
        let spec = yaml::decode(node, source)?;
        own::undecided(node, source).into_result(spec)
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
