//! Questions that ask for a parameter of a component take from there what they don't say themselves.
use super::{Blueprint, ParamRef, ProjectSpec, Question};
use crate::catalog::{Catalog, Component};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml::{Node, Place};

/// Completes the questions and their fields; `node` is where they stand.
pub(super) fn fill(
    questions: &mut [Question],
    node: Option<&Node>,
    source: &Source,
    catalog: &Catalog,
    problems: &mut Diagnostics,
) {
    for (index, question) in questions.iter_mut().enumerate() {
        let place = node.and_then(|node| node.at(&[&index.to_string()]));
        fill(&mut question.fields, place.and_then(|node| node.get("fields")), source, catalog, problems);
        let Some(from) = &question.from else { continue };
        match complete(question, from, catalog) {
            Ok(completed) => *question = completed,
            Err(problem) => problems.push(match place.and_then(|node| node.get("from")) {
                Some(node) => problem.at(source, node.span),
                None => problem.file(&*source.name),
            }),
        }
    }
}

fn complete(question: &Question, from: &ParamRef, catalog: &Catalog) -> Result<Question, Box<Diagnostic>> {
    let fault = |why: String| Diagnostic::error(format!("question `{}`: {why}", question.id));
    let component = catalog.component(&from.component).map_err(|found| {
        Box::new(found.into_iter().next().unwrap_or_else(|| fault("its component can't be read".into())))
    })?;
    let Some(param) = component.params.get(&from.param) else {
        let problem = fault(format!("`{}` has no parameter `{}`", component.id, from.param))
            .help(format!("`stackwright show {}` lists its parameters", component.id))
            .guess(&from.param, component.params.keys().map(String::as_str));
        return Err(Box::new(problem));
    };
    Ok(question.clone().completed(param.clone()))
}

/// The parameters of a component as questions that can be asked: what is added to a stack is asked for like a stack.
pub fn of_component(component: &Component) -> Blueprint {
    let question = |(id, param): (&String, &crate::catalog::Param)| {
        Question {
            id: id.clone(),
            ask: param.help.clone(),
            // The help is the question: it is not told twice.
            help: Some(String::new()),
            key: param.key.clone(),
            fields: param.fields.clone(),
            ..Question::default()
        }
        .completed(param.clone())
    };
    Blueprint {
        id: component.id.clone(),
        title: component.title.clone(),
        summary: component.summary.clone(),
        version: String::new(),
        questions: component.params.iter().map(question).collect(),
        project: ProjectSpec::nameless(),
        units: Vec::new(),
        platforms: Vec::new(),
        routes: Vec::new(),
        environments: Vec::new(),
        rules: Vec::new(),
        files: Vec::new(),
        place: Place::default(),
    }
}

impl ProjectSpec {
    /// A project without names and addresses.
    fn nameless() -> Self {
        let [name, domain, repository, registry, summary] = std::array::from_fn(|_| String::new());
        Self { name, domain, repository, registry, summary, place: Place::default() }
    }
}
