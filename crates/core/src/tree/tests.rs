//! What the tree refuses, and in which words.
use super::*;

fn file(component: &str) -> RenderedFile {
    RenderedFile {
        contents: "x\n".into(),
        owner: Ownership::Managed,
        origin: Origin { component: component.into(), template: format!("{component}/t") },
    }
}

fn insert_all(paths: &[&str]) -> Result<FileTree, TreeError> {
    let mut tree = FileTree::new();
    for (index, path) in paths.iter().enumerate() {
        tree.insert(RelPath::new(*path).unwrap(), file(&format!("c{index}")))?;
    }
    Ok(tree)
}

#[test]
fn files_come_back_sorted() {
    let tree = insert_all(&["b/z", "a", "b/a/x", "b-a/q"]).unwrap();
    let paths: Vec<_> = tree.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["a", "b-a/q", "b/a/x", "b/z"]);
    assert_eq!(tree.len(), 4);
    assert!(tree.get("b/z").is_some() && tree.get("b").is_none());
    assert_eq!(tree.get("b/z").unwrap().origin.component, "c0");
}

#[test]
fn collisions_name_both_origins() {
    for (paths, message) in [
        (vec!["a/b", "a/b"], "`a/b` is written twice: by c0/t (c0) and by c1/t (c1)"),
        (
            vec!["README.md", "readme.md"],
            "`readme.md` from c1/t (c1) and `README.md` from c0/t (c0) differ by letter case alone: they are one path on macOS and Windows",
        ),
        (
            vec!["A/x", "a/y"],
            "`a` from c1/t (c1) and `A` from c0/t (c0) differ by letter case alone: they are one path on macOS and Windows",
        ),
        (
            vec!["d/É/x", "d/q", "d/é/y"],
            "`d/é` from c2/t (c2) and `d/É` from c0/t (c0) differ by letter case alone: they are one path on macOS and Windows",
        ),
        (vec!["a", "a/b"], "`a` would be both a file and a directory: c0/t (c0) and c1/t (c1) disagree"),
        (vec!["a/b/c", "a/b"], "`a/b` would be both a file and a directory: c0/t (c0) and c1/t (c1) disagree"),
        (
            vec!["a", ".stackwright/lock.jsonl"],
            "c1/t (c1) writes `.stackwright/lock.jsonl`, which stackwright itself writes",
        ),
    ] {
        assert_eq!(insert_all(&paths).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_refused_file_leaves_no_trace() {
    let mut tree = insert_all(&["new/A"]).unwrap();
    let bad = RelPath::new("new/a").unwrap();
    tree.insert(bad, file("x")).unwrap_err();
    tree.insert(RelPath::new("new/b").unwrap(), file("y")).unwrap();
    assert_eq!(tree.len(), 2);
}

#[test]
fn executable_means_it_names_an_interpreter() {
    let mut script = file("c");
    assert!(!script.is_executable());
    script.contents = "#!/bin/sh\n".into();
    assert!(script.is_executable());
}
