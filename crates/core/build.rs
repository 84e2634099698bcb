//! Cargo does not see files that are added below an embedded directory, so it is told to watch them.
fn main() {
    println!("cargo:rerun-if-changed=../../templates");
    println!("cargo:rerun-if-changed=../../blueprints");
}
