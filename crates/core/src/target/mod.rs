//! Targets: families of output. Each renames the stack's facts into its own words and lists its files.
mod app;
mod argocd;
mod ci;
mod compose;
mod docs;
mod kubernetes;
mod plan;
mod repository;
mod scope;

pub use plan::{Job, plan};
pub(crate) use plan::{check_points, manifest, target_ids};
pub use scope::Scope;

use serde_json::Value;

/// What templates of a target see as `view`, for one file.
fn view(target: &str, scope: &Scope) -> Result<Value, String> {
    match target {
        "argocd" => argocd::view(scope),
        "ci" => ci::view(scope),
        "compose" => compose::view(scope),
        "docs" => docs::view(scope),
        "kubernetes" => kubernetes::view(scope),
        "repository" => repository::view(scope),
        other => Err(format!("there is no target `{other}`")),
    }
}
