//! `files_in` and `files_under`: which files the repository has.
use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::Value;

/// The functions over those paths.
pub(super) fn functions(paths: Vec<String>) -> Value {
    let paths: Arc<[String]> = paths.into();
    Value::from(BTreeMap::from([
        ("files_in", listing(&paths, |rest| !rest.contains('/'))),
        ("files_under", listing(&paths, |_| true)),
    ]))
}

/// A function from a directory to the paths in it, relative to it.
fn listing(paths: &Arc<[String]>, wanted: fn(&str) -> bool) -> Value {
    let paths = Arc::clone(paths);
    Value::from_function(move |directory: String| {
        // "." is the repository's own directory.
        let prefix = if directory == "." { String::new() } else { format!("{}/", directory.trim_end_matches('/')) };
        let inside = paths.iter().filter_map(|path| path.strip_prefix(prefix.as_str()));
        inside.filter(|rest| wanted(rest)).map(Value::from).collect::<Vec<_>>()
    })
}
