use super::*;
use crate::tree::{Origin, digest};

/// Files of a tree: path, owner, template and text.
type Made<'a> = &'a [(&'a str, Ownership, &'a str, &'a str)];

const M: Ownership = Ownership::Managed;
const S: Ownership = Ownership::Seeded;
const COMPOSE: &str = "services:\n  api:\n    image: a\n  web:\n    image: w\n";

fn tree(files: Made<'_>) -> FileTree {
    let mut tree = FileTree::new();
    for (path, owner, template, text) in files {
        let origin = Origin { component: "c".into(), template: (*template).into() };
        let file = RenderedFile { contents: (*text).into(), owner: *owner, origin };
        tree.insert(RelPath::new(*path).unwrap(), file).unwrap();
    }
    tree
}

fn disk(files: &[(&str, &str)]) -> Files {
    let mut disk = Files::new();
    files.iter().for_each(|(path, text)| disk.insert(*path, *text));
    disk
}

/// The plan, and the files afterwards, of what was rendered, what is on disk, and what is rendered now.
fn planned(before: Made<'_>, now: &[(&str, &str)], after: Made<'_>) -> (Plan, Vec<(String, String)>) {
    let disk = disk(now);
    let plan = Plan::new(&Lock::new("1", None, &tree(before)), &disk, &tree(after)).unwrap();
    let result = plan.result(&disk);
    let files = result.iter().map(|(path, file)| (path.to_owned(), file.text.clone().unwrap_or_default())).collect();
    (plan, files)
}

/// What becomes of the one file of a plan.
fn class(before: Made<'_>, now: &[(&str, &str)], after: Made<'_>) -> Option<(Class, Option<String>)> {
    let (plan, files) = planned(before, now, after);
    assert!(plan.changes.len() < 2, "{plan:?}");
    let change = plan.changes.first()?;
    let text = files.into_iter().find(|(path, _)| path == change.path.as_str()).map(|(_, text)| text);
    Some((change.class, text))
}

fn held(class: Class, text: &str) -> (Class, Option<String>) {
    (class, Some(text.to_owned()))
}

#[test]
fn a_file_whose_rendering_did_not_change_is_left_alone_whatever_was_done_to_it() {
    let made: Made<'_> = &[("a", M, "t", "1\n")];
    for now in [&[("a", "1\n")][..], &[("a", "mine\n")], &[]] {
        assert_eq!(class(made, now, made), None);
    }
}

#[test]
fn a_managed_file_follows_its_rendering_and_is_merged_with_an_edit() {
    let new = COMPOSE.replace("image: w", "image: w2");
    let (before, after): (Made<'_>, Made<'_>) = (&[("c.yaml", M, "t", COMPOSE)], &[("c.yaml", M, "t", &new)]);
    assert_eq!(class(before, &[("c.yaml", COMPOSE)], after), Some(held(Class::Clean, &new)));
    assert_eq!(class(before, &[("c.yaml", &new)], after), None);
    let yours = COMPOSE.replace("image: a", "image: mine");
    let merged = new.replace("image: a", "image: mine");
    assert_eq!(class(before, &[("c.yaml", &yours)], after), Some(held(Class::Merged, &merged)));
    let yours = COMPOSE.replace("image: w", "image: mine");
    let (found, text) = class(before, &[("c.yaml", &yours)], after).unwrap();
    assert!(found == Class::Conflict && text.unwrap().contains("<<<<<<< yours"));
    assert_eq!(class(before, &[], after), Some((Class::Missing, None)));
}

#[test]
fn a_seeded_file_follows_its_rendering_until_it_is_edited() {
    let (before, after): (Made<'_>, Made<'_>) = (&[("a", S, "t", "1\n")], &[("a", S, "t", "2\n")]);
    assert_eq!(class(before, &[("a", "1\n")], after), Some(held(Class::Clean, "2\n")));
    assert_eq!(class(before, &[("a", "mine\n")], after), Some(held(Class::Stale, "mine\n")));
}

#[test]
fn a_new_file_is_written_unless_the_user_has_one_there() {
    assert_eq!(class(&[], &[], &[("a", S, "t", "1\n")]), Some(held(Class::New, "1\n")));
    assert_eq!(class(&[], &[("a", "mine\n")], &[("a", S, "t", "1\n")]), Some(held(Class::Yours, "mine\n")));
    assert_eq!(class(&[], &[("a", "1\n")], &[("a", M, "t", "1\n")]), None);
    let (found, text) = class(&[], &[("a", "mine\n")], &[("a", M, "t", "1\n")]).unwrap();
    assert!(found == Class::Conflict && text.unwrap().contains("mine\n"));
}

#[test]
fn what_nothing_renders_any_more_is_removed_unless_it_was_edited() {
    assert_eq!(class(&[("a", M, "t", "1\n")], &[("a", "1\n")], &[]), Some((Class::Gone, None)));
    assert_eq!(class(&[("a", M, "t", "1\n")], &[("a", "mine\n")], &[]), Some(held(Class::Conflict, "mine\n")));
    assert_eq!(class(&[("a", S, "t", "1\n")], &[("a", "mine\n")], &[]), Some(held(Class::Yours, "mine\n")));
    assert_eq!(class(&[("a", M, "t", "1\n")], &[], &[]), None);
}

#[test]
fn a_renamed_part_takes_its_edited_files_with_it() {
    let before: Made<'_> = &[
        ("k/live/orders.yaml", M, "unit", COMPOSE),
        ("k/test/orders.yaml", M, "unit", "a: 1\n"),
        ("orders/app.py", S, "app", "orders\n"),
    ];
    let after: Made<'_> = &[
        ("k/live/sales.yaml", M, "unit", COMPOSE),
        ("k/test/sales.yaml", M, "unit", "a: 2\n"),
        ("sales/app.py", S, "app", "sales\n"),
    ];
    let yours = COMPOSE.replace("image: a", "image: mine");
    let now = [("k/live/orders.yaml", yours.as_str()), ("k/test/orders.yaml", "a: 1\n"), ("orders/app.py", "mine\n")];
    let (_, files) = planned(before, &now, after);
    let expected = [("k/live/sales.yaml", yours.as_str()), ("k/test/sales.yaml", "a: 2\n"), ("sales/app.py", "mine\n")];
    let expected = expected.map(|(path, text)| (path.to_owned(), text.to_owned()));
    assert_eq!(files, expected);
}

