//! Patterns of paths, addresses and names.
use globset::{GlobBuilder, GlobMatcher};

/// A pattern of the usual kind: `*` stands for any characters, `/` among them, `?` for one, `[ab]` and `{a,b}` for choices.
#[derive(Debug, Clone)]
pub struct Glob {
    pattern: String,
    /// Absent for what is no pattern: it stands for itself.
    matcher: Option<GlobMatcher>,
}

impl Glob {
    /// Reads a pattern. One that can't be read, such as `a[`, stands for itself.
    pub fn new(pattern: &str) -> Self {
        let special = pattern.contains(['*', '?', '[', '{']);
        let glob = special.then(|| GlobBuilder::new(pattern).backslash_escape(true).build().ok()).flatten();
        Self { pattern: pattern.to_owned(), matcher: glob.map(|glob| glob.compile_matcher()) }
    }

    /// Whether a text fits the pattern as a whole.
    ///
    /// ```
    /// use stackwright_core::tree::Glob;
    ///
    /// assert!(Glob::new("a*b").matches("axbyb"));
    /// assert!(!Glob::new("a*b").matches("axbyc"));
    /// ```
    pub fn matches(&self, text: &str) -> bool {
        self.matcher.as_ref().map_or(self.pattern == text, |matcher| matcher.is_match(text))
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn a_pattern_fits_the_whole_text_however_often_its_parts_occur() {
        for (pattern, text, fits) in [
            ("a*b", "axbyb", true),
            ("a*b", "ab", true),
            ("a*b", "axbyc", false),
            ("*", "https://example.com/shop.git", true),
            ("https://example.com/*", "https://example.com/a/b.git", true),
            ("cmd/*/serve*.go", "cmd/api/serve_test.go", true),
            ("cmd/*/serve*.go", "cmd/api/server.mod", false),
            ("a*b*c", "abxcbc", true),
            ("shop-{staging,production}", "shop-staging", true),
            ("shop", "shop", true),
            ("shop", "shops", false),
            ("a[", "a[", true),
            ("日*語", "日本語", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), fits, "`{pattern}` and `{text}`");
        }
    }
}
