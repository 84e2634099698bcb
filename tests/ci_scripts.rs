//! What the scripts of a generated repository do that CI and other machines run: a release of whatever a push may be,
//! and a checkout's own project, ports and secrets. Needs git and a shell; a stand-in for docker says what exists.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod bench;
mod forge;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use bench::Bench;
use forge::Forge;
use stackwright::tree::FileTree;

fn rendered(blueprint: &str) -> FileTree {
    let bench = Bench::embedded();
    bench.generated(&bench.source(blueprint), &[]).unwrap().tree
}

/// A clone with some files of a repository, and an empty directory for temporary files.
fn clone(tree: &FileTree, wanted: impl Fn(&str) -> bool) -> Forge {
    let forge = Forge::new();
    for (path, file) in tree.iter().filter(|(path, _)| wanted(path.as_str())) {
        if file.is_executable() {
            forge.program(path.as_str(), &file.contents);
        } else {
            forge.write(path.as_str(), &file.contents);
        }
    }
    fs::create_dir(forge.clone_of("scratch")).unwrap();
    forge
}

fn run(forge: &Forge, script: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let scratch = forge.clone_of("scratch");
    let mut all = vec![("TMPDIR", scratch.to_str().unwrap()), ("CI", "")];
    all.extend(variables);
    let output = forge.run(script, arguments, &all);
    assert_eq!(fs::read_dir(scratch).unwrap().count(), 0, "{script} leaves temporary files");
    output
}

mod release {
    use super::*;

    /// A repository without a commit.
    fn repository() -> Forge {
        clone(&rendered("django-gitops"), |path| path == "scripts/promote" || path.starts_with("deploy/"))
    }

    fn commit(forge: &Forge, text: &str) -> String {
        forge.write("apps/api/main.py", text);
        forge.git(&["add", "--all"]);
        forge.git(&["commit", "--quiet", "--message", text]);
        forge.git(&["rev-parse", "HEAD"])
    }

    fn push(forge: &Forge) {
        forge.git(&["push", "--quiet", "--force", "origin", "HEAD:main"]);
    }

