//! Tells the program which compiler and flags made it, for the head of its report.

use std::env;
use std::process::Command;

fn main() {
    let compiler = Command::new(env::var_os("RUSTC").expect("set by Cargo")).arg("--version").output();
    let version = String::from_utf8(compiler.expect("the compiler runs").stdout).expect("it prints text");
    println!("cargo::rustc-env=COMPILER={}", version.trim());

    // Cargo joins them by a character that no flag contains.
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default().replace('\x1f', " ");
    println!("cargo::rustc-env=FLAGS={flags}");
    println!("cargo::rerun-if-changed=build.rs");
}
