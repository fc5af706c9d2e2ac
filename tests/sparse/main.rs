//! Sparse Jacobians and Hessians: patterns, colourings, plans, and what is wrong with each.
#![cfg(feature = "std")]
#![allow(clippy::duplicate_mod)] // problems and random programs draw from one generator

#[path = "../common/panics.rs"]
mod panics;
#[path = "../common/problems.rs"]
#[allow(dead_code)] // other tests use the rest
mod problems;
#[path = "../common/programs.rs"]
#[allow(dead_code)]
mod programs;
#[path = "../common/random.rs"]
#[allow(dead_code)]
mod random;

mod brute_force;
mod colourings;
mod detection;
mod functions;
mod known;
mod matrices;
mod misuse;
mod patterns;
mod plans;
mod published;
