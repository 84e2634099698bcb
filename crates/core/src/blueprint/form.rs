//! The form of a blueprint file, and of a project's own `stackwright.yaml`.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::question::{Question, Rule};
use crate::stack::{HostGroup, Provider, Runtime};
use crate::tree::Ownership;
use crate::yaml::Place;

/// A stack description with questions.
///
/// Texts may be templates (`@{ … }@`) over the answers; a text that is one expression keeps its type.
/// `when` and `each` hold bare expressions.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Blueprint {
    /// The id; equal to the file's name.
    pub id: String,
    /// One line for lists.
    pub title: String,
    /// One sentence on what the stack is.
    pub summary: String,
    /// The blueprint's version.
    pub version: String,
    /// What is asked, in order.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// The project's names and addresses.
    pub project: ProjectSpec,
    /// Services, resources and tools.
    pub units: Vec<UnitSpec>,
    /// Components that serve the stack as a whole.
    #[serde(default)]
    pub platforms: Vec<PlatformSpec>,
    /// Outside paths.
    #[serde(default)]
    pub routes: Vec<RouteSpec>,
    /// Where the stack runs.
    pub environments: Vec<EnvironmentSpec>,
    /// Conditions that the answers must meet together.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// Files of the blueprint's own folder.
    #[serde(default)]
    pub files: Vec<FileSpec>,
    /// Where it was written.
    #[serde(skip)]
    pub place: Place,
}

/// The project's names and addresses.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectSpec {
    /// Its name, a DNS label.
    pub name: String,
    /// Its public domain.
    pub domain: String,
    /// Where it is cloned from.
    pub repository: String,
    /// Where its images are pushed.
    pub registry: String,
    /// One sentence on what the stack is.
    pub summary: String,
    /// Where it was written; what an `each` repeats stands at its template.
    #[serde(skip)]
    pub place: Place,
}

/// A unit.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitSpec {
    /// Its name in the stack.
    pub name: String,
    /// The component it is an instance of.
    pub component: String,
    /// Whether it exists (expression).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// One unit per item of this list (expression); `item` is the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// Values of the component's parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Value>,
    /// What extends it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<FeatureSpec>,
    /// Which unit serves a requirement, by alias; needed where several could.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub uses: BTreeMap<String, String>,
    /// Who runs it, by environment name; `default` for the rest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub providers: BTreeMap<String, ProviderSpec>,
    /// Ports on a developer's machine, by endpoint; a template may give nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub publish: BTreeMap<String, PortSpec>,
    /// Where it was written; what an `each` repeats stands at its template.
    #[serde(skip)]
    pub place: Place,
}

/// A port, or a template that gives one.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum PortSpec {
    /// The port.
    Number(u16),
    /// A template; without text the endpoint is not published.
    Template(String),
}

/// A provider, or a template that gives one.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct ProviderSpec(pub String);

impl ProviderSpec {
    /// The provider of that word.
    pub fn parse(text: &str) -> Option<Provider> {
        serde_json::from_value(Value::String(text.to_owned())).ok()
    }
}

/// A feature of a service.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeatureSpec {
    /// The component.
    pub component: String,
    /// Whether it is there (expression).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Values of its parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Value>,
    /// Where it was written; what an `each` repeats stands at its template.
    #[serde(skip)]
    pub place: Place,
}

/// A platform component.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlatformSpec {
    /// Its name in the stack.
    pub name: String,
    /// The component (template).
    pub component: String,
    /// Whether it is there (expression).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Values of its parameters.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, Value>,
    /// Where it was written; what an `each` repeats stands at its template.
    #[serde(skip)]
    pub place: Place,
}

/// An outside path.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteSpec {
    /// The path prefix.
    pub path: String,
    /// The unit that answers.
    pub unit: String,
    /// The endpoint of that unit; the one that speaks HTTP when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Whether it is there (expression).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// One route per item of this list (expression); `item` is the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// Where it was written; what an `each` repeats stands at its template.
    #[serde(skip)]
    pub place: Place,
}

/// An environment.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentSpec {
    /// Its name.
    pub name: String,
    /// What it runs on; exactly one is a `machine`, the developer's own.
    #[serde(default)]
    pub runtime: Runtime,
    /// The host name it answers to.
    pub host: String,
    /// The branch that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Replicas, by process id, where they differ from the component's default.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replicas: BTreeMap<String, u32>,
    /// Its machines, by what they are for, where it runs on hosts (addresses are templates).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<HostGroup>,
    /// The group that runs a unit or one of its processes, where that is not the first, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub placement: BTreeMap<String, String>,
    /// One environment per item of this list (expression); `item` is the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// Where it was written; what an `each` repeats stands at its template.
    #[serde(skip)]
    pub place: Place,
}

/// A file that the blueprint brings itself.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileSpec {
    /// The template; `dir/**` takes the whole tree below `dir`. In a blueprint it is a path in the blueprint's own folder,
    /// in `stackwright.yaml` one in the catalog.
    pub from: String,
    /// The output path; the directory for a tree.
    pub to: String,
    /// Whether it is there (expression).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Who may edit it afterwards; `managed` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Ownership>,
    /// Where it was written.
    #[serde(skip)]
    pub place: Place,
}

/// A project's own stack: a blueprint without questions, every expression decided.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StackSpec {
    /// What it was made from, for the record.
    pub from: FromSpec,
    /// The project's names and addresses.
    pub project: ProjectSpec,
    /// Services, resources and tools.
    pub units: Vec<UnitSpec>,
    /// Components that serve the stack as a whole.
    #[serde(default)]
    pub platforms: Vec<PlatformSpec>,
    /// Outside paths.
    #[serde(default)]
    pub routes: Vec<RouteSpec>,
    /// Where the stack runs.
    pub environments: Vec<EnvironmentSpec>,
    /// Files beside those of its components.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileSpec>,
    /// Where it was written.
    #[serde(skip)]
    pub place: Place,
}

/// What a project was made from.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FromSpec {
    /// The blueprint's id.
    pub blueprint: String,
    /// The blueprint's version.
    pub version: String,
    /// The accepted answers, by question.
    pub answers: BTreeMap<String, Value>,
}
