//! Forward mode: derivatives by dual numbers, without a tape.
//!
//! Best for one or a few inputs, whatever the number of outputs. Gradients and Jacobians go in chunks of directions: the
//! functions here use [`CHUNK`] at a time, and [`Chunk<N>`](Chunk) has the same drivers for any `N`.
//!
//! Functions of one number and of arrays need no memory and are there without the standard library.
//!
//! # Numbers from elsewhere
//! A driver panics with debug assertions if its function returns a dual number of another differentiation (an outer driver of the
//! same type) or joins one with its own arguments. Without debug assertions nothing is checked, and the derivative is a wrong
//! number: see [`Dual`]. Such numbers are lifted with [`Dual::constant`], or passed by value with [`Dual::primal`].

#[cfg(feature = "std")]
mod chunk;

#[cfg(feature = "std")]
pub use chunk::{CHUNK, Chunk, gradient, jvp, value_and_gradient, value_and_gradient_into};
#[cfg(all(feature = "std", feature = "nalgebra"))]
pub use chunk::{hessian, jacobian, value_and_jacobian};

use crate::float::Float;
use crate::numbers::{Dual, Tag};
use core::array;

/// Derivative of `f` at `x`, a function of one variable.
///
/// # Cost
/// One evaluation of `f` on `Dual<T>`.
///
/// # Panics
/// With debug assertions, if `f` returns a number of [another differentiation](crate::forward#numbers-from-elsewhere) or joins one
/// with its argument.
///
/// # Examples
/// x³ has the derivative 3x²:
/// ```
/// assert_eq!(dualtape::derivative(|x| x * x * x, 2.0), 12.0);
/// ```
///
/// Second derivatives are derivatives of derivatives:
/// ```
/// use dualtape::derivative;
/// assert_eq!(derivative(|x| derivative(|x| x * x * x, x), 2.0), 12.0); // 6 x
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.1.
#[doc(alias = "grad")]
#[doc(alias = "diff")]
pub fn derivative<T: Float>(f: impl FnOnce(Dual<T>) -> Dual<T>, x: T) -> T {
    value_and_derivative(f, x).1
}

/// Value and derivative of `f` at `x`. See [`derivative`].
///
/// # Panics
/// With debug assertions, if `f` returns a number of [another differentiation](crate::forward#numbers-from-elsewhere) or joins one
/// with its argument.
///
/// # Examples
/// ```
/// assert_eq!(dualtape::value_and_derivative(|x| x * x * x, 2.0), (8.0, 12.0));
/// ```
pub fn value_and_derivative<T: Float>(f: impl FnOnce(Dual<T>) -> Dual<T>, x: T) -> (T, T) {
    let tag = Tag::fresh();
    let y = f(Dual::variable(x).tagged(tag)).checked(tag);
    (y.primal(), y.tangent())
}

/// Value and gradient of a function of an array, all directions at once, without the heap.
///
/// # Cost
/// One evaluation of `f` on `Dual<T, N>`: for a handful of inputs what hand-written dual numbers cost.
///
/// # Panics
/// With debug assertions, if `f` returns a number of [another differentiation](crate::forward#numbers-from-elsewhere) or joins one
/// with its arguments.
///
/// # Examples
/// x² y at (3, 2) has the value 18 and the gradient (12, 9).
/// ```
/// use dualtape::forward::value_and_gradient_of_array;
/// assert_eq!(value_and_gradient_of_array(|[x, y]| x * x * y, [3.0, 2.0]), (18.0, [12.0, 9.0]));
/// ```
#[inline]
pub fn value_and_gradient_of_array<T: Float, const N: usize>(
    f: impl FnOnce([Dual<T, N>; N]) -> Dual<T, N>,
    x: [T; N],
) -> (T, [T; N]) {
    let tag = Tag::fresh();
    let y = f(array::from_fn(|k| Dual::seeded(x[k], k).tagged(tag))).checked(tag);
    (y.primal(), y.tangents())
}

/// Value and Jacobian of a function from an array to an array, all directions at once, without the heap. Row `i` of the result
/// is the gradient of output `i`.
///
/// # Cost
/// One evaluation of `f` on `Dual<T, N>`.
///
/// # Panics
/// With debug assertions, if `f` returns a number of [another differentiation](crate::forward#numbers-from-elsewhere) or joins one
/// with its arguments.
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]].
/// ```
/// use dualtape::forward::value_and_jacobian_of_array;
/// let (value, jacobian) = value_and_jacobian_of_array(|[x, y]| [x * y, x + y], [2.0, 3.0]);
/// assert_eq!((value, jacobian), ([6.0, 5.0], [[3.0, 2.0], [1.0, 1.0]]));
/// ```
#[doc(alias = "jacfwd")]
#[inline]
pub fn value_and_jacobian_of_array<T: Float, const N: usize, const M: usize>(
    f: impl FnOnce([Dual<T, N>; N]) -> [Dual<T, N>; M],
    x: [T; N],
) -> ([T; M], [[T; N]; M]) {
    let tag = Tag::fresh();
    let y = f(array::from_fn(|k| Dual::seeded(x[k], k).tagged(tag))).map(|y| y.checked(tag));
    (y.map(Dual::primal), y.map(Dual::tangents))
}
