//! The promises of this module, seen from outside. What only other programs can confirm (their reading of `quote`) was
//! measured when the rules were written; these tests hold the results.
mod decoding;
mod reading;
mod writing;

use super::*;
use crate::diagnostic::Source;

fn source(text: &str) -> Source {
    Source::new("t.yaml", text)
}

fn node(text: &str) -> Node {
    parse_one(&source(text)).expect("valid YAML")
}
