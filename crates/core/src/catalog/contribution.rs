//! What a component, or a target, adds to files that others assemble.
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// An addition to a file that somebody else assembles.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contribution {
    /// The point it is for; whoever assembles the file declares it under `accepts`.
    pub to: String,
    /// Its text, or its value as YAML, as a template in this folder.
    #[serde(default)]
    pub from: Option<String>,
    /// The same in place, instead of `from` (templates).
    #[serde(default)]
    pub value: Option<Value>,
    /// Whether it is added once per instance or once for all of them.
    #[serde(default)]
    pub each: ContributionEach,
    /// The target whose view its templates see.
    #[serde(default)]
    pub view: Option<String>,
    /// Where it stands among others: the smallest first.
    #[serde(default = "middle")]
    pub order: i32,
    /// Whether it is added (expression).
    #[serde(default)]
    pub when: Option<String>,
}

const fn middle() -> i32 {
    50
}

/// How often a contribution is added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContributionEach {
    /// Once per unit, platform or service that is extended.
    #[default]
    Instance,
    /// Once, with all of them in `instances`.
    Component,
}

/// A point that contributions can be made to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// What is contributed.
    pub form: ContributionForm,
    /// What belongs there and where it ends up.
    pub help: String,
}

/// What is contributed to a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ContributionForm {
    /// A text, printed as it is.
    Text,
    /// A template, rendered where it is asked for with what is said there.
    Fragment,
    /// Data, of which whoever assembles the file makes its own text.
    Value,
}
