//! Every check rule finds what it is made for, at the right line, and nothing else: each mutation of a generated
//! repository in `tests/mutations/*.yaml` makes its rule, and no other one, report the place that was changed.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod bench;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bench::Bench;
use serde::Deserialize;
use serde_json::Value;
use stackwright::check::{self, FileText, Files, Finding, RULES, Severity};
use stackwright::diagnostic::Source;
use stackwright::lock::Lock;
use stackwright::stack::Stack;
use stackwright::{record, yaml};

/// One change of a generated repository and what it must lead to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    /// The rule that must report it.
    rule: String,
    /// The blueprint that the repository is made from.
    #[serde(default = "default_blueprint")]
    blueprint: String,
    /// The option set that the repository is made from.
    #[serde(default = "default_set")]
    set: String,
    /// The file that is changed.
    file: String,
    /// The search for `find` begins after the line that holds each of these in turn.
    #[serde(default)]
    after: Vec<String>,
    /// The text that is searched for; absent for whole files.
    find: Option<String>,
    /// What it is replaced by.
    replace: Option<String>,
    /// Lines that are inserted below the line that holds it.
    insert: Option<String>,
    /// Whether the line that holds it is removed.
    #[serde(default)]
    delete: bool,
    /// The whole new text of the file; the file need not exist.
    text: Option<String>,
    /// Text that is added at the end.
    append: Option<String>,
    /// Whether the file is removed.
    #[serde(default)]
    remove: bool,
    /// Whether the file loses the permission to run.
    #[serde(default)]
    not_executable: bool,
    /// Other rules that are right to report the same change.
    #[serde(default)]
    also: Vec<String>,
    /// Where the finding must be, if it isn't the changed line.
    expect: Option<Expect>,
}

/// A place in the changed repository.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expect {
    file: Option<String>,
    after: Vec<String>,
    find: Option<String>,
}

fn default_blueprint() -> String {
    "django-gitops".into()
}

fn default_set() -> String {
    "default".into()
}

struct Repository {
    stack: Stack,
    files: Files,
    lock: Lock,
}

/// The report on those files in the place of the repository's own, as `check` makes it.
fn report(repository: &Repository, files: &Files) -> check::Report {
    let mut drift = check::Drift::default();
    if !record::is_untouched(files, &repository.lock) {
        let bench = Bench::embedded();
        drift = record::drift(files, &repository.lock, &bench.catalog, &bench.engine);
    }
    check::check_repository(check::RuleBook::embedded(), &repository.stack, files, &drift)
}

/// The option sets: `BLUEPRINT/SET` and the file of answers.
fn sets() -> BTreeMap<String, PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/option-sets");
    let below = |path: &Path| -> Vec<PathBuf> {
        fs::read_dir(path).expect("the option sets are there").map(|entry| entry.unwrap().path()).collect()
    };
    let files = below(&directory).into_iter().flat_map(|blueprint| below(&blueprint));
    let name = |path: &Path| path.strip_prefix(&directory).unwrap().with_extension("").to_string_lossy().into_owned();
    files.map(|path| (name(&path), path)).collect()
}

fn repository(name: &str, path: &Path) -> Repository {
    let bench = Bench::embedded();
    let blueprint = bench.source(name.split('/').next().unwrap());
    let text = fs::read_to_string(path).unwrap();
    let given = Source::new(path.display().to_string(), text);
    let documents = yaml::parse(&given).unwrap_or_else(|problems| panic!("{problems}"));
    let given = documents.first().and_then(|node| node.to_json().as_object().cloned()).unwrap_or_default();
    let given: Vec<(&str, Value)> = given.iter().map(|(id, value)| (id.as_str(), value.clone())).collect();
    let made = bench.generated(&blueprint, &given).unwrap_or_else(|problems| panic!("{problems}"));
    let mut files = Files::from_tree(&made.tree);
    let lock = record::lock(&made.tree, &bench.catalog);
    files.insert(".stackwright/lock.jsonl", lock.to_text());
    Repository { stack: made.stack, files, lock }
}

static REPOSITORIES: LazyLock<BTreeMap<String, Repository>> =
    LazyLock::new(|| sets().into_iter().map(|(name, path)| (name.clone(), repository(&name, &path))).collect());

