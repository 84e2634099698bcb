//! Amounts of processor time and memory, as components write them.

/// `100m` or `2` as thousandths of a core.
pub(super) fn cpu(text: &str) -> Result<u32, String> {
    let parsed = match text.strip_suffix('m') {
        Some(millis) => millis.parse().ok(),
        None => text.parse::<u32>().ok().and_then(|cores| cores.checked_mul(1000)),
    };
    parsed.ok_or_else(|| format!("`{text}` is not an amount of processor time such as `100m` or `2`"))
}

/// `256Mi` or `2Gi` as mebibytes.
pub(super) fn memory(text: &str) -> Result<u32, String> {
    let parsed = match (text.strip_suffix("Mi"), text.strip_suffix("Gi")) {
        (Some(mib), _) => mib.parse().ok(),
        (_, Some(gib)) => gib.parse::<u32>().ok().and_then(|gib| gib.checked_mul(1024)),
        _ => None,
    };
    parsed.ok_or_else(|| format!("`{text}` is not an amount such as `256Mi` or `2Gi`"))
}
