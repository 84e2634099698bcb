//! The variable contract and the secrets behind it.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Name;

/// One environment variable that a unit reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The unit that reads it.
    pub unit: Name,
    /// Its name, `DATABASE_URL`.
    pub name: String,
    /// What it means.
    pub help: String,
    /// How its text is read.
    #[serde(rename = "type")]
    pub kind: VariableType,
    /// Whether its value must not be seen.
    pub secret: bool,
    /// Whether the unit refuses to start without it.
    pub required: bool,
    /// What the unit assumes without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// A value as it may look.
    pub example: String,
    /// What brought it: the component, or the alias of a binding.
    pub because: String,
    /// Names of the unit's processes that receive it; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<Name>,
    /// Its value in each environment, by environment name; absent where the default holds.
    pub values: BTreeMap<Name, Value>,
}

/// How a variable's text is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum VariableType {
    /// As it is.
    #[default]
    String,
    /// A whole number.
    Integer,
    /// A decimal number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An absolute URL.
    Url,
    /// Items with commas between them.
    List,
    /// Whole seconds.
    Duration,
}

/// A variable's value in one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Value {
    /// Text, possibly with secrets inside, known when the process is started.
    Text(Vec<Part>),
    /// A key of a secret that the environment holds.
    Stored {
        /// The secret's name.
        secret: String,
        /// The key in it.
        key: String,
    },
}

impl Value {
    /// The whole text, if no part of it is secret.
    pub fn plain(&self) -> Option<String> {
        let Self::Text(parts) = self else { return None };
        parts
            .iter()
            .map(|part| match part {
                Part::Plain(text) => Some(text.as_str()),
                Part::Secret(_) => None,
            })
            .collect()
    }
}

/// A piece of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Known text.
    Plain(String),
    /// The name of a [`Secret`].
    Secret(String),
}

/// A value that no file holds: generated on a developer's machine, looked up elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// Its name on a developer's machine, `DATABASE_PASSWORD`; unique in the stack.
    pub name: String,
    /// What it is for.
    pub help: String,
    /// The unit it belongs to.
    pub unit: Name,
    /// How a local value is made.
    pub generate: Generate,
}

/// How a local secret is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Generate {
    /// 16 random bytes as hexadecimal digits.
    Hex16,
    /// 32 random bytes as hexadecimal digits.
    Hex32,
    /// Left empty: the user may fill it in.
    Empty,
}
