//! The template engine.
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Template, UndefinedBehavior};

use super::{error, filters};
use crate::diagnostic::Diagnostic;
use crate::yaml::At;

/// The most bytes that one file may have once rendered.
const MAX_OUTPUT: usize = 8 * 1024 * 1024;
/// The most engine instructions that one file may take.
const FUEL: u64 = 5_000_000;

/// Where templates are looked up: from a path in the catalog to the template's text.
pub type Templates = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A template engine that knows the catalog's templates and pins. It has no state: threads may share it.
pub struct Engine {
    environment: Environment<'static>,
}

impl Engine {
    /// An engine over those templates. `pin` looks a pinned scalar up, `image` an image reference.
    pub fn new(
        templates: Templates,
        pin: impl Fn(&str) -> Option<serde_json::Value> + Send + Sync + 'static,
        image: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let mut environment = Environment::new();
        environment.set_syntax(syntax());
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_debug(true); // for the caret; it is off in release builds otherwise
        environment.set_auto_reload(false);
        environment.set_fuel(Some(FUEL));
        environment.set_recursion_limit(60);
        environment.set_formatter(print);
        environment.set_loader(move |name| Ok(templates(name)));
        // One expression with these can build hundreds of megabytes, which fuel doesn't stop.
        environment.remove_filter("format");
        environment.remove_filter("replace");
        environment.remove_filter("indent");
        environment.remove_global("range");
        filters::register(&mut environment);
        environment.add_function("pin", move |path: String| {
            let found = pin(&path).map(|value| Value::from(Serde(value)));
            found.ok_or_else(|| invalid(format!("no pins.yaml has `{path}`")))
        });
        environment.add_function("image", move |id: String| {
            image(&id).ok_or_else(|| invalid(format!("no pins.yaml has an image `{id}`")))
        });
        Self { environment }
    }

    /// Adds the function `reserved(word, component, parameter)`: why the word can't be used there, or none.
    pub fn reserve(
        &mut self,
        look_up: impl Fn(&str, &str, &str) -> Result<Option<String>, String> + Send + Sync + 'static,
    ) {
        self.environment.add_function("reserved", move |word: String, component: String, parameter: String| {
            look_up(&word, &component, &parameter).map(Value::from).map_err(invalid)
        });
    }

    /// Renders the template at that path of the catalog.
    pub fn render(&self, path: &str, context: &Value) -> Result<String, Box<Diagnostic>> {
        let rendered = self.environment.get_template(path).and_then(|template| capped(&template, context));
        rendered.map_err(|problem| Box::new(error::explain(&problem, At::label(path))))
    }

    /// Renders a file; one without template syntax is copied.
    pub fn file(&self, path: &str, text: &str, context: &Value) -> Result<String, Box<Diagnostic>> {
        if has_syntax(text) { self.render(path, context) } else { Ok(text.to_owned()) }
    }

