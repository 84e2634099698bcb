use super::*;
use crate::tree::{Origin, RenderedFile};

fn lock(files: &[(&str, &str)]) -> Lock {
    let mut tree = FileTree::new();
    for (path, contents) in files {
        let owner = if path.starts_with('m') { Ownership::Managed } else { Ownership::Seeded };
        let origin = Origin { component: "django".into(), template: "app/x".into() };
        tree.insert(RelPath::new(*path).unwrap(), RenderedFile { contents: (*contents).into(), owner, origin })
            .unwrap();
    }
    Lock::new("0.1.0", None, &tree)
}

fn path(text: &str) -> RelPath {
    RelPath::new(text).unwrap()
}

#[test]
fn text_is_a_line_for_each_file_and_reads_back() {
    let lock = lock(&[("b", ""), ("a", "abc")]);
    let text = lock.to_text();
    assert_eq!(
        text,
        r#"{"version":2,"tool":"0.1.0"}
{"path":"a","owner":"seeded","component":"django","template":"app/x","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}
{"path":"b","owner":"seeded","component":"django","template":"app/x","sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
"#
    );
    assert_eq!(Lock::parse(&text).unwrap(), lock);
}

#[test]
fn a_managed_file_can_be_unpacked_and_a_seeded_one_has_no_base() {
    let text = "key: value\n".repeat(1000);
    let lock = Lock::parse(&lock(&[("m", &text), ("a", "abc")]).to_text()).unwrap();
    assert_eq!(lock.base(&path("m")).unwrap().as_deref(), Some(text.as_str()));
    assert_eq!(lock.base(&path("a")).unwrap(), None);
    assert!(lock.to_text().len() < 1000, "it is packed");
}

#[test]
fn a_base_with_another_digest_is_an_error() {
    let good = lock(&[("m", "one\n")]).to_text();
    let other = lock(&[("m", "two\n")]).files[&path("m")].base.clone().unwrap();
    let known = lock(&[("m", "one\n")]).files[&path("m")].base.clone().unwrap();
    for base in [other.as_str(), "?", ""] {
        let lock = Lock::parse(&good.replace(&known, base)).unwrap();
        let error = lock.base(&path("m")).unwrap_err().to_string();
        assert_eq!(error, "what `m` was written as can't be unpacked, or has another digest");
    }
}

#[test]
fn what_a_merge_of_two_branches_leaves_is_read() {
    let (ours, theirs) = (lock(&[("a", "1"), ("b", "1")]).to_text(), lock(&[("a", "2"), ("c", "1")]).to_text());
    let both = format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> branch\n");
    let mut lock = Lock::parse(&both).unwrap();
    assert_eq!(lock.files.keys().map(RelPath::as_str).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!(lock.files[&path("a")].sha256, digest(b"1"));
    lock.settle(|path| (path == "a").then_some("2"));
    assert_eq!(lock.files[&path("a")].sha256, digest(b"2"));
}

#[test]
fn differences_are_those_of_either_side() {
    let one = lock(&[("a", "1"), ("b", "1"), ("c", "1")]);
    let two = lock(&[("b", "1"), ("c", "2"), ("d", "1")]);
    let paths: Vec<_> = one.differing(&two).iter().map(ToString::to_string).collect();
    assert_eq!(paths, ["a", "c", "d"]);
    assert!(one.differing(&one).is_empty());
}

#[test]
fn a_strange_lock_is_refused() {
    let good = lock(&[("a", "x")]).to_text();
    for (text, message) in [
        (String::new(), "no line of it says which version"),
        (good.replace("\"tool\"", "\"tol\""), "line 1: unknown field `tol`"),
        (good.replace("\"version\":2", "\"version\":3"), "its format is version 3"),
        (good.replace("\"a\"", "\"../a\""), "its part `..` is not a name"),
        (good.replace("\"sha256\":\"2d", "\"sha256\":\"zz"), "the digest of `a` is not a SHA-256"),
        (good.replace("seeded", "mine"), "line 2: unknown variant `mine`"),
        (good.replace("\"owner\"", "\"mine\":1,\"owner\""), "line 2: unknown field `mine`"),
        ("[".repeat(100_000), "recursion limit"),
    ] {
        let error = Lock::parse(&text).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn a_record_of_format_1_is_read_without_bases() {
    let text = r#"{"version": 1, "tool": "0.1.0", "files": {"m": {"owner": "managed", "component": "c", "template": "t",
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}}"#;
    let lock = Lock::parse_before(text).unwrap();
    assert_eq!((lock.files.len(), lock.base(&path("m")).unwrap()), (1, None));
    assert_eq!(
        Lock::parse_before(&text.replace("\"version\": 1", "\"version\": 7")).unwrap_err().to_string(),
        "its format is version 7, and this stackwright knows version 2"
    );
}
