//! A user's own catalog.
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::catalog::OwnFiles;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// The largest file that a user's catalog may hold.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// The most files that a user's catalog may hold.
const MAX_FILES: usize = 20_000;
/// The deepest folder that is read.
const MAX_DEPTH: usize = 32;

/// The files of a user's directory, by path. Symbolic links are refused, not followed.
pub fn catalog(directory: &Path) -> Result<OwnFiles, Diagnostics> {
    let mut files = BTreeMap::new();
    let mut problems = Diagnostics::new();
    match fs::symlink_metadata(directory) {
        Ok(found) if found.is_symlink() => problems.push(link(directory)),
        Ok(found) if !found.is_dir() => problems.push(
            Diagnostic::error(format!("`{}` is not a directory", directory.display()))
                .help("`--catalog` takes a directory with `components/` or `blueprints/` in it"),
        ),
        Ok(_) => walk(directory, directory, 0, &mut files, &mut problems),
        Err(error) => problems.push(
            Diagnostic::error(format!("can't read the catalog `{}`: {error}", directory.display()))
                .help("check the path after `--catalog`"),
        ),
    }
    problems.into_result(OwnFiles { directory: directory.display().to_string(), files })
}

/// Those files of a folder, and those trees of it that end in `/**`, by path below it. What isn't there is left out; symbolic
/// links are refused.
pub fn named<'a>(folder: &Path, names: impl Iterator<Item = &'a str>) -> Result<BTreeMap<String, String>, Diagnostics> {
    let (mut files, mut problems) = (BTreeMap::new(), Diagnostics::new());
    for name in names {
        let tree = name.strip_suffix("/**");
        let path = folder.join(tree.unwrap_or(name));
        let linked = |path: &&Path| path.starts_with(folder) && path.is_symlink();
        if let Some(linked) = path.ancestors().find(linked) {
            problems.push(link(linked));
        } else if tree.is_some() && path.is_dir() {
            walk(folder, &path, 0, &mut files, &mut problems);
        } else if tree.is_none() && path.is_file() {
            files.extend(problems.absorb(text(folder, &path)));
        }
    }
    problems.into_result(files)
}

/// What editors, version control and languages leave in a folder.
const LEFT: [&str; 10] = [
    ".git",
    ".DS_Store",
    ".venv",
    ".idea",
    ".vscode",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "__pycache__",
    "node_modules",
];

/// Whether a file or folder is no part of a component. Hidden ones may be: `app/.dockerignore`; those beside `components/`
/// are not.
fn is_foreign(name: &str, depth: usize) -> bool {
    let editors = name.ends_with('~') || name.starts_with(".#") || (name.starts_with('.') && name.ends_with(".swp"));
    editors || LEFT.contains(&name) || (depth == 0 && name.starts_with('.'))
}

fn walk(root: &Path, folder: &Path, depth: usize, files: &mut BTreeMap<String, String>, problems: &mut Diagnostics) {
    let entries = match fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
        Ok(entries) => entries,
        Err(error) => {
            problems.push(Diagnostic::error(format!("can't read `{}`: {error}", folder.display())));
            return;
        }
    };
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name();
        if is_foreign(&name.to_string_lossy(), depth) {
            continue;
        }
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_symlink() {
            problems.push(link(&path));
        } else if kind.is_dir() && depth >= MAX_DEPTH {
            problems
                .push(Diagnostic::error(format!("`{}` is nested more than {MAX_DEPTH} folders deep", path.display())));
        } else if kind.is_dir() {
            walk(root, &path, depth + 1, files, problems);
        } else if kind.is_file() && files.len() >= MAX_FILES {
            problems.push(Diagnostic::error(format!("`{}` has more than {MAX_FILES} files", root.display())));
            return;
        } else if kind.is_file() {
            files.extend(problems.absorb(text(root, &path)));
        }
    }
}

fn text(root: &Path, path: &Path) -> Result<(String, String), Box<Diagnostic>> {
    let refuse = |why: String| Box::new(Diagnostic::error(format!("`{}`: {why}", path.display())));
    let size = fs::metadata(path).map_err(|error| refuse(error.to_string()))?.len();
    if size > MAX_FILE {
        return Err(refuse(format!("{size} bytes are more than a catalog's file may have ({MAX_FILE})")));
    }
    let bytes = fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| refuse("it is not UTF-8 text".into()))?;
    let relative = path
        .strip_prefix(root)
        .ok()
        .and_then(Path::to_str)
        .ok_or_else(|| refuse("its name is not UTF-8 text".into()))?;
    let relative = relative.replace('\\', "/");
    Ok((relative, text))
}

fn link(path: &Path) -> Diagnostic {
    Diagnostic::error(format!("`{}` is a symbolic link", path.display()))
        .note("a catalog is read without following links, so that it can't show files from elsewhere")
        .help("replace the link with the file itself")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_files_of_components_are_read_and_what_programs_leave_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let app = "components/one/app";
        let kept = [".dockerignore", ".config/settings"];
        let left = ["__pycache__/main.pyc", ".venv/bin/python", ".main.py.swp", "main.py~", ".DS_Store"];
        for path in kept.iter().chain(&left).map(|name| format!("{app}/{name}")).chain([".github/ci.yaml".into()]) {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"\n").unwrap();
        }
        let files = catalog(directory.path()).unwrap().files;
        let wanted: Vec<String> = [".config/settings", ".dockerignore"].map(|name| format!("{app}/{name}")).into();
        assert_eq!(files.into_keys().collect::<Vec<_>>(), wanted);
    }
}
