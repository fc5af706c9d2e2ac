//! Runs the tests of the package `ecosystem`: the optional features, and other people's crates on our numbers; and before them those of
//! the feature `graph`.
//!
//! They are built with all features of `dualtape`, which must not reach its other tests and its examples, so they need a build of
//! their own. Arguments are passed on: `cargo test --test ecosystem -- fourier`.

use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = root.join("ecosystem/Cargo.toml");
    if !manifest.exists() {
        println!("the package `ecosystem` is in the repository only; its tests are left out");
        return ExitCode::SUCCESS;
    }
    let graph: &[&str] = &["-p", "dualtape", "--features", "graph", "--test", "graph"];
    for (what, manifest, selection) in
        [("of the feature `graph`", root.join("Cargo.toml"), graph), ("of the package `ecosystem`", manifest, &[])]
    {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.arg("test").arg("--manifest-path").arg(manifest).args(selection);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        match cargo.arg("--").args(std::env::args_os().skip(1)).status() {
            Ok(status) if status.success() => {}
            Ok(status) => {
                eprintln!("the tests {what} failed: {status}");
                return ExitCode::FAILURE;
            }
            Err(error) => {
                eprintln!("cannot run {}, which the tests {what} need: {error}", env!("CARGO"));
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
