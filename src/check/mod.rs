//! Derivatives compared with numerical ones: for rules of your own, for derivatives written by hand, and for code of other crates.
//!
//! Every function here returns a [`Check`], which prints a table with the worst entries, says what the mistake looks like (a transpose, a
//! sign, a factor that is missing), and panics with all of it if a test calls [`assert_passed`](Check::assert_passed).
//!
//! | to compare | with differences of | call |
//! |---|---|---|
//! | a derivative, gradient or Jacobian from elsewhere | a plain function | [`derivative()`], [`gradient`], [`jacobian`] |
//! | the drivers' gradient, Jacobian, Hessian | a function of every type | [`gradient_of`], [`jacobian_of`], [`hessian_of`] |
//! | both modes and all orders up to the third | a function of every type | [`derivatives_of`] |
//! | `jvp` and `vjp` | a function of every type, and each other | [`products_of`] |
//! | a product with a matrix and one with its transpose, from elsewhere | each other | [`transposes`] |
//! | a rule of your own | its values | [`rule`], [`binary_rule`], [`reduction_rule`] |
//! | two lists of numbers, as NumPy does | | [`allclose`] |
//!
//! A function of every type is a [`ScalarFunction`] or [`VectorFunction`]. The numerical derivatives are
//! [extrapolated central differences](crate::numeric::extrapolated) with an uncertainty for each. What they cannot decide is said to be
//! [undetermined](Verdict::Undetermined).
//!
//! Functions of every type and rules are checked in the precision of the point, `f64` or `f32`; plain functions of `f32` by [`single`].
//!
//! # Examples
//! A rule with a wrong sign:
//! ```
//! use dualtape::{Float, Primitive, check, rules::Unary};
//!
//! #[derive(Clone, Copy, Debug, PartialEq)]
//! struct Bump;
//!
//! impl Unary for Bump {
//!     const NAME: &'static str = "bump";
//!     fn value<B: Primitive>(self, x: B) -> B {
//!         (-(x * x)).exp()
//!     }
//!     fn partial<T: Float>(self, x: T, y: T) -> T {
//!         T::lit(2.0) * x * y // should be -2
//!     }
//! }
//!
//! let check = check::rule(Bump, &[0.5, 1.5]);
//! assert!(!check.passed());
//! assert!(check.to_string().contains("∂/∂x at 0.5"));
//! ```

// Functions are `#[inline]`, so that only programs that use them compile them.
mod functions;
mod report;
mod rules;
pub mod single;

#[doc(alias = "gradcheck", alias = "check_grad", alias = "check_grads")]
pub use functions::gradient_of;
#[cfg(feature = "nalgebra")]
pub use functions::jacobian;
pub use functions::{derivative, derivatives_of, gradient, hessian_of, jacobian_of, products_of, transposes};
pub use report::{ATOL, Check, Entry, RTOL, SINGLE_ATOL, SINGLE_RTOL, Verdict};
pub use rules::{binary_rule, reduction_rule, rule};

#[cfg(doc)]
use crate::{ScalarFunction, VectorFunction};

/// Whether all numbers agree as NumPy's `allclose` means it: `|a - b| <= 1e-8 + 1e-5 |b|` for each pair.
///
/// `b` is the one that is trusted, in a gradient check the numerical derivative. Equal infinities agree, NaN agrees with nothing.
///
/// # Panics
/// If the slices differ in length.
///
/// # Examples
/// ```
/// use dualtape::{check, derivative, numeric};
/// assert!(check::allclose(
///     &[derivative(|x| x * x, 2.0)],
///     &[numeric::derivative(|x| x * x, 2.0)]
/// ));
/// assert!(!check::allclose(&[4.0001], &[4.0]));
/// ```
#[must_use]
#[track_caller]
#[inline]
pub fn allclose(a: &[f64], b: &[f64]) -> bool {
    allclose_within(a, b, RTOL, ATOL)
}

/// Whether `|a - b| <= atol + rtol |b|` for each pair. See [`allclose`].
///
/// # Panics
/// If the slices differ in length.
///
/// # Examples
/// The tolerance is relative to the second number:
/// ```
/// use dualtape::check::allclose_within;
/// assert!(
///     allclose_within(&[10.0], &[11.0], 0.095, 0.0)
///         && !allclose_within(&[11.0], &[10.0], 0.095, 0.0)
/// );
/// ```
#[must_use]
#[track_caller]
#[inline]
pub fn allclose_within(a: &[f64], b: &[f64], rtol: f64, atol: f64) -> bool {
    assert!(
        a.len() == b.len(),
        "dualtape: check::allclose: expected slices of one length, found {} and {} entries; compare each number with its own",
        a.len(),
        b.len()
    );
    a.iter().zip(b).all(|(&a, &b)| a == b || (a - b).abs() <= atol + rtol * b.abs() && b.is_finite())
}
