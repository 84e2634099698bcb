//! What holds for the source itself: no component or blueprint is known to it, and modules know only those below them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use stackwright::catalog::Catalog;

/// Every source file with its path below `src` and its text without tests.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut pending = vec![root.clone()];
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            let inside = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
            if path.is_dir() {
                pending.push(path);
            } else if inside.ends_with(".rs") && !inside.ends_with("tests.rs") && !inside.contains("/tests/") {
                found.push((inside, without_tests(&fs::read_to_string(&path).unwrap())));
            }
        }
    }
    found.sort();
    assert!(found.len() > 50);
    found
}

/// The text before the module of unit tests, which stands last, and without comments.
fn without_tests(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    let lines = code.lines().map(|line| match line.find("//") {
        // A `//` inside a text belongs to an address.
        Some(at) if !line[..at].contains('"') => &line[..at],
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The text literals of Rust code; good enough for code that rustfmt has formatted.
fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find('"') {
        let character = rest[..at].ends_with('\'') && rest[at + 1..].starts_with('\'');
        rest = &rest[at + 1..];
        if character {
            continue;
        }
        let mut literal = String::new();
        let mut characters = rest.char_indices();
        let mut end = rest.len();
        while let Some((index, c)) = characters.next() {
            match c {
                '\\' => drop(characters.next()),
                '"' => {
                    end = index + 1;
                    break;
                }
                c => literal.push(c),
            }
        }
        found.push(literal);
        rest = &rest[end..];
    }
    found
}

#[test]
fn literals_are_found() {
    assert_eq!(literals(r#"let a = "one"; let q = '"'; f("t\"wo", "");"#), ["one", "two", ""]);
}

#[test]
fn no_source_file_names_a_component_or_blueprint() {
    let catalog = Catalog::load(&[]).unwrap();
    let ids: BTreeSet<&str> = catalog.component_ids().into_iter().chain(catalog.blueprint_ids()).collect();
    // A target has a module of its own, and may have the name of the component that switches it on.
    let targets: BTreeSet<&str> = catalog.files_under("targets").filter_map(|path| path.split('/').next()).collect();
    let mut named = Vec::new();
    for (path, code) in sources() {
        for literal in literals(&code) {
            let target = path.starts_with("target/") && targets.contains(literal.as_str());
            if ids.contains(literal.as_str()) && !target {
                named.push(format!("src/{path}: {literal:?}"));
            }
        }
    }
    assert!(named.is_empty(), "the program must not know what its catalog holds:\n{}", named.join("\n"));
}

/// What each module may use of the crate, beside itself. `docs/architecture.md` draws it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("stack", &[]),
    ("tree", &[]),
    ("yaml", &["diagnostic"]),
    ("render", &["diagnostic", "yaml"]),
    ("blueprint", &["diagnostic", "render", "stack", "tree", "yaml"]),
    ("catalog", &["blueprint", "diagnostic", "render", "stack", "target", "tree", "yaml"]),
    ("locks", &["catalog", "diagnostic", "stack", "yaml"]),
    ("resolve", &["blueprint", "catalog", "diagnostic", "render", "stack", "yaml"]),
    ("target", &["blueprint", "catalog", "diagnostic", "locks", "render", "stack", "tree", "yaml"]),
    ("check", &["diagnostic", "stack", "tree", "yaml"]),
    ("project", &["diagnostic", "tree"]),
    ("record", &["catalog", "check", "diagnostic", "project", "render", "resolve", "tree"]),
];

#[test]
fn modules_use_only_those_below_them() {
    let modules: BTreeSet<&str> = MAY_USE.iter().map(|(module, _)| *module).chain(["cli"]).collect();
    let mut wrong = Vec::new();
    for (path, code) in sources() {
        let module = path.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        if ["main", "lib", "cli"].contains(&module.as_str()) {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(known, _)| *known == module) else {
            wrong.push(format!("src/{path}: say in tests/structure.rs what `{module}` may use"));
            continue;
        };
        for used in uses(&code).into_iter().filter(|used| modules.contains(used.as_str())) {
            if used != module && !allowed.contains(&used.as_str()) {
                wrong.push(format!("src/{path} uses `{used}`"));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The modules after `crate::`, in paths and in braces.
fn uses(code: &str) -> BTreeSet<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = BTreeSet::new();
    for (at, start) in code.match_indices("crate::") {
        let rest = &code[at + start.len()..];
        match rest.strip_prefix('{') {
            None => drop(found.insert(word(rest))),
            Some(group) => {
                let mut depth = 0;
                let mut item = String::new();
                for c in group.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => {
                            found.insert(word(item.trim_start()));
                            item.clear();
                            continue;
                        }
                        _ => {}
                    }
                    item.push(c);
                }
                found.insert(word(item.trim_start()));
            }
        }
    }
    found
}

#[test]
fn source_files_stay_small() {
    let long: Vec<String> = sources()
        .into_iter()
        .map(|(path, code)| (path, code.lines().count()))
        .filter(|(_, lines)| *lines > 500)
        .map(|(path, lines)| format!("src/{path}: {lines} lines"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn only_one_module_prints() {
    for (path, code) in sources() {
        let prints = ["println!", "eprintln!", "print!(", "eprint!(", "io::stdout()", "io::stderr()"];
        let allowed = ["cli/output.rs", "cli/prompt.rs", "project/interrupt.rs"].contains(&path.as_str());
        for print in prints.iter().filter(|print| code.contains(**print)) {
            assert!(allowed, "src/{path} has `{print}`");
        }
    }
}
