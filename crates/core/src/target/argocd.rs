//! The stack in Argo CD's words: which environment is held at a commit, and the commit that nothing has.
use serde::Serialize;

use super::scope::Scope;

/// What the templates of `templates/targets/argocd` see.
#[derive(Debug, Serialize)]
struct View {
    /// The environment that stays at a commit until it is promoted, if there is one.
    promoted: Option<String>,
    /// The name of no commit, for an environment that was never promoted.
    nothing: String,
}

/// The view of the whole stack.
pub(super) fn view(scope: &Scope) -> Result<serde_json::Value, String> {
    let promoted = scope.stack.promoted_environment().map(|environment| environment.name.to_string());
    serde_json::to_value(View { promoted, nothing: "0".repeat(40) }).map_err(|error| error.to_string())
}
