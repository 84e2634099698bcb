//! Pins and locks are joined with what is kept, key by key, and one of a wrong form is told what is expected.
use std::path::Path;

use crate::bench::Bench;
use crate::support::Sandbox;

#[test]
fn a_single_pin_of_ones_own_moves_an_embedded_image() {
    let sandbox = Sandbox::new();
    sandbox.write("mine/pins.yaml", "images: { valkey-9: { ref: \"valkey/valkey:9.1.0\" } }\n");
    let made = sandbox.run(&["new", "django-gitops", "shop", "--yes", "--catalog", "mine"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let compose = sandbox.read("shop/compose.yaml");
    assert!(compose.contains("valkey/valkey:9.1.0") && compose.contains("postgres:18"), "{compose}");
    assert!(!made.stderr.contains("replaces an embedded one"), "{}", made.stderr);
}

#[test]
fn the_pins_of_a_folder_are_joined_with_those_of_the_embedded_one() {
    let sandbox = Sandbox::new();
    sandbox.write("mine/components/loki/pins.yaml", "images: { loki: { ref: \"grafana/loki:3.7.5\" } }\n");
    let checked = sandbox.run(&["catalog", "check", "--catalog", "mine"]);
    assert_eq!(checked.code, 0, "{}", checked.stdout);
}

/// What is said about a catalog whose file has that text.
fn said(path: &str, text: &str) -> String {
    let sandbox = Sandbox::new();
    sandbox.write(path, text);
    let ran = sandbox.run(&["catalog", "check", "--catalog", "mine"]);
    assert_ne!(ran.code, 0, "{}", ran.stdout);
    format!("{}{}", ran.stdout, ran.stderr)
}

#[test]
fn a_pin_of_a_wrong_form_is_told_what_is_expected() {
    let text = said("mine/pins.yaml", "images:\n  loki: grafana/loki:3.7.6\n");
    assert!(text.contains("mine/pins.yaml:2:9"), "{text}");
    assert!(text.contains("`images: { <id>: { ref: \"name:tag\" } }`"), "{text}");
    let text = said("mine/components/loki/pins.yaml", "images: { loki: { reff: \"grafana/loki:3.7.6\" } }\n");
    assert!(text.contains("unknown key `reff`") && text.contains("did you mean `ref`?"), "{text}");
    let text = said("mine/pins.yaml", "images: { loki: { ref: grafana/loki } }\n");
    assert!(text.contains("expected `name:tag` or `name@sha256:…`, found `grafana/loki`"), "{text}");
    let text = said("mine/pins.yaml", "actions: { actions/checkout: { sha: v7, version: v7 } }\n");
    assert!(text.contains("expected the 40 digits of a commit, found `v7`"), "{text}");
    let text = said("mine/pins.yaml", "image: { loki: { ref: \"grafana/loki:3.7.6\" } }\n");
    assert!(text.contains("unknown key `image`") && text.contains("did you mean `images`?"), "{text}");
}

#[test]
fn two_components_of_one_catalog_cant_pin_the_same_thing_differently() {
    let sandbox = Sandbox::new();
    sandbox.write("mine/components/a/pins.yaml", "images: { x: { ref: \"x:1\" } }\n");
    sandbox.write("mine/components/b/pins.yaml", "images: { x: { ref: \"x:2\" } }\n");
    let ran = sandbox.run(&["catalog", "check", "--catalog", "mine"]);
    let text = format!("{}{}", ran.stdout, ran.stderr);
    assert!(text.contains("`x` is pinned here and, otherwise, at mine/components/a/pins.yaml:1"), "{text}");
}

#[test]
fn a_lock_of_ones_own_adds_to_the_embedded_ones_and_its_release_counts() {
    let sandbox = Sandbox::new();
    let lock =
        "packages:\n  gunicorn: { version: 99.0, hashes: [abc] }\n  humbug: { version: \"1.0\", hashes: [aa] }\n";
    sandbox.write("mine/components/django/locks/python.yaml", lock);
    let made = sandbox.run(&["new", "django-gitops", "shop", "--yes", "--catalog", "mine"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let requirements = sandbox.read("shop/apps/api/requirements.txt");
    assert!(requirements.contains("gunicorn==99.0 \\\n    --hash=sha256:abc\n"), "{requirements}");
    assert!(requirements.contains("django==5.2") && !requirements.contains("humbug"), "{requirements}");
}

#[test]
fn two_locks_of_one_catalog_must_agree_about_a_release() {
    let sandbox = Sandbox::new();
    sandbox.write("mine/components/a/locks/python.yaml", "packages: { x: { version: \"1.0\", hashes: [aa] } }\n");
    sandbox.write("mine/components/b/locks/python.yaml", "packages: { x: { version: \"2.0\", hashes: [bb] } }\n");
    let made = sandbox.run(&["new", "django-gitops", "shop", "--yes", "--catalog", "mine"]);
    assert_eq!(made.code, 2);
    assert!(
        made.stderr.contains("`x` is another one here than in mine/components/a/locks/python.yaml"),
        "{}",
        made.stderr
    );
}

#[test]
fn what_no_lock_holds_is_named_with_the_command_that_resolves_it() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["catalog", "new", "feature", "f", "--on", "django", "--catalog", "mine"]).code, 0);
    let path = "mine/components/f/component.yaml";
    sandbox.write(path, &(sandbox.read(path) + "    dependencies: { python: [humbug] }\n"));
    sandbox.write(
        "mine/b.yaml",
        &std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("blueprints/django-gitops.yaml"))
            .unwrap()
            .replacen("    features:\n", "    features:\n      - { component: f }\n", 1),
    );
    let made = sandbox.run(&["new", "./mine/b.yaml", "shop", "--yes", "--catalog", "mine"]);
    assert_eq!(made.code, 2, "{}", made.stderr);
    assert!(made.stderr.contains("depends on humbug, which no component's locks/python.yaml holds"), "{}", made.stderr);
    assert!(made.stderr.contains("`stackwright catalog lock COMPONENT --catalog DIR`"), "{}", made.stderr);
}

