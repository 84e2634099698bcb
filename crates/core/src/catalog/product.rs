//! The form of `check.yaml`: what a component or target knows about the objects of its product, as data for `check`.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Catalog, source};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Source};
use crate::yaml;

/// The file's name in a component's or target's folder.
const FILE: &str = "check.yaml";

/// What a product's objects must be like.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ProductChecks {
    /// Rules that no other product needs, by id: `R` and three digits.
    pub rules: BTreeMap<String, RuleText>,
    /// What must hold, each under the rule that reports it.
    pub checks: Vec<CheckSpec>,
    /// Kinds of objects from which an operator makes secrets.
    pub secrets: Vec<SecretMaker>,
    /// Whether people hand secrets to the cluster that no manifest makes.
    pub hands_over_secrets: bool,
    /// Kinds of objects that set the size or number of a workload's pods.
    pub scalers: Vec<Scaler>,
    /// Kinds of objects that say what is scraped.
    pub scrapes: Vec<Scrape>,
    /// Kinds of policies of which several may be attached to one thing.
    pub shared_policies: Vec<String>,
    /// Components that bring the same objects, and whose checks apply here too.
    pub like: Vec<String>,
}

/// A rule in words, as `docs/checks.md` shows it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RuleText {
    /// What must hold, in one sentence without a full stop.
    pub title: String,
    /// How bad it is when it does not.
    pub severity: Severity,
    /// What happens otherwise.
    pub why: String,
    /// A finding as it may look.
    pub example: String,
    /// Why it has nothing to look at where it has not; the program's own rules say it themselves.
    #[serde(default)]
    pub unused: Option<String>,
    /// More exact rules: where one of them reports the same line, this one keeps quiet.
    #[serde(default)]
    pub yields_to: Vec<String>,
}

/// One thing that must hold: of a field of objects, or of an option of commands.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckSpec {
    /// The rule that reports it.
    pub rule: String,
    /// The objects.
    #[serde(default)]
    pub of: Option<Objects>,
    /// Instead of objects: an option in the commands of this component's units.
    #[serde(default)]
    pub option: Option<CommandOption>,
    /// The list in an object whose items are looked at one by one.
    #[serde(default)]
    pub each: Option<FieldPath>,
    /// Where it applies.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// The field, from the object or the item.
    #[serde(default)]
    pub field: FieldPath,
    /// What must hold of it.
    pub must: Test,
    /// The field that is blamed, where it is another one.
    #[serde(default)]
    pub at: Option<FieldPath>,
    /// What is wrong. `{object}` or `{unit}`, `{value}`, `{other}` (what it is compared with, or why it is wrong)
    /// and the path of any other field are replaced.
    pub say: String,
    /// What to do next.
    #[serde(default)]
    pub hint: Option<String>,
}

/// Objects of some kinds.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Objects {
    /// Their kinds; all of the group when there are none.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Their API group, without the version.
    pub group: String,
}

/// An option of a command line, with or without dashes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CommandOption {
    /// Its name.
    pub name: String,
    /// Only for units that others use as a capability that begins like this.
    pub used_as: String,
}

/// Something that holds of a field or not.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Condition {
    /// The field, from the object or the item.
    pub field: FieldPath,
    /// What holds of it.
    pub is: Test,
}

/// What can hold of a field. All but `present` hold of a field that is not there.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Test {
    /// It is there and not empty.
    Present,
    /// It leads to a page and heading of this repository, if it leads to this repository at all.
    Page,
    /// It is one of these texts.
    OneOf(Vec<String>),
    /// It is none of these texts.
    NoneOf(Vec<String>),
    /// It begins with this text.
    StartsWith(String),
    /// It is the name of an object that is delivered together with this one.
    Names(Named),
    /// It is a larger number than the first of these that is there.
    MoreThan(Vec<Operand>),
    /// It is one of the texts in these fields of all objects, whatever their case.
    Among(Vec<FieldPath>),
    /// It is a schedule of so many fields.
    Schedule(usize),
}

/// The object that a name is of.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Named {
    /// Its kind.
    pub kind: String,
    /// Whether all objects of the kind may be kept elsewhere.
    #[serde(default)]
    pub elsewhere: bool,
}

