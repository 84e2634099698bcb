//! What a component offers to others, and where an operator keeps the values of it.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// An offer. Units are bound to; features and platforms offer facts only.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provision {
    /// Whether it holds (expression over `params`).
    #[serde(default)]
    pub when: Option<String>,
    /// Why it does not hold when `when` is false.
    #[serde(default)]
    pub because: Option<String>,
    /// Whether what is put on its channels goes by itself after a time, whoever takes it.
    #[serde(default)]
    pub retains: bool,
    /// The endpoint that consumers talk to; the only one when absent.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// What consumers receive, by value name (templates over `host`, `port`, `params`, `secrets`, `project`).
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// What others may know about it, by name (values whose texts are templates over `project`, `unit`, `params`;
    /// a text that is one expression keeps its type). A feature's facts add to those of the unit that it extends.
    #[serde(default)]
    pub facts: BTreeMap<String, Value>,
}

/// How an operator provides a resource.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// Where its values are found, by capability and value name.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, KnownValue>>,
    /// The labels of the pods that it makes (templates), which network rules select.
    #[serde(default)]
    pub selector: BTreeMap<String, String>,
    /// The name under which they answer (template), where it isn't the unit's.
    #[serde(default)]
    pub host: Option<String>,
}

/// Where a value of what an operator provides is found.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum KnownValue {
    /// In a secret that the operator makes.
    Stored(StoredValue),
    /// Known beforehand: a name that the operator gives (template).
    Plain(String),
}

/// A key of a secret that somebody else keeps.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoredValue {
    /// The secret's name (template).
    pub secret: String,
    /// The key in it.
    pub key: String,
}
