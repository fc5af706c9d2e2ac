//! Derivatives of what is defined by an equation: roots, fixed points, minimisers and solutions of linear systems.
//!
//! The caller brings the solution on plain numbers, found by whatever solver; the functions here return it as a number of the type that
//! the parameters have, with all of its derivatives by them, in both modes and at every nesting. The solver is not differentiated, need
//! not be generic, and its iterations are not recorded.
//!
//! The equation is a [`ScalarFunction`] or [`VectorFunction`] of one slice, which holds the unknowns and then the parameters, since it
//! runs on several number types. Every argument is called in this order as well: the function, the solution, the parameters. The names
//! without `_scalar` are for several unknowns.
//!
//! | what is solved | one unknown | several unknowns |
//! |---|---|---|
//! | `f(x, p) = 0` | [`root_scalar`] | [`root`] |
//! | `x = f(x, p)` | [`fixed_point_scalar`] | [`fixed_point`] |
//! | `f(x, p)` is least | [`argmin_scalar`] | [`argmin`] |
//! | `A x = b` | | [`linear_solve`] |
//!
//! Those for several unknowns need the feature `nalgebra`.
//!
//! # Examples
//! Kepler's equation `E - e sin E = M` gives the anomaly `E` of a planet. Its derivatives are `dE/dM = 1 / (1 - e cos E)` and
//! `dE/de = sin E / (1 - e cos E)`. The solver is Newton's method on `f64`.
//! ```
//! use dualtape::{Float, gradient, implicit, scalar_function};
//!
//! /// The unknown E, then the parameters M and e.
//! fn kepler<T: Float>(z: &[T]) -> T {
//!     z[0] - z[2] * z[0].sin() - z[1]
//! }
//! scalar_function!(Kepler = kepler);
//!
//! fn solver(mean: f64, e: f64) -> f64 {
//!     (0..9).fold(mean, |x, _| x - (x - e * x.sin() - mean) / (1.0 - e * x.cos()))
//! }
//!
//! fn anomaly<T: Float<Base = f64>>(p: &[T]) -> T {
//!     let plain = solver(p[0].base(), p[1].base());
//!     implicit::root_scalar(&Kepler, plain, p).unwrap()
//! }
//!
//! let (mean, e) = (235.4_f64.to_radians(), 0.4);
//! let x = anomaly(&[mean, e]);
//! assert!((x.to_degrees() - 220.51207476752207).abs() < 1e-12);
//! let slopes = gradient(anomaly, &[mean, e]);
//! assert!((slopes[0] - 1.0 / (1.0 - e * x.cos())).abs() < 1e-15);
//! assert!((slopes[1] - x.sin() / (1.0 - e * x.cos())).abs() < 1e-15);
//! ```
//!
//! # How it is done
//! One step of Newton's method from the solution, `x - J⁻¹ f(x, p)` with the Jacobian `J = ∂f/∂x`, changes the value by rounding only and
//! has the right derivatives, since `dx/dp = -J⁻¹ ∂f/∂p`. For a nested type `x` and `J` are those of the inner type, found in the same
//! way, so that they carry the derivatives of `dx/dp`: one step for each level of nesting, down to plain numbers. The value of the step
//! is left out: **the result has the value that the caller brought, to the last bit**.
//!
//! # What is checked
//! On plain numbers, whatever the type of the parameters: a residual `rᵢ` of more than `∛ε Σ |zⱼ ∂rᵢ/∂zⱼ|` (`ε` is the machine epsilon,
//! its root 6e-6 on `f64`, and `z` holds unknowns and parameters) is an [`Error`] that says how large it is, and so is a singular
//! Jacobian, and infinity or NaN. The measure does not depend on the units of unknowns and equations. A relative error `δ` that is left
//! in the solution makes an error of the order of `δ` in the derivatives: where that is too much, take a step of Newton's method more
//! before.
//!
//! An unknown whose exact value is 0 has no size to compare with, unless other terms of the equation have one. It is accepted if its
//! residual is 0, which more steps of Newton's method achieve.
//!
//! # Cost
//! On plain numbers a Jacobian by unknowns and parameters, for the check. For each level of nesting one evaluation of the function on
//! the type of that level, and one of its Jacobian and the inverse of that by the unknowns on the type below. On a tape the function's
//! own records, and for `n` unknowns `n² / 2`.
//!
//! # Panics
//! With several unknowns, if there are not as many equations. In a recording of a graph, which would hold at the one point that was
//! solved for only.
//!
//! Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 15.1, for the derivative; Blondel et al., "Efficient and
//! modular implicit differentiation", NeurIPS 2022, for solvers as black boxes.

