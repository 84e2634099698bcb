//! Where the catalog's files come from.
use std::borrow::Cow;
use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use super::Text;
use crate::diagnostic::Source;

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../templates");
static BLUEPRINTS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../blueprints");

/// A user's own files, which are laid over the embedded ones.
#[derive(Debug, Clone)]
pub struct OwnFiles {
    /// Where they come from, for messages: the directory as the user gave it.
    pub directory: String,
    /// Their texts, by path below that directory.
    pub files: BTreeMap<String, String>,
}

impl OwnFiles {
    /// The files with where they come from.
    pub(super) fn texts(&self) -> BTreeMap<String, Text> {
        let text = |text: &String| Text { text: Cow::Owned(text.clone()), directory: Some(self.directory.clone()) };
        self.files.iter().map(|(path, own)| (path.clone(), text(own))).collect()
    }
}

/// The files inside the program, by path.
pub(super) fn embedded() -> BTreeMap<String, Text> {
    let mut files = BTreeMap::new();
    embed(&TEMPLATES, "", &mut files);
    embed(&BLUEPRINTS, "blueprints/", &mut files);
    files
}

fn embed(folder: &'static Dir<'static>, prefix: &str, files: &mut BTreeMap<String, Text>) {
    for file in folder.files() {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            let text = Text { text: Cow::Borrowed(text), directory: None };
            files.insert(format!("{prefix}{path}"), text);
        }
    }
    for inner in folder.dirs() {
        embed(inner, prefix, files);
    }
}

/// The embedded files of that name in each component's folder, with their paths.
pub(super) fn embedded_named(name: &'static str) -> impl Iterator<Item = (String, Source)> {
    let folders = TEMPLATES.dirs().flat_map(Dir::dirs);
    folders.filter_map(move |folder| {
        let file = folder.get_file(folder.path().join(name))?;
        let path = file.path().to_str()?.to_owned();
        Some((path.clone(), Source::new(path, file.contents_utf8()?)))
    })
}
