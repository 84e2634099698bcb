//! `stackwright apply` is killed, or refused by the system, at every file-system call in turn, and killed at moments spread over a run:
//! the next run finishes the work, or `--abort` gives back every byte.
//!
//! The calls are counted and hit with `strace`. It takes a minute, so it runs with `STACKWRIGHT_KILL_TESTS=1` or `STRICT=1`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;

mod skips;
mod written;
use skips::{say, skip};
use written::snapshot;

/// Calls by which a run sees or changes the file system.
const CALLS: &str =
    "mkdirat,openat,write,fdatasync,flock,renameat,renameat2,getdents64,fstat,newfstatat,statx,unlinkat";
const THREADS: usize = 2;

type Snapshot = BTreeMap<String, (u32, String)>;

/// A repository whose description was changed, and what it is before and after `apply`.
struct Case {
    directory: TempDir,
    before: Snapshot,
    after: Snapshot,
    counts: BTreeMap<String, usize>,
}

fn wanted(test: &str) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| value == "1");
    let why = if !set("STACKWRIGHT_KILL_TESTS") && !set("STRICT") {
        "takes a minute; set STACKWRIGHT_KILL_TESTS=1"
    } else if Command::new("strace").arg("-V").output().is_err() {
        "strace not found"
    } else {
        return true;
    };
    skip(&format!("kill_apply::{test}"), why);
    false
}