/// A field to compare with.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Operand {
    /// The field: of the same object, unless another one is named.
    pub field: FieldPath,
    /// The other object.
    #[serde(default)]
    pub of: Option<Referred>,
}

/// An object that another one refers to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Referred {
    /// Its kind.
    pub kind: String,
    /// The field that holds its name.
    pub named: FieldPath,
}

/// A kind of object from which a secret is made.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SecretMaker {
    /// The kind.
    pub kind: String,
    /// The field with the secret's name; it has the object's own where that is not there.
    pub name: FieldPath,
    /// Mappings whose keys are the secret's.
    #[serde(default)]
    pub keys: Vec<FieldPath>,
    /// Fields that hold a key each.
    #[serde(default)]
    pub listed: Vec<FieldPath>,
    /// Fields that say that only the store knows the keys.
    #[serde(default)]
    pub open: Vec<FieldPath>,
}

/// A kind of object that sets the size or number of a workload's pods.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scaler {
    /// The kind.
    pub kind: String,
    /// The field with the workload's kind and name.
    pub target: FieldPath,
    /// Whether it sets how many there are.
    pub counts: bool,
}

/// A kind of object that says what is scraped.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scrape {
    /// The kind.
    pub kind: String,
    /// The list of ports.
    pub ports: FieldPath,
    /// Whether it selects pods, else Services.
    pub pods: bool,
}

/// The keys to a field: a text with dots between them, or a list where a key holds dots itself. Lists on the way are
/// followed into each of their items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(from = "PathForm")]
pub struct FieldPath(pub Vec<String>);

impl FieldPath {
    /// The keys, one after the other.
    pub fn keys(&self) -> Vec<&str> {
        self.0.iter().map(String::as_str).collect()
    }
}

/// How a path is written.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum PathForm {
    /// `spec.replicas`
    Dotted(String),
    /// `[metadata, labels, example.com/name]`
    Keys(Vec<String>),
}

impl From<PathForm> for FieldPath {
    fn from(form: PathForm) -> Self {
        Self(match form {
            PathForm::Dotted(text) => text.split('.').map(str::to_owned).collect(),
            PathForm::Keys(keys) => keys,
        })
    }
}

/// The `check.yaml` of a component or target.
#[derive(Debug, Clone)]
pub struct Product {
    /// The component whose units and objects it is about; none for a target, which every stack has.
    pub component: Option<String>,
    /// What it says.
    pub checks: ProductChecks,
}

impl Product {
    /// Those of the program itself.
    pub fn embedded() -> Result<Vec<Self>, Diagnostics> {
        read(source::embedded_named(FILE))
    }

    /// Those of a catalog.
    pub fn all(catalog: &Catalog) -> Result<Vec<Self>, Diagnostics> {
        let paths = catalog.files().map(|(path, _)| path).filter(|path| path.rsplit('/').next() == Some(FILE));
        read(paths.map(|path| (path.to_owned(), catalog.source(path))))
    }
}

/// Reads the files that lie directly in the folder of a component or target, by path and source.
fn read(files: impl Iterator<Item = (String, Source)>) -> Result<Vec<Product>, Diagnostics> {
    let mut problems = Diagnostics::new();
    let mut products = Vec::new();
    for (path, source) in files {
        let component = match path.split('/').collect::<Vec<_>>()[..] {
            ["components", id, _] => Some(id.to_owned()),
            ["targets", _, _] => None,
            _ => continue,
        };
        let checks = yaml::parse_one(&source).and_then(|node| yaml::decode::<ProductChecks>(&node, &source));
        let Some(checks) = problems.absorb(checks) else { continue };
        problems.extend(checks.checks.iter().filter(|check| check.of.is_some() == check.option.is_some()).map(
            |check| {
                Diagnostic::error(format!("a check of {} is about objects (`of`) or about an `option`", check.rule))
                    .file(&*source.name)
            },
        ));
        problems.extend(checks.rules.iter().filter(|(_, text)| text.unused.is_none()).map(|(id, _)| {
            Diagnostic::error(format!("rule {id} doesn't say under `unused` why it has nothing to look at"))
                .file(&*source.name)
        }));
        products.push(Product { component, checks });
    }
    problems.into_result(products)
}
