//! Which entries and items belong together, and in which order they come out.
use super::Clash;
use super::side::Three;

/// An entry or item: where it stands in each of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) base: Option<usize>,
    pub(super) yours: Option<usize>,
    pub(super) new: Option<usize>,
}

/// What the order of the names means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing: keys, variables, documents.
    Free,
    /// Items with names of their own.
    Named,
    /// Items that only their place names: of two additions at one place the user's comes first.
    Placed,
}

/// Puts names together that are unique within each of the three.
///
/// The user's order holds, and what is new comes behind what it follows in the new text. Where only the new text orders
/// anew what both know, its order holds instead.
pub(super) fn of(names: &Three<Vec<String>>, kind: Kind) -> Result<Vec<Slot>, Clash> {
    let empty = Vec::new();
    let (base, yours, new) = (names.base.as_ref().unwrap_or(&empty), &names.yours, &names.new);
    let shared = |of: &[String]| {
        let known = |name: &&String| base.contains(name) && yours.contains(name) && new.contains(name);
        of.iter().filter(known).cloned().collect::<Vec<_>>()
    };
    let (was, theirs, ours) = (shared(base), shared(yours), shared(new));
    let order = if kind == Kind::Free || ours == was || ours == theirs {
        woven(yours, new, kind)
    } else if theirs == was {
        woven(new, yours, kind)
    } else {
        return Err(Clash);
    };
    let at = |list: &[String], name: &String| list.iter().position(|known| known == name);
    Ok(order.iter().map(|name| Slot { base: at(base, name), yours: at(yours, name), new: at(new, name) }).collect())
}

/// One list with what only the other has, behind what it follows there.
fn woven(leading: &[String], other: &[String], kind: Kind) -> Vec<String> {
    let mut order = leading.to_vec();
    for (index, name) in other.iter().enumerate() {
        if order.contains(name) {
            continue;
        }
        let place = |known: &String| order.iter().position(|placed| placed == known);
        let behind = other[..index].iter().rev().find_map(place).map(|at| at + 1);
        let before = || other[index + 1..].iter().find_map(place);
        let mut at = behind.or_else(before).unwrap_or_default();
        if kind == Kind::Placed {
            at += order[at..].iter().take_while(|name| !other.contains(name)).count();
        }
        order.insert(at, name.clone());
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(base: &str, yours: &str, new: &str) -> Option<String> {
        let names = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        let three = Three { base: Some(names(base)), yours: names(yours), new: names(new) };
        let (yours, new, base) = (names(yours), names(new), names(base));
        let slots = of(&three, Kind::Named).ok()?;
        let name = |slot: &Slot| match (slot.yours, slot.new, slot.base) {
            (Some(at), _, _) => yours[at].clone(),
            (_, Some(at), _) => new[at].clone(),
            (_, _, at) => base[at.unwrap()].clone(),
        };
        Some(slots.iter().map(name).collect())
    }

    #[test]
    fn slots_of_additions_on_both_sides_hold_both_behind_what_they_follow() {
        assert_eq!(order("ab", "axb", "aby").unwrap(), "axby");
        assert_eq!(order("ab", "abx", "aby").unwrap(), "abyx");
        assert_eq!(order("ab", "xab", "yab").unwrap(), "xyab");
    }

    #[test]
    fn slots_of_an_order_that_one_side_changed_follow_that_side() {
        assert_eq!(order("abc", "abc", "cab").unwrap(), "cab");
        assert_eq!(order("abc", "cab", "abc").unwrap(), "cab");
        assert_eq!(order("abc", "abxc", "cab").unwrap(), "cabx");
        assert_eq!(order("abc", "cab", "bca"), None);
    }
}
