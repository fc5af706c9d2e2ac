//! The calculus: every rule and batteries of whole functions, in every mode and nesting, each file with its own question. One
//! program, so that the numbers of all nestings are compiled once; `cargo test --test calculus edge::` runs one file of it.
#![cfg(all(feature = "std", feature = "nalgebra"))] // matrices of the drivers

#[path = "../common/bounds.rs"]
mod bounds;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/panics.rs"]
mod panics;
#[path = "../common/references.rs"]
mod references;
#[path = "../common/single.rs"]
mod single;

mod accuracy;
mod compositions;
mod distributions;
mod edge;
mod functions;
mod high_order;
mod rules;
mod special;
mod tangents;
mod taylor;
mod traps;
