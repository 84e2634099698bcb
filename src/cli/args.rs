//! What can be typed.
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum, ValueHint};

mod day_two;

pub(super) use day_two::{Add, Apply, Diff, Plan, PlanFormat, Remove, Resolve};

/// Turns a stack blueprint into a repository that runs, and keeps checking it.
#[derive(Debug, Parser)]
#[command(
    name = "stackwright",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 done, 1 findings, 2 bad usage or input, 3 cannot read or write, 130 cancelled."
)]
pub(super) struct Arguments {
    /// A directory with components, blueprints or overrides of your own; may be repeated, the last one wins
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) catalog: Vec<PathBuf>,
    #[command(subcommand)]
    pub(super) verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Make a repository from a blueprint
    New(New),
    /// List the blueprints and components
    List(List),
    /// Show a blueprint or a component: questions, parameters, what it provides and requires
    Show(Show),
    /// Print the questions of a blueprint as JSON, or the JSON Schema of its answers
    Questions(Questions),
    /// Check a repository: each file alone, and all of them against each other and the stack
    Check(Check),
    /// Show what rendering a repository anew would change: files, facts and why
    Plan(Plan),
    /// Show what rendering a repository anew would change, as a unified diff
    Diff(Diff),
    /// Render a repository anew from its stackwright.yaml and merge the result with your edits
    Apply(Apply),
    /// Take one side of a conflict that `apply` marked
    Resolve(Resolve),
    /// Add a unit, feature, platform, environment, route or queue to a repository
    Add(Add),
    /// Take a part out of a repository again
    Remove(Remove),
    /// Explain what a repository runs: units, processes, bindings, channels, routes, environments
    Explain(Explain),
    /// Tell which component, template and answers produced a file or a line
    Why(Why),
    /// For authors of components and blueprints
    #[command(subcommand)]
    Catalog(CatalogVerb),
    /// Print the JSON Schema of a file format
    Schema(Schema),
    /// Print a completion script for a shell
    Completions(Completions),
    /// Print the manual page, in roff
    Man(Man),
}

/// Verbs over the catalog.
#[derive(Debug, Subcommand)]
pub(super) enum CatalogVerb {
    /// Check every component, blueprint and template, and make each in memory: components in small stacks of their own
    Check(CatalogCheck),
    /// Write a component to begin with, which passes `catalog check`
    New(CatalogNew),
    /// Copy an embedded component, to change it
    Eject(CatalogEject),
    /// Resolve the packages that components add, with uv, npm or go, and keep the result in their folders
    Lock(CatalogLock),
    /// Prove what components and blueprints promise: every pair of choices works, and each choice has an effect
    Test(CatalogTest),
}

/// Text for people, or JSON for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Arguments of `new`.
#[derive(Debug, Args)]
#[command(after_help = "\
Answers are taken from --set, then --answers, then STACKWRIGHT_ANSWER_<QUESTION> in the environment, then prompts, then \
defaults. Prompts appear on a terminal only, and not with --yes or when CI is set; without them, every question that has \
neither an answer nor a default is listed, and nothing is written.")]
pub(super) struct New {
    /// A blueprint's id, or the path of a blueprint file (with a `/` or ending in .yaml)
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) blueprint: Option<String>,
    /// Where the repository goes [default: the project's name]
    #[arg(value_hint = ValueHint::DirPath)]
    pub(super) dir: Option<PathBuf>,
    /// Answer one question; may be repeated. Lists are separated by commas
    #[arg(long, value_name = "QUESTION=ANSWER")]
    pub(super) set: Vec<String>,
    /// Answers as a YAML or JSON map; `-` reads standard input
    #[arg(long, value_name = "FILE|-", value_hint = ValueHint::FilePath)]
    pub(super) answers: Option<String>,
    /// Never ask: take the defaults
    #[arg(long, short)]
    pub(super) yes: bool,
    /// List the files without writing them
    #[arg(long)]
    pub(super) dry_run: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The repository
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub(super) dir: PathBuf,
    /// How findings are printed
    #[arg(long, default_value = "text", value_parser = PossibleValuesParser::new(["text", "json", "sarif", "junit", "github"]))]
    pub(super) format: String,
    /// The mildest finding that makes the exit code 1
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = PossibleValuesParser::new(["error", "warning", "note"]))]
    pub(super) deny: String,
    /// Explain a rule instead
    #[arg(long, value_name = "RULE")]
    pub(super) explain: Option<String>,
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub(super) struct List {
    /// How the list is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// Arguments of `show`.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// A blueprint's or a component's id
    pub(super) id: String,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// Arguments of `questions`.
#[derive(Debug, Args)]
pub(super) struct Questions {
    /// A blueprint's id, or the path of a blueprint file
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) blueprint: String,
    /// Print the JSON Schema of an answers file instead
    #[arg(long)]
    pub(super) schema: bool,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The repository
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub(super) dir: PathBuf,
    /// How the stack is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: ExplainFormat,
}

