//! The smallest examples of what a merge does; `tests/merge/` of the repository holds the large ones.
use super::*;

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 1
  template:
    spec:
      containers:
        # The only container.
        - name: api
          image: api:1 # pinned
          env:
            - name: A
              value: \"1\"
            - name: B
              value: two
          args: [serve, --port, \"80\"]
";

fn yaml(base: &str, yours: &str, new: &str) -> Merged {
    merge("a.yaml", Some(base), yours, new)
}

fn edited(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[test]
fn merge_of_edits_in_different_entries_keeps_both() {
    let yours = edited(DEPLOYMENT, "replicas: 1", "replicas: 3 # peak");
    let new = edited(DEPLOYMENT, "image: api:1", "image: api:2");
    let merged = yaml(DEPLOYMENT, &yours, &new);
    assert_eq!(merged.text, edited(&yours, "image: api:1", "image: api:2"));
    assert!(merged.conflicts.is_empty());
}

#[test]
fn merge_of_two_additions_to_one_list_keeps_both_items() {
    let item =
        |name: &str| format!("              value: two\n            - name: {name}\n              value: {name}\n");
    let yours = edited(DEPLOYMENT, "              value: two\n", &item("MINE"));
    let new = edited(DEPLOYMENT, "              value: two\n", &item("THEIRS"));
    let merged = yaml(DEPLOYMENT, &yours, &new);
    assert!(merged.conflicts.is_empty(), "{}", merged.text);
    assert_eq!(merged.text.matches("- name: ").count(), 5, "{}", merged.text);
}

#[test]
fn merge_of_one_name_added_twice_is_a_conflict_of_that_item() {
    let item = |value: &str| format!("              value: two\n            - name: C\n              value: {value}\n");
    let yours = edited(DEPLOYMENT, "              value: two\n", &item("mine"));
    let new = edited(DEPLOYMENT, "              value: two\n", &item("ours"));
    let merged = yaml(DEPLOYMENT, &yours, &new);
    let [conflict] = &merged.conflicts[..] else { panic!("{}", merged.text) };
    assert_eq!(conflict.at, ["spec", "template", "spec", "containers", "api", "env", "C"]);
    assert_eq!(conflict.sides.yours.as_deref(), Some("            - name: C\n              value: mine\n"));
    assert_eq!(merged.text.lines().nth(conflict.line - 1), Some(&*format!("<<<<<<< yours ({})", conflict.id)));
}

#[test]
fn merge_of_an_entry_that_was_edited_and_is_gone_is_a_conflict() {
    let yours = edited(DEPLOYMENT, "value: two", "value: three");
    let new = edited(DEPLOYMENT, "            - name: B\n              value: two\n", "");
    let merged = yaml(DEPLOYMENT, &yours, &new);
    assert_eq!(merged.conflicts.len(), 1, "{}", merged.text);
    assert_eq!(merged.conflicts[0].sides.new, None);
}

#[test]
fn merge_of_an_inline_list_merges_items_and_keeps_its_form() {
    let base = "on: [push]\nports: [80, 81]\n";
    let merged = yaml(base, "on: [push]\nports: [80, 81, 90]\n", "on: [push, pull_request]\nports: [79, 80, 81]\n");
    assert_eq!(merged.text, "on: [push, pull_request]\nports: [79, 80, 81, 90]\n");
}

#[test]
fn merge_of_arguments_added_at_one_place_is_a_conflict() {
    let yours = edited(DEPLOYMENT, "\"80\"]", "\"80\", --mine]");
    let new = edited(DEPLOYMENT, "\"80\"]", "\"80\", --ours]");
    let merged = yaml(DEPLOYMENT, &yours, &new);
    assert_eq!(merged.conflicts.len(), 1, "{}", merged.text);
    assert!(
        merged.text.contains("=======\n          args: [serve, --port, \"80\", --ours]\n>>>>>>>"),
        "{}",
        merged.text
    );
}

#[test]
fn merge_of_json_places_commas() {
    let base = "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": []\n  }\n}\n";
    let yours = "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": []\n  },\n  \"mine\": true\n}\n";
    let new =
        "{\n  \"zero\": 0,\n  \"a\": 1,\n  \"b\": {\n    \"c\": [],\n    \"d\": {\n      \"e\": null\n    }\n  }\n}\n";
    let merged = merge("a.json", Some(base), yours, new);
    let wanted = "{\n  \"zero\": 0,\n  \"a\": 1,\n  \"b\": {\n    \"c\": [],\n    \"d\": {\n      \"e\": null\n    }\n  },\n  \"mine\": true\n}\n";
    assert_eq!(merged.text, wanted);
    let removed = merge("a.json", Some(base), yours, "{\n  \"b\": {\n    \"c\": []\n  }\n}\n");
    assert_eq!(removed.text, "{\n  \"b\": {\n    \"c\": []\n  },\n  \"mine\": true\n}\n");
    let clash =
        merge("a.json", Some(base), &base.replace("\"a\": 1", "\"a\": 2"), &base.replace("\"a\": 1", "\"a\": 3"));
    assert_eq!(clash.conflicts.len(), 1);
    assert_eq!(clash.conflicts[0].sides.yours.as_deref(), Some("  \"a\": 2,"));
}

