//! The pictures of the docs: what they show is what the program prints. `make pictures` draws them anew.
use std::fmt::Write as _;
use std::path::Path;

use crate::support::{Sandbox, steady};
use crate::terminal::{DOWN, ENTER, ESCAPE, SPACE, Terminal};

const COLUMNS: u16 = 92;
const ROWS: u16 = 30;
/// Pixels of a letter and of a line, and around everything.
const LETTER: f32 = 8.4;
const LINE: u16 = 19;
const MARGIN: u16 = 14;
/// How long a picture stays.
const SECONDS: u16 = 2;

/// What every prompt ends with; one that only changes shows no more than the change.
const KEYS: &str = "Esc goes back";
const CHANGE: &str = "";

/// What is waited for, first a question and then the end of its prompt, and which keys are pressed then.
const SESSION: [(&str, &str, &[&str]); 14] = [
    ("Project: are these defaults right?", KEYS, &[DOWN, ENTER]),
    ("What is the project called? (shop)", KEYS, &[ENTER]),
    ("production answer? (shop.example.com)", KEYS, &["shop.example.org", ENTER]),
    ("be cloned from?", KEYS, &[ESCAPE]),
    ("production answer? (shop.example.org)", KEYS, &[ENTER]),
    ("be cloned from?", KEYS, &[ENTER]),
    ("hold the images?", KEYS, &[ENTER]),
    ("how the article was implemented?", KEYS, &[ENTER]),
    ("beside the local one?", KEYS, &[ENTER]),
    ("Application: are these defaults right?", KEYS, &[ENTER]),
    ("Features", KEYS, &[SPACE]),
    ("[ ] storage", CHANGE, &[ENTER]),
    ("Delivery: are these defaults right?", KEYS, &[ENTER]),
    ("Is everything right?", KEYS, &[ENTER]),
];

#[test]
fn the_recording_shows_what_new_asks_and_prints() {
    let sandbox = Sandbox::new();
    let mut terminal = Terminal::wide(COLUMNS, &sandbox, &["new", "django-gitops", "shop"], &[]);
    let mut frames = Vec::new();
    for (question, end, keys) in SESSION {
        terminal.expect(question);
        terminal.expect(end);
        // The rest of what was written at once.
        std::thread::sleep(std::time::Duration::from_millis(300));
        frames.push(frame(&terminal.screen(ROWS)));
        terminal.press(keys);
    }
    terminal.expect("The same without questions:");
    let screen = terminal.settled(ROWS);
    frames.push(frame(&screen));
    compare("docs/pictures/new.svg", &movie(&frames));
}

#[test]
fn the_picture_of_an_example_is_what_explain_draws() {
    let sandbox = Sandbox::new();
    for example in ["django-gitops", "go-platform"] {
        let repository = format!("{}/examples/{example}/repository", env!("CARGO_MANIFEST_DIR"));
        let drawn = sandbox.run(&["explain", &repository, "--format", "svg"]);
        assert_eq!((drawn.code, drawn.stderr.as_str()), (0, ""));
        compare(&format!("docs/pictures/{example}.svg"), &drawn.stdout);
    }
}

/// Compares with a file; counts of files and rules may differ. `BLESS=1` writes it.
fn compare(name: &str, picture: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, picture).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let same = steady(&kept) == steady(picture);
    assert!(same, "{name} is not what the program shows now; `make pictures` draws it anew. Now:\n{picture}");
}

/// What a terminal shows, as text of SVG.
fn frame(screen: &vt100::Screen) -> String {
    let mut out = String::new();
    for row in 0..ROWS {
        let mut pieces: Vec<(u16, String, String)> = Vec::new();
        for column in 0..COLUMNS {
            let Some(cell) = screen.cell(row, column).filter(|cell| cell.has_contents()) else { continue };
            let look = look(cell);
            match pieces.last_mut() {
                Some((start, text, known))
                    if *known == look && usize::from(column - *start) == text.chars().count() =>
                {
                    text.push_str(cell.contents());
                }
                _ => pieces.push((column, cell.contents().to_owned(), look)),
            }
        }
        for (column, text, look) in pieces.iter().filter(|(_, text, _)| !text.trim().is_empty()) {
            let (x, y) = (f32::from(*column) * LETTER, (row + 1) * LINE);
            let text = text.trim_end().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{y}\"{look}>{text}</text>");
        }
    }
    out
}

/// Colour and weight of a letter.
fn look(cell: &vt100::Cell) -> String {
    let colour = match cell.fgcolor() {
        vt100::Color::Default => None,
        vt100::Color::Idx(1 | 9) => Some("#ff7b72"),
        vt100::Color::Idx(2 | 10) => Some("#7ee787"),
        vt100::Color::Idx(3 | 11) => Some("#e3b341"),
        vt100::Color::Idx(6 | 14) => Some("#79c0ff"),
        _ => Some("#8b949e"),
    };
    let colour = colour.map(|colour| format!(" fill=\"{colour}\"")).unwrap_or_default();
    format!("{colour}{}", if cell.bold() { " font-weight=\"bold\"" } else { "" })
}

/// The pictures one after the other, for ever; the last one stays longer.
fn movie(frames: &[String]) -> String {
    let (width, height) = (f32::from(COLUMNS) * LETTER + f32::from(2 * MARGIN), ROWS * LINE + 2 * MARGIN);
    let steps = u16::try_from(frames.len()).unwrap() + 3;
    let mut strip = String::new();
    let mut moves = String::new();
    for (index, frame) in (0_u16..).zip(frames) {
        let top = index * height;
        let _ = write!(strip, "<g transform=\"translate({MARGIN} {})\">\n{frame}</g>\n", top + MARGIN);
        let _ = write!(moves, "{:.2}%{{transform:translateY(-{top}px)}}", 100.0 * f32::from(index) / f32::from(steps));
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height}\" width=\"{width:.0}\">\n\
         <title>Questions, a step back, a list of features, the summary, and what was made</title>\n\
         <style>.strip{{animation:play {}s step-end infinite}}@keyframes play{{{moves}}}\
         text{{white-space:pre;font:14px ui-monospace,Menlo,Consolas,monospace}}</style>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>\n\
         <g class=\"strip\" fill=\"#e6edf3\">\n{strip}</g></svg>\n",
        steps * SECONDS
    )
}