/// Forms of a stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum ExplainFormat {
    /// For people
    #[default]
    Text,
    /// For programs: the stack as it was resolved
    Json,
    /// A diagram, as Mermaid source
    Mermaid,
    /// A diagram, as a picture
    Svg,
}

/// Arguments of `why`.
#[derive(Debug, Args)]
pub(super) struct Why {
    /// A file of a repository, with an optional line
    #[arg(value_name = "PATH[:LINE]", value_hint = ValueHint::FilePath)]
    pub(super) path: String,
    /// The file of the blueprint that the repository was made from, where the catalog does not have it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) blueprint: Option<String>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// Arguments of `catalog check`.
#[derive(Debug, Args)]
pub(super) struct CatalogCheck {
    /// How problems are printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
}

/// Arguments of `catalog new`.
#[derive(Debug, Args)]
#[command(after_help = "It is written into the last directory after --catalog, as components/<ID>/.")]
pub(super) struct CatalogNew {
    /// What it is
    pub(super) kind: ComponentKind,
    /// Its id, which is its folder's name
    pub(super) id: String,
    /// The service component that a feature extends
    #[arg(long, value_name = "SERVICE")]
    pub(super) on: Option<String>,
}

/// Kinds of components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ComponentKind {
    /// Source code that is built
    Service,
    /// Adds to services of one component
    Feature,
    /// Something that services use
    Resource,
    /// A program beside the stack
    Tool,
    /// Serves the stack as a whole
    Platform,
}

/// Arguments of `catalog eject`.
#[derive(Debug, Args)]
#[command(after_help = "It is written into the last directory after --catalog, as components/<ID>/.")]
pub(super) struct CatalogEject {
    /// The embedded component
    pub(super) id: String,
}

/// Arguments of `catalog lock`.
#[derive(Debug, Args)]
#[command(after_help = "\
It locks components of the last directory after --catalog. It runs `uv lock`, `npm install --package-lock-only` or \
`go mod tidy` in temporary directories; these ask the package index that they are configured for. Of the other commands \
only two run a program, when they are asked to: `new` runs `git init`, and `resolve --edit` your editor.")]
pub(super) struct CatalogLock {
    /// The component; all of that directory when absent
    pub(super) id: Option<String>,
    /// Take the newest releases instead of those that are kept
    #[arg(long)]
    pub(super) upgrade: bool,
}

/// Arguments of `catalog test`.
#[derive(Debug, Args)]
pub(super) struct CatalogTest {
    /// A component's or a blueprint's id; all of them when absent
    pub(super) id: Option<String>,
    /// How the results are printed
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: TestFormat,
    /// Compare the files that defaults make with those kept in a directory
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) golden: Option<PathBuf>,
    /// Keep the files that defaults make in that directory
    #[arg(long, requires = "golden")]
    pub(super) bless: bool,
}

/// Forms of test results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum TestFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For test reports
    Junit,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// The file format
    pub(super) of: SchemaOf,
}

/// File formats with a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// `blueprints/<id>.yaml`
    Blueprint,
    /// `components/<id>/component.yaml`
    Component,
    /// The file after `--answers`; `questions BLUEPRINT --schema` is exact for one blueprint
    Answers,
    /// A repository's own `stackwright.yaml`
    Stack,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    pub(super) shell: clap_complete::Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The verb; without one, the program's own page
    pub(super) verb: Vec<String>,
}

/// The whole command.
pub(super) fn command() -> clap::Command {
    Arguments::command()
}
