//! What a component offers to others, how it is provided, and where its values are then.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// An offer. Units are bound to; features and platforms offer facts only.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Provision {
    /// Whether it holds (expression over `params`).
    pub when: Option<String>,
    /// Why it does not hold when `when` is false.
    pub because: Option<String>,
    /// Whether what is put on its channels goes by itself after a time, whoever takes it.
    pub retains: bool,
    /// The endpoint that consumers talk to; the only one when absent.
    pub endpoint: Option<String>,
    /// What consumers receive, by value name (templates over `host`, `port`, `params`, `secrets`, `project`).
    pub values: BTreeMap<String, String>,
    /// What others may know about it, by name (values whose texts are templates over `project`, `unit`, `params`;
    /// a text that is one expression keeps its type). A feature's facts add to those of the unit that it extends.
    pub facts: BTreeMap<String, Value>,
}

/// Where values are found, by capability and value name.
pub type KnownValues = BTreeMap<String, BTreeMap<String, KnownValue>>;

/// How a package of a machine's own system provides a resource.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Package {
    /// The group of machines that it is put on where an environment has one of that name and says nothing else.
    pub group: Option<String>,
    /// Values that differ from those under `provides`.
    pub values: KnownValues,
}

/// How a cloud provides a resource.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Managed {
    /// The values that it yields; every other one becomes a key of the consumer's own secret.
    pub values: KnownValues,
}

/// How an operator provides a resource.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Operator {
    /// Where its values are found, by capability and value name.
    pub values: KnownValues,
    /// The labels of the pods that it makes (templates), which network rules select.
    pub selector: BTreeMap<String, String>,
    /// The name under which they answer (template), where it isn't the unit's.
    pub host: Option<String>,
}

/// Where a value of what somebody else runs is found.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum KnownValue {
    /// In a secret that its provider makes.
    Stored(StoredValue),
    /// Known beforehand: a name that its provider gives (template).
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
