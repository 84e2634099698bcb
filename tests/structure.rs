//! What holds for the source itself, read by a parser of Rust: modules know only those below them, no component or
//! blueprint is known to the program, the core needs no system, and functions and files stay small.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bench;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use bench::Bench;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

/// The directories of the two crates' sources.
const CORE: &str = "crates/core/src";
const PROGRAM: &str = "src";

/// One source file.
struct SourceFile {
    /// Its path in the repository.
    path: String,
    /// The module of its crate that it belongs to, `check`; `lib` and `main` for the roots.
    module: String,
    text: String,
    code: syn::File,
}

/// Every source file of a crate, by path.
fn sources(root: &str) -> Vec<SourceFile> {
    let base = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pending = vec![base.join(root)];
    let mut found = Vec::new();
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let inside = path.strip_prefix(base.join(root)).unwrap().to_str().unwrap().replace('\\', "/");
                let module = inside.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
                let code = syn::parse_file(&text).unwrap_or_else(|error| panic!("{root}/{inside}: {error}"));
                found.push(SourceFile { path: format!("{root}/{inside}"), module, text, code });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 20, "{root} has {} files", found.len());
    found
}

/// Whether an item exists only for unit tests.
fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
    })
}

/// What a file has outside its unit tests.
#[derive(Default)]
struct Seen {
    /// Text literals.
    literals: Vec<String>,
    /// Paths, `crate::stack::Unit`, those of `use` with their groups unfolded.
    paths: Vec<String>,
    /// Names of macros that are called.
    macros: BTreeSet<String>,
    /// Functions with the number of their lines.
    functions: Vec<(String, usize)>,
}

impl Seen {
    fn of(file: &SourceFile) -> Self {
        let mut seen = Self::default();
        if !file.path.ends_with("tests.rs") && !file.path.contains("/tests/") {
            seen.visit_file(&file.code);
        }
        seen
    }

    /// The modules of its own crate that the paths name.
    fn modules(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().filter_map(|path| path.strip_prefix("crate::")?.split("::").next())
    }

    fn function(&mut self, name: &syn::Ident, span: proc_macro2::Span) {
        self.functions.push((name.to_string(), span.end().line - span.start().line + 1));
    }