mod error;
mod scalar;
#[cfg(feature = "nalgebra")]
mod system;

pub use error::Error;

use crate::drivers::ScalarFunction;
#[cfg(feature = "nalgebra")]
use crate::drivers::VectorFunction;
use crate::float::Float;
#[cfg(feature = "nalgebra")]
use nalgebra::{DMatrix, DVector};

/// The root `x` of `f(x, p) = 0`, one equation with one unknown, where `x` is known on plain numbers.
///
/// `f` takes the unknown and then the parameters in one slice. `dx/dp = -(∂f/∂p) / (∂f/∂x)`.
///
/// # Errors
/// If the residual at `x` is not small, `∂f/∂x` is 0, or something is not finite: see [the module](self#what-is-checked).
///
/// # Examples
/// The square root of `p` solves x² - p = 0. At 4 it is 2, with the derivatives 1/(2x) = 1/4 and -1/(4x³) = -1/32.
/// ```
/// use dualtape::{Dual, Float, implicit, scalar_function};
///
/// fn square<T: Float>(z: &[T]) -> T {
///     z[0] * z[0] - z[1]
/// }
/// scalar_function!(Square = square);
///
/// let p = Dual::variable(Dual::variable(4.0));
/// let x = implicit::root_scalar(&Square, 2.0, &[p]).unwrap();
/// assert_eq!(
///     (x.base(), x.tangent().primal(), x.tangent().tangent()),
///     (2.0, 0.25, -1.0 / 32.0)
/// );
///
/// let error = implicit::root_scalar(&Square, 2.1, &[p]).unwrap_err();
/// assert!(error.to_string().contains("found the residual 4.100e-1"));
/// ```
#[doc(alias = "custom_root", alias = "implicit_diff")]
#[track_caller]
pub fn root_scalar<T: Float>(f: &(impl ScalarFunction + ?Sized), x: T::Base, p: &[T]) -> Result<T, Error> {
    refuse_recording::<T>("root_scalar");
    scalar::solution(f, x, p)
}

/// The fixed point `x = f(x, p)` of a function of one unknown, where `x` is known on plain numbers.
///
/// `f` takes the unknown and then the parameters in one slice. `dx/dp = (∂f/∂p) / (1 - ∂f/∂x)`. The iteration that found `x` need not
/// converge where derivatives are taken.
///
/// # Errors
/// If `x - f(x, p)` is not small, `∂f/∂x` is 1, or something is not finite: see [the module](self#what-is-checked).
///
/// # Examples
/// Newton's iteration for the square root of `p`, `x = (x + p/x) / 2`:
/// ```
/// use dualtape::{Float, derivative, implicit, scalar_function};
///
/// fn heron<T: Float>(z: &[T]) -> T {
///     (z[0] + z[1] / z[0]) * T::lit(0.5)
/// }
/// scalar_function!(Heron = heron);
/// assert_eq!(
///     derivative(|p| implicit::fixed_point_scalar(&Heron, 2.0, &[p]).unwrap(), 4.0),
///     0.25
/// );
/// ```
#[track_caller]
pub fn fixed_point_scalar<T: Float>(f: &(impl ScalarFunction + ?Sized), x: T::Base, p: &[T]) -> Result<T, Error> {
    refuse_recording::<T>("fixed_point_scalar");
    scalar::solution(&scalar::Defect(f), x, p)
}

/// The minimiser `x` of `f(x, p)` over one unknown, where `x` is known on plain numbers.
///
/// `f` takes the unknown and then the parameters in one slice. `dx/dp = -(∂²f/∂x∂p) / (∂²f/∂x²)`. Maxima and other stationary points
/// are as good.
///
/// # Errors
/// If `∂f/∂x` is not small, `∂²f/∂x²` is 0, or something is not finite: see [the module](self#what-is-checked). A minimiser that was found
/// by comparing values has half the digits, and then so have the derivatives; a step of Newton's method on `∂f/∂x` gives the rest.
///
/// # Examples
/// p x - ln x is least at 1/p, which has the derivative -1/p²:
/// ```
/// use dualtape::{Float, derivative, implicit, scalar_function};
///
/// fn cost<T: Float>(z: &[T]) -> T {
///     z[1] * z[0] - z[0].ln()
/// }
/// scalar_function!(Cost = cost);
/// assert_eq!(
///     derivative(|p| implicit::argmin_scalar(&Cost, 0.5, &[p]).unwrap(), 2.0),
///     -0.25
/// );
/// ```
#[track_caller]
pub fn argmin_scalar<T: Float>(f: &(impl ScalarFunction + ?Sized), x: T::Base, p: &[T]) -> Result<T, Error> {
    refuse_recording::<T>("argmin_scalar");
    scalar::solution(&scalar::Slope(f), x, p)
}

