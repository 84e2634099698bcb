//! Texts of features that look like a line of a service's file.
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::render::candidates;

/// A text that a feature inserts into templates of a service, and its lines that fit.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::cli) struct Fragment {
    /// The feature.
    pub(in crate::cli) component: String,
    /// The fragment's path in the catalog.
    pub(in crate::cli) template: String,
    /// The lines, from 1.
    pub(in crate::cli) lines: Vec<usize>,
}

/// The fragments for templates of `host` that have a line like this one.
pub(in crate::cli) fn fragments(
    catalog: &Catalog,
    host: &str,
    features: &BTreeSet<String>,
    line: &str,
) -> Vec<Fragment> {
    let mut found = Vec::new();
    for feature in features {
        let folder = format!("components/{feature}/on/{host}/slots");
        for slot in catalog.files_under(&folder) {
            let template = format!("{folder}/{slot}");
            let lines = catalog.text(&template).map(|text| candidates(&text.text, line)).unwrap_or_default();
            if !lines.is_empty() {
                found.push(Fragment { component: feature.clone(), template, lines });
            }
        }
    }
    found
}
