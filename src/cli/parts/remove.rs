//! `remove`: a part less.
use std::path::PathBuf;

use super::{ENVIRONMENT, Manner, ROUTE, list_name, needed};
use crate::blueprint::StackSpec;
use crate::catalog::Catalog;
use crate::cli::args::Remove;
use crate::cli::output::{Output, count};
use crate::cli::plan::{Prepared, Project};
use crate::cli::{Done, Failure};
use crate::diagnostic::Diagnostic;
use crate::edit::{self, Removed};

pub(in crate::cli) fn run(arguments: &Remove, catalogs: &[PathBuf], output: &Output) -> Done {
    let Remove { dir, dry_run, allow_dirty, .. } = arguments;
    let manner = Manner { root: dir, dry_run: *dry_run, allow_dirty: *allow_dirty, output };
    let site = manner.open()?;
    let project = Project::open(dir, catalogs)?;
    let mut spec = project.spec.clone();
    let what = take(arguments, &project.workbench.catalog, &mut spec)?;
    let text = edit::rewrite(&project.description, &project.spec, &spec)?;
    let mut prepared = Prepared::edited(project, text)?;
    if arguments.force {
        prepared.plan.remove_edited();
    } else if !arguments.dry_run {
        refuse_edited(&prepared)?;
    }
    manner.finish(&site, &prepared, &format!("removed {what}"))
}

/// Takes the part out of the description.
fn take(arguments: &Remove, catalog: &Catalog, spec: &mut StackSpec) -> Result<String, Failure> {
    let Remove { what, name, from, .. } = arguments;
    match what.as_str() {
        ENVIRONMENT => {
            let name = needed(name.as_ref(), "the environment", "remove environment NAME")?;
            edit::remove_environment(spec, name)?;
            Ok(format!("the environment `{name}`"))
        }
        ROUTE => {
            let path = needed(name.as_ref(), "the path", "remove route PATH")?;
            edit::remove_route(spec, path)?;
            Ok(format!("the route `{path}`"))
        }
        item if name.is_some() => {
            let item_name = name.as_deref().unwrap_or_default();
            let unit = needed(from.as_ref(), "the unit", &format!("remove {item} {item_name} --from UNIT"))?;
            let list = list_name(item);
            edit::list_of(spec, catalog, unit, &list)?.without(item_name)?;
            Ok(format!("`{item_name}` from `{list}` of `{unit}`"))
        }
        part => self::part(part, from.as_deref(), spec),
    }
}

/// A unit, a platform, or a feature of a unit.
fn part(name: &str, from: Option<&str>, spec: &mut StackSpec) -> Result<String, Failure> {
    let holders = spec.units.iter().filter(|unit| unit.features.iter().any(|feature| feature.component == name));
    let holders: Vec<String> = holders.map(|unit| unit.name.clone()).collect();
    let named = spec.units.iter().any(|unit| unit.name == name) || spec.platforms.iter().any(|it| it.name == name);
    match (from, holders.as_slice()) {
        (Some(unit), _) => {
            edit::remove_feature(spec, unit, name)?;
            Ok(format!("`{name}` from `{unit}`"))
        }
        (None, [only]) if !named => {
            edit::remove_feature(spec, only, name)?;
            Ok(format!("`{name}` from `{only}`"))
        }
        (None, [_, _, ..]) if !named => {
            let problem = Diagnostic::error(format!("several units have the feature `{name}`"));
            let problem = problem.note(format!("there is: {}", holders.join(", ")));
            Err(Failure::input(problem.help(format!("name one: stackwright remove {name} --from UNIT"))))
        }
        _ => Ok(match edit::remove_part(spec, name)? {
            Removed::Unit => format!("the unit `{name}`"),
            Removed::Platform => format!("the platform `{name}`"),
        }),
    }
}

/// Refuses to leave edited files behind that nothing uses any more.
fn refuse_edited(prepared: &Prepared) -> Result<(), Failure> {
    let edited: Vec<_> = prepared.plan.edited_leftovers().map(|change| change.path.to_string()).collect();
    if edited.is_empty() {
        return Ok(());
    }
    let verb = if edited.len() == 1 { "has" } else { "have" };
    let message = format!("{} of it {verb} edits of yours; nothing was written", count(edited.len(), "file"));
    let problem = edited.into_iter().fold(Diagnostic::error(message), Diagnostic::note);
    Err(Failure::findings(problem.help("move what you want to keep, or remove it as well: --force")))
}
