//! Exported programs, compiled by the system's compiler for C and by `rustc`, give the bits of the programs.
#![cfg(feature = "graph")]

#[path = "common/adbench/mod.rs"]
mod adbench;
#[path = "common/panics.rs"]
mod panics;
#[allow(dead_code)] // benchmarks use the rest
#[path = "common/problems.rs"]
mod problems;
#[allow(dead_code)] // some are too long for straight code
#[path = "common/programs.rs"]
mod programs;

#[path = "export/compiled.rs"]
mod compiled;
#[path = "export/forms.rs"]
mod forms;
#[path = "export/functions.rs"]
mod functions;
#[path = "export/recurrences.rs"]
mod recurrences;
