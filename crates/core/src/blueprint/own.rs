//! What the form alone can't say of a blueprint's own files, and of a project's own `stackwright.yaml`.
use super::{Blueprint, FileSpec};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostic, Diagnostics, Source, Span};
use crate::stack::Name;
use crate::yaml::{self, Node};

/// The id names a folder, and every file lies in it.
pub(super) fn check_form(blueprint: &Blueprint, node: &Node, source: &Source, problems: &mut Diagnostics) {
    let mut fault = |message: String, span: Span| problems.push(Diagnostic::error(message).at(source, span));
    if let Err(why) = Name::new(blueprint.id.as_str()) {
        fault(format!("the blueprint's id: {why}"), node.nearest(&["id"]).span);
    }
    for (index, file) in blueprint.files.iter().enumerate() {
        if file.from.split('/').any(|part| matches!(part, "" | "." | "..")) {
            let span = node.nearest(&["files", &index.to_string(), "from"]).span;
            fault(format!("`{}` leads out of the blueprint's own folder", file.from), span);
        }
    }
}

impl Blueprint {
    /// Refuses `files` that the catalog doesn't have.
    pub fn check_files(&self, source: &Source, catalog: &Catalog) -> Result<(), Diagnostics> {
        let folder = format!("blueprints/{}", self.id);
        let known = |from: &str| match from.strip_suffix("/**") {
            Some(tree) => catalog.files_under(&format!("{folder}/{tree}")).next().is_some(),
            None => catalog.text(&format!("{folder}/{from}")).is_some(),
        };
        let missing: Vec<_> = self.files.iter().enumerate().filter(|(_, file)| !known(&file.from)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let node = yaml::parse_one(source)?;
        let beside = source.name.trim_end_matches(".yaml").trim_end_matches(".yml");
        let problem = |(index, file): (usize, &FileSpec)| {
            let span = node.nearest(&["files", &index.to_string(), "from"]).span;
            Diagnostic::error(format!("there is no template `{}`", file.from))
                .at(source, span)
                .help(format!("a blueprint's own files lie in the folder beside it: {beside}/{}", file.from))
        };
        Err(missing.into_iter().map(problem).collect())
    }
}

/// What a project's own description still leaves to be decided; only a blueprint has answers to decide it by.
pub(super) fn undecided(node: &Node, source: &Source) -> Diagnostics {
    let mut problems = Diagnostics::new();
    let lists = ["units", "platforms", "routes", "environments", "files"];
    for item in lists.iter().filter_map(|list| node.get(list)?.as_seq()).flatten() {
        let features = item.get("features").and_then(Node::as_seq).unwrap_or_default();
        for part in features.iter().chain([item]) {
            let conditions = ["when", "each"].into_iter().filter_map(|key| Some((key, &part.entry(key)?.key)));
            problems.extend(conditions.map(|(key, place)| {
                Diagnostic::error(format!("only a blueprint has `{key}`, which is decided by answers"))
                    .at(source, place.span)
                    .help("leave it out; what stands here exists, once")
            }));
        }
        let ports = item.get("publish").and_then(Node::as_map).unwrap_or_default();
        problems.extend(
            ports
                .iter()
                .filter(|port| port.value.as_i64().is_none())
                .map(|port| Diagnostic::error("a port is a number from 1 to 65535").at(source, port.value.span)),
        );
    }
    problems
}
