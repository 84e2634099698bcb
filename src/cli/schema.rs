//! `schema`: JSON Schemas of the file formats, from the types that read them.
use std::process::ExitCode;

use schemars::schema_for;
use serde_json::{Value, json};

use super::Done;
use super::args::{Schema, SchemaOf};
use super::output::Output;
use crate::blueprint::{Blueprint, StackSpec};
use crate::catalog::Component;

pub(super) fn run(arguments: &Schema, output: &Output) -> Done {
    let schema = match arguments.of {
        SchemaOf::Blueprint => schema_for!(Blueprint).to_value(),
        SchemaOf::Component => schema_for!(Component).to_value(),
        SchemaOf::Stack => schema_for!(StackSpec).to_value(),
        SchemaOf::Answers => answers(),
    };
    output.json(&schema)?;
    Ok(ExitCode::SUCCESS)
}

/// What all answers files have in common.
fn answers() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Answers",
        "description": "Answers to the questions of a blueprint, by question. `stackwright questions BLUEPRINT --schema` is exact.",
        "type": "object",
        "propertyNames": { "pattern": "^[a-z][a-z0-9_]*$" },
        "additionalProperties": {
            "oneOf": [
                { "type": "string" },
                { "type": "boolean" },
                { "type": "integer" },
                { "type": "array", "items": { "type": "string" }, "uniqueItems": true },
                { "type": "array", "items": { "type": "object" }, "minItems": 1 }
            ]
        }
    })
}
