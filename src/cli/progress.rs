//! A line about work that takes long: on a terminal only, and gone when the work is done.
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

/// What is quicker than this needs no line.
const PATIENCE: Duration = Duration::from_millis(500);

/// Shows the line until it is dropped.
pub(super) struct Progress {
    done: Option<Sender<()>>,
    line: Option<JoinHandle<()>>,
}

impl Progress {
    pub(super) fn start(what: &'static str) -> Self {
        if !io::stderr().is_terminal() {
            return Self { done: None, line: None };
        }
        let (done, waiting) = mpsc::channel::<()>();
        let line = std::thread::spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let _ = io::stderr().lock().write_all(format!("{what} …").as_bytes());
                let _ = waiting.recv();
                let _ = io::stderr().lock().write_all(b"\r\x1b[K");
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
