//! Runs the tests of the package `ecosystem`, the optional features and other people's crates on our numbers, and those of the features
//! `graph`, `rayon` and `faer`, examples in the documentation included.
//!
//! They are built with all features of `dualtape`, which must not reach its other tests and its examples, so they need a build of
//! their own, by a cargo inside the one that runs this test. What reaches it:
//!
//! - Arguments for tests: `cargo test --test ecosystem -- fourier`.
//! - The profile, `--target-dir` and `--target`, which are read off where this program stands; so `cargo test --release` is one build.
//! - The environment: `RUSTFLAGS`, `CARGO_BUILD_JOBS`, `CARGO_NET_OFFLINE` and all other settings.
//! - `--locked`, always: the lock file is the workspace's, so the cargo outside has completed it.
//! - `--offline` and `--config` do not, because no program can see them. The inner cargo needs no network where the packages have been
//!   downloaded (`cargo fetch`); where they have not, `CARGO_NET_OFFLINE=true cargo test` fails instead of asking for them.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

/// The tests of the features `graph`, `rayon` and `faer`, and those of the package `ecosystem`, `crates` and `properties`.
const TESTS: [&str; 9] =
    ["graph", "rolled", "replay", "export", "sparse_graphs", "sparse_newton", "terms", "crates", "properties"];

/// The pages with examples of these features, and those of `ecosystem`.
const PAGES: [&str; 5] = ["graph", "sparse_newton", "long_computations", "README", "ecosystem"];

/// The profile, target directory and target that this program was built with, as arguments of cargo.
fn build_of_this_program() -> Vec<OsString> {
    let mut arguments = Vec::new();
    let Some(target) = Path::new(env!("CARGO_TARGET_TMPDIR")).parent() else { return arguments };
    arguments.extend(["--target-dir".into(), target.into()]);
    // It is `[target]/profile/deps/name` in there.
    let program = std::env::current_exe().unwrap_or_default();
    let inside = program.strip_prefix(target).unwrap_or(Path::new(""));
    let mut folders = inside.iter().rev().skip(2);
    match folders.next() {
        Some(profile) if profile != "debug" => arguments.extend(["--profile".into(), profile.into()]),
        Some(_) => {}
        None if cfg!(debug_assertions) => {}
        None => arguments.push("--release".into()),
    }
    arguments.extend(folders.next().into_iter().flat_map(|triple| ["--target".into(), triple.into()]));
    arguments
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if !root.join("ecosystem/Cargo.toml").exists() {
        println!("the package `ecosystem` is in the repository only; its tests are left out");
        return ExitCode::SUCCESS;
    }
    let program = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    // One selection of packages and features, so that the library is built once.
    let built = ["-p", "dualtape", "-p", "ecosystem", "--features", "dualtape/graph,dualtape/rayon,dualtape/faer"];
    let tests: Vec<_> = TESTS.into_iter().flat_map(|name| ["--test", name]).chain(["--lib"]).collect();
    let asked: Vec<_> = std::env::args().skip(1).collect();
    let pages = if asked.is_empty() { PAGES.map(String::from).to_vec() } else { asked.clone() };
    for (what, selection, arguments) in
        [("tests", tests, asked), ("examples in the documentation", vec!["--doc"], pages)]
    {
        let mut cargo = Command::new(&program);
        cargo.args(["test", "--locked", "--manifest-path"]).arg(root.join("Cargo.toml")).args(built).args(selection);
        match cargo.args(build_of_this_program()).arg("--").args(arguments).status() {
            Ok(status) if status.success() => {}
            Ok(status) => {
                eprintln!("the {what} failed: {status}");
                return ExitCode::FAILURE;
            }
            Err(error) => {
                eprintln!("cannot run {}, which the {what} need: {error}", program.display());
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
