//! What can be typed after the verbs of day two.
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::Format;

/// Arguments of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "Exit code 1 says that something would change.")]
pub(in crate::cli) struct Plan {
    /// The repository
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) dir: PathBuf,
    /// How the plan is printed
    #[arg(long, value_enum, default_value_t)]
    pub(in crate::cli) format: PlanFormat,
    /// Also write a plan that `apply FILE` carries out, or refuses once something moved
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) out: Option<PathBuf>,
}

/// Forms of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum PlanFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// For the description of a pull request
    Markdown,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_help = "Exit code 1 says that something would change.")]
pub(in crate::cli) struct Diff {
    /// The repository
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) dir: PathBuf,
}

/// Arguments of `apply`.
#[derive(Debug, Args)]
#[command(after_help = "\
Everything is written, or nothing. Files whose edits git does not hold are refused, and so is a merge that breaks a rule. \
A run that was interrupted is finished by the next one. Exit code 1 says that conflicts are left.")]
pub(in crate::cli) struct Apply {
    /// The repository, or the file of a plan for the current directory
    #[arg(value_name = "DIR|PLAN", default_value = ".", value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) path: PathBuf,
    /// Also change files with edits that are neither committed nor staged
    #[arg(long)]
    pub(in crate::cli) allow_dirty: bool,
    /// End a run whose conflicts are all resolved
    #[arg(long, conflicts_with = "abort")]
    pub(in crate::cli) r#continue: bool,
    /// Put back what an interrupted run, or one with open conflicts, has written; edits of these files since then are lost
    #[arg(long)]
    pub(in crate::cli) abort: bool,
}

/// Arguments of `resolve`.
#[derive(Debug, Args)]
#[command(
    group = clap::ArgGroup::new("side").requires("id"),
    after_help = "Exit code 1 of the list says that conflicts are open."
)]
pub(in crate::cli) struct Resolve {
    /// The conflict's id, as its markers say it; without one, the open conflicts are listed with their reasons
    pub(in crate::cli) id: Option<String>,
    /// The repository
    #[arg(default_value = ".", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) dir: PathBuf,
    /// Keep what your file held
    #[arg(long, group = "side")]
    pub(in crate::cli) ours: bool,
    /// Take what is rendered now
    #[arg(long, group = "side")]
    pub(in crate::cli) theirs: bool,
    /// Write other lines in $VISUAL or $EDITOR; without a terminal they are read from standard input
    #[arg(long, group = "side")]
    pub(in crate::cli) edit: bool,
    /// How the open conflicts are listed
    #[arg(long, value_enum, default_value_t, conflicts_with = "side")]
    pub(in crate::cli) format: Format,
}

/// Arguments of `add`.
#[derive(Debug, Args)]
#[command(after_help = "\
stackwright.yaml is edited in place, and the files follow as with `apply`. The parameters of a component are asked for on a \
terminal, unless --yes is given.

  stackwright add celery --to api --set queues=default,mail
  stackwright add postgres reports-database --provider operator
  stackwright add queue mail --to api            an item of the list `queues`
  stackwright add route /reports --to reports
  stackwright add environment testing")]
pub(in crate::cli) struct Add {
    /// A component, or `environment`, `route`, or what a list holds: `queue` for `queues`
    pub(in crate::cli) what: String,
    /// The name in the stack [default: the component's id]; the path of a route
    pub(in crate::cli) name: Option<String>,
    /// The repository
    #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) dir: PathBuf,
    /// The unit that a feature extends, that a route leads to, or that has the list
    #[arg(long, value_name = "UNIT")]
    pub(in crate::cli) to: Option<String>,
    /// A parameter of the component, or a key of the environment or route; may be repeated. Lists are separated by commas
    #[arg(long, value_name = "KEY=VALUE")]
    pub(in crate::cli) set: Vec<String>,
    /// The unit that serves a requirement, where several could; may be repeated
    #[arg(long, value_name = "ALIAS=UNIT")]
    pub(in crate::cli) r#use: Vec<String>,
    /// Who runs it: container, operator, managed, …; for one environment with its name before it; may be repeated
    #[arg(long, value_name = "[ENVIRONMENT=]PROVIDER")]
    pub(in crate::cli) provider: Vec<String>,
    /// The port of an endpoint on a developer's machine; may be repeated
    #[arg(long, value_name = "ENDPOINT=PORT")]
    pub(in crate::cli) publish: Vec<String>,
    /// Never ask: take the defaults
    #[arg(long, short)]
    pub(in crate::cli) yes: bool,
    /// Show what would change, without writing it
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Also change files with edits that are neither committed nor staged
    #[arg(long)]
    pub(in crate::cli) allow_dirty: bool,
}

/// Arguments of `remove`.
#[derive(Debug, Args)]
#[command(after_help = "\
The inverse of `add`. A part whose files you edited stays, and these files are listed, until --force is given.

  stackwright remove celery --from api
  stackwright remove reports-database
  stackwright remove queue mail --from api
  stackwright remove route /reports
  stackwright remove environment testing")]
pub(in crate::cli) struct Remove {
    /// A unit or platform by its name, a feature by its component, or `environment`, `route`, or what a list holds
    pub(in crate::cli) what: String,
    /// The name of the environment or item; the path of the route
    pub(in crate::cli) name: Option<String>,
    /// The repository
    #[arg(long, default_value = ".", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) dir: PathBuf,
    /// The unit that has the feature or the list
    #[arg(long, value_name = "UNIT")]
    pub(in crate::cli) from: Option<String>,
    /// Also remove files that you edited
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Show what would change, without writing it
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Also change files with edits that are neither committed nor staged
    #[arg(long)]
    pub(in crate::cli) allow_dirty: bool,
}
