//! Forms of a word: `order-item` as `OrderItem`, `order_items`.
use heck::{ToKebabCase, ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// A form: the name of its filter, and how it is made.
type Form = (&'static str, fn(&str) -> String);

/// Every form that a template can ask for.
pub(super) const FORMS: &[Form] = &[
    ("snake", snake),
    ("kebab", |text| text.to_kebab_case()),
    ("upper_snake", |text| text.to_shouty_snake_case()),
    ("pascal", pascal),
    ("camel", |text| text.to_lower_camel_case()),
    ("title", title),
    ("plural", plural),
];

/// The word in a chain of forms, `plural | snake`; none where one of them doesn't exist.
pub(crate) fn in_form(word: &str, chain: &str) -> Option<String> {
    chain.split('|').map(str::trim).filter(|name| !name.is_empty()).try_fold(word.to_owned(), |word, name| {
        FORMS.iter().find(|(known, _)| *known == name).map(|(_, form)| form(&word))
    })
}

/// `order_item`.
pub fn snake(text: &str) -> String {
    text.to_snake_case()
}

/// `OrderItem`.
pub fn pascal(text: &str) -> String {
    text.to_upper_camel_case()
}

/// `Order item`.
pub fn title(text: &str) -> String {
    let words = text.to_snake_case();
    let mut letters = words.chars().map(|letter| if letter == '_' { ' ' } else { letter });
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Nouns whose plural follows no rule, and endings that do so in every word.
const IRREGULAR: &[(&str, &str)] = &[
    ("person", "people"),
    ("child", "children"),
    ("woman", "women"),
    ("foot", "feet"),
    ("tooth", "teeth"),
    ("goose", "geese"),
    ("mouse", "mice"),
    ("quiz", "quizzes"),
    ("datum", "data"),
    ("criterion", "criteria"),
    ("phenomenon", "phenomena"),
    ("curriculum", "curricula"),
    ("index", "indices"),
    ("vertex", "vertices"),
    ("matrix", "matrices"),
    ("axis", "axes"),
    ("knife", "knives"),
    ("wife", "wives"),
    ("life", "lives"),
    ("leaf", "leaves"),
    ("loaf", "loaves"),
    ("half", "halves"),
    ("shelf", "shelves"),
    ("wolf", "wolves"),
    ("thief", "thieves"),
    ("hero", "heroes"),
    ("potato", "potatoes"),
    ("tomato", "tomatoes"),
    ("echo", "echoes"),
    ("veto", "vetoes"),
];
/// Nouns that are one and many.
const UNCOUNTABLE: &[&str] = &[
    "data",
    "media",
    "equipment",
    "information",
    "knowledge",
    "advice",
    "feedback",
    "traffic",
    "software",
    "hardware",
    "firmware",
    "staff",
    "money",
    "cash",
    "rice",
    "fish",
    "sheep",
    "deer",
    "health",
    "music",
    "people",
    "children",
];
/// Endings in a single `s` that are no plural yet.
const SINGULAR_IN_S: &[&str] = &["us", "gas", "lens", "atlas", "alias", "canvas", "bias", "iris"];
/// What takes `es`.
const SIBILANTS: &[&str] = &["ss", "x", "z", "ch", "sh"];

/// The English plural: `orders`, `boxes`, `entries`, `people`; what is a plural already stays one.
pub fn plural(text: &str) -> String {
    let (before, last) =
        text.rsplit_once(['-', '_', ' ']).map_or(("", text), |(head, last)| (&text[..=head.len()], last));
    format!("{before}{}", plural_of_one(last))
}

fn plural_of_one(word: &str) -> String {
    if UNCOUNTABLE.contains(&word) {
        return word.to_owned();
    }
    if let Some((one, many)) = IRREGULAR.iter().find(|(one, _)| word.ends_with(one)) {
        return format!("{}{many}", &word[..word.len() - one.len()]);
    }
    if let Some(stem) = word.strip_suffix("sis") {
        return format!("{stem}ses");
    }
    let ends = |endings: &[&str]| endings.iter().any(|ending| word.ends_with(ending));
    if ends(SIBILANTS) || ends(SINGULAR_IN_S) {
        return format!("{word}es");
    }
    if word.ends_with('s') {
        return word.to_owned();
    }
    match word.strip_suffix('y') {
        Some(stem) if !stem.is_empty() && !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_written_as_each_language_writes_it() {
        for (form, written) in [
            ("snake", "order_item"),
            ("kebab", "order-item"),
            ("upper_snake", "ORDER_ITEM"),
            ("pascal", "OrderItem"),
            ("camel", "orderItem"),
            ("title", "Order item"),
            ("plural", "order-items"),
            ("plural | snake", "order_items"),
            ("plural | title", "Order items"),
        ] {
            assert_eq!(in_form("order-item", form).as_deref(), Some(written));
            assert_eq!(in_form("order_item", form).map(|text| text.replace('-', "_")), Some(written.replace('-', "_")));
        }
        assert_eq!(in_form("order", "plurall"), None);
        assert_eq!(in_form("api-v2", "pascal | snake").as_deref(), Some("api_v2"));
    }

    /// Nouns that people give to what a program keeps.
    const NOUNS: &str = "account address alias analysis article asset author basis bill book booking box branch bus calendar campaign \
        canvas cargo cart case category child city class client comment company content contract country course crisis \
        criterion currency customer data datum day delivery device document echo employee entry equipment event family \
        file fish game gas group guest hero hotel house http https human index information invoice item journey \
        key knife language leaf library life line-item loan match matrix member memo menu message monkey \
        mouse movie news note notification offer order page parcel party patient payment person photo piano \
        player policy post potato price-list process product profile project quality quiz quota quote radio ratio \
        receipt recipe record report reservation review room sales-person salesperson series sheep shelf shipment shop \
        software song species staff status story subject survey table tax team thesis ticket tomato tooth toy trip \
        user vehicle vertex video visit wallet wife wish wolf woman world zoo orders boxes people goods";

    #[test]
    fn the_plural_is_what_a_library_with_every_rule_of_english_says() {
        let other = |noun: &&str| plural(noun) != pluralizer::pluralize(noun, 2, false);
        let differ: Vec<_> = NOUNS.split_whitespace().filter(other).map(|noun| (noun, plural(noun))).collect();
        assert!(differ.is_empty(), "{differ:?}");
    }

    #[test]
    fn the_plural_of_everyday_nouns() {
        for (one, many) in [
            ("person", "people"),
            ("data", "data"),
            ("child", "children"),
            ("https", "https"),
            ("analysis", "analyses"),
            ("category", "categories"),
            ("bus", "buses"),
            ("key", "keys"),
            ("hero", "heroes"),
            ("series", "series"),
            ("status", "statuses"),
            ("box", "boxes"),
            ("quiz", "quizzes"),
            // Where that library says `lens`, `feedbacks` and `monies`.
            ("lens", "lenses"),
            ("feedback", "feedback"),
            ("money", "money"),
            ("order-item", "order-items"),
            ("sales_person", "sales_people"),
            ("y", "ys"),
        ] {
            assert_eq!(plural(one), many);
        }
    }
}
