//! Files that are joined with others of their name, key by key, and never replace one: pins and dependency locks.
use std::collections::BTreeMap;

use super::{Text, source_of};
use crate::diagnostic::Source;

/// Where pins stand: at the top of a catalog and in a component's folder.
pub(super) const PINS: &str = "pins.yaml";

/// One file of pins or of a lock.
#[derive(Debug)]
pub struct KeptFile {
    /// The component in whose folder it stands; none at the top of a catalog.
    pub component: Option<String>,
    /// Its text.
    pub source: Source,
}

/// The joined files of the embedded catalog and of each of the user's own, by path; the last ones on top.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept(Vec<BTreeMap<String, Text>>);

impl Kept {
    /// Takes them out of the files of one catalog.
    pub(super) fn take(&mut self, files: &mut BTreeMap<String, Text>) {
        self.0.push(files.extract_if(.., |path, _| name(path).is_some()).collect());
    }

    /// Those of that name, `locks/python.yaml`, catalog by catalog.
    pub(super) fn named<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = Vec<KeptFile>> + 'a {
        self.0.iter().map(move |files| {
            let named = files.keys().filter(|path| name(path) == Some(wanted));
            named.map(|path| KeptFile { component: owner(path), source: source_of(files, path) }).collect()
        })
    }

    /// Those of the user's own catalogs, with their paths.
    pub(super) fn own(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.0.iter().skip(1).flatten().map(|(path, text)| (path.as_str(), text))
    }
}

/// The component in whose folder a file stands.
fn owner(path: &str) -> Option<String> {
    let (id, _) = path.strip_prefix("components/")?.split_once('/')?;
    Some(id.to_owned())
}

/// What a joined file is called inside its folder; nothing for any other file.
fn name(path: &str) -> Option<&str> {
    let inside =
        path.strip_prefix("components/").and_then(|path| path.split_once('/')).map_or(path, |(_, inside)| inside);
    let lock = inside.strip_prefix("locks/").is_some_and(|lock| !lock.contains('/'));
    (inside == PINS || lock).then_some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_and_locks_are_joined_at_the_top_and_in_a_components_folder_only() {
        for joined in ["pins.yaml", "components/a/pins.yaml"] {
            assert_eq!(name(joined), Some("pins.yaml"));
        }
        for joined in ["locks/npm.json", "components/a/locks/npm.json"] {
            assert_eq!(name(joined), Some("locks/npm.json"));
        }
        for other in
            ["components/a/app/pins.yaml", "components/a/component.yaml", "components/a/locks/b/c", "a/pins.yaml"]
        {
            assert_eq!(name(other), None, "{other}");
        }
    }
}
