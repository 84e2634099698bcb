//! Which record belongs to which rendered file, and where it is on disk: both sides may have renamed it.
use std::collections::{BTreeMap, BTreeSet};

use crate::check::Files;
use crate::lock::{Lock, LockedFile};
use crate::tree::{FileTree, RelPath, digest};

/// The paths of a rendered repository, of its record and of the disk.
pub(super) struct Paths<'a> {
    lock: &'a Lock,
    /// Rendered paths whose file was rendered under another path before.
    renamed: BTreeMap<&'a RelPath, &'a RelPath>,
    /// Recorded paths whose file the user moved.
    moved: BTreeMap<&'a RelPath, RelPath>,
    /// Recorded paths that nothing renders any more.
    gone: BTreeSet<&'a RelPath>,
}

impl<'a> Paths<'a> {
    pub(super) fn new(lock: &'a Lock, disk: &Files, tree: &'a FileTree) -> Self {
        let mut gone: BTreeSet<&RelPath> = lock.files.keys().filter(|path| tree.get(path.as_str()).is_none()).collect();
        let fresh = tree.iter().filter(|(path, _)| !lock.files.contains_key(*path));
        let mut by_template: BTreeMap<&str, (Vec<&RelPath>, Vec<&RelPath>)> = BTreeMap::new();
        for path in &gone {
            by_template.entry(&lock.files[*path].template).or_default().0.push(path);
        }
        for (path, file) in fresh {
            by_template.entry(&file.origin.template).or_default().1.push(path);
        }
        let pairs = by_template.values().flat_map(|(old, new)| pair(old, new));
        let renamed: BTreeMap<_, _> = pairs.collect();
        gone.retain(|path| !renamed.values().any(|old| old == path));
        let moved = moved(lock, disk, tree);
        Self { lock, renamed, moved, gone }
    }

    /// The record of what is rendered at a path.
    pub(super) fn recorded(&self, rendered: &RelPath) -> Option<&'a RelPath> {
        let renamed = self.renamed.get(rendered).copied();
        renamed.or_else(|| self.lock.files.get_key_value(rendered).map(|(path, _)| path))
    }

    /// Where it is on disk now, if it is.
    pub(super) fn place<'b>(&'b self, rendered: &'b RelPath) -> &'b RelPath {
        let recorded = self.recorded(rendered).unwrap_or(rendered);
        self.moved.get(recorded).unwrap_or(recorded)
    }

    /// Where it is to be: a user's place for it is kept.
    pub(super) fn target<'b>(&'b self, rendered: &'b RelPath) -> &'b RelPath {
        let recorded = self.recorded(rendered).unwrap_or(rendered);
        self.moved.get(recorded).unwrap_or(rendered)
    }

    /// The records that nothing renders any more.
    pub(super) fn gone(&self) -> impl Iterator<Item = &'a RelPath> {
        self.gone.iter().copied()
    }

    /// Where the user moved what is rendered now, by the path that is rendered.
    pub(super) fn moved(&self) -> BTreeMap<RelPath, RelPath> {
        let now = |recorded: &RelPath| {
            let renamed = self.renamed.iter().find(|(_, old)| **old == recorded);
            renamed.map_or_else(|| recorded.clone(), |(new, _)| (*new).clone())
        };
        self.moved.iter().map(|(recorded, place)| (now(recorded), place.clone())).collect()
    }
}

/// Which of the vanished paths of a template became which of its new ones: the most alike, unless two are equally so.
fn pair<'a>(old: &[&'a RelPath], new: &[&'a RelPath]) -> Vec<(&'a RelPath, &'a RelPath)> {
    let best = |of: &'a RelPath, among: &[&'a RelPath]| -> Option<&'a RelPath> {
        let score = |path: &RelPath| alike(of.as_str(), path.as_str());
        let most = among.iter().map(|path| score(path)).max()?;
        let mut found = among.iter().filter(|path| score(path) == most);
        let only = found.next().copied();
        if found.next().is_some() { None } else { only }
    };
    let mutual = |path: &&'a RelPath| {
        let found = best(path, old)?;
        (best(found, new) == Some(*path)).then_some((*path, found))
    };
    new.iter().filter_map(mutual).collect()
}

/// How many parts two paths share, place by place from both ends.
fn alike(one: &str, other: &str) -> usize {
    let (one, other): (Vec<&str>, Vec<&str>) = (one.split('/').collect(), other.split('/').collect());
    if one.len() == other.len() {
        return one.iter().zip(&other).filter(|(a, b)| a == b).count();
    }
    let front = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let back = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    (front + back).min(one.len().min(other.len()))
}

/// Files that are not where they were written, and that stand elsewhere with the same text.
fn moved<'a>(lock: &'a Lock, disk: &Files, tree: &FileTree) -> BTreeMap<&'a RelPath, RelPath> {
    let known = |file: &LockedFile| file.moved.clone().filter(|place| disk.contains(place.as_str()));
    let mut moved: BTreeMap<_, _> = lock.files.iter().filter_map(|(path, file)| Some((path, known(file)?))).collect();
    let missing: Vec<_> =
        lock.files.iter().filter(|(path, file)| !disk.contains(path.as_str()) && file.moved.is_none()).collect();
    if missing.is_empty() {
        return moved;
    }
    let mut strangers: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, file) in disk.iter() {
        let ours = tree.get(path).is_some() || lock.files.keys().any(|known| known.as_str() == path);
        if let Some(text) = file.text.as_deref().filter(|text| !ours && !text.is_empty()) {
            strangers.entry(digest(text.as_bytes())).or_default().push(path);
        }
    }
    for (path, file) in missing {
        if let Some([only]) = strangers.get(&file.sha256).map(Vec::as_slice)
            && let Ok(place) = RelPath::new(*only)
        {
            moved.insert(path, place);
        }
    }
    moved
}
