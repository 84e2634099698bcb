//! Annotations of an object: its own, and those that others contribute.
use std::collections::BTreeMap;
use std::fmt::Write as _;

use minijinja::value::{Kwargs, Value, merge_maps};
use minijinja::{Error, ErrorKind, State};

use crate::diagnostic::did_you_mean;

/// Where components contribute annotations: templates that see what is said about the object.
pub(in crate::target) const POINT: &str = "kubernetes.annotations";

/// What can be said about an object.
const FACTS: [&str; 6] = ["order", "why", "once", "keep", "custom", "secrets"];
/// How they are printed.
const FORM: [&str; 3] = ["own", "within", "indent"];

/// The function `annotations(…)`: the key with all annotations below it, each on a line of its own after the line where
/// it is called; nothing where there are none. `contributed` are templates with what they see.
pub(in crate::target) fn function(contributed: Vec<(String, Value)>) -> Value {
    Value::from_function(move |state: &State, said: Kwargs| print(&contributed, state, &said))
}

fn print(contributed: &[(String, Value)], state: &State, said: &Kwargs) -> Result<String, Error> {
    let mut lines: Vec<String> = said.get::<Option<_>>("own")?.unwrap_or_default();
    let facts = Value::from(facts(said)?);
    for (template, context) in contributed {
        let context = merge_maps([context.clone(), facts.clone()]);
        let text = state.env().get_template(template)?.render(context)?;
        lines.extend(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
    }
    if lines.is_empty() {
        return Ok(String::new());
    }
    let within: Option<String> = said.get("within")?;
    let mut indent: usize = said.get::<Option<_>>("indent")?.unwrap_or(2);
    let mut text = String::new();
    for key in within.iter().map(String::as_str).chain(["annotations"]) {
        let _ = write!(text, "\n{:indent$}{key}:", "");
        indent += 2;
    }
    for line in lines {
        let _ = write!(text, "\n{:indent$}{line}", "");
    }
    Ok(text)
}

/// What is said about the object; every fact is there, so that a template need not ask.
fn facts(said: &Kwargs) -> Result<BTreeMap<&str, Value>, Error> {
    let mut facts: BTreeMap<&str, Value> = FACTS.iter().map(|fact| (*fact, Value::from(()))).collect();
    for name in said.args().filter(|name| !FORM.contains(name)) {
        if !FACTS.contains(&name) {
            let guess = did_you_mean(name, FACTS).map(|guess| format!("; did you mean `{guess}`?"));
            let why = format!("`annotations` takes no `{name}`{}", guess.unwrap_or_default());
            return Err(Error::new(ErrorKind::InvalidOperation, why));
        }
        facts.insert(name, said.get(name)?);
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use minijinja::{Environment, context};

    use super::function;

    /// What a template prints, with one contributor that knows the order.
    fn printed(template: &str, contributed: bool) -> Result<String, minijinja::Error> {
        let mut environment = Environment::new();
        environment.add_template("order", "{% if order %}order: {{ order }}\n{% endif %}")?;
        let contributed = if contributed { vec![("order".to_owned(), context! {})] } else { Vec::new() };
        environment.render_str(template, context! { annotations => function(contributed) })
    }

    #[test]
    fn annotations_are_printed_below_their_key_or_not_at_all() {
        for (template, with, without) in [
            (
                "name: a\n  {{- annotations(order=3) }}\nspec:",
                "name: a\n  annotations:\n    order: 3\nspec:",
                "name: a\nspec:",
            ),
            ("name: a\n  {{- annotations(order=0) }}\nspec:", "name: a\nspec:", "name: a\nspec:"),
            (
                "name: a\n  {{- annotations(own=['x: y'], order=3) }}",
                "name: a\n  annotations:\n    x: y\n    order: 3",
                "name: a\n  annotations:\n    x: y",
            ),
            (
                "name: a\n    {{- annotations(order=3, within='options', indent=4) }}",
                "name: a\n    options:\n      annotations:\n        order: 3",
                "name: a",
            ),
        ] {
            assert_eq!(printed(template, true).expect(template), with);
            assert_eq!(printed(template, false).expect(template), without);
        }
    }

    #[test]
    fn what_nobody_knows_is_refused_with_a_guess() {
        let problem = printed("{{ annotations(ordr=3) }}", true).expect_err("a misspelt fact").to_string();
        assert!(problem.contains("`annotations` takes no `ordr`; did you mean `order`?"), "{problem}");
    }
}
