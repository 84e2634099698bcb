//! What the writing tests look at: is a repository complete, and is anything left beside it.
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use stackwright::project::lock::{Lock, digest};
use stackwright::tree::LOCK_PATH;

/// Every file below a directory by its path: permissions and digest.
pub(crate) fn snapshot(root: &Path) -> BTreeMap<String, (u32, String)> {
    let mut files = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let entry = entry.unwrap();
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() {
                pending.push(path);
                continue;
            }
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            let contents = if kind.is_symlink() {
                format!("-> {}", fs::read_link(&path).unwrap().display())
            } else {
                digest(&fs::read(&path).unwrap())
            };
            files.insert(name.to_owned(), (mode, contents));
        }
    }
    files
}

/// Fails unless the directory holds exactly what its lock lists, with the right digests.
pub(crate) fn assert_complete(root: &Path) {
    let lock = fs::read_to_string(root.join(LOCK_PATH)).unwrap();
    let lock = Lock::parse(&lock).unwrap();
    let mut found = snapshot(root);
    assert!(found.remove(LOCK_PATH).is_some());
    let found: Vec<_> = (found.into_iter())
        .map(|(path, (_, digest))| (path, digest))
        .collect();
    let listed: Vec<_> = (lock.files.into_iter())
        .map(|(path, file)| (path.to_string(), file.sha256))
        .collect();
    assert_eq!(found, listed);
}

/// The names in a directory, sorted.
pub(crate) fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
