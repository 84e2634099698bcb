//! Rules about each file alone.
use crate::check::facts::{Facts, OWN_DIRECTORY};
use crate::check::{Run, Sink};

pub(super) const RULES: &[(&str, Run)] = &[
    ("R174", leftovers),
    ("R200", |facts, out| faults("R200", "YAML", &[".yaml", ".yml"], facts, out)),
    ("R201", |facts, out| faults("R201", "JSON", &[".json"], facts, out)),
    ("R202", |facts, out| faults("R202", "TOML", &[".toml"], facts, out)),
    ("R203", |facts, out| faults("R203", "YAML", &[".yaml", ".yml"], facts, out)),
    ("R204", lines),
    ("R205", executable),
];

/// Text formats in which blanks at the end of a line never mean anything.
const STRICT: &[&str] = &[".yaml", ".yml", ".json", ".toml", ".sh", "Dockerfile", "Makefile", ".env.example"];

fn texts<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (&'a str, &'a str)> {
    let files = facts.files.iter().filter(|(path, _)| !path.starts_with(OWN_DIRECTORY));
    files.filter_map(|(path, file)| Some((path, file.text.as_deref()?)))
}

fn leftovers(facts: &Facts, out: &mut Sink) {
    const PAIRS: [(&str, &str); 3] = [("@{", "}@"), ("@%", "%@"), ("@#", "#@")];
    for (path, text) in texts(facts) {
        // Delimiters all hold `@`, which most lines do not.
        if !PAIRS.iter().any(|(open, close)| text.contains(open) && text.contains(close)) {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            let found = PAIRS.iter().find_map(|(open, close)| {
                let start = line.find(open)?;
                let end = start + line[start..].find(close)? + close.len();
                line.get(start..end)
            });
            if let Some(found) = found {
                out.line(path, index + 1, format!("`{found}` is left over from a template"))
                    .hint("replace it by the value that belongs there");
            }
        }
    }
}

fn faults(rule: &'static str, what: &str, endings: &[&str], facts: &Facts, out: &mut Sink) {
    for fault in facts.faults.iter().filter(|fault| fault.rule == rule) {
        let finding = out.line(&fault.file, fault.line, fault.message.clone());
        match &fault.hint {
            Some(hint) => finding.hint(hint.clone()),
            None if rule == "R203" => finding.hint("put it in quotes if it is a text"),
            None => finding,
        };
    }
    out.skip_if(
        !facts.files.iter().any(|(path, _)| endings.iter().any(|ending| path.ends_with(ending))),
        format!("there is no {what} file"),
    );
}

fn lines(facts: &Facts, out: &mut Sink) {
    for (path, text) in texts(facts) {
        if text.is_empty() || path.ends_with(".bat") || path.ends_with(".cmd") {
            continue;
        }
        if !text.ends_with('\n') {
            let last = text.lines().count();
            out.line(path, last, "the last line has no line break").hint("add one at the end of the file");
        }
        if text.contains('\r')
            && let Some(index) = text.split('\n').position(|line| line.ends_with('\r'))
        {
            out.line(path, index + 1, "the line ends in CR LF").hint("save the file with LF line ends");
            continue;
        }
        let strict = STRICT.iter().any(|ending| path.ends_with(ending)) || text.starts_with("#!");
        if !strict || !(text.contains(" \n") || text.contains("\t\n")) {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            if line.ends_with([' ', '\t']) {
                out.line(path, index + 1, "the line ends in blanks").hint("remove them");
            }
        }
    }
}

fn executable(facts: &Facts, out: &mut Sink) {
    let mut any = false;
    for (path, file) in facts.files.iter() {
        if !file.text.as_ref().is_some_and(|text| text.starts_with("#!/")) {
            continue;
        }
        any = true;
        if !file.executable {
            out.line(path, 1, "starts with `#!` and is not executable")
                .hint(format!("run `git update-index --chmod=+x {path}` and `chmod +x {path}`"));
        }
    }
    out.skip_if(!any, "no file names its interpreter");
}
