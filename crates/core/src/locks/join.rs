//! What is kept in the folders of several components, as one.
use std::collections::BTreeMap;

use crate::catalog::{Catalog, KeptFile};
use crate::diagnostic::{Diagnostic, Diagnostics, Source};

/// An entry of a lock that may stand in several files.
pub(super) trait Entry: Sized {
    /// Takes what another file says about the same thing; false when the two can't both hold.
    fn unite(&mut self, other: &Self) -> bool;
}

/// The entries of all files of that name but those of some components, by their own names. `read` decodes a file, `open` takes
/// what it holds beside its entries.
///
/// A later catalog's entry counts where it differs from an earlier one's. Within one catalog all files must agree, or the lock
/// that a repository gets would depend on their order.
pub(super) fn join<F, T: Entry>(
    catalog: &Catalog,
    name: &str,
    but: &[&str],
    read: impl Fn(&Source) -> Result<F, Diagnostics>,
    mut open: impl FnMut(F) -> BTreeMap<String, T>,
) -> Result<BTreeMap<String, T>, Diagnostics> {
    let mut all: BTreeMap<String, T> = BTreeMap::new();
    let mut problems = Diagnostics::new();
    for files in catalog.kept(name) {
        let mut known: BTreeMap<String, (Source, T)> = BTreeMap::new();
        let wanted = |file: &KeptFile| file.component.as_deref().is_none_or(|component| !but.contains(&component));
        for KeptFile { source, .. } in files.into_iter().filter(wanted) {
            for (name, entry) in problems.absorb(read(&source)).map(&mut open).unwrap_or_default() {
                let Some((other, there)) = known.get_mut(&name) else {
                    known.insert(name, (source.clone(), entry));
                    continue;
                };
                if !there.unite(&entry) {
                    problems.push(differs(&name, &source, other));
                }
            }
        }
        for (name, (_, entry)) in known {
            let united = all.get_mut(&name).is_some_and(|below| below.unite(&entry));
            if !united {
                all.insert(name, entry);
            }
        }
    }
    problems.into_result(all)
}

fn differs(name: &str, source: &Source, other: &Source) -> Diagnostic {
    Diagnostic::error(format!("`{name}` is another one here than in {}", other.name))
        .file(&*source.name)
        .help("`stackwright catalog lock` resolves them together; it needs a network")
}