/// The root `x` of `f(x, p) = 0`, as many equations as unknowns, where `x` is known on plain numbers.
///
/// `f` takes the `n` unknowns and then the parameters in one slice, and returns `n` residuals. `dx/dp = -J⁻¹ ∂f/∂p` with
/// `J = ∂f/∂x`.
///
/// # Errors
/// If a residual at `x` is not small, `J` is singular, or something is not finite: see [the module](self#what-is-checked).
///
/// # Panics
/// If `f` does not return as many values as `x` has entries.
///
/// # Examples
/// The numbers with the sum `s` and the product `p`. For 5 and 6 they are 2 and 3, and with the product they change by 1 and -1, since
/// `dx + dy = 0` and `3 dx + 2 dy = 1`.
/// ```
/// use dualtape::{Float, implicit, jvp, vector_function};
///
/// fn conditions<T: Float>(z: &[T]) -> Vec<T> {
///     vec![z[0] + z[1] - z[2], z[0] * z[1] - z[3]]
/// }
/// vector_function!(Conditions = conditions);
///
/// let (x, dx) = jvp(
///     |p| implicit::root(&Conditions, &[2.0, 3.0], p).unwrap(),
///     &[5.0, 6.0],
///     &[0.0, 1.0],
/// );
/// assert_eq!(x, [2.0, 3.0]);
/// assert!((dx[0] - 1.0_f64).abs() < 1e-15 && (dx[1] + 1.0_f64).abs() < 1e-15);
/// ```
#[cfg(feature = "nalgebra")]
#[doc(alias = "custom_root", alias = "implicit_diff", alias = "ImplicitFunction")]
#[track_caller]
pub fn root<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T::Base], p: &[T]) -> Result<Vec<T>, Error> {
    refuse_recording::<T>("root");
    system::solution(&system::Root(f), x, p)
}

/// The fixed point `x = f(x, p)` of a function of several unknowns, where `x` is known on plain numbers.
///
/// `f` takes the `n` unknowns and then the parameters in one slice, and returns `n` values. `dx/dp = (I - ∂f/∂x)⁻¹ ∂f/∂p`.
///
/// # Errors
/// If an entry of `x - f(x, p)` is not small, `I - ∂f/∂x` is singular, or something is not finite: see
/// [the module](self#what-is-checked).
///
/// # Panics
/// If `f` does not return as many values as `x` has entries.
///
/// # Examples
/// x = y/2, y = x/2 + p has the solution (2p/3, 4p/3):
/// ```
/// use dualtape::{Float, implicit, jvp, vector_function};
///
/// fn next<T: Float>(z: &[T]) -> Vec<T> {
///     vec![z[1] * T::lit(0.5), z[0] * T::lit(0.5) + z[2]]
/// }
/// vector_function!(Next = next);
/// let (_, dx) =
///     jvp(|p| implicit::fixed_point(&Next, &[2.0, 4.0], p).unwrap(), &[3.0], &[3.0]);
/// assert!((dx[0] - 2.0_f64).abs() < 1e-15 && (dx[1] - 4.0_f64).abs() < 1e-15);
/// ```
#[cfg(feature = "nalgebra")]
#[track_caller]
pub fn fixed_point<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T::Base], p: &[T]) -> Result<Vec<T>, Error> {
    refuse_recording::<T>("fixed_point");
    system::solution(&system::FixedPoint { f, n: x.len() }, x, p)
}

