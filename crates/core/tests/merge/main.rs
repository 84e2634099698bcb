//! Three-way merges: by hand, and at random.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cases;
mod random;
