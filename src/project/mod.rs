//! The repository on disk: written whole or not at all, never through links, never over anybody's work.
use std::path::Path;

mod apply;
mod clone;
mod destination;
mod error;
pub mod interrupt;
mod path;
mod stage;

pub use apply::{ApplyError, CONFLICTS, Left, Site, Write, is_interrupted};
pub use clone::Kept;
pub use error::WriteError;

use crate::lock::Lock;
use crate::tree::FileTree;
use destination::Found;
use path::Place;
use stage::{Published, Stage};

/// How often a destination may appear and vanish under a run before it gives up.
const ATTEMPTS: usize = 3;

/// How a run that did not fail ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The destination now holds the repository.
    Created {
        /// Files written, the lock included.
        files: usize,
        /// The destination was the current directory and has been replaced: a shell that stands in it still sees the
        /// empty one, until `cd .`.
        replaced_current_directory: bool,
        /// What the destination held, if it was a clone.
        kept: Vec<Kept>,
    },
    /// The destination holds exactly this repository already, with nothing edited.
    Unchanged,
}

/// Refuses at once what can never be written to, so that nobody answers twenty questions first. Writes nothing.
pub fn preflight(destination: &Path) -> Result<(), WriteError> {
    destination::inspect(&Place::resolve(destination)?, None).map(drop)
}

/// What [`write_new`] would find now: `Ok(true)` when there is something to write. Writes nothing.
pub fn would_write(destination: &Path, lock: &Lock) -> Result<bool, WriteError> {
    let found = destination::inspect(&Place::resolve(destination)?, Some(lock))?;
    Ok(found != Found::Unchanged)
}

/// Writes a new repository. The destination must be missing, empty, a new clone, or hold exactly this repository.
pub fn write_new(destination: &Path, tree: &FileTree, lock: &Lock) -> Result<Outcome, WriteError> {
    let writing = interrupt::writing();
    let place = Place::resolve(destination)?;
    stage::sweep(&place);
    let mut stage: Option<Stage<'_>> = None;
    for _ in 0..ATTEMPTS {
        let found = match destination::inspect(&place, Some(lock)) {
            Ok(found) => found,
            Err(error) => return Err(give_up(stage, error)),
        };
        if found == Found::Unchanged {
            return Ok(Outcome::Unchanged);
        }
        let kept = match &found {
            Found::Clone(names) => clone::kept(names, tree),
            _ => Vec::new(),
        };
        let replaced_current_directory = kept.is_empty() && place.is_current_directory();
        let mut filled = match stage.take() {
            Some(filled) => filled,
            None => build(&place, tree, lock)?,
        };
        match filled.publish(&found, &kept) {
            Ok(Published::Yes) => {
                writing.done();
                return Ok(Outcome::Created { files: tree.len() + 1, replaced_current_directory, kept });
            }
            // Somebody was faster: look again at what is there now.
            Ok(Published::Taken) => stage = Some(filled),
            Err(error) => return Err(give_up(Some(filled), error)),
        }
    }
    let busy = std::io::Error::from(std::io::ErrorKind::ResourceBusy);
    let error = WriteError::io("cannot create the directory", destination, busy);
    Err(give_up(stage, error))
}

fn build<'a>(place: &'a Place, tree: &FileTree, lock: &Lock) -> Result<Stage<'a>, WriteError> {
    let stage = Stage::create(place)?;
    match stage.fill(tree, lock) {
        Ok(()) => Ok(stage),
        Err(error) => Err(give_up(Some(stage), error)),
    }
}

/// Removes the stage; an error that says "nothing was written" must not lie about it.
fn give_up(stage: Option<Stage<'_>>, error: WriteError) -> WriteError {
    match stage.map(Stage::discard) {
        Some(Err(leftover)) => error.with_leftover(leftover),
        _ => error,
    }
}
