//! Texts that keep to the width of a terminal: columns instead of lines that break anywhere.
use console::{Alignment, measure_text_width, pad_str, truncate_str};
use textwrap::{Options, WordSplitter};

/// The narrowest that a column of texts may become.
const NARROWEST: usize = 16;

/// The beginning of a text that is too wide, with `…` for the rest.
pub(super) fn cut(text: &str, width: usize) -> String {
    truncate_str(text, width, "…").into_owned()
}

/// A text with spaces up to that width.
pub(super) fn pad(text: &str, width: usize) -> String {
    pad_str(text, width, Alignment::Left, None).into_owned()
}

/// A name, a text and a remark in each row, as lines of at most `width`. Texts wrap between words; a word that is too wide is
/// cut.
pub(super) fn table(rows: &[[String; 3]], width: usize) -> Vec<String> {
    let widest = |column: usize| rows.iter().map(|row| measure_text_width(&row[column])).max().unwrap_or(0);
    let (name, remark) = (widest(0), widest(2));
    let taken = 2 + name + 2 + if remark > 0 { remark + 2 } else { 0 };
    let text = width.saturating_sub(taken).max(NARROWEST).min(widest(1));
    let mut lines = Vec::new();
    for row in rows {
        let options = Options::new(text.max(1)).break_words(false).word_splitter(WordSplitter::NoHyphenation);
        for (index, piece) in textwrap::wrap(&row[1], options).into_iter().enumerate() {
            let [first, last] = if index == 0 { [row[0].as_str(), row[2].as_str()] } else { ["", ""] };
            let line = format!("  {}  {}  {last}", pad(first, name), pad(&cut(&piece, text), text));
            lines.push(line.trim_end().to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_it_is_wider_than_its_place() {
        for (text, width, shown) in
            [("shop", 4, "shop"), ("shops", 4, "sho…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…")]
        {
            assert_eq!(cut(text, width), shown);
        }
    }

    #[test]
    fn a_table_keeps_to_its_width() {
        let row = |name: &str, text: &str, remark: &str| [name.to_owned(), text.to_owned(), remark.to_owned()];
        let rows = [
            row("name", "shop", "the default"),
            row("repository", "https://git.example.com/acme/a-shop-of-many-things.git", ""),
            row("services", "orders, notifications, search, payments", "--set"),
        ];
        let wide = table(&rows, 200);
        assert_eq!(wide.len(), 3);
        assert_eq!(
            wide[2].split_whitespace().collect::<Vec<_>>().join(" "),
            "services orders, notifications, search, payments --set"
        );
        let narrow = table(&rows, 48);
        assert_eq!(
            narrow,
            [
                "  name        shop                   the default",
                "  repository  https://git.example.…",
                "  services    orders,                --set",
                "              notifications,",
                "              search, payments",
            ]
        );
    }
}