    /// Renders a text of a component or blueprint, which stands there.
    pub fn text<'a>(&self, at: impl Into<At<'a>>, text: &str, context: &Value) -> Result<String, Box<Diagnostic>> {
        if !has_syntax(text) {
            return Ok(text.to_owned());
        }
        let template = self.environment.template_from_named_str(error::INLINE, text);
        let rendered = template.and_then(|template| capped(&template, context));
        rendered.map_err(|problem| Box::new(error::explain(&problem, at.into())))
    }

    /// Evaluates a bare expression, which stands there.
    pub fn evaluate<'a>(
        &self,
        at: impl Into<At<'a>>,
        expression: &str,
        context: &Value,
    ) -> Result<Value, Box<Diagnostic>> {
        let at = at.into();
        if let Some(inner) = sole_expression(expression) {
            let problem = Diagnostic::error("an expression stands here without delimiters, and this is a template");
            return Err(Box::new(at.point(problem.help(format!("write `{inner}`")))));
        }
        let run = || {
            let value = self.environment.compile_expression(expression)?.eval(context.clone())?;
            if value.is_undefined() {
                return Err(Error::new(ErrorKind::UndefinedError, "the expression has no value"));
            }
            Ok(value)
        };
        run()
            .map_err(|problem| Box::new(error::explain(&problem, at).note(format!("in the expression `{expression}`"))))
    }

    /// The items of a list that a bare expression gives, which stands there.
    pub fn items<'a>(
        &self,
        at: impl Into<At<'a>>,
        expression: &str,
        context: &Value,
    ) -> Result<Vec<Value>, Box<Diagnostic>> {
        let at = at.into();
        let value = self.evaluate(at, expression, context)?;
        let is_list = matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable);
        let items = if is_list { value.try_iter().ok() } else { None };
        items.map(Iterator::collect).ok_or_else(|| {
            let problem = Diagnostic::error(format!("`{expression}` is a {}, and `each` takes a list", value.kind()));
            Box::new(at.point(problem))
        })
    }

    /// The dotted names that a bare expression reads, sorted; none when it doesn't compile.
    pub fn names(&self, expression: &str) -> BTreeSet<String> {
        let compiled = self.environment.compile_expression(expression);
        compiled.map(|compiled| compiled.undeclared_variables(true).into_iter().collect()).unwrap_or_default()
    }

    /// The names that a template of the catalog takes from what it is given, in any of its branches, sorted.
    pub(crate) fn undeclared(&self, path: &str) -> BTreeSet<String> {
        let Ok(template) = self.environment.get_template(path) else { return BTreeSet::new() };
        let known: BTreeSet<&str> = self.environment.globals().map(|(name, _)| name).collect();
        let names = template.undeclared_variables(false).into_iter();
        names.filter(|name| !known.contains(name.as_str())).collect()
    }

    /// Whether a bare expression holds.
    pub fn holds<'a>(&self, at: impl Into<At<'a>>, expression: &str, context: &Value) -> Result<bool, Box<Diagnostic>> {
        self.evaluate(at, expression, context).map(|value| value.is_true())
    }

    /// Evaluates a value of a blueprint: a text that is one expression keeps the expression's type, other
    /// texts are rendered, lists and maps item by item.
    pub fn value<'a>(
        &self,
        at: impl Into<At<'a>>,
        value: &serde_json::Value,
        context: &Value,
    ) -> Result<serde_json::Value, Box<Diagnostic>> {
        let at = at.into();
        Ok(match value {
            serde_json::Value::String(text) => match sole_expression(text) {
                Some(expression) => to_json(&self.evaluate(at, expression, context)?),
                None => self.text(at, text, context)?.into(),
            },
            serde_json::Value::Array(items) => {
                let items = items.iter().enumerate().map(|(index, item)| self.value(at.item(index), item, context));
                items.collect::<Result<Vec<_>, _>>()?.into()
            }
            serde_json::Value::Object(map) => {
                let items = map.iter().map(|(key, item)| Ok((key.clone(), self.value(at.key(key), item, context)?)));
                serde_json::Value::Object(items.collect::<Result<_, Box<Diagnostic>>>()?)
            }
            other => other.clone(),
        })
    }

    /// Checks that a template of the catalog compiles.
    pub fn compile(&self, path: &str) -> Result<(), Box<Diagnostic>> {
        let compiled = self.environment.get_template(path).map(drop);
        compiled.map_err(|problem| Box::new(error::explain(&problem, At::label(path))))
    }
}

/// Whether a text has template syntax at all; most files don't and are copied.
pub(crate) fn has_syntax(text: &str) -> bool {
    text.contains("@{") || text.contains("@%") || text.contains("@#")
}

/// The expression in a text that is one `@{ … }@` and nothing else.
fn sole_expression(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("@{")?.strip_suffix("}@")?;
    (!inner.contains("@{")).then(|| inner.trim())
}

/// A template value as JSON.
pub(crate) fn to_json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or(serde_json::Value::Null)
}

fn syntax() -> SyntaxConfig {
    SyntaxConfig::builder()
        .block_delimiters("@%", "%@")
        .variable_delimiters("@{", "}@")
        .comment_delimiters("@#", "#@")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .unwrap_or_default()
}

/// Prints scalars only, and booleans in lower case.
fn print(out: &mut minijinja::Output, state: &mut minijinja::State, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None | ValueKind::Seq | ValueKind::Map | ValueKind::Iterable => Err(invalid(format!(
            "a {} can't be printed: use `| to_yaml`, `| tojson`, `| join` or a default",
            value.kind()
        ))),
        ValueKind::Bool => Ok(out.write_str(if value.is_true() { "true" } else { "false" })?),
        _ => minijinja::escape_formatter(out, state, value),
    }
}

pub(super) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// What a template gives, unless that is too much.
fn capped(template: &Template, context: &Value) -> Result<String, Error> {
    let mut out = Capped::default();
    let done = template.render_captured_to(context.clone(), &mut out);
    if out.full {
        return Err(invalid(format!("the result has more than {MAX_OUTPUT} bytes")));
    }
    done?;
    String::from_utf8(out.bytes).map_err(|_| invalid("the result is not UTF-8".into()))
}

/// Collects output up to a limit.
#[derive(Default)]
struct Capped {
    bytes: Vec<u8>,
    full: bool,
}

impl io::Write for Capped {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > MAX_OUTPUT {
            self.full = true;
            return Err(io::Error::other("the rendered file is too large"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