#[test]
fn merge_of_text_blocks_goes_line_by_line() {
    let base = "run: |\n  one\n  two\n  three\nlast: 1\n";
    let merged = yaml(base, &base.replace("  one\n", "  zero\n  one\n"), &base.replace("three", "four"));
    assert_eq!(merged.text, "run: |\n  zero\n  one\n  two\n  four\nlast: 1\n");
}

#[test]
fn merge_of_several_documents_goes_document_by_document() {
    let object =
        |kind: &str, name: &str, value: &str| format!("kind: {kind}\nmetadata:\n  name: {name}\nspec: {value}\n");
    let (one, two) = (object("A", "one", "1"), object("B", "two", "2"));
    let base = format!("{one}---\n{two}");
    let yours = format!("{one}---\n# mine\n{two}---\n{}", object("C", "mine", "3"));
    let new = format!("{}---\n{two}---\n{}", object("A", "one", "9"), object("D", "ours", "4"));
    let merged = yaml(&base, &yours, &new);
    let wanted = format!(
        "{}---\n# mine\n{two}---\n{}---\n{}",
        object("A", "one", "9"),
        object("D", "ours", "4"),
        object("C", "mine", "3")
    );
    assert_eq!(merged.text, wanted);
}

#[test]
fn merge_keeps_comments_that_stand_above_something_removed() {
    let base = "a: 1\nb: 2\nc: 3\n";
    let merged = yaml(base, "a: 1\n# why b\nb: 2\nc: 3\n", "a: 1\nc: 3\n");
    assert_eq!(merged.text, "a: 1\n# why b\nc: 3\n");
}

#[test]
fn merge_of_lists_indented_otherwise_keeps_the_users_indentation() {
    let base = "items:\n  - name: a\n    list:\n      - x\n";
    let yours = "items:\n- name: a\n  list:\n  - x\n  - mine\n";
    let new = "items:\n  - name: a\n    list:\n      - x\n  - name: b\n    list:\n      - y\n";
    assert_eq!(
        yaml(base, yours, new).text,
        "items:\n- name: a\n  list:\n  - x\n  - mine\n- name: b\n  list:\n    - y\n"
    );
}

#[test]
fn merge_of_variables_adds_each_name_once() {
    let merged = merge(".env.example", Some("A=1\n"), "A=1\n# mine\nC=3\n", "A=2\nB=2\n");
    assert_eq!(merged.text, "A=2\nB=2\n# mine\nC=3\n");
    let clash = merge(".env.example", Some("A=1\n"), "A=2\n", "A=3\n");
    assert_eq!(clash.conflicts.len(), 1);
}

#[test]
fn merge_of_unreadable_yaml_goes_by_lines() {
    let merged = yaml("a: 1\nb: 2\nc: 3\n", "a: 1\nb: 2\nc: [3\n", "a: 0\nb: 2\nc: 3\n");
    assert_eq!(merged.text, "a: 0\nb: 2\nc: [3\n");
}

#[test]
fn merge_keeps_a_comment_above_the_first_item_of_a_list() {
    let base = "metadata:\n  name: a\n  space: b\n  finalizers:\n    - x\nspec: 1\n";
    let merged = yaml(base, &base.replace("    - x", "    # mine\n    - x"), &base.replace("  space: b\n", ""));
    assert_eq!(merged.text, "metadata:\n  name: a\n  finalizers:\n    # mine\n    - x\nspec: 1\n");
    let twice =
        yaml(base, &base.replace("    - x", "    # mine\n    - x"), &base.replace("    - x", "    - y\n    - x"));
    assert_eq!(twice.text, "metadata:\n  name: a\n  space: b\n  finalizers:\n    - y\n    # mine\n    - x\nspec: 1\n");
}