fn found(repository: &Repository, files: &Files) -> Vec<Finding> {
    let report = report(repository, files);
    // That the names are examples, and that somebody edited a file, is true of every tree here.
    let notes = report.notes.into_iter().filter(|finding| finding.rule != "R209" && finding.rule != "R208");
    report.findings.into_iter().chain(notes).collect()
}

fn shown(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings
        .iter()
        .map(|one| format!("  {}:{} {} {}", one.file, one.line.unwrap_or(0), one.rule, one.message))
        .collect();
    lines.join("\n")
}

#[test]
fn generated_repositories_have_no_finding() {
    for (name, repository) in REPOSITORIES.iter() {
        let report = report(repository, &repository.files);
        assert!(report.findings.is_empty(), "{name}:\n{}", shown(&report.findings));
        assert!(report.not_analysed.is_empty(), "{name}: {:?}", report.not_analysed);
        for note in &report.notes {
            assert_eq!((note.rule, note.severity), ("R209", Severity::Note), "{name}: {}", shown(&report.notes));
        }
    }
}

/// The index of the line that holds `find`, behind the lines that hold each of `after`.
fn locate(text: &str, after: &[String], find: &str) -> Option<usize> {
    let lines: Vec<&str> = text.lines().collect();
    let mut from = 0;
    for mark in after {
        from += lines[from..].iter().position(|line| line.contains(mark.as_str()))? + 1;
    }
    Some(from + lines[from..].iter().position(|line| line.contains(find))?)
}

/// Changes the files; gives the changed line, counted from 1.
fn apply(mutation: &Mutation, files: &mut Files) -> Result<usize, String> {
    if mutation.remove {
        files.remove(&mutation.file).ok_or("the file to remove is not there")?;
        return Ok(0);
    }
    if mutation.not_executable {
        let text = files.text(&mutation.file).map(str::to_owned);
        files.insert_file(mutation.file.clone(), FileText { text, executable: false });
        return Ok(1);
    }
    if let Some(text) = &mutation.text {
        files.insert(mutation.file.clone(), text.clone());
        return Ok(0);
    }
    let text = files.text(&mutation.file).ok_or("the file is not there")?.to_owned();
    if let Some(more) = &mutation.append {
        files.insert(mutation.file.clone(), format!("{text}{more}"));
        return Ok(text.lines().count() + 1);
    }
    let find = mutation.find.as_deref().ok_or("nothing says what is changed")?;
    let index = locate(&text, &mutation.after, find).ok_or_else(|| format!("`{find}` is not in the file"))?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut changed = index + 1;
    if mutation.delete {
        lines.remove(index);
    } else if let Some(insert) = &mutation.insert {
        for (offset, line) in insert.lines().enumerate() {
            lines.insert(index + 1 + offset, line.to_owned());
        }
        changed += 1;
    } else {
        let replace = mutation.replace.as_deref().ok_or("nothing says what it becomes")?;
        lines[index] = lines[index].replacen(find, replace, 1);
    }
    let executable = text.starts_with("#!");
    let text = Some(lines.join("\n") + "\n");
    files.insert_file(mutation.file.clone(), FileText { text, executable });
    Ok(changed)
}

/// What is wrong with the outcome of a mutation, if anything.
fn defect(mutation: &Mutation) -> Option<String> {
    let set = format!("{}/{}", mutation.blueprint, mutation.set);
    let Some(repository) = REPOSITORIES.get(&set) else { return Some("no such option set".into()) };
    let mut files = repository.files.clone();
    let changed = match apply(mutation, &mut files) {
        Ok(changed) => changed,
        Err(why) => return Some(why),
    };
    let (file, line) = match &mutation.expect {
        None => (mutation.file.as_str(), changed),
        Some(expect) => {
            let file = expect.file.as_deref().unwrap_or(&mutation.file);
            let line = match &expect.find {
                None => 0,
                Some(find) => match files.text(file).and_then(|text| locate(text, &expect.after, find)) {
                    Some(index) => index + 1,
                    None => return Some(format!("`{find}` is not in {file}")),
                },
            };
            (file, line)
        }
    };
    let mut findings = found(repository, &files);
    if mutation.rule == "R208" || mutation.rule == "R209" {
        findings = report(repository, &files).notes;
        findings.retain(|finding| finding.rule == mutation.rule);
    }
    let right = |one: &Finding| one.rule == mutation.rule;
    let placed = |one: &Finding| right(one) && one.file == file && one.line.unwrap_or(0) == line;
    let related = |one: &Finding| right(one) || mutation.also.iter().any(|rule| rule == one.rule);
    if findings.iter().all(related) && findings.iter().any(placed) {
        return None;
    }
    Some(format!("expected {file}:{line}, found\n{}", shown(&findings)))
}

