//! Crates of other people, unmodified, on our numbers, and the traits of the optional features: one file a subject.
//!
//! A test fails if a crate stops accepting the numbers or a derivative through it is wrong. Derivatives are compared with closed
//! forms. Where a crate accepts the type and loses the derivative all the same, that is a test too, so that the page
//! `docs/ecosystem.md` stays true.

mod arrays;
mod bounds;
mod cluster;
mod complex;
mod differential_equations;
mod estimation;
mod fourier;
mod interpolation;
mod least_squares;
mod optimisers;
mod ordering;
mod parallel;
mod pictures;
mod quadrature;
mod random;
mod serialisation;
mod sparse_matrices;
mod statistics;
mod stiff;

#[allow(dead_code)] // for its list of nests
#[path = "../../../tests/common/levels.rs"]
mod levels;

#[allow(dead_code)] // the folder of its files is that of another package
#[path = "../../../examples/nist/mod.rs"]
mod nist;

/// Panics unless `a` and `b` agree to `tolerance`, relative to `b` where that is larger than 1.
#[track_caller]
fn assert_near(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{a} instead of {b}, off by {:e}", (a - b).abs());
}
