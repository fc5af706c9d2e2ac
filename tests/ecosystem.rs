//! Runs the tests of the package `ecosystem`: the optional features, and other people's crates on our numbers.
//!
//! They are built with all features of `dualtape`, which must not reach its other tests and its examples, so they need a build of
//! their own. Arguments are passed on: `cargo test --test ecosystem -- fourier`.

use std::path::Path;
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("ecosystem/Cargo.toml");
    if !manifest.exists() {
        println!("the package `ecosystem` is in the repository only; its tests are left out");
        return ExitCode::SUCCESS;
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.arg("test").arg("--manifest-path").arg(manifest);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let status = cargo.arg("--").args(std::env::args_os().skip(1)).status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(status) => {
            eprintln!("the tests of the package `ecosystem` failed: {status}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("cannot run {}, which the tests of the package `ecosystem` need: {error}", env!("CARGO"));
            ExitCode::FAILURE
        }
    }
}
