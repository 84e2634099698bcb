//! One process as a target runs it: the common form that lets a rule treat Compose and a cluster alike.
use crate::stack::{Environment, Name, Process, Stack, Unit, Value, Variable};

use crate::yaml::FileLine;

/// A container of a target.
#[derive(Debug, Clone)]
pub(super) struct Running {
    /// The name it goes by: of the Compose service, or of the object that holds the pod.
    pub name: String,
    /// The environment it runs in, by position in the stack.
    pub environment: usize,
    /// Whether Compose runs it, else a cluster does.
    pub compose: bool,
    /// Where it is declared.
    pub at: FileLine,
    /// What it is called in messages: `service api`, `Deployment api`.
    pub what: String,
    /// The image's reference, and where its tag comes from.
    pub image: Option<(String, FileLine)>,
    /// Where the image is named.
    pub image_at: FileLine,
    /// The argument vector, unescaped; absent means what the image starts by itself.
    pub command: Option<(Vec<String>, FileLine)>,
    /// What it is given.
    pub variables: Vec<Given>,
    /// Where variables are declared: where one that is missing has to go.
    pub variables_at: FileLine,
    /// Whether some variables come from a place that could not be read.
    pub opaque: bool,
}

/// A variable that a process is given.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub name: String,
    pub at: FileLine,
    pub value: GivenValue,
}

/// How a variable's value is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GivenValue {
    /// As text, the target's interpolation not yet resolved.
    Text(String),
    /// From a key of a secret.
    Secret { secret: String, key: String },
    /// From something that only the cluster knows, such as the pod's own address.
    Runtime,
}

impl Running {
    /// The environment it runs in.
    pub(super) fn environment<'a>(&self, stack: &'a Stack) -> &'a Environment {
        &stack.environments[self.environment]
    }

    /// The unit of the stack that it belongs to.
    pub(super) fn unit<'a>(&self, stack: &'a Stack) -> Option<&'a Name> {
        self.process(stack).map(|(unit, _)| &unit.name)
    }

    /// The process of the stack that it is.
    pub(super) fn process<'a>(&self, stack: &'a Stack) -> Option<(&'a Unit, &'a Process)> {
        stack.process(&self.name)
    }
}

/// The variables that a process must be given in an environment.
pub(super) fn expected<'a>(
    stack: &'a Stack,
    unit: &'a Unit,
    process: &'a Process,
    environment: &'a Environment,
) -> impl Iterator<Item = (&'a Variable, &'a Value)> {
    stack
        .variables_of(&unit.name)
        .filter(|variable| process.variables.contains(&variable.name))
        .filter_map(|variable| Some((variable, variable.values.get(&environment.name)?)))
}

/// Resolves `${NAME:-default}` to the default and any other interpolation to `x`, and `$$` to `$`.
pub(super) fn interpolated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        out.push_str(&rest[..start]);
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let (inside, after) = closing(after);
            match inside.split_once(":-").or_else(|| inside.split_once('-')) {
                Some((_, default)) => out.push_str(&interpolated(default)),
                None => out.push('x'),
            }
            rest = after;
        } else {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            out.push(if end == 0 { '$' } else { 'x' });
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}

/// The names that a text interpolates, each with its default if it has one.
pub(super) fn interpolations(text: &str) -> Vec<Interpolation> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('$') {
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            rest = after;
        } else if let Some(after) = rest.strip_prefix('{') {
            let (inside, after) = closing(after);
            let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inside.len());
            let (name, modifier) = inside.split_at(end);
            let modifier = modifier.strip_prefix(':').unwrap_or(modifier);
            let default = modifier.strip_prefix('-').map(str::to_owned);
            if let Some(default) = &default {
                found.extend(interpolations(default));
            }
            found.push(Interpolation { name: name.to_owned(), default });
            rest = after;
        } else {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            if end > 0 {
                found.push(Interpolation { name: rest[..end].to_owned(), default: None });
            }
            rest = &rest[end..];
        }
    }
    found
}

/// One `${NAME…}` of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interpolation {
    pub name: String,
    pub default: Option<String>,
}

/// Splits at the brace that closes an interpolation.
fn closing(text: &str) -> (&str, &str) {
    let mut depth = 1;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (&text[..index], &text[index + 1..]);
        }
    }
    (text, "")
}

/// Host and port of an absolute URL, if the text is one.
pub(super) fn url_address(text: &str) -> Option<(&str, Option<u16>)> {
    let (scheme, rest) = text.split_once("://")?;
    if scheme.is_empty() || !scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c)) {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    if address.starts_with('[') {
        return None;
    }
    match address.split_once(':') {
        Some((host, port)) => Some((host, port.parse().ok())),
        None => Some((address, None)),
    }
}

/// An argument vector as people write it.
pub(super) fn shown(command: &[String]) -> String {
    let quoted = |word: &String| shlex::try_quote(word).map_or_else(|_| word.clone(), std::borrow::Cow::into_owned);
    command.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// Splits a command line into words as a shell does; one whose quotes don't close is split at blanks.
pub(super) fn words(line: &str) -> Vec<String> {
    shlex::split(line).unwrap_or_else(|| line.split_whitespace().map(str::to_owned).collect())
}

/// Seconds of a Compose duration: `90s`, `1m30s`, `2h`. What is too long to count is as long as can be counted.
pub(super) fn seconds(text: &str) -> Option<u32> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(u32::MAX));
    }
    let mut total = 0_u32;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        if digits == 0 {
            return None;
        }
        let number: u32 = rest[..digits].parse().unwrap_or(u32::MAX);
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let seconds = match &rest[..letters] {
            "h" => number.saturating_mul(3600),
            "m" => number.saturating_mul(60),
            "s" => number,
            "ms" | "us" | "ns" => 0,
            _ => return None,
        };
        total = total.saturating_add(seconds);
        rest = &rest[letters..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_is_read_as_compose_does() {
        assert_eq!(interpolated("a${X:-1}b$$c${Y}d$Z"), "a1b$cxdx");
        let names: Vec<_> = interpolations("${A:-${B}} $C $${D} ${E:?no}").into_iter().map(|i| i.name).collect();
        assert_eq!(names, ["B", "A", "C", "E"]);
    }

    #[test]
    fn addresses_of_urls() {
        assert_eq!(url_address("redis://:p@cache:6379/0"), Some(("cache", Some(6379))));
        assert_eq!(url_address("https://shop.example.com"), Some(("shop.example.com", None)));
        assert_eq!(url_address("shop.example.com"), None);
    }

    #[test]
    fn words_and_durations() {
        assert_eq!(words(r#"sh -c "a 'b'" c\ d"#), ["sh", "-c", "a 'b'", "c d"]);
        assert_eq!(words("echo 'open"), ["echo", "'open"]);
        assert_eq!(shown(&["sh".into(), "-c".into(), "a b".into(), String::new()]), "sh -c 'a b' ''");
        assert_eq!((seconds("1m30s"), seconds("45s"), seconds("x")), (Some(90), Some(45), None));
        assert_eq!((seconds(""), seconds("h"), seconds("+5"), seconds("1m30")), (Some(0), None, None, None));
    }

    #[test]
    fn a_duration_that_overflows_is_as_long_as_can_be_counted() {
        assert_eq!(seconds("3h"), Some(10_800));
        for text in ["1193047h", "71582789m", "4294967295s1s", "99999999999999h", "99999999999"] {
            assert_eq!(seconds(text), Some(u32::MAX), "{text}");
        }
    }
}
