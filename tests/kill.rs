//! `stackwright new` is killed, interrupted or refused by the system at every file-system call in turn and at random
//! moments: the destination is complete or absent, and the next run works.
//!
//! The calls are counted and hit with `strace`. It takes minutes, so it runs with `STACKWRIGHT_KILL_TESTS=1` or `STRICT=1`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

mod skips;
mod written;
use skips::{say, skip};
use written::{Run, names};

/// Calls by which a run sees or changes the file system. `open` and `rename` are the names on other C libraries.
const CALLS: &str = "mkdirat,openat,write,flock,fchmod,renameat2,renameat,getdents64,fstat,newfstatat,statx,unlinkat";
const THREADS: usize = 2;
const RANDOM_KILLS: usize = 300;

/// Why the tests of this file do not run, if they do not.
fn skipped(test: &str) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| value == "1");
    let wanted = set("STACKWRIGHT_KILL_TESTS") || set("STRICT");
    let why = if !wanted {
        "takes minutes; set STACKWRIGHT_KILL_TESTS=1"
    } else if Command::new("strace").arg("-V").output().is_err() {
        "strace not found"
    } else {
        return false;
    };
    skip(&format!("kill::{test}"), why);
    true
}

/// The run under `strace` with further options; what it traces goes to a file.
fn strace(run: &Run, options: &[&str], log: Option<&Path>) -> Output {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]);
    command.arg(log.unwrap_or(Path::new("/dev/null")));
    command.args(options);
    command.arg(env!("CARGO_BIN_EXE_stackwright"));
    command.args(run.arguments()).output().unwrap()
}

/// A call of an undisturbed run, by name and number; and whether the destination is an empty directory before.
struct Moment {
    call: String,
    number: usize,
    empty: bool,
}

impl Moment {
    /// Runs the program, with something injected at this moment.
    fn inject(&self, run: &Run, what: &str) -> Output {
        if self.empty {
            fs::create_dir(&run.shop).unwrap();
        }
        let Self { call, number, .. } = self;
        let inject = format!("inject={call}:{what}:when={number}");
        strace(run, &["-e", &format!("trace={call}"), "-e", &inject], None)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, number, empty } = self;
        write!(f, "{call} {number}{}", if *empty { " (over an empty directory)" } else { "" })
    }
}

/// How often the first thread of an undisturbed run makes each call: it alone writes, and calls are counted by thread.
fn counts(empty: bool) -> BTreeMap<String, usize> {
    let run = Run::new();
    if empty {
        fs::create_dir(&run.shop).unwrap();
    }
    let log = run.directory.path().join("log");
    let output = strace(&run, &["-e", &format!("trace={CALLS}")], Some(&log));
    assert!(output.status.success(), "{output:?}");
    let mut counts = BTreeMap::new();
    let log = fs::read_to_string(log).unwrap();
    let thread = log.split_whitespace().next().unwrap().to_owned();
    for line in log.lines().filter(|line| line.split_whitespace().next() == Some(&thread)) {
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        if let Some((name, _)) = call.split_once('(') {
            *counts.entry(name.to_owned()).or_default() += 1;
        }
    }
    assert!(counts["openat"] > 10 && counts["mkdirat"] > 5 && counts["write"] > 10);
    counts
}

/// Every so many of the calls of an undisturbed run; the first and the last of each name in any case.
fn moments(step: usize, empty: bool) -> Vec<Moment> {
    let counts = counts(empty);
    say(&format!("calls of one run: {counts:?}"));
    let mut moments = Vec::new();
    for (call, count) in counts {
        let numbers = (1..count).step_by(step).chain([count]);
        moments.extend(numbers.map(|number| Moment { call: call.clone(), number, empty }));
    }
    moments
}

/// Does something with each item, on as many threads as a small machine has processors.
fn for_each<T: Sync>(items: &[T], work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                    work(item);
                }
            });
        }
    });
}

#[derive(Debug, Default)]
struct Tally {
    absent: usize,
    staged: usize,
    complete: usize,
}

impl Tally {
    fn add(&mut self, run: &Run) {
        match (run.complete(), run.stages().is_empty()) {
            (true, _) => self.complete += 1,
            (false, true) => self.absent += 1,
            (false, false) => self.staged += 1,
        }
    }
}

#[test]
fn killed_at_each_call_it_leaves_all_or_nothing() {
    if skipped("killed_at_each_call_it_leaves_all_or_nothing") {
        return;
    }
    let mut all = moments(1, false);
    all.extend(moments(10, true));
    let tally = Mutex::new(Tally::default());
    for_each(&all, |moment| {
        let run = Run::new();
        let output = moment.inject(&run, "signal=SIGKILL");
        assert_eq!(output.status.signal(), Some(9), "{moment}: {output:?}");
        tally.lock().unwrap().add(&run);
        if !names(run.directory.path()).is_empty() {
            run.assert_next_run_works();
        }
    });
    let tally = tally.into_inner().unwrap();
    say(&format!("killed at {} calls: {tally:?}", all.len()));
    assert!(tally.absent > 0 && tally.staged > 0 && tally.complete > 0);
}

