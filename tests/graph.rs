//! Functions recorded once: what becomes an operation, what becomes a guard, derivatives, listings, misuse.
#![cfg(feature = "graph")]

#[path = "common/adbench/mod.rs"]
mod adbench;
#[allow(dead_code)] // other tests use the rest
#[path = "common/instructions.rs"]
mod instructions;
#[allow(dead_code)] // the minima
#[path = "common/mgh.rs"]
mod mgh;
#[path = "common/panics.rs"]
mod panics;
#[allow(dead_code)] // benchmarks use the rest
#[path = "common/problems.rs"]
mod problems;

#[path = "graph/adaptive.rs"]
mod adaptive;
#[path = "graph/agreement.rs"]
mod agreement;
#[path = "graph/branches.rs"]
mod branches;
#[path = "graph/derivatives.rs"]
mod derivatives;
#[path = "graph/guards.rs"]
mod guards;
#[cfg(feature = "nalgebra")]
#[path = "graph/matrices.rs"]
mod matrices;
#[path = "graph/misuse.rs"]
mod misuse;
#[path = "graph/names.rs"]
mod names;
#[path = "graph/operations.rs"]
mod operations;
#[path = "graph/picture.rs"]
mod picture;
#[path = "graph/program.rs"]
mod program;
#[path = "graph/programs.rs"]
mod programs;
#[path = "graph/random.rs"]
mod random;
#[path = "graph/show.rs"]
mod show;
#[path = "graph/single.rs"]
mod single;
#[path = "graph/slopes.rs"]
mod slopes;
