//! Verbs for authors of components and blueprints.
mod check;
mod golden;
mod test;

pub(super) use check::run as check;
pub(super) use test::run as test;
