//! Time and peak memory of `new` and `check` beside a floor that only writes: `cargo bench --bench floor`.
//!
//! Whole processes are timed from outside, cold process and warm page cache, each into a directory that does not exist.
//! The contenders take turns, and a ratio is the median of the ratios within a round: the machine's speed cancels out.
//! The floor is this program again: it takes the finished repository from memory (one packed file) and writes the same
//! directories and bytes, nothing else. Like `new`, it makes each directory and file once and syncs nothing.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark is a small program"
)]

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};

mod catalog;

/// Files of the repository, and how many rounds are measured.
const SIZES: [(usize, usize); 3] = [(30, 31), (300, 31), (3000, 11)];
const STACKWRIGHT: &str = env!("CARGO_BIN_EXE_stackwright");

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--write", pack, directory] => write_pack(&fs::read(pack).unwrap(), Path::new(directory)),
        ["--measure", program, ref rest @ ..] => measure(program, rest),
        _ => bench(),
    }
}

fn bench() {
    let work = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    println!("| files | directories | MB | contender | ms: median (min-max) | x floor | CPU ms | peak MiB |");
    println!("|--:|--:|--:|---|--:|--:|--:|--:|");
    // What every repository has around the component's own files.
    let around = work.path().join("around");
    new(&sized(&catalog::write(work.path(), 0)), &around);
    let around = pack(&around).1.files;
    for (files, rounds) in SIZES {
        let catalog = catalog::write(work.path(), files.saturating_sub(around));
        run(work.path(), &files.to_string(), &sized(&catalog), rounds);
    }
    run(work.path(), "django-gitops", &["django-gitops", "--yes"].map(String::from), SIZES[1].1);
}

fn sized(catalog: &Path) -> [String; 4] {
    [catalog::BLUEPRINT, "--yes", "--catalog", catalog.to_str().unwrap()].map(String::from)
}

/// `stackwright new` with these arguments into a directory.
fn new(arguments: &[String], directory: &Path) -> Sample {
    let (blueprint, options) = arguments.split_first().unwrap();
    let mut all = vec!["new".to_owned(), blueprint.clone(), directory.to_str().unwrap().to_owned()];
    all.extend_from_slice(options);
    measured(STACKWRIGHT, &all)
}

/// Measures one repository: `new` with these arguments, `check` on the result, and the floor.
fn run(work: &Path, name: &str, arguments: &[String], rounds: usize) {
    let home = work.join(name);
    fs::create_dir(&home).unwrap();
    let fresh = |contender: &str, round: usize| home.join(format!("{contender}-{round}"));
    let new = |directory: &Path| new(arguments, directory);
    let sample = home.join("sample");
    new(&sample);
    let (pack, shape) = pack(&sample);
    let packed = home.join("pack");
    fs::write(&packed, pack).unwrap();
    let this = std::env::current_exe().unwrap();
    let floor = |directory: &Path| {
        let paths = [&packed, directory].map(|path| path.to_str().unwrap().to_owned());
        let mut arguments = vec!["--write".to_owned()];
        arguments.extend(paths);
        measured(this.to_str().unwrap(), &arguments)
    };
    let check = || measured(STACKWRIGHT, &["check".to_owned(), sample.to_str().unwrap().to_owned()]);

    let mut samples: [Vec<Sample>; 3] = Default::default();
    // The first round warms the caches.
    for round in 0..=rounds {
        let results = [floor(&fresh("floor", round)), new(&fresh("new", round)), check()];
        if round == 0 {
            assert_eq!(self::pack(&fresh("floor", 0)).0, self::pack(&fresh("new", 0)).0);
            continue;
        }
        for (list, result) in samples.iter_mut().zip(results) {
            list.push(result);
        }
    }
    let label = if name.parse::<usize>().is_ok() { String::new() } else { format!(" ({name})") };
    for (contender, list) in ["floor", "new", "check"].into_iter().zip(&samples) {
        let ratios = list.iter().zip(&samples[0]).map(|(one, floor)| one.ms / floor.ms);
        let ms: Vec<f64> = list.iter().map(|sample| sample.ms).collect();
        println!(
            "| {} | {} | {:.2} | {contender}{} | {:.1} ({:.1}-{:.1}) | {:.2} | {:.1} | {:.1} |",
            shape.files,
            shape.directories,
            shape.megabytes,
            label,
            median(ms.clone()),
            ms.iter().copied().fold(f64::INFINITY, f64::min),
            ms.iter().copied().fold(0.0, f64::max),
            median(ratios.collect()),
            median(list.iter().map(|sample| sample.cpu).collect()),
            median(list.iter().map(|sample| sample.mib).collect()),
        );
    }
    fs::remove_dir_all(home).unwrap();
}

