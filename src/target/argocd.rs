//! The stack in Argo CD's words: nothing needs another name there, so templates see the model itself.
use serde_json::{Value as Json, json};

use super::scope::Scope;

/// What the templates of `templates/targets/argocd` see as `view`: nothing beside what every template sees.
#[expect(clippy::unnecessary_wraps, reason = "all targets' views have the same signature")]
pub(super) fn view(_: &Scope) -> Result<Json, String> {
    Ok(json!({}))
}
