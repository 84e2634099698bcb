//! The rules by family: what runs them, and beside it, in a file of the same name, what they say in words.
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

use std::collections::BTreeMap;

use super::{Rule, Run};
use crate::catalog::RuleText;
use crate::diagnostic::{Diagnostics, Source};
use crate::yaml;

/// Each family's words and what runs its rules, by id.
const FAMILIES: [(&str, &[(&str, Run)]); 27] = [
    (include_str!("argocd.yaml"), argocd::RULES),
    (include_str!("builds.yaml"), builds::RULES),
    (include_str!("channels.yaml"), channels::RULES),
    (include_str!("commands.yaml"), commands::RULES),
    (include_str!("compose.yaml"), compose::RULES),
    (include_str!("contract.yaml"), contract::RULES),
    (include_str!("delivery.yaml"), delivery::RULES),
    (include_str!("description.yaml"), description::RULES),
    (include_str!("dockerfile.yaml"), dockerfile::RULES),
    (include_str!("documents.yaml"), documents::RULES),
    (include_str!("environment.yaml"), environment::RULES),
    (include_str!("gates.yaml"), gates::RULES),
    (include_str!("health.yaml"), health::RULES),
    (include_str!("images.yaml"), images::RULES),
    (include_str!("kustomize.yaml"), kustomize::RULES),
    (include_str!("network.yaml"), network::RULES),
    (include_str!("placement.yaml"), placement::RULES),
    (include_str!("policies.yaml"), policies::RULES),
    (include_str!("ports.yaml"), ports::RULES),
    (include_str!("references.yaml"), references::RULES),
    (include_str!("routes.yaml"), routes::RULES),
    (include_str!("text.yaml"), text::RULES),
    (include_str!("variables.yaml"), variables::RULES),
    (include_str!("watching.yaml"), watching::RULES),
    (include_str!("waves.yaml"), waves::RULES),
    (include_str!("workflows.yaml"), workflows::RULES),
    (include_str!("workloads.yaml"), workloads::RULES),
];

/// All rules, by id.
pub(super) fn all() -> Result<Vec<Rule>, Diagnostics> {
    let mut rules = Vec::new();
    for (words, runs) in FAMILIES {
        let source = Source::new("rules.yaml", words);
        let words: BTreeMap<String, RuleText> = yaml::decode(&yaml::parse_one(&source)?, &source)?;
        rules.extend(runs.iter().filter_map(|(id, run)| Some(Rule::new(id, words.get(*id)?, *run))));
    }
    rules.sort_by_key(|rule| rule.id);
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_words_and_all_words_are_of_a_rule() {
        for (words, runs) in FAMILIES {
            let source = Source::new("rules.yaml", words);
            let said: BTreeMap<String, RuleText> = yaml::decode(&yaml::parse_one(&source).unwrap(), &source).unwrap();
            let ran: Vec<&str> = runs.iter().map(|(id, _)| *id).collect();
            assert_eq!(said.keys().map(String::as_str).collect::<Vec<_>>(), ran);
        }
    }
}
