//! A line about work that takes long: on a terminal only, and gone when the work is done.
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use super::output::Output;

/// What is quicker than this needs no line.
const PATIENCE: Duration = Duration::from_millis(500);

/// Shows the line until it is dropped.
pub(super) struct Progress {
    done: Option<Sender<()>>,
    line: Option<JoinHandle<()>>,
}

impl Progress {
    pub(super) fn start(output: &Output, what: &'static str) -> Self {
        if !output.on_terminal {
            return Self { done: None, line: None };
        }
        let output = output.clone();
        let (done, waiting) = mpsc::channel::<()>();
        let line = std::thread::spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                output.passing(&format!("{what} …"));
                let _ = waiting.recv();
                output.passing("\r\x1b[K");
            }
        });
        Self { done: Some(done), line: Some(line) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.done.take());
        let _ = self.line.take().map(JoinHandle::join);
    }
}
