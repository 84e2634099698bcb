//! The command line: exact output of every verb, answers from every source, a real terminal, and what the system sees.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a check that cannot run says so")]
#![cfg(unix)]

mod apply;
mod authors;
#[path = "../bench/mod.rs"]
mod bench;
mod catalog_test;
mod conflicts;
mod contributions;
mod exact;
mod hostile;
mod items;
mod kept;
mod left_out;
mod new;
mod own_catalog;
mod parts;
mod pty;
mod recording;
mod runtimes;
mod screen;
#[path = "../skips/mod.rs"]
mod skips;
mod support;
mod system;
mod terminal;
mod truth;
