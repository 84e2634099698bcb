//! The filters and functions that templates may use, beside the engine's own.
use minijinja::value::Value;
use minijinja::{Environment, Error};

use super::engine::{invalid, to_json};
use super::words;
use crate::yaml;

/// The most spaces that `indent` may add to a line.
const MAX_INDENT: usize = 64;

/// Adds them to the engine.
pub(super) fn register(environment: &mut Environment<'static>) {
    environment.add_filter("q", quoted);
    environment.add_filter("to_yaml", |value: Value| yaml::emit(&to_json(&value)));
    environment.add_filter("to_json", pretty);
    environment.add_filter("indent", indent);
    environment.add_filter("shell", shell);
    environment.add_filter("mermaid", mermaid);
    for (name, form) in words::FORMS {
        environment.add_filter(*name, |text: String| form(&text));
    }
    environment.add_filter("prefixed", |texts: Vec<String>, with: String| around(&texts, &with, ""));
    environment.add_filter("suffixed", |texts: Vec<String>, with: String| around(&texts, "", &with));
    environment.add_function("fail", |message: String| Err::<Value, Error>(invalid(message).with_source(Refusal)));
}

/// The cause of an error that a template raises itself.
#[derive(Debug, thiserror::Error)]
#[error("a template refuses this")]
pub(super) struct Refusal;

/// Each text with something before and after it.
fn around(texts: &[String], before: &str, after: &str) -> Vec<String> {
    texts.iter().map(|text| format!("{before}{text}{after}")).collect()
}

/// A scalar as YAML reads it back, quoted only where needed.
fn quoted(value: &Value) -> Result<String, Error> {
    let json = to_json(value);
    match &json {
        serde_json::Value::String(text) => Ok(yaml::quote(text).into_owned()),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
            Err(invalid("`q` takes a scalar; use `to_yaml` for lists and maps".into()))
        }
        scalar => Ok(scalar.to_string()),
    }
}

/// Pretty JSON with that many spaces a level, no newline at the end.
fn pretty(value: &Value, width: Option<usize>) -> Result<String, Error> {
    use serde::Serialize as _;
    let indent = " ".repeat(width.unwrap_or(2).min(8));
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
    let mut writer = serde_json::Serializer::with_formatter(&mut out, formatter);
    to_json(value).serialize(&mut writer).map_err(|error| invalid(error.to_string()))?;
    String::from_utf8(out).map_err(|error| invalid(error.to_string()))
}

/// Every line but the first moved to the right; empty lines stay empty.
fn indent(text: String, width: usize, first: Option<bool>) -> Result<String, Error> {
    if width > MAX_INDENT {
        return Err(invalid(format!("`indent` adds at most {MAX_INDENT} spaces")));
    }
    let margin = " ".repeat(width);
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        if !line.is_empty() && (number > 0 || first.unwrap_or(false)) {
            out.push_str(&margin);
        }
        out.push_str(line);
    }
    Ok(out)
}

/// One word for a POSIX shell, quoted only where needed.
fn shell(text: String) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.split('\'').collect::<Vec<_>>().join(r"'\''"))
}

/// A label for a Mermaid diagram, where quotes end it.
fn mermaid(text: String) -> String {
    text.split('"').collect::<Vec<_>>().join("#quot;")
}
