//! Functions recorded once: what becomes an operation, what becomes a guard, derivatives, listings, misuse.
#![cfg(feature = "graph")]

#[path = "graph/agreement.rs"]
mod agreement;
#[path = "graph/derivatives.rs"]
mod derivatives;
#[path = "graph/guards.rs"]
mod guards;
#[cfg(feature = "nalgebra")]
#[path = "graph/matrices.rs"]
mod matrices;
#[path = "graph/misuse.rs"]
mod misuse;
#[path = "graph/operations.rs"]
mod operations;
#[path = "graph/program.rs"]
mod program;
#[path = "graph/random.rs"]
mod random;
#[path = "graph/show.rs"]
mod show;
#[path = "graph/single.rs"]
mod single;