#[test]
fn killed_at_random_moments_it_leaves_all_or_nothing() {
    if skipped("killed_at_random_moments_it_leaves_all_or_nothing") {
        return;
    }
    let mut times: Vec<_> = (0..5).map(|_| timed()).collect();
    times.sort();
    let (total, writing) = times[2];
    // A fixed seed: the delays are the same in each run of the test, the machine is not.
    let mut state: u64 = 20_261_121;
    let mut share = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(state >> 40).unwrap_or(0) % 1200
    };
    let shares: Vec<(usize, u32)> = (0..RANDOM_KILLS).map(|index| (index, share())).collect();
    let tally = Mutex::new(Tally::default());
    for_each(&shares, |&(index, share)| {
        let run = Run::new();
        let mut child = run.spawn();
        // Writing is a small part of a run: every second moment is one of it.
        if index % 2 == 0 {
            std::thread::sleep(total * share / 1000);
        } else {
            run.wait_for(|run| !names(run.directory.path()).is_empty(), &mut child);
            std::thread::sleep(writing * share / 1000);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        tally.lock().unwrap().add(&run);
        if !names(run.directory.path()).is_empty() {
            run.assert_next_run_works();
        }
    });
    let tally = tally.into_inner().unwrap();
    say(&format!("killed at {RANDOM_KILLS} moments of {total:?}, {writing:?} of them writing: {tally:?}"));
    assert!(tally.absent > 0 && tally.staged > 0 && tally.complete > 0);
}

/// How long an undisturbed run takes, and how much of that it writes.
fn timed() -> (Duration, Duration) {
    let (run, start) = (Run::new(), Instant::now());
    let mut child = run.spawn();
    run.wait_for(|run| !names(run.directory.path()).is_empty(), &mut child);
    let staged = start.elapsed();
    run.wait_for(|run| run.shop.exists(), &mut child);
    let written = start.elapsed();
    assert!(child.wait().unwrap().success());
    (written, written.saturating_sub(staged))
}

#[test]
fn asked_to_stop_it_tidies_up() {
    if skipped("asked_to_stop_it_tidies_up") {
        return;
    }
    let moments = moments(5, false);
    let codes = Mutex::new(BTreeMap::<Option<i32>, usize>::new());
    for_each(&moments, |moment| {
        let signal = if moment.number % 2 == 0 { "SIGTERM" } else { "SIGINT" };
        let run = Run::new();
        let output = moment.inject(&run, &format!("signal={signal}"));
        let code = output.status.code();
        match code {
            // Before the handler is in place the signal itself ends the process; after the rename it is too late.
            None | Some(130) => assert!(!run.shop.exists(), "{moment}: {output:?}"),
            _ => assert!(output.status.success() && run.complete(), "{moment}: {output:?}"),
        }
        run.assert_tidy();
        *codes.lock().unwrap().entry(code).or_default() += 1;
    });
    let codes = codes.into_inner().unwrap();
    say(&format!("stopped at {} calls, by exit code: {codes:?}", moments.len()));
    assert!(codes[&Some(130)] > 10, "{codes:?}");
}

#[test]
fn refused_by_the_system_it_says_why_and_leaves_nothing() {
    if skipped("refused_by_the_system_it_says_why_and_leaves_nothing") {
        return;
    }
    let counts = counts(false);
    let mut cases = Vec::new();
    for (errno, message) in [
        ("ENOSPC", "the disk is full"),
        ("EDQUOT", "your disk quota is used up"),
        ("EROFS", "the file system is read-only"),
        ("EIO", "Input/output error"),
    ] {
        for call in ["mkdirat", "openat", "write", "fchmod", "renameat2"] {
            let count = counts.get(call).copied().unwrap_or(0);
            let numbers = (1..count).step_by((count / 12).max(1)).chain([count]);
            cases.extend(numbers.map(|number| {
                let call = call.to_owned();
                (Moment { call, number, empty: false }, errno, message)
            }));
        }
    }
    let refused = AtomicUsize::new(0);
    for_each(&cases, |(moment, errno, message)| {
        let run = Run::new();
        let output = moment.inject(&run, &format!("error={errno}"));
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let at = format!("{moment} {errno}: {output:?}");
        run.assert_tidy();
        // Calls that load the program or print its report are refused too; those are no matter of the writer's.
        if text.contains("nothing was written") {
            assert_eq!(output.status.code(), Some(3), "{at}");
            assert!(text.contains(message), "{at}");
            assert!(!run.shop.exists(), "{at}");
            refused.fetch_add(1, Ordering::Relaxed);
        } else {
            run.complete();
        }
    });
    let refused = refused.into_inner();
    say(&format!("{refused} of {} injected errors hit the writer", cases.len()));
    assert!(refused > cases.len() / 2);
}
