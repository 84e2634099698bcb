//! `check` on repositories that people and other programs have changed: it never crashes, finds what is wrong, and
//! nothing else.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod bench;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use bench::Bench;
use stackwright::STACK_PATH;
use stackwright::catalog::Catalog;
use stackwright::check::{self, Files, Finding, RuleBook, Severity};
use stackwright::directory;
use stackwright::stack::Stack;

/// The committed example of a blueprint, with its stack.
struct Example {
    stack: Stack,
    files: Files,
}

fn example(blueprint: &str) -> Example {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(blueprint).join("repository");
    let stack = serde_json::from_str(&fs::read_to_string(root.join(STACK_PATH)).unwrap()).unwrap();
    Example { stack, files: directory::repository(&root).unwrap() }
}

static DJANGO: LazyLock<Example> = LazyLock::new(|| example("django-gitops"));
static GO: LazyLock<Example> = LazyLock::new(|| example("go-platform"));

/// The findings, as `FILE:LINE RULE MESSAGE`.
fn findings(stack: &Stack, files: &Files) -> Vec<String> {
    let shown = |one: &Finding| format!("{}:{} {} {}", one.file, one.line.unwrap_or(0), one.rule, one.message);
    check::check_by(RuleBook::embedded(), stack, files).findings.iter().map(shown).collect()
}

/// The files with one text replaced in one of them.
fn replaced(files: &Files, path: &str, find: &str, replacement: &str) -> Files {
    let text = files.text(path).unwrap();
    assert!(text.contains(find), "`{find}` is not in {path}");
    let mut files = files.clone();
    files.insert(path, text.replacen(find, replacement, 1));
    files
}

fn line_of(files: &Files, path: &str, find: &str) -> usize {
    files.text(path).unwrap().lines().position(|line| line.contains(find)).unwrap() + 1
}

#[test]
fn examples_have_no_finding() {
    for example in [&*DJANGO, &*GO] {
        assert_eq!(findings(&example.stack, &example.files), [""; 0]);
    }
}

#[test]
fn a_stack_without_environments_is_a_finding_and_no_crash() {
    let mut stack = DJANGO.stack.clone();
    stack.environments.clear();
    let found = findings(&stack, &DJANGO.files);
    let expected = "stackwright.yaml:0 R206 there is a compose.yaml, and no environment is a developer's machine";
    assert!(found.iter().any(|one| one == expected), "{found:#?}");
    let overlay = "deploy/kubernetes/overlays/staging/kustomization.yaml:0 R071 the stack has no environment `staging`";
    assert!(found.iter().any(|one| one == overlay), "{found:#?}");
}

/// The Compose file with the variables that two services share under a merge key.
fn with_merge_keys(extra: &str) -> Files {
    let text = DJANGO.files.text("compose.yaml").unwrap();
    let debug = text.lines().find(|line| line.trim_start().starts_with("DEBUG:")).unwrap();
    let shared = format!("x-shared: &shared\n{}\n{extra}\n", debug.trim());
    let shared = shared.replacen("\nDEBUG", "\n  DEBUG", 1);
    let mut merged = text.replace(debug, "      <<: *shared");
    merged.insert_str(merged.find("\nservices:").unwrap() + 1, &shared);
    let mut files = DJANGO.files.clone();
    files.insert("compose.yaml", merged);
    files
}

#[test]
fn merge_keys_in_compose_are_applied() {
    assert_eq!(findings(&DJANGO.stack, &with_merge_keys("")), [""; 0]);
}

#[test]
fn a_fault_behind_a_merge_key_is_found_where_it_is_written() {
    let files = with_merge_keys("  DEBGU: \"1\"");
    let found = findings(&DJANGO.stack, &files);
    let place = format!("compose.yaml:{} R016 `api` is given `DEBGU`", line_of(&files, "compose.yaml", "DEBGU"));
    assert!(!found.is_empty() && found.iter().all(|one| one.starts_with(&place)), "{found:#?}");
}

