//! Derivatives by differences of values: the textbook's formulas, and an extrapolation that knows its own error.
//!
//! For teaching, for functions that are not generic, and for comparison: [`check`](crate::check) is built on it. Where the function can be
//! written over [`Float`](crate::Float), the [drivers](crate::family) are exact and cheaper.
//!
//! # How many digits a difference has
//! A difference with the step `h` has two errors. Of the series of `f` it leaves out a term: `h f''/2` for the forward difference
//! `(f(x + h) - f(x)) / h`, and `h² f'''/6` for the central one. And of the values it loses the digits in which they agree, as
//! `1.234 - 1.233` has one digit left of four: about `ε |f| / h` with the machine epsilon `ε`. A smaller step makes the one smaller and
//! the other larger. At best, half of the digits are left of a forward difference and two thirds of a central one.
//! [`extrapolated`] removes the terms of the series one by one, so that it gets along with a large step, and keeps nearly all digits.
//!
//! ```
//! use dualtape::{derivative, numeric};
//!
//! assert_eq!(derivative(|x| x * x, 2.0), 4.0);
//! assert_eq!(numeric::derivative(|x| x * x, 2.0), 4.000000000004);
//! assert_eq!(numeric::forward_difference(|x| x * x, 2.0), 4.0001000000078335);
//! // The exponential at 1, by steps that become smaller: the error falls, then grows.
//! let error =
//!     |h| (numeric::forward_difference_by(f64::exp, 1.0, h) - 1.0_f64.exp()).abs();
//! assert!(error(1e-4) > 1e-4 && error(1e-8) < 1e-7 && error(1e-12) > 1e-5);
//! ```
//!
//! Source: W. H. Press et al., *Numerical Recipes*, 3rd ed., section 5.7.

// Functions are `#[inline]`, so that only programs that use them compile them.
mod richardson;

pub(crate) use richardson::{Doubt, Slope, slopes};
pub use richardson::{Estimate, extrapolated, extrapolated_gradient};

#[cfg(feature = "nalgebra")]
use nalgebra::DMatrix;

/// The step of the differences here, as textbooks choose it. For a central difference it leaves ten digits where `x` and the derivatives
/// of `f` are of ordinary size; where they are not, choose one with [`derivative_by`].
pub const STEP: f64 = 1e-4;

/// The central difference `(f(x + h) - f(x - h)) / 2h` with `h` = [`STEP`], two evaluations.
///
/// # Examples
/// ```
/// assert_eq!(dualtape::numeric::derivative(|x| x * x, 2.0), 4.000000000004);
/// ```
#[doc(alias = "numerical_diff", alias = "central_difference")]
#[must_use]
#[inline]
pub fn derivative(f: impl FnMut(f64) -> f64, x: f64) -> f64 {
    derivative_by(f, x, STEP)
}

/// The central difference `(f(x + h) - f(x - h)) / 2h`, two evaluations.
///
/// # Examples
/// The third derivative of x³ is 6, so the difference is too large by `h²`: at 1 with h = 1/8 it is 3 + 1/64.
/// ```
/// assert_eq!(dualtape::numeric::derivative_by(|x| x * x * x, 1.0, 0.125), 3.015625);
/// ```
#[must_use]
#[inline]
pub fn derivative_by(mut f: impl FnMut(f64) -> f64, x: f64, h: f64) -> f64 {
    (f(x + h) - f(x - h)) / (2.0 * h)
}

/// The forward difference `(f(x + h) - f(x)) / h` with `h` = [`STEP`], two evaluations.
///
/// # Examples
/// ```
/// assert_eq!(
///     dualtape::numeric::forward_difference(|x| x * x, 2.0),
///     4.0001000000078335
/// );
/// ```
#[must_use]
#[inline]
pub fn forward_difference(f: impl FnMut(f64) -> f64, x: f64) -> f64 {
    forward_difference_by(f, x, STEP)
}

/// The forward difference `(f(x + h) - f(x)) / h`, two evaluations.
///
/// # Examples
/// The second derivative of x² is 2, so the difference is too large by `h`:
/// ```
/// assert_eq!(dualtape::numeric::forward_difference_by(|x| x * x, 2.0, 0.125), 4.125);
/// ```
#[must_use]
#[inline]
pub fn forward_difference_by(mut f: impl FnMut(f64) -> f64, x: f64, h: f64) -> f64 {
    (f(x + h) - f(x)) / h
}

/// The gradient by central differences: each entry is the [`derivative`] along one coordinate. `2 n` evaluations.
///
/// # Examples
/// x² + y² at (2, 3):
/// ```
/// let gradient =
///     dualtape::numeric::gradient(|x| x[0] * x[0] + x[1] * x[1], &[2.0, 3.0]);
/// assert!((gradient[0] - 4.0).abs() < 1e-9 && (gradient[1] - 6.0).abs() < 1e-9);
/// ```
#[must_use]
#[inline]
pub fn gradient(mut f: impl FnMut(&[f64]) -> f64, x: &[f64]) -> Vec<f64> {
    (0..x.len()).map(|j| derivative(|entry| f(&moved(x, j, entry)), x[j])).collect()
}

/// The Jacobian by central differences, one row for each value of `f` and one column for each entry of `x`. `2 n` evaluations.
///
/// # Panics
/// If `f` does not return as many values at every point.
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]]:
/// ```
/// let jacobian =
///     dualtape::numeric::jacobian(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert!((jacobian - nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]).amax() < 1e-9);
/// ```
#[cfg(feature = "nalgebra")]
#[must_use]
#[track_caller]
#[inline]
pub fn jacobian<Y: AsRef<[f64]>>(mut f: impl FnMut(&[f64]) -> Y, x: &[f64]) -> DMatrix<f64> {
    let mut jacobian: Option<DMatrix<f64>> = None;
    for (j, &entry) in x.iter().enumerate() {
        let (right, left) = (f(&moved(x, j, entry + STEP)), f(&moved(x, j, entry - STEP)));
        let (right, left) = (right.as_ref(), left.as_ref());
        let jacobian = jacobian.get_or_insert_with(|| DMatrix::zeros(right.len(), x.len()));
        check_count("numeric::jacobian", jacobian.nrows(), right.len());
        check_count("numeric::jacobian", jacobian.nrows(), left.len());
        for (i, (right, left)) in right.iter().zip(left).enumerate() {
            jacobian[(i, j)] = (right - left) / (2.0 * STEP);
        }
    }
    jacobian.unwrap_or_else(|| DMatrix::zeros(f(x).as_ref().len(), 0))
}

/// The point `x` with another entry at `j`.
#[inline]
pub(crate) fn moved<B: Copy>(x: &[B], j: usize, entry: B) -> Vec<B> {
    let mut x = x.to_vec();
    x[j] = entry;
    x
}

/// Panics if a function returns another number of values than before.
#[track_caller]
#[inline]
fn check_count(verb: &str, expected: usize, found: usize) {
    assert!(
        found == expected,
        "dualtape: {verb}: expected {expected} values as at the first point, found {found} at another; let the function return as many at \
         every point"
    );
}
