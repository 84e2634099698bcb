//! Verbs for authors of components and blueprints.
mod check;
pub(super) mod eject;
mod golden;
pub(super) mod lock;
pub(super) mod new;
mod own;
mod test;

pub(super) use check::run as check;
pub(super) use test::run as test;