#[test]
fn a_project_permits_what_its_pattern_fits_however_often_a_part_occurs() {
    let path = "deploy/argocd/applications/staging.yaml";
    let project = DJANGO.files.iter().find(|(_, file)| {
        file.text.as_deref().is_some_and(|text| text.contains("kind: AppProject") && text.contains("sourceRepos:"))
    });
    let (project, file) = project.unwrap();
    let text = file.text.as_deref().unwrap();
    let at = text.find("sourceRepos:").unwrap();
    let line = text[at..].lines().nth(1).unwrap();
    let repository = line.trim().trim_start_matches("- ").trim_matches('"');
    // `o*t` begins at the first `o` and ends at the last `t`, past other ones.
    let pattern = format!("{}*{}", &repository[..9], &repository[repository.len() - 1..]);
    let wide = replaced(&DJANGO.files, project, line, &format!("    - \"{pattern}\""));
    let refused = |files: &Files| {
        findings(&DJANGO.stack, files).iter().filter(|one| one.contains("does not permit the repository")).count()
    };
    assert_eq!(refused(&wide), 0, "{pattern} in {project}, of {path}");
    let narrow = replaced(&DJANGO.files, project, line, &format!("    - \"{}*x\"", &repository[..9]));
    assert_ne!(refused(&narrow), 0);
}

#[test]
fn a_grace_period_too_long_to_count_is_long_enough() {
    let text = DJANGO.files.text("compose.yaml").unwrap();
    let line = text.lines().find(|line| line.contains("stop_grace_period:")).unwrap();
    let files = replaced(&DJANGO.files, "compose.yaml", line, "    stop_grace_period: 4000000h");
    assert_eq!(findings(&DJANGO.stack, &files), [""; 0]);
}

/// The repository without the files that match, and without their names in kustomizations.
fn without(files: &Files, name: &str) -> Files {
    let mut rest = files.clone();
    for (path, file) in files.iter() {
        let text = file.text.as_deref().unwrap_or_default();
        if path.ends_with(&format!("/{name}")) {
            rest.remove(path);
        } else if path.ends_with("/kustomization.yaml") && text.contains(name) {
            let kept: Vec<&str> = text.lines().filter(|line| line.trim() != format!("- {name}")).collect();
            rest.insert(path, kept.join("\n") + "\n");
        }
    }
    rest
}

/// The findings of R041 in an overlay's or the base's files, with their severity.
fn missing_secrets(stack: &Stack, files: &Files) -> Vec<(Severity, String)> {
    let found =
        check::check_by(RuleBook::embedded(), stack, files).findings.into_iter().filter(|one| one.rule == "R041");
    found.map(|one| (one.severity, one.message)).collect()
}

#[test]
fn a_deployment_whose_secret_nothing_makes_is_a_finding() {
    let found = missing_secrets(&DJANGO.stack, &without(&DJANGO.files, "external-secrets.yaml"));
    let api = "Deployment `api` refers to the secret `api-secrets`, which nothing makes in staging";
    assert!(found.contains(&(Severity::Error, api.to_owned())), "{found:#?}");
}

#[test]
fn without_a_component_that_keeps_secrets_somebody_has_to_make_them() {
    let mut stack = DJANGO.stack.clone();
    stack.platforms.retain(|platform| platform.name != *"secrets");
    assert_eq!(missing_secrets(&stack, &DJANGO.files), []);
    let found = missing_secrets(&stack, &without(&DJANGO.files, "external-secrets.yaml"));
    assert!(!found.is_empty() && found.iter().all(|(severity, _)| *severity == Severity::Warning), "{found:#?}");
}

#[test]
fn a_secret_of_an_operator_needs_the_object_that_the_operator_reads() {
    let found = missing_secrets(&GO.stack, &without(&GO.files, "orders-database.yaml"));
    assert!(
        found.iter().any(|(_, message)| message.contains("`orders-database-app`, which nothing makes")),
        "{found:#?}"
    );
}

/// A catalog with one component more, and a stack that has it.
fn guarded(check: &str) -> (Catalog, Stack) {
    let files = [("components/guard/check.yaml".to_owned(), check.to_owned())].into();
    let catalog = Bench::with(files).unwrap().catalog;
    let mut stack = DJANGO.stack.clone();
    stack.platforms[0].component = "guard".into();
    (catalog, stack)
}

const GUARD: &str = "\
rules:
  R900:
    severity: warning
    title: Deployments keep three old versions
    why: Nobody goes further back.
    example: \"deploy/kubernetes/base/api.yaml:10: Deployment `api` keeps 10 old versions\"
    unused: there is no Deployment