#[test]
fn a_file_in_the_way_of_a_rename_is_not_overwritten() {
    let (before, after): (Made<'_>, Made<'_>) = (&[("a/x", M, "t", "1\n")], &[("b/x", M, "t", "2\n")]);
    let (plan, files) = planned(before, &[("a/x", "1\n"), ("b/x", "mine\n")], after);
    assert_eq!(plan.changes[0].class, Class::Conflict);
    assert_eq!(files, [("a/x", "1\n"), ("b/x", "mine\n")].map(|(path, text)| (path.to_owned(), text.to_owned())));
}

#[test]
fn two_candidates_for_a_rename_are_no_rename() {
    let before: Made<'_> = &[("a/x", M, "t", "1\n")];
    let after: Made<'_> = &[("b/x", M, "t", "1\n"), ("c/x", M, "t", "1\n")];
    let (plan, _) = planned(before, &[("a/x", "1\n")], after);
    let classes: Vec<_> = plan.changes.iter().map(|change| (change.path.as_str(), change.class)).collect();
    assert_eq!(classes, [("a/x", Class::Gone), ("b/x", Class::New), ("c/x", Class::New)]);
}

#[test]
fn a_file_that_the_user_moved_is_followed_and_remembered() {
    let (before, after): (Made<'_>, Made<'_>) = (&[("a", M, "t", "1\n2\n3\n")], &[("a", M, "t", "1\n2\n4\n")]);
    let disk = disk(&[("mine/a", "1\n2\n3\n")]);
    let lock = Lock::new("1", None, &tree(before));
    let plan = Plan::new(&lock, &disk, &tree(after)).unwrap();
    assert_eq!((plan.changes[0].path.as_str(), plan.changes[0].class), ("mine/a", Class::Clean));
    let record = plan.record(Lock::new("1", None, &tree(after)), "");
    let result = plan.result(&disk);
    assert_eq!(result.text("mine/a"), Some("1\n2\n4\n"));
    // The user edits it there, and its rendering changes once more.
    let mut edited = result;
    edited.insert("mine/a", "0\n2\n4\n");
    let plan = Plan::new(&record, &edited, &tree(&[("a", M, "t", "1\n2\n5\n")])).unwrap();
    assert_eq!(plan.result(&edited).text("mine/a"), Some("0\n2\n5\n"));
}

#[test]
fn a_plan_that_was_carried_out_is_empty() {
    let before: Made<'_> = &[("a", M, "t", "1\n2\n3\n"), ("b", S, "u", "b\n"), ("c", M, "v", "c\n")];
    let after: Made<'_> = &[("a", M, "t", "1\n2\n4\n"), ("b", S, "u", "bb\n"), ("d", M, "w", "d\n")];
    let disk = disk(&[("a", "0\n2\n3\n"), ("b", "mine\n"), ("c", "c\n")]);
    let plan = Plan::new(&Lock::new("1", None, &tree(before)), &disk, &tree(after)).unwrap();
    let record = plan.record(Lock::new("1", None, &tree(after)), "");
    let again = Plan::new(&record, &plan.result(&disk), &tree(after)).unwrap();
    assert_eq!(again.changes, []);
}

#[test]
fn the_description_is_never_written_and_its_digest_is_that_of_the_users_text() {
    let before: Made<'_> = &[(SPEC_PATH, S, "s", "name: a\n"), (STACK_PATH, M, "s", "{}\n")];
    let after: Made<'_> = &[(SPEC_PATH, S, "s", "name: b\n"), (STACK_PATH, M, "s", "{\"a\": 1}\n")];
    let disk = disk(&[(SPEC_PATH, "name: b # mine\n"), (STACK_PATH, "edited\n")]);
    let plan = Plan::new(&Lock::new("1", None, &tree(before)), &disk, &tree(after)).unwrap();
    let paths: Vec<_> = plan.writes().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, [STACK_PATH]);
    let record = plan.record(Lock::new("1", None, &tree(after)), "name: b # mine\n");
    let description = &record.files[&RelPath::new(SPEC_PATH).unwrap()];
    assert_eq!(description.sha256, digest(b"name: b # mine\n"));
}

#[test]
fn unified_is_a_patch_of_what_is_written() {
    let (plan, _) = planned(&[("a", M, "t", "1\n")], &[("a", "1\n")], &[("b", M, "t", "2\n")]);
    let patch = unified(&plan.changes[0]);
    assert_eq!(patch, "--- a/a\n+++ b/b\n@@ -1 +1 @@\n-1\n+2\n");
    let (plan, _) = planned(&[], &[], &[("b", M, "t", "2\n")]);
    assert!(unified(&plan.changes[0]).starts_with("--- /dev/null\n+++ b/b\n"));
}
