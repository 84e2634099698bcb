//! The program around [`stackwright_core`]: the command line, the terminal and the disk.
pub mod cli;
pub mod directory;
pub mod project;
pub mod record;
pub mod syntax;

pub use stackwright_core::*;