checks:
  - rule: R900
    of: { group: apps, kinds: [Deployment] }
    field: spec.revisionHistoryLimit
    must: { one-of: [\"3\"] }
    say: \"{object} keeps {value} old versions\"
    hint: write 3
";

#[test]
fn rules_in_a_components_folder_apply_where_the_component_is() {
    let (catalog, stack) = guarded(GUARD);
    let book = RuleBook::of(&catalog).unwrap();
    let text = DJANGO.files.text("deploy/kubernetes/base/api.yaml").unwrap();
    let line = text.lines().position(|line| line == "spec:").unwrap() + 1;
    let mut lines: Vec<&str> = text.lines().collect();
    lines.retain(|one| !one.contains("revisionHistoryLimit"));
    lines.insert(line, "  revisionHistoryLimit: 10");
    let mut files = Files::new();
    for (path, file) in DJANGO.files.iter() {
        let text = file.text.as_deref().unwrap_or_default();
        files.insert(path, text.replace("revisionHistoryLimit: 5", "revisionHistoryLimit: 3"));
    }
    files.insert("deploy/kubernetes/base/api.yaml", lines.join("\n") + "\n");
    let of_guard = |stack: &Stack| -> Vec<Finding> {
        let report = check::check_by(&book, stack, &files);
        report.findings.into_iter().filter(|one| one.rule == "R900").collect()
    };
    let found = of_guard(&stack);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].line, found[0].severity), (Some(line + 1), Severity::Warning));
    assert!(found[0].message.ends_with(" keeps 10 old versions"), "{}", found[0].message);
    assert_eq!(found[0].hint.as_deref(), Some("write 3"));
    assert_eq!(of_guard(&DJANGO.stack), []);
}

#[test]
fn a_check_that_is_no_check_is_refused_with_its_place() {
    let (catalog, _) = guarded(&GUARD.replace("one-of", "one-off"));
    let problems = RuleBook::of(&catalog).unwrap_err().to_string();
    assert!(problems.contains("check.yaml:12:") && problems.contains("did you mean `one-of`?"), "{problems}");
}

#[test]
fn the_specimen_in_the_documentation_is_right() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/components.md")).unwrap();
    let specimen = text.split("## What `check` knows about a product").nth(1).unwrap();
    let specimen = specimen.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let (catalog, _) = guarded(specimen);
    let book = RuleBook::of(&catalog).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(book.rules.iter().any(|rule| rule.id == "R900"));
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(most.max(1)).unwrap()).unwrap()
    }
}

/// What breaks readers: marks of many formats, wide and joined characters, numbers past every limit.
const HOSTILE: &[&str] = &[
    "\0",
    "\r\n",
    "\t",
    "\u{feff}",
    "é",
    "日本",
    "👩‍👩‍👧",
    "\u{202e}",
    "<<: *x\n",
    "&x ",
    "*x",
    "!!binary ",
    "${",
    "${A:-${",
    "}",
    "$$",
    "`",
    "```",
    "](",
    "[",
    "{",
    "\"",
    "'",
    "\\",
    "#",
    "<<EOF\n",
    "- ",
    ": ",
    "---\n",
    "|\n",
    "99999999999999999999",
    "-1",
    "4000000000h",
    "@{",
    "*/0",
    "=",
    "://",
    "@",
    ":",
    "/../..",
    "null",
    "~",
    "[]",
    "{}",
];

/// A text with bytes removed, repeated, exchanged or put in.
fn mutated(text: &str, random: &mut Random) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(6) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(40)).min(bytes.len());
        match random.below(5) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            2 => bytes[at..end].iter_mut().for_each(|byte| *byte = byte.wrapping_add(1)),
            3 => bytes.truncate(at),
            _ => {
                let piece = HOSTILE[random.below(HOSTILE.len())];
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn no_bytes_in_any_file_crash_a_check() {
    for (example, seed) in [(&*DJANGO, 0x9e37_79b9_7f4a_7c15), (&*GO, 0xd1b5_4a32_d192_ed03)] {
        let mut random = Random(seed);
        let paths: Vec<String> = example.files.iter().map(|(path, _)| path.to_owned()).collect();
        for _ in 0..40 {
            let mut files = example.files.clone();
            // Several at once: nothing here should depend on one file being right.
            for path in paths.iter().filter(|_| random.below(4) == 0).cloned().collect::<Vec<_>>() {
                let text = mutated(files.text(&path).unwrap_or_default(), &mut random);
                files.insert(path, text);
            }
            let report = check::check_by(RuleBook::embedded(), &example.stack, &files);
            for format in ["text", "json", "sarif", "junit", "github"] {
                let format = check::format::Format::named(format).unwrap();
                let text = check::format::write(&report, format);
                assert!(text.is_empty() || text.ends_with('\n'));
            }
        }
    }
}

#[test]
fn an_output_of_a_job_that_is_called_after_secrets_is_no_secret() {
    let path = ".github/workflows/ci.yaml";
    let files = replaced(&GO.files, path, "needs.publish-orders.outputs", "needs.publish-secrets.outputs");
    let found = findings(&GO.stack, &files);
    assert!(!found.iter().any(|finding| finding.contains("R154")), "{found:#?}");
}
