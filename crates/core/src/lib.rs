//! `stackwright` turns a stack blueprint into a repository that runs, and keeps checking it.
//!
//! ```text
//! blueprint + answers ─expand─▶ StackSpec ─resolve(catalog)─▶ Stack ─plan─▶ jobs ─render─▶ FileTree ─check─▶ Report ─write─▶ repository + lock
//! ```
//!
//! Each arrow is a module, each noun a type, and [`blueprint::expand`] and [`generate`] show them in order.
//! `docs/architecture.md` tells which module may know which.
pub mod author;
pub mod blueprint;
pub mod catalog;
pub mod check;
pub mod diagnostic;
pub mod edit;
pub mod lock;
pub mod locks;
pub mod merge;
pub mod plan;
pub mod render;
pub mod resolve;
pub mod stack;
pub mod target;
pub mod tree;
pub mod yaml;

use std::sync::Arc;

use rayon::prelude::*;

use blueprint::StackSpec;
use catalog::Catalog;
use diagnostic::{Diagnostic, Diagnostics};
use render::Engine;
use stack::Stack;
use tree::{FileTree, Origin, Ownership, RelPath, RenderedFile};

/// Where the project's own stack description stands in a repository.
pub const SPEC_PATH: &str = "stackwright.yaml";
/// Where the resolved stack stands in a repository.
pub const STACK_PATH: &str = ".stackwright/stack.json";

/// A repository in memory, with what it was made from.
pub struct Generated {
    /// The resolved stack.
    pub stack: Stack,
    /// Every file of the repository except the lock.
    pub tree: FileTree,
    /// What the rules found.
    pub report: check::Report,
}

/// The whole way from a stack description to a checked repository in memory.
pub fn generate(spec: &StackSpec, catalog: &Catalog, engine: &Engine) -> Result<Generated, Diagnostics> {
    // The rules are read on another core meanwhile.
    let (assembled, book) = rayon::join(|| assemble(spec, catalog, engine), || check::RuleBook::of(catalog));
    let (stack, tree) = assembled?;
    let report = check::check_by(&book?, &stack, &check::Files::from_tree(&tree));
    Ok(Generated { stack, tree, report })
}

/// The same way without the last step: a repository in memory that nothing has checked yet.
pub fn assemble(spec: &StackSpec, catalog: &Catalog, engine: &Engine) -> Result<(Stack, FileTree), Diagnostics> {
    // Planning asks for every component: they are read on another core meanwhile, and what is wrong with one is said there.
    let (stack, _) = rayon::join(|| resolve::resolve(spec, catalog, engine), || catalog.capabilities());
    let stack = stack?;
    let jobs = target::plan(&stack, &spec.files, catalog, engine)?;
    let mut tree = render_all(&jobs, catalog, engine)?;
    add_records(spec, &stack, &mut tree)?;
    Ok((stack, tree))
}

/// A template engine over a catalog.
pub fn engine(catalog: &Catalog) -> Engine {
    let (texts, pins, images) = (catalog.texts(), catalog.pins().clone(), catalog.pins().clone());
    let reserved = catalog.reserved();
    let mut engine = Engine::new(
        Arc::new(move |path| texts.get(path).map(|text| text.text.to_string())),
        move |path| pins.get(path).cloned(),
        move |id| images.image(id).map(str::to_owned),
    );
    engine.reserve(move |word, component, parameter| {
        reserved.reason(component, parameter, word).map_err(|problems| problems.to_string())
    });
    engine
}

/// Renders every job, side by side; all template errors at once.
fn render_all(jobs: &[target::Job], catalog: &Catalog, engine: &Engine) -> Result<FileTree, Diagnostics> {
    let rendered: Vec<_> = jobs.par_iter().map(|job| render(job, catalog, engine)).collect();
    let mut problems = Diagnostics::new();
    let mut tree = FileTree::new();
    for (job, rendered) in jobs.iter().zip(rendered) {
        if let Some(contents) = problems.absorb(rendered) {
            let origin = Origin { component: job.component.clone(), template: job.template.clone() };
            insert(&mut tree, &job.path, contents, job.owner, origin, &mut problems);
        }
    }
    problems.into_result(tree)
}

fn render(job: &target::Job, catalog: &Catalog, engine: &Engine) -> Result<String, Box<Diagnostic>> {
    let text = catalog.text(&job.template).ok_or_else(|| {
        Box::new(Diagnostic::error(format!("there is no template `{}` for `{}`", job.template, job.path)))
    })?;
    if job.verbatim { Ok(text.text.to_string()) } else { engine.file(&job.template, &text.text, &job.context) }
}

/// Adds the files that describe the project itself.
fn add_records(spec: &StackSpec, stack: &Stack, tree: &mut FileTree) -> Result<(), Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut resolved = serde_json::to_string_pretty(stack)
        .map_err(|error| Diagnostic::error(format!("the stack can't be written as JSON: {error}")))?;
    resolved.push('\n');
    for (path, contents, owner) in
        [(SPEC_PATH, spec.to_yaml(), Ownership::Seeded), (STACK_PATH, resolved, Ownership::Managed)]
    {
        let origin = Origin { component: "stackwright".into(), template: "stackwright".into() };
        insert(tree, path, contents, owner, origin, &mut problems);
    }
    problems.into_result(())
}

fn insert(
    tree: &mut FileTree,
    path: &str,
    contents: String,
    owner: Ownership,
    origin: Origin,
    problems: &mut Diagnostics,
) {
    let template = origin.template.clone();
    let inserted = RelPath::new(path).map_err(|error| error.to_string()).and_then(|path| {
        tree.insert(path, RenderedFile { contents, owner, origin }).map_err(|error| error.to_string())
    });
    if let Err(why) = inserted {
        problems.push(Diagnostic::error(format!("can't place `{path}`: {why}")).file(template));
    }
}
