//! The rules, one file per family.
mod argocd;
mod channels;
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
mod references;
mod text;
mod variables;
mod workflows;
mod workloads;

use super::Rule;

/// All rules, by id.
pub(super) fn all() -> Vec<Rule> {
    let families: [&[Rule]; 17] = [
        argocd::RULES,
        channels::RULES,
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
        references::RULES,
        text::RULES,
        variables::RULES,
        workflows::RULES,
        workloads::RULES,
    ];
    let mut rules: Vec<Rule> = families.concat();
    rules.sort_by_key(|rule| rule.id);
    rules
}
