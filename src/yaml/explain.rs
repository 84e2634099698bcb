pub(super) fn explain(
    _: &super::Node,
    _: &serde_json::Value,
    _: &crate::diagnostic::Source,
) -> crate::diagnostic::Diagnostics {
    crate::diagnostic::Diagnostics::new()
}
