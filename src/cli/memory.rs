//! A limit on memory while somebody else's templates are at work.
//!
//! The template engine limits steps, depth and output, but one expression can double a text at each step, and nothing in the
//! engine stops that. So a thread looks at what the process holds and ends it, long before the machine suffers; nothing has
//! been written by then. It knows how to look on Linux; elsewhere there is no such limit.
use std::time::Duration;

use super::Failure;
use super::output::Output;
use crate::diagnostic::Diagnostic;

/// Far more than any repository needs, in kibibytes.
const LIMIT: u64 = 1 << 20;
/// How often it looks: a text grows by some tens of megabytes in between.
const PAUSE: Duration = Duration::from_millis(10);

/// Watches from now on.
pub(super) fn watch() {
    if resident().is_none() {
        return;
    }
    // Without the thread there is no limit; that is no reason to refuse the work.
    let _ = std::thread::Builder::new().name("memory".into()).spawn(|| {
        while resident().is_none_or(|held| held <= LIMIT) {
            std::thread::sleep(PAUSE);
        }
        end();
    });
}

fn end() {
    let problem = Diagnostic::error("a template or an expression takes more than 1 GiB of memory; nothing was written")
        .help("look for texts that are joined with themselves, in the files after `--catalog` or in the blueprint");
    Failure::input(problem).report(&Output::new());
    #[expect(clippy::exit, reason = "the thread at work can't be stopped in another way")]
    std::process::exit(2);
}

/// Memory that the process holds, in kibibytes.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
