//! The rules, one file per family.
mod argocd;
mod builds;
mod channels;
mod commands;
mod compose;
mod contract;
mod delivery;
mod description;
mod dockerfile;
mod documents;
mod environment;
mod gates;
mod health;
mod images;
mod kustomize;
mod network;
mod placement;
mod policies;
mod ports;
mod references;
mod routes;
mod text;
mod variables;
mod watching;
mod waves;
mod workflows;
mod workloads;

use super::Rule;

/// All rules, by id.
pub(super) fn all() -> Vec<Rule> {
    let families: [&[Rule]; 27] = [
        argocd::RULES,
        builds::RULES,
        channels::RULES,
        commands::RULES,
        compose::RULES,
        contract::RULES,
        delivery::RULES,
        description::RULES,
        dockerfile::RULES,
        documents::RULES,
        environment::RULES,
        gates::RULES,
        health::RULES,
        images::RULES,
        kustomize::RULES,
        network::RULES,
        placement::RULES,
        policies::RULES,
        ports::RULES,
        references::RULES,
        routes::RULES,
        text::RULES,
        variables::RULES,
        watching::RULES,
        waves::RULES,
        workflows::RULES,
        workloads::RULES,
    ];
    let mut rules: Vec<Rule> = families.concat();
    rules.sort_by_key(|rule| rule.id);
    rules
}
