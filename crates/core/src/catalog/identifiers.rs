//! Which names stand in a template, and which are made of a parameter: `Order` beside `@{ params.noun | pascal }@`.
//!
//! Template tags are cut out, comments and strings too; what is left are words. In languages where a name of one file is seen
//! in another (Go, SQL), only declarations count, and the files of a folder are read together.
use std::collections::{BTreeMap, BTreeSet};

use crate::render::in_form;

/// Stands for a template expression that isn't made of the parameter.
const UNKNOWN: char = '\u{E000}';
/// The first of the marks that stand for forms of the parameter.
const FIRST_FORM: u32 = 0xE001;

/// The names of one scope.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Names as they stand.
    literal: BTreeSet<String>,
    /// Names that are made of the parameter: what stands before it, its form, what stands after it.
    made: BTreeSet<(String, String, String)>,
}

impl Names {
    /// The name that is there already and would be made of that word as well.
    pub(super) fn taken(&self, word: &str) -> Option<String> {
        let make = |(before, form, after): &(String, String, String)| {
            in_form(word, form).map(|form| format!("{before}{form}{after}"))
        };
        self.made.iter().filter_map(make).find(|name| self.literal.contains(name))
    }

    /// Adds a word in which marks stand for expressions.
    fn add(&mut self, word: &str, forms: &[String]) {
        let mut marks = word.char_indices().filter(|(_, letter)| is_mark(*letter));
        match (marks.next(), marks.next()) {
            (None, _) => drop(self.literal.insert(word.to_owned())),
            (Some((at, mark)), None) if mark != UNKNOWN => {
                let form = forms[(mark as u32 - FIRST_FORM) as usize].clone();
                self.made.insert((word[..at].to_owned(), form, word[at + mark.len_utf8()..].to_owned()));
            }
            _ => {}
        }
    }

    /// Adds the names of a template's code.
    pub(super) fn read(&mut self, path: &str, template: &str, expressions: &[String]) {
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        let (text, forms) = without_tags(template, expressions);
        match extension {
            "go" => go(&without_comments(&text, "//")).iter().for_each(|name| self.add(name, &forms)),
            "sql" => sql(&text).iter().for_each(|name| self.add(name, &forms)),
            "py" => words(&without_comments(&text, "#")).iter().for_each(|name| self.add(name, &forms)),
            "ts" | "tsx" | "js" => words(&without_comments(&text, "//")).iter().for_each(|name| self.add(name, &forms)),
            _ => {}
        }
    }

    /// Adds a file or folder by its name, as it stands in the catalog; a module's name has no extension.
    pub(super) fn file(&mut self, name: &str, expressions: &[String]) {
        let (text, forms) = without_tags(name, expressions);
        self.add(&text, &forms);
        if let Some((stem, _)) = text.rsplit_once('.') {
            self.add(stem, &forms);
        }
    }
}

/// Whether the names of a file are seen in the whole folder.
pub(super) fn spans_folder(path: &str) -> bool {
    path.ends_with(".go") || path.ends_with(".sql")
}

fn is_mark(letter: char) -> bool {
    ('\u{E000}'..='\u{F8FF}').contains(&letter)
}

/// The text with a mark for each expression, and the form of the parameter that each mark stands for.
fn without_tags(template: &str, expressions: &[String]) -> (String, Vec<String>) {
    let mut text = String::with_capacity(template.len());
    let mut forms = Vec::new();
    let mut variables: BTreeMap<String, String> =
        expressions.iter().map(|name| (name.clone(), String::new())).collect();
    let mut rest = template;
    while let Some(at) = rest.find('@') {
        let (before, tag) = rest.split_at(at);
        text.push_str(before);
        let Some((close, length)) = [("@{", "}@"), ("@%", "%@"), ("@#", "#@")].iter().find_map(|(open, close)| {
            let inside = tag.strip_prefix(open)?;
            Some((open, inside.find(close)? + 4))
        }) else {
            text.push('@');
            rest = &tag[1..];
            continue;
        };
        let inside = tag[2..length - 2].trim();
        match *close {
            "@{" => text.push(mark(inside, &variables, &mut forms)),
            "@%" => define(inside, &mut variables),
            _ => {}
        }
        rest = &tag[length..];
    }
    text.push_str(rest);
    (text, forms)
}

/// The mark for an expression.
fn mark(expression: &str, variables: &BTreeMap<String, String>, forms: &mut Vec<String>) -> char {
    let Some(form) = form(expression, variables) else { return UNKNOWN };
    let index = forms.iter().position(|known| *known == form).unwrap_or_else(|| {
        forms.push(form);
        forms.len() - 1
    });
    u32::try_from(index).ok().and_then(|index| char::from_u32(FIRST_FORM + index)).unwrap_or(UNKNOWN)
}

/// Remembers `set One = params.noun | pascal`.
fn define(statement: &str, variables: &mut BTreeMap<String, String>) {
    if let Some((name, value)) = statement.strip_prefix("set ").and_then(|set| set.split_once('='))
        && let Some(form) = form(value.trim(), variables)
    {
        variables.insert(name.trim().to_owned(), form);
    }
}

/// The chain of forms in `params.noun | plural | snake`, when that is all there is.
fn form(expression: &str, variables: &BTreeMap<String, String>) -> Option<String> {
    let mut steps = expression.split('|').map(str::trim);
    let mut chain = variables.get(steps.next()?)?.clone();
    for step in steps {
        in_form("", step).filter(|_| !step.is_empty())?;
        chain = if chain.is_empty() { step.to_owned() } else { format!("{chain} | {step}") };
    }
    Some(chain)
}