#[test]
fn no_embedded_lock_holds_an_address_to_download_from() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/components");
    let mut seen = 0;
    for component in std::fs::read_dir(root).unwrap() {
        let Ok(locks) = std::fs::read_dir(component.unwrap().path().join("locks")) else { continue };
        for lock in locks {
            let path = lock.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(
                !text.contains("\"resolved\"") && !text.contains(".whl") && !text.contains(".tgz"),
                "{}",
                path.display()
            );
            seen += 1;
        }
    }
    assert!(seen >= 8, "{seen} locks");
}

#[test]
fn a_pin_in_a_components_folder_is_used_in_that_folder_only() {
    let catalog = Bench::embedded().catalog;
    let mut seen = 0;
    for file in catalog.kept("pins.yaml").flatten() {
        let Some(component) = file.component else { continue };
        let folder = format!("components/{component}/");
        let pins = stackwright::yaml::parse_one(&file.source).unwrap().to_json();
        for (group, pins) in pins.as_object().unwrap() {
            for id in pins.as_object().unwrap().keys() {
                let uses = [
                    format!("image(\"{id}\")"),
                    format!("\nimage: {id}\n"),
                    format!("pin(\"{group}.{id}."),
                    format!("pin('{group}.{id}."),
                ];
                let uses = |text: &str| uses.iter().any(|used| text.contains(used));
                let users: Vec<&str> =
                    catalog.files().filter(|(_, text)| uses(&text.text)).map(|(path, _)| path).collect();
                assert!(!users.is_empty(), "nothing uses {group}.{id}");
                let others: Vec<_> = users.iter().filter(|path| !path.starts_with(&folder)).collect();
                assert!(others.is_empty(), "{group}.{id} stands in {folder} and is used by {others:?}");
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen} pins");
}