struct Sample {
    ms: f64,
    cpu: f64,
    mib: f64,
}

/// Runs a program inside a process of its own, because the peak memory of children is a maximum over all of them.
fn measured(program: &str, arguments: &[String]) -> Sample {
    let output =
        Command::new(std::env::current_exe().unwrap()).args(["--measure", program]).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<f64> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
    assert!(output.status.success() && numbers.len() == 3, "{}", String::from_utf8_lossy(&output.stderr));
    Sample { ms: numbers[0], cpu: numbers[1], mib: numbers[2] }
}

/// Runs a program and prints its wall time in ms, its processor time in ms and its peak memory in MiB.
fn measure(program: &str, arguments: &[&str]) {
    let start = Instant::now();
    let output = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let ms = start.elapsed().as_secs_f64() * 1000.0;
    let output = output.unwrap();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let cpu = [usage.user_time(), usage.system_time()]
        .map(|time| time.tv_sec() as f64 * 1000.0 + time.tv_usec() as f64 / 1000.0);
    println!("{ms} {} {}", cpu[0] + cpu[1], usage.max_rss() as f64 / 1024.0);
}

#[derive(Default)]
struct Shape {
    files: usize,
    directories: usize,
    megabytes: f64,
}

/// A directory as one text: for each file a line with its mode, size and path, then its bytes.
fn pack(root: &Path) -> (Vec<u8>, Shape) {
    let (mut pending, mut files, mut shape) = (vec![root.to_owned()], Vec::new(), Shape::default());
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                shape.directories += 1;
                pending.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    shape.files = files.len();
    let mut pack = Vec::new();
    for path in files {
        let bytes = fs::read(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        let relative = path.strip_prefix(root).unwrap().to_str().unwrap();
        writeln!(pack, "{mode:o} {} {relative}", bytes.len()).unwrap();
        pack.extend_from_slice(&bytes);
        shape.megabytes += bytes.len() as f64 / 1e6;
    }
    (pack, shape)
}

fn write_pack(mut pack: &[u8], root: &Path) {
    fs::create_dir(root).unwrap();
    let mut made = BTreeSet::new();
    while !pack.is_empty() {
        let end = pack.iter().position(|byte| *byte == b'\n').unwrap();
        let line = std::str::from_utf8(&pack[..end]).unwrap();
        let (bits, rest) = line.split_once(' ').unwrap();
        let (size, path) = rest.split_once(' ').unwrap();
        let path = PathBuf::from(path);
        let size: usize = size.parse().unwrap();
        make_parents(root, &path, &mut made);
        let mut options = OpenOptions::new();
        let bits = u32::from_str_radix(bits, 8).unwrap();
        let mut file = options.write(true).create_new(true).mode(bits).open(root.join(&path)).unwrap();
        file.write_all(&pack[end + 1..=end + size]).unwrap();
        pack = &pack[end + 1 + size..];
    }
}

fn make_parents(root: &Path, path: &Path, made: &mut BTreeSet<PathBuf>) {
    let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) else {
        return;
    };
    if !made.contains(parent) {
        make_parents(root, parent, made);
        fs::create_dir(root.join(parent)).unwrap();
        made.insert(parent.to_owned());
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
