//! The floor of `make bench`: writes the files of an archive and does nothing else.
//! usage: floor ARCHIVE DIRECTORY; the archive holds `PATH LENGTH\n` and that many bytes, again and again.
use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let archive = fs::read(&arguments[1])?;
    let destination = Path::new(&arguments[2]);
    let mut made = BTreeSet::new();
    let mut rest = &archive[..];
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n').expect("a header line");
        let header = std::str::from_utf8(&rest[..end]).expect("UTF-8");
        let (path, length) = header.rsplit_once(' ').expect("PATH LENGTH");
        let (content, after) = rest[end + 1..].split_at(length.parse().expect("a number"));
        let file = destination.join(path);
        let parent = file.parent().expect("a directory").to_owned();
        if !made.contains(&parent) {
            fs::create_dir_all(&parent)?;
            made.insert(parent);
        }
        fs::write(file, content)?;
        rest = after;
    }
    Ok(())
}
