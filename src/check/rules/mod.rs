//! The rules, one file per family.
mod argocd;
mod channels;
mod commands;
mod compose;
mod contract;
mod dockerfile;
mod documents;
mod environment;
mod health;
mod images;
mod kustomize;
mod network;
mod placement;
mod ports;
mod references;
mod routes;
mod text;
mod variables;
mod waves;
mod workflows;
mod workloads;

use super::Rule;

/// All rules, by id.
pub(super) fn all() -> Vec<Rule> {
    let families: [&[Rule]; 21] = [
        argocd::RULES,
        channels::RULES,
        commands::RULES,
        compose::RULES,
        contract::RULES,
        dockerfile::RULES,
        documents::RULES,
        environment::RULES,
        health::RULES,
        images::RULES,
        kustomize::RULES,
        network::RULES,
        placement::RULES,
        ports::RULES,
        references::RULES,
        routes::RULES,
        text::RULES,
        variables::RULES,
        waves::RULES,
        workflows::RULES,
        workloads::RULES,
    ];
    let mut rules: Vec<Rule> = families.concat();
    rules.sort_by_key(|rule| rule.id);
    rules
}
