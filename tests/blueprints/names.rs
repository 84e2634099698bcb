//! Names that can't work are refused where they are asked for, with the reason; all others make a repository.
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use stackwright::blueprint::{StackSpec, expand};
use stackwright::diagnostic::Source;
use stackwright::render::{pascal, plural, snake};
use stackwright::resolve::resolve;
use stackwright::stack::Name;

use crate::options::Subject;

/// Why an answer is refused; empty when it is taken.
fn refusal(subject: &Subject, id: &str, answer: Value) -> String {
    subject
        .answers(&BTreeMap::from([(id.to_owned(), answer)]))
        .map_or_else(|problems| problems.to_string(), |_| String::new())
}

/// Two services, the second of which consumes what the first publishes.
fn services(name: &str, noun: &str) -> Value {
    json!([
        { "name": name, "noun": noun, "grpc": true, "publishes": true, "workflows": ["refund"] },
        { "name": "mail", "noun": "mail", "consumes": [name], "queues": ["default"] },
    ])
}

#[test]
fn a_noun_that_django_or_python_has_already_is_refused_with_what_it_is() {
    let subject = Subject::new("django-gitops");
    for (noun, why) in [
        ("message", "`message` becomes `messages` in the code, which is the label of one of Django's own applications"),
        ("collection", "`collections` in the code, which is a module of Python's standard library"),
        ("number", "`numbers` in the code, which is a module of Python's standard library"),
        ("secret", "`secrets` in the code, which is a module of Python's standard library"),
        ("name", "`name` is a name that `attachments/models.py` has already"),
        ("size", "`size` is a name that `attachments/models.py` has already"),
        ("content-type", "`content_type` in the code, which is a name that `attachments/models.py` has already"),
        ("created-at", "`created_at` in the code, which is a name that `attachments/models.py` has already"),
        ("storage", "`storages` in the code, which is a Python package that is installed"),
        ("models", "`models` is a name that"),
        ("null", "`null` is a name that `…/models.py` has already"),
        ("redi", "`redis` in the code, which is a Python package that is installed"),
        ("warning", "`Warning` in the code, which is a name that Python has built in"),
        ("class", "`class` is a keyword of Python"),
        ("check", "`check` is a name that every model of Django has"),
        ("group", "`groups` in the code, which is a name that Django's user has"),
        ("attachment", "which is a name that"),
        ("account", "`test_accounts` in the code, which is a name that its folder `tests` has already"),
        ("base", "`BaseSerializer` in the code, which is a name that `…/views.py` has already"),
        ("abcdefghijklmnopqrst", "20 characters, more than 19: longer lines of code would have to be laid out anew"),
    ] {
        let said = refusal(&subject, "noun", noun.into());
        assert!(said.contains("answer `noun`: ") && said.contains(why), "{noun}: {said}");
    }
    for noun in
        ["order", "entry", "customer", "person", "series", "text-message", "phone-number", "abcdefghijklmnopqrs"]
    {
        assert_eq!(refusal(&subject, "noun", noun.into()), "");
    }
}

#[test]
fn a_noun_of_a_go_service_works_unless_its_package_or_postgresql_has_it() {
    let subject = Subject::new("go-platform");
    for noun in [
        "message",
        "collection",
        "number",
        "secret",
        "name",
        "size",
        "content-type",
        "created-at",
        "storage",
        "models",
        "null",
        "redi",
        "warning",
        "abcdefghijklmnopqrst",
        "type",
        "error",
        "string",
        "key",
        "item",
    ] {
        assert_eq!(refusal(&subject, "services", services("orders", noun)), "", "{noun}");
    }
    for (noun, why) in [
        ("status", "`Status` in the code, which is a name that `internal/domain` has already"),
        ("event", "`Event` in the code, which is a name that `internal/domain` has already"),
        ("idempotency-key", "`idempotency_keys` in the code, which is a name that `migrations` has already"),
        ("reference", "`references` in the code, which is a reserved word of PostgreSQL"),
    ] {
        let said = refusal(&subject, "services", services("orders", noun));
        assert!(said.contains("services[0].noun: ") && said.contains(why), "{noun}: {said}");
    }
}

