//! What resolution refuses, and what it says: the whole message with its place, for stacks that are written in the test.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../bench/mod.rs"]
mod bench;
mod claims;
mod cycles;
mod made;
mod places;
mod ports;
mod providers;
mod routes;
mod stacks;
