//! A repository to check.
use std::fs;
use std::path::Path;

use ignore::WalkBuilder;

use crate::check::{FileText, Files};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Larger files are no configuration; they count as present and are not read.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// More files than this are no repository of this kind.
const MAX_FILES: usize = 50_000;
/// Directories that hold what tools made.
const SKIPPED_DIRECTORIES: &[&str] = &[".git", "node_modules", ".venv", "__pycache__", ".next", "target"];

/// What git would track of a repository; links are left alone.
pub fn repository(root: &Path) -> Result<Files, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut files = Files::new();
    if !root.is_dir() {
        problems.push(Diagnostic::error(format!("`{}` is not a directory", root.display())));
        return Err(problems);
    }
    let walk = WalkBuilder::new(root)
        .standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .follow_links(false)
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            let directory = entry.file_type().is_some_and(|kind| kind.is_dir());
            !(directory && SKIPPED_DIRECTORIES.contains(&&*name)) && (directory || name != ".env")
        })
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                problems.push(Diagnostic::error(error.to_string()));
                continue;
            }
        };
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let Some(path) = relative(root, entry.path()) else { continue };
        if files.len() == MAX_FILES {
            problems.push(
                Diagnostic::error(format!("there are more than {MAX_FILES} files here"))
                    .help("name the repository's own directory, or add what tools made to .gitignore"),
            );
            break;
        }
        match read(entry.path()) {
            Ok(file) => {
                files.insert_file(path, file);
            }
            Err(error) => problems.push(Diagnostic::error(format!("cannot be read: {error}")).file(path)),
        }
    }
    problems.into_result(files)
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let relative = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

fn read(path: &Path) -> std::io::Result<FileText> {
    let metadata = fs::symlink_metadata(path)?;
    let executable = executable(&metadata);
    if metadata.len() > MAX_FILE {
        return Ok(FileText { text: None, executable });
    }
    Ok(FileText { text: String::from_utf8(fs::read(path)?).ok(), executable })
}

#[cfg(unix)]
fn executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn executable(_: &fs::Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_read_as_git_would_track_it() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: &[u8]| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        write(".gitignore", b"/build/\n*.log\n");
        write("compose.yaml", b"services: {}\n");
        write("build/out.yaml", b"a: 1\n");
        write("apps/web/node_modules/x/package.json", b"{");
        write("apps/web/debug.log", b"x");
        write(".env", b"SECRET=1\n");
        write(".env.example", b"SECRET=\n");
        write(".github/workflows/ci.yaml", b"on: push\n");
        write(".git/config", b"[core]\n");
        write("logo.png", &[0xff, 0xfe, 0]);
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc/passwd", root.path().join("link.yaml")).unwrap();
        let files = repository(root.path()).unwrap();
        let paths: Vec<&str> = files.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, [".env.example", ".github/workflows/ci.yaml", ".gitignore", "compose.yaml", "logo.png"]);
        assert_eq!((files.text("logo.png"), files.contains("logo.png")), (None, true));
        assert!(files.has_directory(".github") && files.has_directory(".") && !files.has_directory("git"));
        assert_eq!(files.under(".github").count(), 1);
    }

    #[test]
    fn what_is_no_directory_is_refused() {
        let error = repository(Path::new("/no/such/directory")).unwrap_err();
        assert!(error.to_string().contains("is not a directory"));
    }
}
