//! A real pseudo-terminal with the program on it.
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::pty::{Winsize, openpty};
use nix::sys::termios::{LocalFlags, tcgetattr};

use crate::support::Sandbox;

/// How long something may take before the test gives up; the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(1);
/// The rows of every terminal.
pub(crate) const ROWS: u16 = 40;

pub(crate) const ENTER: &str = "\r";
pub(crate) const DOWN: &str = "\x1b[B";
pub(crate) const SPACE: &str = " ";
pub(crate) const ESCAPE: &str = "\x1b";
const BACKSPACE: &str = "\x7f";
pub(crate) const CTRL_C: &str = "\x03";

/// The program, the keyboard in front of it and everything it has shown.
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    shown: Arc<Mutex<Vec<u8>>>,
    /// How much of the plain text was looked at already.
    seen: usize,
    slave: OwnedFd,
    columns: u16,
}

impl Terminal {
    /// Runs the program in a sandbox on a terminal of 120 columns.
    pub(crate) fn run(sandbox: &Sandbox, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::wide(120, sandbox, arguments, &[&[("NO_COLOR", "1")], environment].concat())
    }

    /// The same on a terminal of that many columns, in colour unless the environment says otherwise.
    pub(crate) fn wide(columns: u16, sandbox: &Sandbox, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let size = Winsize { ws_row: ROWS, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        let pair = openpty(Some(&size), None).unwrap();
        let end = || Stdio::from(pair.slave.try_clone().unwrap());
        let child = Command::new(env!("CARGO_BIN_EXE_stackwright"))
            .args(arguments)
            .current_dir(sandbox.path("."))
            .env_clear()
            .envs([("TERM", "xterm-256color"), ("LANG", "C.UTF-8")])
            .envs(environment.iter().copied())
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .unwrap();
        let shown = Arc::new(Mutex::new(Vec::new()));
        let (mut screen, collected) = (File::from(pair.master.try_clone().unwrap()), Arc::clone(&shown));
        std::thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = screen.read(&mut piece) {
                collected.lock().unwrap().extend_from_slice(&piece[..length]);
            }
        });
        Self { child, keyboard: File::from(pair.master), shown, seen: 0, slave: pair.slave, columns }
    }

    /// Everything as it was sent.
    pub(crate) fn raw(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().unwrap()).into_owned()
    }

    /// What a terminal shows of it, on so many rows; with enough of them nothing has scrolled away.
    pub(crate) fn screen(&self, rows: u16) -> vt100::Screen {
        let length = |of: u16| NonZeroU16::new(of).unwrap();
        let mut parser = vt100::Parser::new(length(rows), length(self.columns), 0);
        parser.process(&self.shown.lock().unwrap());
        parser.screen().clone()
    }

    /// The screen after the program's end.
    pub(crate) fn settled(mut self, rows: u16) -> vt100::Screen {
        self.wait(&[]);
        self.screen(rows)
    }

    /// Everything shown so far, without control sequences.
    pub(crate) fn plain(&self) -> String {
        plain(&String::from_utf8_lossy(&self.shown.lock().unwrap()))
    }

    /// Waits until a text is shown that was not looked at before.
    pub(crate) fn expect(&mut self, text: &str) {
        let start = Instant::now();
        loop {
            let plain = self.plain();
            if let Some(at) = plain[self.seen..].find(text) {
                self.seen += at + text.len();
                return;
            }
            assert!(start.elapsed() < PATIENCE, "never saw {text:?} after:\n{}", &plain[self.seen..]);
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses keys, each on its own.
    pub(crate) fn press(&mut self, keys: &[&str]) {
        for key in keys {
            self.keyboard.write_all(key.as_bytes()).unwrap();
            // A person is not faster, and what arrives between two keys must not run into one sequence.
            std::thread::sleep(Duration::from_millis(60));
        }
    }

    /// Answers a question: waits for it, types, presses Enter.
    pub(crate) fn answer(&mut self, question: &str, text: &str) {
        self.expect(question);
        self.press(&[text, ENTER]);
    }

    /// Deletes what was typed last and types something else.
    pub(crate) fn retype(&mut self, last: &str, text: &str) {
        last.chars().for_each(|_| self.press(&[BACKSPACE]));
        self.press(&[text, ENTER]);
    }

    /// Waits for the end; the exit code and everything shown.
    pub(crate) fn end(mut self) -> (i32, String) {
        let code = self.wait(&[]);
        (code, self.plain())
    }

    /// Presses a key until the program ends: a key that cancels may come while the terminal is between two states.
    pub(crate) fn cancel(mut self, key: &str) -> Cancelled {
        let code = self.wait(&[key]);
        self.left(code)
    }

    /// Asks the program to terminate.
    pub(crate) fn terminate(mut self) -> Cancelled {
        assert!(Command::new("kill").arg(self.child.id().to_string()).status().unwrap().success());
        let code = self.wait(&[]);
        self.left(code)
    }

    fn left(&self, code: i32) -> Cancelled {
        let raw = String::from_utf8_lossy(&self.shown.lock().unwrap()).into_owned();
        let flags = tcgetattr(&self.slave).unwrap().local_flags;
        Cancelled {
            code,
            cursor_shown: raw.rfind("\x1b[?25h") >= raw.rfind("\x1b[?25l"),
            echoes: flags.contains(LocalFlags::ECHO | LocalFlags::ICANON),
            plain: plain(&raw),
        }
    }

    fn wait(&mut self, keys: &[&str]) -> i32 {
        let start = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code().unwrap_or(-1);
            }
            assert!(start.elapsed() < PATIENCE, "it does not end; it shows:\n{}", self.plain());
            self.press(keys);
            std::thread::sleep(Duration::from_millis(if keys.is_empty() { 10 } else { 400 }));
        };
        // What was written last may still be on its way.
        std::thread::sleep(Duration::from_millis(200));
        code
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a cancelled run left the terminal.
pub(crate) struct Cancelled {
    pub(crate) code: i32,
    pub(crate) cursor_shown: bool,
    pub(crate) echoes: bool,
    pub(crate) plain: String,
}

/// Text without control sequences and carriage returns; an unfinished sequence at the end waits for its rest.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\x1b' => {
                if rest.next() == Some('[') {
                    rest.by_ref().find(char::is_ascii_alphabetic);
                }
            }
            '\r' => {}
            c => out.push(c),
        }
    }
    out
}