fn memory() -> TempDir {
    TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap()
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

fn stackwright(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_stackwright")).args(arguments).output().unwrap()
}

/// `apply` under `strace`, with something injected.
fn traced(shop: &Path, options: &[&str], log: &Path) -> Output {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(log).args(options).arg(env!("CARGO_BIN_EXE_stackwright"));
    command.arg("apply").arg(shop).output().unwrap()
}

impl Case {
    /// Without the feature `sentry`, and with an edit that has to be merged: files are removed, replaced and merged.
    fn new() -> Self {
        let directory = memory();
        let shop = directory.path().join("shop");
        let path = shop.to_str().unwrap();
        let made = stackwright(&["new", "django-gitops", path, "--yes"]);
        assert!(made.status.success(), "{made:?}");
        let edit = |name: &str, from: &str, to: &str| {
            let text = fs::read_to_string(shop.join(name)).unwrap();
            assert!(text.contains(from), "{name} has no {from:?}");
            fs::write(shop.join(name), text.replacen(from, to, 1)).unwrap();
        };
        edit(
            "stackwright.yaml",
            "      - component: sentry\n      - component: metrics\n",
            "      - component: metrics\n",
        );
        edit("compose.yaml", "services:\n", "# ours\nservices:\n");
        let before = snapshot(&shop);
        let whole = directory.path().join("whole");
        copy(&shop, &whole);
        let log = directory.path().join("log");
        let done = traced(&whole, &["-e", &format!("trace={CALLS}")], &log);
        assert!(done.status.success(), "{done:?}");
        let after = snapshot(&whole);
        assert!(after.len() < before.len() && after["compose.yaml"] != before["compose.yaml"]);
        let log = fs::read_to_string(log).unwrap();
        let thread = log.split_whitespace().next().unwrap();
        let mut counts = BTreeMap::new();
        for line in log.lines().filter(|line| line.split_whitespace().next() == Some(thread)) {
            if let Some((name, _)) = line.split_whitespace().nth(1).unwrap_or_default().split_once('(') {
                *counts.entry(name.to_owned()).or_default() += 1;
            }
        }
        assert!(counts["renameat"] > 10 && counts["fdatasync"] > 20, "{counts:?}");
        Self { directory, before, after, counts }
    }

    /// Calls by name and number: each of those that write, and a share of those that only look.
    fn moments(&self) -> Vec<(String, usize)> {
        let mut moments = Vec::new();
        for (call, count) in &self.counts {
            let writes = ["mkdirat", "renameat", "unlinkat", "flock"].contains(&call.as_str());
            let step = if writes { 1 } else { (count / 25).max(1) };
            moments.extend((1..*count).step_by(step).chain([*count]).map(|number| (call.clone(), number)));
        }
        moments
    }

    /// A copy of the repository, of which nothing was applied yet.
    fn fresh(&self) -> (TempDir, PathBuf) {
        let directory = memory();
        let shop = directory.path().join("shop");
        copy(&self.directory.path().join("shop"), &shop);
        (directory, shop)
    }

    /// Whether everything is written and only the stage is left to be removed: then nothing is taken back any more.
    fn is_done(&self, mut found: Snapshot) -> bool {
        let journals = ["journal", "abort"].map(|name| format!(".stackwright/apply/{name}.json"));
        let decided = journals.iter().any(|journal| found.contains_key(journal));
        found.retain(|path, _| !path.starts_with(".stackwright/apply/"));
        !decided && found == self.after
    }

    /// Interrupts `apply`, and looks at what the next run, or taking it back, makes of that.
    fn interrupt(&self, (call, number): &(String, usize), what: &str, abort: bool) -> Output {
        let (_directory, shop) = self.fresh();
        let inject = format!("inject={call}:{what}:when={number}");
        let output = traced(&shop, &["-e", &format!("trace={call}"), "-e", &inject], Path::new("/dev/null"));
        self.recover(&shop, abort, &format!("{call} {number}: {output:?}"));
        output
    }

    /// Looks at what `--abort`, if it is wanted, and the next run make of a repository in which a run was interrupted.
    fn recover(&self, shop: &Path, abort: bool, at: &str) {
        let path = shop.to_str().unwrap();
        if abort && !self.is_done(snapshot(shop)) {
            let done = stackwright(&["apply", path, "--abort"]);
            assert!(done.status.success(), "{at}: {done:?}");
            assert!(snapshot(shop) == self.before, "{at}: `--abort` did not give everything back");
        }
        let next = stackwright(&["apply", path]);
        assert!(next.status.success(), "{at}: {next:?}");
        assert!(snapshot(shop) == self.after, "{at}: the next run did not finish it");
    }
}

/// A number from 0 to 1: the multiples of the golden ratio are spread evenly. What a moment hits is up to the machine.
fn fraction(number: u32) -> f64 {
    (f64::from(number) * 0.618_033_988_749_895).fract()
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

#[test]
fn killed_at_each_call_the_next_run_finishes_it_or_abort_takes_it_back() {
    if !wanted("killed_at_each_call_the_next_run_finishes_it_or_abort_takes_it_back") {
        return;
    }
    let case = Case::new();
    let moments: Vec<_> = case.moments().into_iter().enumerate().collect();
    for_each(&moments, |(index, moment)| {
        let output = case.interrupt(moment, "signal=SIGKILL", index % 2 == 0);
        assert_eq!(output.status.signal(), Some(9), "{moment:?}: {output:?}");
    });
    say(&format!("apply was killed at {} calls of {:?}", moments.len(), case.counts));
}

#[test]
fn killed_at_300_moments_of_a_run_the_next_run_finishes_it_or_abort_takes_it_back() {
    if !wanted("killed_at_300_moments_of_a_run_the_next_run_finishes_it_or_abort_takes_it_back") {
        return;
    }
    let case = Case::new();
    let under_way = AtomicUsize::new(0);
    let moments: Vec<u32> = (0..300).collect();
    for_each(&moments, |&number| {
        let (_directory, shop) = case.fresh();
        let stage = shop.join(".stackwright/apply");
        let mut command = Command::new(env!("CARGO_BIN_EXE_stackwright"));
        let mut child = command.arg("apply").arg(&shop).stderr(Stdio::null()).spawn().unwrap();
        // Most of a run reads and renders. Two of three kills come once it has begun to write, which takes few milliseconds.
        while number % 3 > 0 && !stage.exists() && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(50));
        }
        let most = Duration::from_millis([300, 1, 4][number as usize % 3]);
        std::thread::sleep(most.mul_f64(fraction(number)));
        let _ = child.kill();
        child.wait().unwrap();
        under_way.fetch_add(usize::from(stage.exists()), Ordering::Relaxed);
        case.recover(&shop, number % 2 == 0, &format!("kill {number}"));
    });
    let under_way = under_way.into_inner();
    say(&format!("apply was killed at 300 moments, {under_way} times while it wrote"));
    assert!(under_way >= 30, "only {under_way} kills came while it wrote");
}

#[test]
fn refused_by_the_system_nothing_is_lost() {
    if !wanted("refused_by_the_system_nothing_is_lost") {
        return;
    }
    let case = Case::new();
    let mut cases = Vec::new();
    for errno in ["ENOSPC", "EROFS", "EIO"] {
        for (call, count) in case.counts.iter().filter(|(call, _)| {
            ["mkdirat", "openat", "write", "renameat", "unlinkat", "fdatasync"].contains(&call.as_str())
        }) {
            let numbers = (1..*count).step_by((count / 12).max(1)).chain([*count]);
            cases.extend(numbers.map(|number| ((call.clone(), number), errno)));
        }
    }
    let refused = AtomicUsize::new(0);
    let numbered: Vec<_> = cases.into_iter().enumerate().collect();
    for_each(&numbered, |(index, (moment, errno))| {
        let output = case.interrupt(moment, &format!("error={errno}"), index % 2 == 0);
        if output.status.code() == Some(3) {
            refused.fetch_add(1, Ordering::Relaxed);
        }
    });
    let refused = refused.into_inner();
    say(&format!("{refused} of {} injected errors ended apply", numbered.len()));
    assert!(refused > numbered.len() / 4);
}
