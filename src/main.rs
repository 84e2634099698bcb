//! The `stackwright` program: everything is in the library, so that tests can reach it.
use std::process::ExitCode;

/// Rendering makes many small texts and drops them again: a quarter of its time went to the C library's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    stackwright::cli::run()
}