/// The minimiser `x` of `f(x, p)` over several unknowns, where `x` is known on plain numbers.
///
/// `f` takes the unknowns and then the parameters in one slice. `dx/dp = -H⁻¹ ∂²f/∂x∂p` with the Hessian `H = ∂²f/∂x²`. Maxima and
/// other stationary points are as good.
///
/// # Errors
/// If an entry of `∂f/∂x` is not small, `H` is singular, or something is not finite: see [the module](self#what-is-checked).
///
/// # Examples
/// (x - p)² + (y - x)² + y² is least at (2p/3, p/3):
/// ```
/// use dualtape::{Float, implicit, jvp, scalar_function};
///
/// fn springs<T: Float>(z: &[T]) -> T {
///     let (x, y, p) = (z[0], z[1], z[2]);
///     (x - p).powi(2) + (y - x).powi(2) + y.powi(2)
/// }
/// scalar_function!(Springs = springs);
/// let (_, dx) =
///     jvp(|p| implicit::argmin(&Springs, &[2.0, 1.0], p).unwrap(), &[3.0], &[3.0]);
/// assert!((dx[0] - 2.0_f64).abs() < 1e-15 && (dx[1] - 1.0_f64).abs() < 1e-15);
/// ```
#[cfg(feature = "nalgebra")]
#[doc(alias = "bilevel")]
#[track_caller]
pub fn argmin<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T::Base], p: &[T]) -> Result<Vec<T>, Error> {
    refuse_recording::<T>("argmin");
    system::solution(&system::Stationary { f, n: x.len() }, x, p)
}

/// The solution `x` of `a x = b`, where `x` is known on plain numbers.
///
/// `dx = A⁻¹ (db - dA x)`. [`LinearAlgebra::solve`](crate::LinearAlgebra::solve) has the same derivatives and solves the system itself;
/// this is for a solution from elsewhere, an iterative solver or one that knows the structure of the matrix.
///
/// # Cost
/// For each level of nesting an inverse on the type below; `n² + n` records on a tape.
///
/// # Errors
/// If an entry of `a x - b` is not small, `a` is singular, or something is not finite: see [the module](self#what-is-checked).
///
/// # Panics
/// If `a` is not square, or `b` or `x` has not as many entries as `a` has rows.
///
/// # Examples
/// The solution of 2 x = 6 is 3, and changes by -3/2 with the factor 2.
/// ```
/// use dualtape::{Dual, implicit};
/// use nalgebra::{dmatrix, dvector};
///
/// let (a, b) = (dmatrix![Dual::variable(2.0)], dvector![Dual::constant(6.0)]);
/// let x = implicit::linear_solve(&a, &b, &dvector![3.0]).unwrap()[0];
/// assert_eq!((x.primal(), x.tangent()), (3.0, -1.5));
/// ```
#[cfg(feature = "nalgebra")]
#[track_caller]
pub fn linear_solve<T: Float>(a: &DMatrix<T>, b: &DVector<T>, x: &DVector<T::Base>) -> Result<DVector<T>, Error> {
    refuse_recording::<T>("linear_solve");
    let (rows, columns, entries, unknowns) = (a.nrows(), a.ncols(), b.len(), x.len());
    assert!(
        rows == columns && entries == rows && unknowns == rows,
        "dualtape: implicit::linear_solve: expected a square matrix and as many entries on the right side and in the solution, found \
         {rows} x {columns}, {entries} and {unknowns}; make all of one size"
    );
    let p = point(a.as_slice(), b.as_slice());
    system::solution(&system::Linear { n: rows }, x.as_slice(), &p).map(DVector::from_vec)
}

#[track_caller]
fn refuse_recording<T: Float>(verb: &str) {
    assert!(
        !T::TRACED,
        "dualtape: implicit::{verb}: expected numbers with values, found a recording of a graph, which runs at other points than the one \
         that was solved for; keep this function on the tape"
    );
}

/// The number with no derivative at its outermost level.
fn lifted<T: Float>(x: T::Inner) -> T {
    T::from_partials(x, &[])
}

/// What a power series has besides its first coefficient.
fn without_leading<T: Float>(x: T) -> T {
    x - T::from_leading(x.leading())
}

/// What the function of an equation takes: the unknowns and then the parameters.
fn point<T: Float>(x: &[T], p: &[T]) -> Vec<T> {
    [x, p].concat()
}

/// The same where the parameters are constants of a derivative by the unknowns.
fn point_over<T: Float>(x: &[T], p: &[T::Inner]) -> Vec<T> {
    x.iter().copied().chain(p.iter().map(|&p| lifted(p))).collect()
}