#[test]
fn a_service_is_called_anything_but_what_go_or_the_stack_itself_has() {
    let subject = Subject::new("go-platform");
    for name in ["import", "default", "go", "take", "func", "main", "app"] {
        assert_eq!(refusal(&subject, "services", services(name, "order")), "", "{name}");
    }
    for (name, why) in [
        ("internal", "`internal` is a directory that Go lets nobody else import from"),
        ("vendor", "`vendor` is a directory that Go takes for copies of other modules"),
        ("metrics", "the stack itself has something called `metrics`"),
    ] {
        let said = refusal(&subject, "services", services(name, "order"));
        assert!(said.contains("services[0].name: ") && said.contains(why), "{name}: {said}");
    }
    // What the blueprint calls its own.
    let own = subject.blueprint.units.iter().map(|unit| &unit.name);
    let own = own.chain(subject.blueprint.environments.iter().map(|environment| &environment.name));
    for name in own.filter(|name| !name.contains("@{")) {
        let said = refusal(&subject, "services", services(name, "order"));
        assert!(said.contains(&format!("the stack itself has something called `{name}`")), "{name}: {said}");
    }
    let twins = json!([{ "name": "order-2", "noun": "order" }, { "name": "order2", "noun": "box" }]);
    assert!(refusal(&subject, "services", twins).contains("differ in more than hyphens"));
}

#[test]
fn a_project_is_not_called_what_postgresql_keeps_for_itself() {
    for id in ["django-gitops", "go-platform"] {
        let subject = Subject::new(id);
        for (name, why) in [
            ("pg-shop", "`pg-shop` is a name as PostgreSQL keeps for itself"),
            ("public", "`public` is what PostgreSQL calls all users together"),
            ("template0", "`template0` is a database that every PostgreSQL server has already"),
            ("postgres", "`postgres` is the user and the database"),
        ] {
            let said = refusal(&subject, "name", name.into());
            assert!(said.contains(&format!("answer `name`: {why}")), "{id}, {name}: {said}");
        }
        assert_eq!(refusal(&subject, "name", "pgshop".into()), "");
    }
}

/// Nouns that would become that word in some form.
fn nouns_of(word: &str) -> BTreeSet<String> {
    let kebab = word.to_lowercase().split('_').filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join("-");
    let mut nouns = BTreeSet::from([kebab.clone()]);
    nouns.extend(["s", "es"].iter().filter_map(|ending| kebab.strip_suffix(ending)).map(str::to_owned));
    nouns.extend(kebab.strip_suffix("ies").map(|stem| format!("{stem}y")));
    nouns.retain(|noun| Name::new(noun.as_str()).is_ok());
    nouns
}

#[test]
fn each_word_of_each_list_is_refused_in_the_form_that_the_list_is_for() {
    let django = Subject::new("django-gitops");
    let go = Subject::new("go-platform");
    let mut seen = BTreeMap::<String, usize>::new();
    for (path, text) in django.catalog.files() {
        let Some(list) = path.strip_prefix("words/").and_then(|file| file.strip_suffix(".txt")) else { continue };
        for word in text.text.lines().filter(|line| !line.starts_with('#')) {
            for noun in nouns_of(word) {
                let (one, many, class) = (snake(&noun) == word, snake(&plural(&noun)) == word, pascal(&noun) == word);
                let said = match list {
                    "postgres-reserved" if many => refusal(&go, "services", services("orders", &noun)),
                    "python-keywords" if one || class || many => refusal(&django, "noun", noun.clone().into()),
                    "python-builtins" if one || class => refusal(&django, "noun", noun.clone().into()),
                    "django-model" if one => refusal(&django, "noun", noun.clone().into()),
                    "python-modules" | "python-packages" | "django-apps" | "django-user" if many => {
                        refusal(&django, "noun", noun.clone().into())
                    }
                    _ => continue,
                };
                assert!(!said.is_empty(), "{list}: the noun `{noun}` becomes `{word}`");
                *seen.entry(list.to_owned()).or_default() += 1;
            }
        }
    }
    assert_eq!(seen.len(), 8, "each list refuses something: {seen:?}");
}

#[test]
fn a_stack_that_was_written_by_hand_is_held_to_the_same_words() {
    let subject = Subject::new("django-gitops");
    let answers = subject.answers(&BTreeMap::new()).unwrap();
    let good = expand(&subject.blueprint, &answers, &subject.engine).unwrap();
    let said = |change: &dyn Fn(&mut StackSpec)| {
        let mut spec = good.clone();
        change(&mut spec);
        let source = Source::new("stackwright.yaml", spec.to_yaml());
        let spec = StackSpec::parse(&source).unwrap();
        resolve(&spec, &subject.catalog, &subject.engine)
            .map_or_else(|problems| problems.to_string(), |_| String::new())
    };
    assert_eq!(said(&|_| {}), "");
    let noun = said(&|spec| drop(spec.units[0].params.insert("noun".into(), "secret".into())));
    assert!(noun.contains("unit `api`: parameter `noun`: `secret` becomes `secrets` in the code"), "{noun}");
    assert!(noun.contains("stackwright.yaml:"), "{noun}");
    let project = said(&|spec| spec.project.name = "pg-shop".into());
    assert!(project.contains("the project's name: `pg-shop` is a name as PostgreSQL keeps for itself"), "{project}");
}
