//! Ctrl-C and requests to terminate, for the whole process.
//!
//! * At a prompt the key press becomes an error of the prompt, whose caller ends the run. A handler that ended the process
//!   at once would race with it, so it waits. A request to terminate becomes none: the handler leaves the terminal as it was.
//! * While files are being written, the writer notices between two files and removes what it staged. After the rename
//!   one signal is ignored: what the user wanted is done, and the exit code should say so.
//! * Otherwise nothing needs tidying up: the process ends at once. So it does at the second signal, in any case.
use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

static PROMPTING: AtomicBool = AtomicBool::new(false);
static WRITING: AtomicBool = AtomicBool::new(false);
static CANCELLED: AtomicBool = AtomicBool::new(false);
/// How the terminal was before the first prompt.
static TERMINAL: Mutex<Option<Termios>> = Mutex::new(None);

/// What a cancelled run exits with.
pub const EXIT_CODE: u8 = 130;
/// How long a prompt has to turn the signal into an error. SIGTERM never becomes one.
const GRACE: Duration = Duration::from_secs(1);

/// Holds off the signal handler while a prompt is open.
#[derive(Debug)]
#[must_use]
pub struct Prompting(());

/// Turns signals into [`cancelled`] while files are being written.
#[derive(Debug)]
#[must_use]
pub(super) struct Writing(());

/// Installs the handler; called once, before the first prompt.
pub fn install() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(on_signal)
}

/// Says that a prompt is open, until the result is dropped.
pub fn prompting() -> Prompting {
    if let Ok(mut terminal) = TERMINAL.lock() {
        *terminal = tcgetattr(io::stdin()).ok();
    }
    PROMPTING.store(true, SeqCst);
    Prompting(())
}

pub(super) fn writing() -> Writing {
    WRITING.store(true, SeqCst);
    Writing(())
}

/// Whether the user asked to stop while files were being written.
pub fn cancelled() -> bool {
    CANCELLED.load(SeqCst)
}

impl Writing {
    /// The repository is there and only the report follows: one signal no longer turns success into "cancelled".
    pub(super) fn done(self) {
        std::mem::forget(self);
    }
}

impl Drop for Prompting {
    fn drop(&mut self) {
        PROMPTING.store(false, SeqCst);
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        WRITING.store(false, SeqCst);
    }
}

fn on_signal() {
    let prompting = PROMPTING.load(SeqCst);
    if prompting {
        std::thread::sleep(GRACE);
    }
    if WRITING.load(SeqCst) && !CANCELLED.swap(true, SeqCst) {
        return;
    }
    if prompting {
        if let Ok(Some(terminal)) = TERMINAL.lock().as_deref() {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, terminal);
        }
        let _ = io::stderr().write_all(b"\x1b[?25h\n");
    }
    #[expect(clippy::exit, reason = "a signal ends the process, whatever the main thread does")]
    std::process::exit(i32::from(EXIT_CODE));
}