    /// What CI does at the end of a run for that commit; gives what every overlay was built from.
    fn release(forge: &Forge, source: &str) -> Vec<String> {
        let image = |name: &str| format!("registry.example.com/acme/shop-{name}@sha256:{source}{}", &source[..24]);
        let output = run(forge, "scripts/promote", &["--built", source, &image("api"), &image("web")], &[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        forge.git(&["fetch", "--quiet", "origin", "main"]);
        let found = forge.git(&["grep", "-h", "^# Built from", "FETCH_HEAD", "--", "deploy/kubernetes"]);
        found.lines().map(|line| line.trim_start_matches("# Built from ").to_owned()).collect()
    }

    #[test]
    fn the_first_push_is_released() {
        let forge = repository();
        let first = commit(&forge, "first");
        push(&forge);
        assert_eq!(release(&forge, &first), [first.clone(), first]);
    }

    #[test]
    fn a_merge_is_released_as_one() {
        let forge = repository();
        commit(&forge, "first");
        forge.git(&["checkout", "--quiet", "-b", "change"]);
        commit(&forge, "second");
        commit(&forge, "third");
        forge.git(&["checkout", "--quiet", "main"]);
        forge.git(&["merge", "--quiet", "--no-ff", "--message", "merged", "change"]);
        push(&forge);
        let merge = forge.git(&["rev-parse", "HEAD"]);
        assert_eq!(release(&forge, &merge), [merge.clone(), merge]);
    }

    #[test]
    fn a_forced_push_is_released_although_the_release_before_is_gone() {
        let forge = repository();
        commit(&forge, "first");
        let gone = commit(&forge, "second");
        push(&forge);
        release(&forge, &gone);
        forge.git(&["reset", "--quiet", "--hard", "HEAD^"]);
        let other = commit(&forge, "other");
        push(&forge);
        assert_eq!(release(&forge, &other), [other.clone(), other]);
    }

    #[test]
    fn a_commit_that_a_forced_push_dropped_is_refused() {
        let forge = repository();
        commit(&forge, "first");
        let gone = commit(&forge, "second");
        push(&forge);
        forge.git(&["reset", "--quiet", "--hard", "HEAD^"]);
        commit(&forge, "other");
        push(&forge);
        let image = format!("registry.example.com/acme/shop-api@sha256:{gone}{}", &gone[..24]);
        let output = run(&forge, "scripts/promote", &["--built", &gone, &image], &[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("is not on main"));
    }
}

mod checkout {
    use super::*;

    /// A checkout on a machine on which these Compose projects have containers or volumes.
    fn on_machine(projects: &str) -> Forge {
        let forge = clone(&rendered("django-gitops"), |path| path == "scripts/env");
        let docker = "#!/bin/sh\nfor one in PROJECTS; do case \"$*\" in *\"project=$one\") echo id ;; esac; done\n";
        forge.program("bin/docker", &docker.replace("PROJECTS", projects));
        forge
    }

    /// What .env holds after a run.
    fn env(forge: &Forge, variables: &[(&str, &str)]) -> Vec<(String, String)> {
        let output = run(forge, "scripts/env", &[], variables);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = fs::read_to_string(forge.clone_of("here").join(".env")).unwrap();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn of<'a>(values: &'a [(String, String)], name: &str) -> Option<&'a str> {
        values.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn the_first_checkout_has_the_usual_name_and_ports() {
        let forge = on_machine("other");
        let first = env(&forge, &[]);
        assert_eq!(of(&first, "COMPOSE_PROJECT_NAME"), Some("shop"));
        assert!(!first.iter().any(|(name, _)| name.ends_with("_PORT")), "{first:?}");
        assert_eq!(env(&forge, &[]), first, "a second run changes nothing");
    }

    #[test]
    fn a_second_checkout_has_a_name_and_ports_of_its_own_and_keeps_them() {
        let forge = on_machine("shop shop-2");
        let output = run(&forge, "scripts/env", &[], &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("this one is shop-3") && said.contains("down --volumes"), "{said}");
        let third = env(&forge, &[]);
        assert_eq!(of(&third, "COMPOSE_PROJECT_NAME"), Some("shop-3"));
        assert_eq!(of(&third, "API_PORT"), Some("28000"));
        forge.program("bin/docker", "#!/bin/sh\necho id\n");
        assert_eq!(env(&forge, &[]), third, "its own project exists by now");
    }

    #[test]
    fn jobs_that_share_an_engine_share_neither_name_nor_ports() {
        let ci = [("CI", "true")];
        let (one, other) = (env(&on_machine(""), &ci), env(&on_machine(""), &ci));
        let name = "COMPOSE_PROJECT_NAME";
        assert!(of(&one, name).is_some() && of(&one, name) != of(&other, name), "{one:?}");
        let port: u16 = of(&one, "API_PORT").unwrap().parse().unwrap();
        assert!((20000..32000).contains(&port), "{port}");
    }

    #[test]
    fn a_password_that_would_break_a_url_is_refused() {
        for password in ["a/b", "a#b", "a?b", "a@b", "a b"] {
            let forge = on_machine("");
            forge.write(".env", &format!("DATABASE_PASSWORD={password}\n"));
            let output = run(&forge, "scripts/env", &[], &[]);
            assert_eq!(output.status.code(), Some(2), "{password}");
            assert!(String::from_utf8_lossy(&output.stderr).contains("DATABASE_PASSWORD in .env"), "{password}");
        }
    }

    #[test]
    fn what_containers_read_is_readable_and_secrets_are_not() {
        let forge = on_machine("");
        let here = forge.clone_of("here");
        for (path, mode) in [("observability/rules.yaml", 0o600), ("scripts/tool", 0o700)] {
            forge.write(path, "");
            fs::set_permissions(here.join(path), fs::Permissions::from_mode(mode)).unwrap();
        }
        fs::set_permissions(here.join("observability"), fs::Permissions::from_mode(0o700)).unwrap();
        env(&forge, &[]);
        for (path, mode) in
            [("observability", 0o755), ("observability/rules.yaml", 0o644), ("scripts/tool", 0o755), (".env", 0o600)]
        {
            let found = fs::metadata(here.join(path)).unwrap().permissions().mode() & 0o777;
            assert_eq!(found, mode, "{path}: {found:o}");
        }
    }
}

#[test]
fn images_are_published_after_the_checks_signed_and_for_a_stated_platform() {
    for (blueprint, services) in [("django-gitops", ["api", "web"]), ("go-platform", ["notifications", "orders"])] {
        let tree = rendered(blueprint);
        let workflow = &tree.get(".github/workflows/ci.yaml").unwrap().contents;
        for service in services {
            let job = workflow.split(&format!("\n  publish-{service}:\n")).nth(1).unwrap();
            let job = job.split("\n\n").next().unwrap();
            let (head, steps) = job.split_once("steps:").unwrap();
            for check in
                [format!("- test-{}\n", services[0]), format!("- test-{}\n", services[1]), "- manifests\n".into()]
            {
                assert!(head.contains(&check), "{blueprint}: {service}: {check}: {head}");
            }
            assert!(head.contains("id-token: write"), "{head}");
            for wanted in ["platforms: linux/amd64", "cache-from: type=registry", "cosign sign --yes \"$IMAGE\""] {
                assert!(steps.contains(wanted), "{blueprint}: {service}: {wanted}");
            }
        }
    }
}

/// Kinds of Kubernetes itself, and what kustomize reads.
const BUILT_IN: [&str; 6] =
    ["kustomize.config.k8s.io", "networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io", "apps", "batch"];

#[test]
fn every_custom_resource_has_a_definition_to_be_validated_against() {
    for blueprint in ["django-gitops", "go-platform"] {
        let tree = rendered(blueprint);
        let script = &tree.get("scripts/manifests").unwrap().contents;
        let commands = script.lines().filter(|line| line.starts_with("module ") || line.starts_with("chart "));
        let known: Vec<_> = commands.filter_map(|line| line.split(' ').nth(1)).collect();
        let manifests = tree.iter().filter(|(path, _)| path.as_str().starts_with("deploy/"));
        for (path, file) in manifests {
            let versions = file.contents.lines().filter_map(|line| line.strip_prefix("apiVersion: "));
            for group in versions.filter_map(|version| version.split_once('/')).map(|(group, _)| group) {
                let found = known.contains(&group) || BUILT_IN.contains(&group) || group == "policy";
                assert!(found, "{blueprint}: {path}: scripts/manifests has no definition of {group}");
            }
        }
        assert!(known.len() > 5, "{known:?}");
    }
}

mod machines {
    use super::*;

    /// Shell of a repository: its scripts and recipes, by line.
    fn shell(tree: &FileTree) -> impl Iterator<Item = (String, &str)> {
        let shell = |path: &str, text: &str| {
            path == "Makefile" || text.starts_with("#!/bin/sh") || text.starts_with("#!/usr/bin/env bash")
        };
        tree.iter().filter(move |(path, file)| shell(path.as_str(), &file.contents)).flat_map(|(path, file)| {
            file.contents.lines().enumerate().map(move |(at, line)| (format!("{path}:{}", at + 1), line))
        })
    }

    #[test]
    fn scripts_and_commands_of_documents_use_only_what_macos_has_too() {
        let gnu = [
            "head -n -",
            "head --",
            "xargs -r",
            "xargs --no-run-if-empty",
            "sed -i ",
            "sed --",
            "date -d",
            " date --",
            "readlink -f",
            "realpath ",
            "stat -c",
            "stat --",
            "sort -V",
            "grep -P",
            "base64 -w",
            "tac ",
            "nproc",
            "mapfile",
            "declare -A",
            "cp --",
            "find -",
            "mktemp --",
            "sha256sum",
            "timeout -",
        ];
        for blueprint in ["django-gitops", "go-platform"] {
            let tree = rendered(blueprint);
            let documents = tree.iter().filter(|(path, _)| path.as_str().ends_with(".md")).flat_map(|(path, file)| {
                file.contents.lines().enumerate().map(move |(at, line)| (format!("{path}:{}", at + 1), line))
            });
            for (place, line) in shell(&tree).chain(documents) {
                let found = gnu.iter().find(|word| line.contains(**word));
                assert_eq!(found, None, "{blueprint}: {place}: {line}");
            }
        }
    }

    #[test]
    fn what_is_mounted_from_the_repository_is_labelled_for_selinux() {
        for blueprint in ["django-gitops", "go-platform"] {
            let tree = rendered(blueprint);
            let compose = tree.iter().filter(|(path, _)| path.as_str().contains("compose")).flat_map(|(path, file)| {
                let mounts =
                    file.contents.lines().filter(|line| line.trim().starts_with("- ./") && line.contains(":/"));
                mounts.map(move |line| (path.to_string(), line))
            });
            let commands = shell(&tree).filter(|(_, line)| line.contains("--volume "));
            let mut seen = 0;
            for (place, line) in compose.chain(commands) {
                for mount in line.split_whitespace().filter(|word| word.contains(":/")) {
                    seen += 1;
                    let options = mount.trim_matches('"').rsplit(':').next().unwrap();
                    assert!(options.split(',').any(|option| option == "z"), "{blueprint}: {place}: {line}");
                }
            }
            assert!(seen > 5, "{blueprint}: {seen} mounts");
        }
    }
}
