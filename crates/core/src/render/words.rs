//! Forms of a word: `order-item` as `OrderItem`, `order_items`.

/// The pieces of a word, in lower case.
fn pieces(text: &str) -> impl Iterator<Item = String> {
    text.split(['-', '_', ' ', '.']).filter(|piece| !piece.is_empty()).map(str::to_lowercase)
}

fn joined(text: &str, separator: &str) -> String {
    pieces(text).collect::<Vec<_>>().join(separator)
}

fn capital(piece: &str) -> String {
    let mut letters = piece.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `order_item`.
pub fn snake(text: &str) -> String {
    joined(text, "_")
}

/// `order-item`.
pub(super) fn kebab(text: &str) -> String {
    joined(text, "-")
}

/// `ORDER_ITEM`.
pub(super) fn upper_snake(text: &str) -> String {
    snake(text).to_uppercase()
}

/// `OrderItem`.
pub fn pascal(text: &str) -> String {
    pieces(text).map(|piece| capital(&piece)).collect()
}

/// `orderItem`.
pub(super) fn camel(text: &str) -> String {
    let mut all = pieces(text);
    let first = all.next().unwrap_or_default();
    first + &all.map(|piece| capital(&piece)).collect::<String>()
}

/// `Order item`.
pub fn title(text: &str) -> String {
    capital(&joined(text, " "))
}

/// The English plural by its regular rules: `orders`, `boxes`, `entries`.
pub fn plural(text: &str) -> String {
    const SIBILANTS: [&str; 5] = ["s", "x", "z", "ch", "sh"];
    if let Some(stem) = text.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        return format!("{stem}ies");
    }
    let ending = if SIBILANTS.iter().any(|end| text.ends_with(end)) { "es" } else { "s" };
    format!("{text}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        assert_eq!(snake("order-item"), "order_item");
        assert_eq!(kebab("Order Item"), "order-item");
        assert_eq!(upper_snake("order-item"), "ORDER_ITEM");
        assert_eq!(pascal("order-item"), "OrderItem");
        assert_eq!(camel("order-item"), "orderItem");
        assert_eq!(title("order-item"), "Order item");
    }

    #[test]
    fn plurals() {
        for (one, many) in [("order", "orders"), ("box", "boxes"), ("entry", "entries"), ("day", "days")] {
            assert_eq!(plural(one), many);
        }
    }
}
