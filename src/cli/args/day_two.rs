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
