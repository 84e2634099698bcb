//! Whether a repository still follows from its own `stackwright.yaml`.
//!
//! What `new` left follows by construction, so nothing is resolved while `stackwright.yaml` and the resolved stack are as
//! they were written. After an edit the description is resolved and rendered again, and compared with the files. That
//! says something about the edit only with the catalog that made the repository: another version of the program, or other
//! directories after `--catalog`, would show their own differences as well, and are told apart by the lock.
mod behind;
mod differences;

pub use behind::behind;
pub use differences::{Fact, facts};

use crate::blueprint::StackSpec;
use crate::catalog::Catalog;
use crate::check::{Drift, Files, Stale};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::lock::{Lock, LockedFile};
use crate::render::Engine;
use crate::tree::{FileTree, Ownership, digest};
use crate::{SPEC_PATH, STACK_PATH, assemble, yaml};

/// How many files of many are named.
const SHOWN: usize = 5;

/// What is kept of a run.
pub fn lock(tree: &FileTree, catalog: &Catalog) -> Lock {
    Lock::new(env!("CARGO_PKG_VERSION"), own_catalog(catalog), tree)
}

/// A digest of what the user's own directories add to the embedded catalog. Blueprints don't count: nothing is generated
/// from them once they are expanded.
pub fn own_catalog(catalog: &Catalog) -> Option<String> {
    let own = catalog.own_texts()?;
    let mut joined = String::new();
    for (path, text) in own.into_iter().filter(|(path, _)| !path.starts_with("blueprints/")) {
        joined.push_str(path);
        joined.push_str(&text.text);
        // A length where no path can be read, so that no two catalogs are one text.
        joined.push_str(&format!("\0{}\0", text.text.len()));
    }
    Some(digest(joined.as_bytes()))
}

/// Whether the description and the resolved stack are as they were written.
pub fn is_untouched(files: &Files, lock: &Lock) -> bool {
    [SPEC_PATH, STACK_PATH].iter().all(|path| as_written(files, lock, path))
}

fn as_written(files: &Files, lock: &Lock, path: &str) -> bool {
    let written = lock.files.get(path).map(|file| &file.sha256);
    written.is_some() && files.text(path).map(|text| digest(text.as_bytes())).as_ref() == written
}

/// What no longer follows from `stackwright.yaml`, or why that can't be told.
pub fn drift(files: &Files, lock: &Lock, catalog: &Catalog, engine: &Engine) -> Drift {
    let Some(text) = files.text(SPEC_PATH) else {
        let problem = Diagnostic::error(format!("there is no readable `{SPEC_PATH}`, which everything follows from"));
        return invalid(problem.file(SPEC_PATH).help("restore it from version control").into());
    };
    let source = Source::new(SPEC_PATH, text);
    let spec = match StackSpec::parse(&source) {
        Ok(spec) => spec,
        Err(problems) => return invalid(problems),
    };
    if let Some(why) = other_catalog(lock, catalog) {
        return Drift { unknown: Some(why), ..Drift::default() };
    }
    match assemble(&spec, catalog, engine) {
        Ok((_, tree)) => Drift { stale: compare(&source, files, lock, &tree), ..Drift::default() },
        Err(problems) => invalid(problems),
    }
}

fn invalid(problems: Diagnostics) -> Drift {
    Drift { invalid: problems.into_iter().collect(), ..Drift::default() }
}

/// Why the catalog at hand is not the one that made the repository.
fn other_catalog(lock: &Lock, catalog: &Catalog) -> Option<String> {
    let version = env!("CARGO_PKG_VERSION");
    if lock.tool != version {
        return Some(format!("stackwright {} made the repository, and this is {version}", lock.tool));
    }
    (lock.catalog != own_catalog(catalog)).then(|| match lock.catalog {
        Some(_) => {
            "the repository was made with a catalog that is not at hand: name it with `--catalog DIR`".to_owned()
        }
        None => "the repository was made without the catalog after `--catalog`".to_owned(),
    })
}

/// What differs, told where somebody has to change something.
fn compare(description: &Source, files: &Files, lock: &Lock, tree: &FileTree) -> Vec<Stale> {
    let made = tree.get(STACK_PATH).map(|file| file.contents.as_str()).unwrap_or_default();
    let recorded = files.text(STACK_PATH).unwrap_or_default();
    if as_written(files, lock, SPEC_PATH) {
        // Nobody changed the description, so the record is to blame.
        let why = format!("it is not what `{SPEC_PATH}` resolves to, and was edited after it was written");
        let hint = "restore it from version control; `stackwright.yaml` is the file to edit";
        let differs = made != recorded;
        return differs.then(|| Stale::new(STACK_PATH, None, why, hint)).into_iter().collect();
    }
    let mut stale = match yaml::parse_one(description) {
        Ok(node) => differences::of(recorded, made, &node),
        Err(_) => Vec::new(), // it was read a moment ago
    };
    let paths = stale_files(files, lock, tree);
    let others: Vec<&str> = paths.iter().copied().filter(|path| *path != STACK_PATH).collect();
    if !others.is_empty() {
        let named = others.iter().take(SHOWN).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
        let more = others.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let (what, verb) = if others.len() == 1 { ("file", "follows") } else { ("files", "follow") };
        let why = format!("{} {what} no longer {verb} from it: {named}{more}", others.len());
        let hint = "let them follow: stackwright apply; or undo the edit";
        stale.push(Stale::new(SPEC_PATH, None, why, hint));
    }
    stale
}

/// Managed files that are neither what the description makes now nor only edited by hand, and files of either kind that it
/// makes and that were never written.
fn stale_files<'a>(files: &Files, lock: &'a Lock, tree: &'a FileTree) -> Vec<&'a str> {
    let mut stale: Vec<&str> = Vec::new();
    for (path, file) in tree.iter() {
        let path = path.as_str();
        let written = lock.files.get(path);
        let changed = || written.is_none_or(|written| written.sha256 != digest(file.contents.as_bytes()));
        let here = files.text(path);
        let wrong = match (file.owner, written) {
            (Ownership::Seeded, _) => written.is_none() && !files.contains(path),
            (Ownership::Managed, _) => here != Some(file.contents.as_str()) && changed(),
        };
        if wrong {
            stale.push(path);
        }
    }
    let managed = |file: &LockedFile| file.owner == Ownership::Managed;
    let gone = lock.files.iter().filter(|(path, file)| managed(file) && tree.get(path.as_str()).is_none());
    stale.extend(gone.map(|(path, _)| path.as_str()).filter(|path| files.contains(path)));
    stale
}
