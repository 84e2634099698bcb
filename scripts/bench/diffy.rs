//! Merges three texts by lines with diffy: `diffy-merge YOURS BASE NEW OUTPUT`. Ends with 1 on a conflict.
use std::process::ExitCode;

fn main() -> std::io::Result<ExitCode> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let read = |number: usize| std::fs::read_to_string(&files[number]);
    let merged = diffy::merge(&read(1)?, &read(0)?, &read(2)?);
    let code = if merged.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(1) };
    std::fs::write(&files[3], merged.unwrap_or_else(|conflict| conflict))?;
    Ok(code)
}
