//! `show`: one blueprint or component, as a person wants to read it before using it.
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::args::{Format, Show};
use super::output::Output;
use super::workbench::{self, Workbench};
use super::{Done, Failure, list, new};
use crate::blueprint::{Blueprint, Question};
use crate::catalog::{Component, Param};
use crate::diagnostic::Diagnostic;
use crate::yaml;

/// The version of the JSON. It only grows.
const VERSION: u32 = 1;

pub(super) fn run(arguments: &Show, catalogs: &[PathBuf], output: &Output) -> Done {
    let workbench = Workbench::with_blueprint(catalogs, Some(arguments.id.as_str()))?;
    let id = arguments.id.as_str();
    let catalog = &workbench.catalog;
    if workbench::is_path(id) || catalog.blueprint_ids().contains(&id) {
        let (blueprint, source) = workbench.blueprint(id)?;
        match arguments.format {
            Format::Text => output.text(&describe_blueprint(&blueprint))?,
            Format::Json => {
                let written = yaml::parse_one(&source)?.to_json();
                output.json(&json!({ "version": VERSION, "blueprint": written }))?;
            }
        }
    } else if catalog.component_ids().contains(&id) {
        let component = catalog.component(id)?;
        let readme = catalog.text(&format!("components/{id}/README.md")).map(|text| text.text.as_ref());
        match arguments.format {
            Format::Text => output.text(&describe_component(&component, readme))?,
            Format::Json => {
                let source = catalog.source(&format!("components/{id}/component.yaml"));
                let written = yaml::parse_one(&source)?.to_json();
                output.json(&json!({ "version": VERSION, "component": written, "readme": readme }))?;
            }
        }
    } else {
        return Err(unknown(id, &workbench));
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(id: &str, workbench: &Workbench) -> Failure {
    let mut known = workbench.catalog.blueprint_ids();
    known.extend(workbench.catalog.component_ids());
    let problem = Diagnostic::error(format!("there is no blueprint or component `{id}`"));
    let problem = problem.help("`stackwright list` shows what there is; `--catalog DIR` adds your own");
    Failure::input(problem.guess(id, known))
}

fn describe_blueprint(blueprint: &Blueprint) -> String {
    let Blueprint { id, title, summary, version, .. } = blueprint;
    let mut out =
        format!("{id} (blueprint, version {version})\n{title}\n\n{}.\n\nQuestions\n", summary.trim_end_matches('.'));
    for question in &blueprint.questions {
        out.push_str(&describe_question(question, "  "));
    }
    out.push_str("\nParts\n");
    for unit in &blueprint.units {
        let features = unit.features.iter().map(|feature| conditional(&feature.component, feature.when.as_deref()));
        let features: Vec<String> = features.collect();
        let with = if features.is_empty() { String::new() } else { format!(", with {}", features.join(", ")) };
        let unit = format!("{}: {}", unit.name, conditional(&unit.component, unit.when.as_deref()));
        let _ = writeln!(out, "  {unit}{with}");
    }
    for platform in &blueprint.platforms {
        let _ = writeln!(out, "  {}: {}", platform.name, conditional(&platform.component, platform.when.as_deref()));
    }
    out
}

fn conditional(what: &str, when: Option<&str>) -> String {
    when.map_or_else(|| what.to_owned(), |when| format!("{what} (when {when})"))
}

fn describe_question(question: &Question, indent: &str) -> String {
    // The type's word is the one that blueprints use.
    let kind = serde_json::to_value(question.kind).ok();
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default();
    let mut out = format!("{indent}{} ({kind}): {}\n", question.id, question.ask);
    let mut line = |text: String| {
        let _ = writeln!(out, "{indent}    {text}");
    };
    if let Some(help) = &question.help {
        line(help.clone());
    }
    for choice in &question.choices {
        let refused = match (&choice.refused, &choice.because) {
            (None, _) => String::new(),
            (Some(when), because) => {
                let when = if when == "true" { String::new() } else { format!(" when {when}") };
                let because = because.as_ref().map_or_else(String::new, |because| format!(": {because}"));
                format!(" [refused{when}{because}]")
            }
        };
        line(format!("- {}: {}{refused}", choice.value, choice.title));
    }
    if let Some(when) = &question.when {
        line(format!("asked when {when}"));
    }
    match &question.default {
        Some(default) if new::shown(default).is_empty() => line("default: none".into()),
        Some(default) => line(format!("default: {}", new::brief(question, default))),
        None => line("no default: it must be answered".into()),
    }
    for field in &question.fields {
        out.push_str(&describe_question(field, &format!("{indent}    ")));
    }
    out
}

fn describe_component(component: &Component, readme: Option<&str>) -> String {
    let Component { id, title, summary, .. } = component;
    let mut out = format!("{id} ({})\n{title}\n\n{}.\n", list::word(component.kind), summary.trim_end_matches('.'));
    let mut section = |heading: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            let _ = writeln!(out, "\n{heading}\n  {}", lines.join("\n  "));
        }
    };
    section("Parameters", component.params.iter().map(|(name, param)| describe_param(name, param)).collect());
    let provides =
        component.provides.iter().map(|(capability, provision)| conditional(capability, provision.when.as_deref()));
    section("Provides", provides.collect());
    let requirement = |(alias, requirement): (&String, &crate::catalog::Requirement)| {
        let optional = if requirement.optional { ", if there is one" } else { "" };
        format!("{alias}: {}{optional}", requirement.capability)
    };
    section("Requires", component.requires.iter().map(requirement).collect());
    section(
        "Processes",
        component
            .processes
            .iter()
            .map(|(name, process)| {
                conditional(
                    &format!("{name} ({})", format!("{:?}", process.role).to_lowercase()),
                    process.when.as_deref(),
                )
            })
            .collect(),
    );
    for (host, extension) in &component.on {
        let mut lines: Vec<String> = extension.processes.keys().map(|name| format!("process {name}")).collect();
        lines.extend(extension.requires.iter().map(|entry| format!("requires {}", requirement(entry))));
        lines.extend(extension.variables.keys().map(|name| format!("variable {name}")));
        section(&format!("On {host}"), lines);
    }
    section(
        "Variables",
        component.variables.iter().map(|(name, variable)| format!("{name}: {}", variable.help)).collect(),
    );
    if let Some(readme) = readme {
        let _ = write!(out, "\nREADME\n\n{}\n", readme.trim_end());
    }
    out
}

fn describe_param(name: &str, param: &Param) -> String {
    let kind = format!("{:?}", param.kind).to_lowercase();
    let values: Vec<&str> = param.choices.iter().map(|choice| choice.value.as_str()).collect();
    let choices = if values.is_empty() { String::new() } else { format!(": {}", values.join(" | ")) };
    let default = param.default.as_ref().map_or_else(String::new, |default| match new::shown(default) {
        empty if empty.is_empty() => "; default none".to_owned(),
        shown => format!("; default {shown}"),
    });
    format!("{name} ({kind}{choices}{default}): {}", param.help)
}