fn mutations() -> Vec<(String, Mutation)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutations");
    let mut paths: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        let source = Source::new(path.display().to_string(), fs::read_to_string(&path).unwrap());
        let node = yaml::parse_one(&source).unwrap_or_else(|problems| panic!("{problems}"));
        let list: Vec<Mutation> =
            serde_json::from_value(node.to_json()).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        all.extend(list.into_iter().map(|mutation| (name.clone(), mutation)));
    }
    all
}

#[test]
fn mutations_are_found_by_their_rule_alone() {
    let mut defects = Vec::new();
    for (table, mutation) in mutations() {
        if let Some(defect) = defect(&mutation) {
            let find = mutation.find.as_deref().unwrap_or("the whole file");
            defects.push(format!("{table}: {} in {} at `{find}`: {defect}", mutation.rule, mutation.file));
        }
    }
    assert!(defects.is_empty(), "{} mutations:\n{}", defects.len(), defects.join("\n"));
}

/// What `scripts/secrets edit` leaves: the values encrypted, the keys in the open.
fn encrypted(keys: &[&str]) -> String {
    let value = |key: &&str| format!("  {key}: ENC[AES256_GCM,data:Zm9v,iv:YQ==,tag:Yg==,type:str]");
    let values = keys.iter().map(value).collect::<Vec<_>>().join("\n");
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: api-secrets\n  namespace: ledger-production\nstringData:\n{values}\n\
         sops:\n  mac: ENC[AES256_GCM,data:Zm9v,iv:YQ==,tag:Yg==,type:str]\n  version: 3.11.0\n"
    )
}

#[test]
fn encrypted_secrets_are_at_home_in_the_repository() {
    let repository = &REPOSITORIES["django-gitops/minimal"];
    for path in ["deploy/secrets/production.yaml", "deploy/kubernetes/overlays/production/secrets.yaml"] {
        let mut files = repository.files.clone();
        files.insert(path, encrypted(&["DATABASE_URL", "SECRET_KEY", "SEED_PASSWORD"]));
        assert_eq!(found(repository, &files), [], "{path}");
    }
}

#[test]
fn every_rule_has_a_mutation() {
    let tested: BTreeSet<String> = mutations().into_iter().map(|(_, mutation)| mutation.rule).collect();
    let untested: Vec<&str> = RULES.iter().map(|rule| rule.id).filter(|id| !tested.contains(*id)).collect();
    assert!(untested.is_empty(), "no mutation makes these rules report: {untested:?}");
    let unknown: Vec<&String> = tested.iter().filter(|id| check::rule(id).is_none()).collect();
    assert!(unknown.is_empty(), "no such rule: {unknown:?}");
}

#[test]
fn checks_are_documented() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    let wanted = check::reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "docs/checks.md is stale: run UPDATE_DOCS=1 cargo test checks_are_documented");
    for rule in RULES.iter() {
        assert!(found.contains(&format!("\n## {}\n", rule.id)), "{} is not documented", rule.id);
        let text = check::explain(rule.id).unwrap();
        assert!(text.contains(rule.why) && text.contains(rule.title), "{text}");
    }
}

#[test]
fn rules_are_well_formed() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "an id is there twice");
    for rule in RULES.iter() {
        assert!(rule.id.len() == 4 && rule.id.starts_with('R'), "{}", rule.id);
        assert!(!rule.title.ends_with('.') && rule.why.ends_with('.'), "{}", rule.id);
    }
}
