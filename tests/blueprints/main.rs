//! Every embedded blueprint, with every kind of answer: pairwise cover, the effect of each answer, the committed examples.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../bench/mod.rs"]
mod bench;
mod effects;
mod examples;
mod names;
mod options;
mod pairwise;
