//! The same comparisons for plain functions of `f32`.
//!
//! A function of every type, and a rule, is checked on `f32` by giving [`gradient_of`](super::gradient_of) and its kin a point of `f32`. A
//! plain function, with derivatives from elsewhere, is checked by the functions here. (With functions for both precisions under one name,
//! the compiler would ask for a type wherever points are written as literals.)
//!
//! Differences of `f32` keep four or five digits, so the tolerance is [`SINGLE_RTOL`](super::SINGLE_RTOL).
//!
//! # Examples
//! x² y at (3, 2) has the gradient (2xy, x²); a factor is forgotten in the first entry:
//! ```
//! use dualtape::check::single;
//!
//! let f = |x: &[f32]| x[0] * x[0] * x[1];
//! single::gradient(f, &[3.0, 2.0], &[12.0, 9.0]).assert_passed();
//! let check = single::gradient(f, &[3.0, 2.0], &[6.0, 9.0]);
//! assert!(check.to_string().contains("a factor 2 is missing"));
//! ```

use super::functions::{derivative_at, gradient_at, transposes_at};
use super::report::Check;

/// As [`check::derivative`](fn@super::derivative).
#[inline]
pub fn derivative(f: impl FnMut(f32) -> f32, x: f32, claimed: f32) -> Check {
    derivative_at("check::single::derivative", f, x, claimed)
}

/// As [`check::gradient`](super::gradient).
///
/// # Panics
/// If `claimed` and `x` differ in length.
#[track_caller]
#[inline]
pub fn gradient(f: impl FnMut(&[f32]) -> f32, x: &[f32], claimed: &[f32]) -> Check {
    gradient_at("check::single::gradient", f, x, claimed)
}

/// As [`check::jacobian`](super::jacobian).
///
/// # Panics
/// If the matrix has not one row for each value of `f` and one column for each entry of `x`, or `f` does not return as many values at every
/// point.
#[cfg(feature = "nalgebra")]
#[track_caller]
#[inline]
pub fn jacobian<Y: AsRef<[f32]>>(f: impl FnMut(&[f32]) -> Y, x: &[f32], claimed: &nalgebra::DMatrix<f32>) -> Check {
    super::functions::jacobian_at("check::single::jacobian", f, x, claimed)
}

/// As [`check::transposes`](super::transposes).
///
/// # Panics
/// If a product has not the length of its side of the matrix.
#[track_caller]
#[inline]
pub fn transposes(
    multiply: impl FnMut(&[f32]) -> Vec<f32>,
    multiply_transposed: impl FnMut(&[f32]) -> Vec<f32>,
    m: usize,
    n: usize,
) -> Check {
    transposes_at("check::single::transposes", multiply, multiply_transposed, m, n)
}
