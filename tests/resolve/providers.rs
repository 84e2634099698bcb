//! Providers that a component doesn't offer in an environment.
use crate::stacks::{accepted, refused};

#[test]
fn managed_where_nothing_is_managed_is_refused_at_the_providers_line() {
    refused(
        "
units:
  - name: database
    component: postgres
    providers: { default: managed }
",
        &[],
        r"
error: `database` can't have the provider `managed` in `production`: component `postgres` doesn't offer it there
 --> test.yaml:4:27
  |
4 |     providers: { default: managed }
  |                           ^^^^^^^
  = note: there it offers container, operator, external
  = help: write `providers: { default: container }`
",
    );
}

#[test]
fn an_operator_without_one_is_refused() {
    refused(
        "units:\n  - { name: cache, component: valkey, providers: { production: operator } }\n",
        &[],
        r"
error: `cache` can't have the provider `operator` in `production`: component `valkey` doesn't offer it there
 --> test.yaml:2:64
  |
2 |   - { name: cache, component: valkey, providers: { production: operator } }
  |                                                                ^^^^^^^^
  = note: there it offers container, external
  = help: write `providers: { production: container }`
",
    );
}

#[test]
fn an_operator_on_a_developers_machine_is_refused() {
    refused(
        "units:\n  - { name: database, component: postgres, providers: { local: operator } }\n",
        &[],
        r"
error: `database` can't have the provider `operator` in `local`: component `postgres` doesn't offer it there
 --> test.yaml:2:64
  |
2 |   - { name: database, component: postgres, providers: { local: operator } }
  |                                                                ^^^^^^^^
  = note: an operator runs in a cluster
  = note: there it offers container, external
  = help: write `providers: { local: container }`
",
    );
}

#[test]
fn a_development_server_beyond_a_developers_machine_is_refused_with_the_reason() {
    refused(
        "units:\n  - { name: files, component: object-storage }\n",
        &[],
        r"
error: `files` can't have the provider `container` in `production`: component `object-storage` doesn't offer it there
 --> test.yaml:2:13
  |
2 |   - { name: files, component: object-storage }
  |             ^^^^^
  = note: one process without a copy of anything, made for development
  = note: there it offers external
  = help: write `providers: { default: external }`
",
    );
    refused(
        "units:\n  - { name: files, component: object-storage, providers: { default: container } }\n",
        &[],
        r"
error: `files` can't have the provider `container` in `production`: component `object-storage` doesn't offer it there
 --> test.yaml:2:69
  |
2 |   - { name: files, component: object-storage, providers: { default: container } }
  |                                                                     ^^^^^^^^^
  = note: one process without a copy of anything, made for development
  = note: there it offers external
  = help: write `providers: { default: external }`
",
    );
    accepted("units:\n  - { name: files, component: object-storage, providers: { default: external } }\n", &[]);
}

#[test]
fn a_word_that_is_no_provider_is_refused_with_a_guess() {
    refused(
        "units:\n  - { name: cache, component: valkey, providers: { default: extern } }\n",
        &[],
        r"
error: `extern` is not a provider
 --> test.yaml:2:61
  |
2 |   - { name: cache, component: valkey, providers: { default: extern } }
  |                                                             ^^^^^^
  = note: providers are container, operator, package, managed and external
  = help: did you mean `external`?
",
    );
}
