//! Which templates of a component or blueprint become which files.
use schemars::JsonSchema;
use serde::Deserialize;

/// Where a template goes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRule {
    /// The template in this folder; `dir/**` takes the whole tree below `dir`, `*` stands for any characters of files
    /// that have their place already.
    pub from: String,
    /// The output path (template); the directory for a tree. Absent for files of a service's source, whose place follows
    /// from theirs in `app/`.
    #[serde(default)]
    pub to: Option<String>,
    /// What it is rendered for, outermost first.
    #[serde(default, deserialize_with = "one_or_more")]
    #[schemars(with = "OneOrMore")]
    pub each: Vec<Each>,
    /// Whether it is rendered (expression).
    #[serde(default)]
    pub when: Option<String>,
    /// Who may edit it afterwards; `managed` when absent.
    #[serde(default)]
    pub owner: Option<crate::tree::Ownership>,
    /// The target whose view the template sees.
    #[serde(default)]
    pub view: Option<String>,
    /// Whether it is copied as it is, whatever in it looks like a template.
    #[serde(default)]
    pub verbatim: bool,
}

/// What a file is rendered for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Each {
    /// Every environment but the local one.
    Environment,
    /// Every service.
    Service,
    /// Every resource.
    Resource,
    /// Every tool.
    Tool,
    /// Every unit.
    Unit,
    /// Every process of the unit in scope, or of all units.
    Process,
}

/// One scope or several.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum OneOrMore {
    /// One.
    One(Each),
    /// Several, outermost first.
    More(Vec<Each>),
}

fn one_or_more<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Vec<Each>, D::Error> {
    Ok(match OneOrMore::deserialize(input)? {
        OneOrMore::One(each) => vec![each],
        OneOrMore::More(each) => each,
    })
}
