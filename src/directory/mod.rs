//! Directories that are read: a user's own catalog, and a repository to check.
mod catalog;
pub mod git;
mod repository;

pub use catalog::{catalog, named};
pub use repository::repository;