/// The text without comments and strings. Good enough for code that its formatter has laid out.
fn without_comments(text: &str, comment: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let special = |letter: u8| matches!(letter, b'"' | b'\'' | b'`' | b'/' | b'#');
    while let Some(at) = rest.bytes().position(special) {
        let (before, found) = rest.split_at(at);
        out.push_str(before);
        rest = found;
        let letter = char::from(rest.as_bytes()[0]);
        let skipped = if rest.starts_with(comment) {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") && comment == "//" {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(inner) = rest.strip_prefix("\"\"\"") {
            inner.find("\"\"\"").map_or(rest.len(), |end| end + 6)
        } else if matches!(letter, '"' | '\'' | '`') {
            string(rest, letter)
        } else {
            out.push(letter);
            rest = &rest[1..];
            continue;
        };
        out.push(' ');
        rest = &rest[skipped..];
    }
    out + rest
}

/// The length of the string that the text starts with; an apostrophe in prose ends with its line.
fn string(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            '\n' if quote != '`' => return at,
            _ if letter == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || is_mark(letter)
}

/// Every word of the code that isn't a member of something, `order` but not `.order`.
fn words(code: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut start = None;
    for (at, letter) in code.char_indices().chain([(code.len(), ' ')]) {
        match (start, is_of_word(letter)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                let word = &code[from..at];
                if !code[..from].ends_with('.') && !word.starts_with(|first: char| first.is_ascii_digit()) {
                    found.insert(word);
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// What a Go file declares for its whole package.
fn go(code: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut in_group = false;
    for line in code.lines() {
        let declared = ["func ", "type ", "const ", "var "].iter().find_map(|word| line.strip_prefix(word));
        let inside = line.strip_prefix('\t').filter(|_| in_group);
        in_group = declared.map_or(in_group && !line.starts_with(')'), |rest| rest.starts_with('('));
        let Some(name) =
            declared.or(inside).map(|text| text.split(|letter| !is_of_word(letter)).next().unwrap_or_default())
        else {
            continue;
        };
        if !name.is_empty() {
            found.insert(name);
        }
    }
    found
}

/// What a migration creates.
fn sql(text: &str) -> BTreeSet<&str> {
    let created = text.lines().filter_map(|line| line.strip_prefix("CREATE "));
    created
        .filter_map(|rest| {
            let mut words = rest.split(|letter| !is_of_word(letter)).filter(|word| !word.is_empty());
            words.find(|word| matches!(*word, "TABLE" | "INDEX" | "TYPE" | "VIEW" | "FUNCTION"))?;
            words.find(|word| !matches!(*word, "IF" | "NOT" | "EXISTS"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str, template: &str) -> Names {
        let mut names = Names::default();
        names.read(path, template, &["params.noun".to_owned()]);
        names
    }

    #[test]
    fn a_word_is_taken_where_its_form_stands_in_the_code_itself() {
        let python = "@% set One = params.noun | pascal %@\nimport size\nfrom .models import @{ One }@\nclass @{ One }@Admin(BaseAdmin):\n    \
                      @{ params.noun | snake }@ = name\n    # text: comment\n    x = \"string\"\n    y.member\n";
        let names = names("admin.py", python);
        for (word, taken) in [("name", "name"), ("size", "size"), ("base", "BaseAdmin")] {
            assert_eq!(names.taken(word).as_deref(), Some(taken));
        }
        for free in ["comment", "string", "member", "text", "order", "admin"] {
            assert_eq!(names.taken(free), None, "{free}");
        }
    }

    #[test]
    fn in_go_only_what_a_package_declares_is_taken() {
        let go = "package domain\n\nconst (\n\tKeyLimit = 1\n)\n\ntype Draft struct {\n\tAmount int64\n}\n\nfunc NewEvent() {\n\tlocal := 1\n}\n\n\
                  type @{ params.noun | pascal }@ struct {}\n\nfunc New@{ params.noun | pascal }@() {}\n";
        let names = names("resource.go", go);
        for (word, taken) in [("draft", "Draft"), ("event", "NewEvent"), ("key-limit", "KeyLimit")] {
            assert_eq!(names.taken(word).as_deref(), Some(taken));
        }
        for free in ["amount", "local", "order"] {
            assert_eq!(names.taken(free), None, "{free}");
        }
    }

    #[test]
    fn files_and_tables_of_the_same_name_are_taken() {
        let mut folder = Names::default();
        for name in [
            "accounts",
            "manage.py",
            "test_@{ params.noun | plural | snake }@.py",
            "test_worker.py",
            "@{ params.noun | plural }@",
        ] {
            folder.file(name, &["params.noun".to_owned()]);
        }
        for (word, taken) in [("account", "accounts"), ("manage", "manages")] {
            assert_eq!(folder.taken(word).is_some(), taken == "accounts", "{word}");
        }
        let tables = names(
            "1.sql",
            "CREATE TABLE @{ params.noun | plural | snake }@ (\n    id uuid\n);\nCREATE TABLE idempotency_keys ();\n",
        );
        assert_eq!(tables.taken("idempotency-key").as_deref(), Some("idempotency_keys"));
        assert_eq!(tables.taken("id"), None);
    }
}
