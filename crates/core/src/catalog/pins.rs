//! Pinned versions: every image, action, chart and tool, once.
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kept::{Kept, PINS};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml::{self, Document, Place};

/// The form of a `pins.yaml`: what is pinned, by id.
#[derive(Debug, Clone, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PinsFile {
    /// Images of containers.
    pub images: BTreeMap<String, ImagePin>,
    /// Actions of a forge's workflows, by `owner/name`.
    pub actions: BTreeMap<String, ActionPin>,
    /// Helm charts.
    pub charts: BTreeMap<String, VersionPin>,
    /// Programs that a generated repository runs.
    pub tools: BTreeMap<String, VersionPin>,
}

/// An image: `{ ref: "valkey/valkey:9.1.1" }`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImagePin {
    /// `name:tag` or `name@sha256:…`, with a registry before the name where it isn't Docker's.
    #[serde(rename = "ref")]
    pub reference: ImageReference,
    /// How it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// An action: `{ sha: 3d3c42e5aac5ba805825da76410c181273ba90b1, version: v7.0.0 }`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionPin {
    /// The commit, all 40 digits.
    pub sha: CommitHash,
    /// The release that the commit is of.
    pub version: String,
    /// How it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// A chart or a tool: `{ version: 2.2.16 }`.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionPin {
    /// The version.
    pub version: String,
    /// The version of the application that a chart installs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// How it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// How a pin is known.
#[derive(Debug, Clone, Copy, Deserialize, Serialize, JsonSchema)]
pub enum Evidence {
    /// Read at its owner or asked of a registry.
    A,
    /// The exact pin of another maintained repository.
    B,
    /// Only named in a text.
    C,
}

/// The reference of an image with its tag or digest.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String")]
pub struct ImageReference(String);

impl TryFrom<String> for ImageReference {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let last = text.rsplit('/').next().unwrap_or_default();
        let pinned = last.split_once([':', '@']).is_some_and(|(name, tag)| !name.is_empty() && !tag.is_empty());
        let whole = !text.contains(char::is_whitespace);
        let reason = || format!("expected `name:tag` or `name@sha256:…`, found `{text}`");
        if pinned && whole { Ok(Self(text)) } else { Err(reason()) }
    }
}

/// A commit's full hash.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String")]
pub struct CommitHash(String);

impl TryFrom<String> for CommitHash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let whole = text.len() == 40 && text.chars().all(|c| c.is_ascii_hexdigit());
        let reason = || format!("expected the 40 digits of a commit, found `{text}`");
        if whole { Ok(Self(text)) } else { Err(reason()) }
    }
}

/// How a pin of each group is written, for whoever wrote it otherwise.
const FORMS: [(&str, &str); 4] = [
    ("images", r#"{ ref: "name:tag" }"#),
    ("actions", "{ sha: <40 digits>, version: <release> }"),
    ("charts", "{ version: <version>, app: <version> }"),
    ("tools", "{ version: <version> }"),
];

/// All pins of a catalog.
#[derive(Debug, Clone, Default)]
pub struct Pins(Value);

impl Pins {
    /// Joins the files: a pin of a later catalog counts, and within one catalog no two files pin the same thing.
    pub(super) fn join(kept: &Kept) -> Result<Self, Diagnostics> {
        let mut all = serde_json::Map::new();
        let mut problems = Diagnostics::new();
        for files in kept.named(PINS) {
            let read: Vec<_> = files.iter().filter_map(|file| problems.absorb(read(&file.source))).collect();
            let mut known: BTreeMap<(String, String), (Value, Place)> = BTreeMap::new();
            for (group, id, pin, place) in read.into_iter().flatten() {
                match known.get(&(group.clone(), id.clone())) {
                    Some((other, there)) if *other != pin => problems.push(twice(&id, &place, there)),
                    _ => drop(known.insert((group, id), (pin, place))),
                }
            }
            for ((group, id), (pin, _)) in known {
                all.entry(group).or_insert_with(|| Value::Object(serde_json::Map::new()))[&id] = pin;
            }
        }
        problems.into_result(Self(Value::Object(all)))
    }

    /// The scalar at a path of keys with dots between them; keys themselves may hold dots.
    pub fn get(&self, path: &str) -> Option<&Value> {
        fn find<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
            let map = value.as_object()?;
            if let Some(found) = map.get(path) {
                return Some(found);
            }
            path.match_indices('.').find_map(|(at, _)| find(map.get(&path[..at])?, &path[at + 1..]))
        }
        find(&self.0, path).filter(|found| !found.is_object())
    }

    /// The reference `name:tag` of the image with that id.
    pub fn image(&self, id: &str) -> Option<&str> {
        self.0.get("images")?.get(id)?.get("ref")?.as_str()
    }

    /// Ids of all images.
    pub fn image_ids(&self) -> Vec<&str> {
        let images = self.0.get("images").and_then(Value::as_object);
        images.map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default()
    }
}

/// A pin: its group, its id, what it says and where it stands.
type Pin = (String, String, Value, Place);

/// The pins of one file. What is wrong is said with the form that is expected.
fn read(source: &Source) -> Result<Vec<Pin>, Diagnostics> {
    let document = Document::read(source)?;
    let pins: PinsFile = yaml::decode(&document.root, source).map_err(|problems| {
        let known = document.root.as_map().unwrap_or_default().iter().filter_map(|entry| entry.key.as_str());
        let forms = FORMS.iter().filter(|(group, _)| known.clone().any(|key| key == *group));
        let forms: Vec<String> = forms.map(|(group, form)| format!("`{group}: {{ <id>: {form} }}`")).collect();
        let form = |problem: Diagnostic| if forms.is_empty() { problem } else { problem.note(forms.join(", ")) };
        problems.into_iter().map(form).collect::<Diagnostics>()
    })?;
    let place = Place::whole(&document);
    let Ok(Value::Object(groups)) = serde_json::to_value(pins) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for (group, pins) in groups {
        let Value::Object(pins) = pins else { continue };
        let pins = pins.into_iter();
        found.extend(pins.map(|(id, pin)| (group.clone(), id.clone(), pin, place.key(&group).key(&id))));
    }
    Ok(found)
}

fn twice(id: &str, at: &Place, there: &Place) -> Diagnostic {
    let other = there.at().name().shown().unwrap_or_default();
    let problem = Diagnostic::error(format!("`{id}` is pinned here and, otherwise, at {other}"));
    at.at().name().point(problem.help("pin what several components share once, in the catalog's own pins.yaml"))
}
