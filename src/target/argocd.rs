//! The stack in Argo CD's words.
use serde::Serialize;
use serde_json::Value as Json;

use super::scope::Scope;

/// What the templates of `templates/targets/argocd` see as `view`.
pub(super) fn view(scope: &Scope) -> Result<Json, String> {
    let _ = scope;
    serde_json::to_value(View {}).map_err(|error| error.to_string())
}

/// Nothing yet.
#[derive(Serialize)]
struct View {}
