//! What one rendered file is about.
use crate::stack::{Environment, Platform, Process, Stack, Unit};

/// The parts of the stack that a file is rendered for; a file for the whole repository has none.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The whole stack.
    pub stack: &'a Stack,
    /// The environment, for files that exist once per environment.
    pub environment: Option<&'a Environment>,
    /// The unit, for files that exist once per unit.
    pub unit: Option<&'a Unit>,
    /// The process, for files that exist once per process.
    pub process: Option<&'a Process>,
    /// The platform entry whose component the file belongs to.
    pub platform: Option<&'a Platform>,
}