    /// A macro's arguments are tokens to the parser; texts and paths are found in them all the same.
    fn tokens(&mut self, tokens: proc_macro2::TokenStream) {
        let mut path = String::new();
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Ident(word) => path.push_str(&word.to_string()),
                proc_macro2::TokenTree::Punct(mark) if mark.as_char() == ':' => path.push(':'),
                other => {
                    self.paths.push(std::mem::take(&mut path));
                    match other {
                        proc_macro2::TokenTree::Group(group) => self.tokens(group.stream()),
                        proc_macro2::TokenTree::Literal(literal) => {
                            if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                                self.literals.push(text.value());
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
        self.paths.push(path);
    }
}

impl<'ast> Visit<'ast> for Seen {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            self.function(&item.sig.ident, item.span());
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig.ident, item.span());
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test(&item.attrs) {
            unfold(&item.tree, "", &mut self.paths);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let words: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.paths.push(words.join("::"));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.macros.extend(call.path.segments.last().map(|name| name.ident.to_string()));
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {} // documentation

    fn visit_lit_str(&mut self, literal: &'ast syn::LitStr) {
        self.literals.push(literal.value());
    }
}

fn unfold(tree: &syn::UseTree, before: &str, paths: &mut Vec<String>) {
    match tree {
        syn::UseTree::Path(path) => unfold(&path.tree, &format!("{before}{}::", path.ident), paths),
        syn::UseTree::Name(name) => paths.push(format!("{before}{}", name.ident)),
        syn::UseTree::Rename(name) => paths.push(format!("{before}{}", name.ident)),
        syn::UseTree::Glob(_) => paths.push(format!("{before}*")),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| unfold(tree, before, paths)),
    }
}

fn none(found: &[String], what: &str) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn no_source_file_names_a_component_or_blueprint() {
    let catalog = Bench::embedded().catalog;
    let ids: BTreeSet<&str> = catalog.component_ids().into_iter().chain(catalog.blueprint_ids()).collect();
    // A target has a module of its own, and may have the name of the component that switches it on.
    let targets: BTreeSet<&str> = catalog.files_under("targets").filter_map(|path| path.split('/').next()).collect();
    let mut named = Vec::new();
    for file in sources(CORE).iter().chain(&sources(PROGRAM)) {
        for literal in Seen::of(file).literals {
            let target = file.module == "target" && targets.contains(literal.as_str());
            if ids.contains(literal.as_str()) && !target {
                named.push(format!("{}: {literal:?}", file.path));
            }
        }
    }
    none(&named, "the program must not know what its catalog holds");
}

/// The modules of the core in layers: each may use those in the lines above it. `docs/architecture.md` draws it.
const LAYERS: &[(&str, &[&str])] = &[
    ("diagnostic", &[]),
    ("stack", &[]),
    ("tree", &[]),
    ("lock", &["tree"]),
    ("yaml", &["diagnostic"]),
    ("render", &["diagnostic", "yaml"]),
    ("catalog", &["diagnostic", "render", "stack", "tree", "yaml"]),
    ("blueprint", &["catalog", "diagnostic", "render", "stack", "tree", "yaml"]),
    ("locks", &["catalog", "diagnostic", "stack", "yaml"]),
    ("merge", &["diagnostic", "tree", "yaml"]),
    ("resolve", &["blueprint", "catalog", "diagnostic", "render", "stack", "yaml"]),
    ("target", &["blueprint", "catalog", "diagnostic", "locks", "render", "stack", "tree", "yaml"]),
    ("check", &["catalog", "diagnostic", "lock", "stack", "tree", "yaml"]),
    ("plan", &["check", "diagnostic", "lock", "merge", "tree"]),
    ("edit", &["blueprint", "catalog", "diagnostic", "merge", "stack", "yaml"]),
    (
        "author",
        &["blueprint", "catalog", "check", "diagnostic", "render", "resolve", "stack", "target", "tree", "yaml"],
    ),
];

#[test]
fn modules_of_the_core_use_only_those_in_the_layers_above() {
    let mut above: BTreeMap<&str, &[&str]> = BTreeMap::new();
    for (module, may_use) in LAYERS {
        let unknown: Vec<_> = may_use.iter().filter(|used| !above.contains_key(**used)).collect();
        assert!(unknown.is_empty(), "`{module}` would use {unknown:?}, which stand below it: a cycle");
        above.insert(module, may_use);
    }
    let mut wrong = BTreeSet::new();
    for file in sources(CORE).iter().filter(|file| file.module != "lib") {
        let Some(may_use) = above.get(file.module.as_str()) else {
            wrong.insert(format!("{}: say in tests/structure.rs what `{}` may use", file.path, file.module));
            continue;
        };
        for used in Seen::of(file).modules().filter(|used| above.contains_key(used)) {
            if used != file.module && !may_use.contains(&used) {
                wrong.insert(format!("{} uses `{used}`", file.path));
            }
        }
    }
    none(&wrong.into_iter().collect::<Vec<_>>(), "steps out of the layers");
}

#[test]
fn modules_of_the_program_are_used_by_the_command_line_only() {
    let mut wrong = BTreeSet::new();
    for file in sources(PROGRAM).iter().filter(|file| ["directory", "project"].contains(&file.module.as_str())) {
        let others = ["cli", "directory", "project"];
        let used = Seen::of(file).modules().filter(|used| others.contains(used) && *used != file.module).count();
        if used > 0 {
            wrong.insert(file.path.clone());
        }
    }
    none(&wrong.into_iter().collect::<Vec<_>>(), "these use a module beside or above them");
}

#[test]
fn the_core_uses_no_file_system_terminal_process_or_operating_system() {
    let forbidden = ["std::fs", "std::os", "std::process", "std::env", "std::net", "std::thread::sleep"];
    let mut wrong = BTreeSet::new();
    for file in &sources(CORE) {
        for path in &Seen::of(file).paths {
            if forbidden.iter().any(|name| path == name || path.starts_with(&format!("{name}::"))) {
                wrong.insert(format!("{}: {path}", file.path));
            }
        }
    }
    none(&wrong.into_iter().collect::<Vec<_>>(), "the core runs in a browser, too");
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/core/Cargo.toml")).unwrap();
    for system in ["rustix", "tempfile", "ctrlc", "dialoguer", "clap", "nix"] {
        assert!(!manifest.contains(&format!("\n{system} ")), "the core depends on `{system}`");
    }
}

#[test]
fn source_files_stay_below_500_lines() {
    let long: Vec<String> = sources(CORE)
        .iter()
        .chain(&sources(PROGRAM))
        .filter(|file| file.text.lines().count() > 500)
        .map(|file| format!("{}: {} lines", file.path, file.text.lines().count()))
        .collect();
    none(&long, "files that hold more than one subject");
}

#[test]
fn of_100_functions_95_have_at_most_40_lines() {
    let mut lengths: Vec<(usize, String)> = Vec::new();
    for file in sources(CORE).iter().chain(&sources(PROGRAM)) {
        let functions = Seen::of(file).functions;
        lengths.extend(functions.into_iter().map(|(name, lines)| (lines, format!("{}: {name}", file.path))));
    }
    lengths.sort();
    assert!(lengths.len() > 500, "{} functions", lengths.len());
    let (lines, name) = &lengths[lengths.len() * 95 / 100];
    assert!(*lines <= 40, "the 95th percentile is {lines} lines ({name})");
}

#[test]
fn only_one_module_prints() {
    let allowed = ["src/cli/output.rs", "src/cli/prompt.rs", "src/project/interrupt.rs"];
    let mut wrong = BTreeSet::new();
    for file in sources(CORE).iter().chain(&sources(PROGRAM)).filter(|file| !allowed.contains(&file.path.as_str())) {
        let seen = Seen::of(file);
        let prints = seen.macros.iter().any(|name| ["println", "eprintln", "print", "eprint"].contains(&name.as_str()));
        let streams = ["io::stdout", "io::stderr"];
        if prints || seen.paths.iter().any(|path| streams.iter().any(|stream| path.ends_with(stream))) {
            wrong.insert(file.path.clone());
        }
    }
    none(&wrong.into_iter().collect::<Vec<_>>(), "data and messages leave through `cli::output`");
}
