//! Forward mode: derivatives by dual numbers, and higher ones by power series, without a tape.
//!
//! Best for one or a few inputs, whatever the number of outputs. Gradients and Jacobians go in chunks of directions: the
//! functions here use eight at a time, and [`Chunk<N>`](Chunk) has the same drivers for any `N`. The table of all drivers is on
//! the page [`family`](crate::family); values at special points follow the [conventions](crate::conventions).
//!
//! Functions of one number and of arrays need no memory and are there without the standard library.
//!
//! # Numbers from elsewhere
//! A driver panics with debug assertions if its function returns a dual number of another differentiation (an outer driver of the
//! same type) or joins one with its own arguments. Without debug assertions nothing is checked, and the derivative is a wrong
//! number: see [`Dual`]. Such numbers are lifted with [`Dual::constant`], or passed by value with [`Dual::primal`]. The same holds of
//! [`Taylor`](crate::Taylor).

#[cfg(feature = "std")]
mod chunk;
mod series;

#[cfg(feature = "std")]
#[doc(alias = "vmap")]
pub use chunk::Chunk;
#[cfg(feature = "std")]
pub use chunk::gradient;
#[cfg(all(feature = "std", feature = "nalgebra"))]
#[doc(alias = "jacfwd")]
pub use chunk::jacobian;
#[cfg(all(feature = "std", feature = "nalgebra"))]
pub use chunk::{
    HessianNumber, hessian, value_and_jacobian, value_and_jacobian_into, value_gradient_and_hessian,
    value_gradient_and_hessian_into,
};
#[cfg(feature = "std")]
pub use chunk::{Number, jvp, jvp_into, value_and_gradient, value_and_gradient_into};
pub use series::{derivatives, second_derivative, taylor, third_derivative};
#[cfg(feature = "std")]
pub use series::{directional, hessian_diagonal, laplacian, third_contracted};

use crate::float::Float;
use crate::numbers::{Dual, Tag};
use core::array;

/// Derivative of `f` at `x`, a function of one variable.
///
/// # Cost
/// One evaluation of `f` on `Dual<T>`.
///
/// # Panics
/// As [every driver](crate::family#panics).
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
#[must_use]
#[track_caller]
pub fn derivative<T: Float>(f: impl FnOnce(Dual<T>) -> Dual<T>, x: T) -> T {
    value_and_derivative(f, x).1
}

/// Value and derivative of `f` at `x`. See [`derivative`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// assert_eq!(dualtape::value_and_derivative(|x| x * x * x, 2.0), (8.0, 12.0));
/// ```
#[must_use]
#[track_caller]
pub fn value_and_derivative<T: Float>(f: impl FnOnce(Dual<T>) -> Dual<T>, x: T) -> (T, T) {
    let tag = Tag::fresh();
    let y = f(Dual::variable(x).tagged(tag)).checked(tag);
    (y.primal(), y.tangent())
}

/// Gradient of a function of an array, all directions at once, without the heap. See [`value_and_gradient_of_array`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// assert_eq!(
///     dualtape::forward::gradient_of_array(|[x, y]| x * x * y, [3.0, 2.0]),
///     [12.0, 9.0]
/// );
/// ```
#[inline]
#[must_use]
#[track_caller]
pub fn gradient_of_array<T: Float, const N: usize>(f: impl FnOnce([Dual<T, N>; N]) -> Dual<T, N>, x: [T; N]) -> [T; N] {
    value_and_gradient_of_array(f, x).1
}

/// Value and gradient of a function of an array, all directions at once, without the heap.
///
/// # Cost
/// One evaluation of `f` on `Dual<T, N>`: for a handful of inputs what hand-written dual numbers cost.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// x² y at (3, 2) has the value 18 and the gradient (12, 9).
/// ```
/// use dualtape::forward::value_and_gradient_of_array;
/// assert_eq!(
///     value_and_gradient_of_array(|[x, y]| x * x * y, [3.0, 2.0]),
///     (18.0, [12.0, 9.0])
/// );
/// ```
#[inline]
#[must_use]
#[track_caller]
pub fn value_and_gradient_of_array<T: Float, const N: usize>(
    f: impl FnOnce([Dual<T, N>; N]) -> Dual<T, N>,
    x: [T; N],
) -> (T, [T; N]) {
    let tag = Tag::fresh();
    let y = f(array::from_fn(|k| Dual::seeded(x[k], k).tagged(tag))).checked(tag);
    (y.primal(), y.tangents())
}

/// Jacobian of a function from an array to an array, without the heap. Row `i` is the gradient of output `i`. See
/// [`value_and_jacobian_of_array`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let jacobian =
///     dualtape::forward::jacobian_of_array(|[x, y]| [x * y, x + y], [2.0, 3.0]);
/// assert_eq!(jacobian, [[3.0, 2.0], [1.0, 1.0]]);
/// ```
#[inline]
#[must_use]
#[track_caller]
pub fn jacobian_of_array<T: Float, const N: usize, const M: usize>(
    f: impl FnOnce([Dual<T, N>; N]) -> [Dual<T, N>; M],
    x: [T; N],
) -> [[T; N]; M] {
    value_and_jacobian_of_array(f, x).1
}

/// Value and Jacobian of a function from an array to an array, all directions at once, without the heap. Row `i` of the result
/// is the gradient of output `i`.
///
/// # Cost
/// One evaluation of `f` on `Dual<T, N>`.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]].
/// ```
/// use dualtape::forward::value_and_jacobian_of_array;
/// let (value, jacobian) =
///     value_and_jacobian_of_array(|[x, y]| [x * y, x + y], [2.0, 3.0]);
/// assert_eq!((value, jacobian), ([6.0, 5.0], [[3.0, 2.0], [1.0, 1.0]]));
/// ```
#[inline]
#[must_use]
#[track_caller]
pub fn value_and_jacobian_of_array<T: Float, const N: usize, const M: usize>(
    f: impl FnOnce([Dual<T, N>; N]) -> [Dual<T, N>; M],
    x: [T; N],
) -> ([T; M], [[T; N]; M]) {
    let tag = Tag::fresh();
    let y = f(array::from_fn(|k| Dual::seeded(x[k], k).tagged(tag)));
    let (mut value, mut jacobian) = ([T::zero(); M], [[T::zero(); N]; M]);
    for (i, y) in y.into_iter().enumerate() {
        let y = y.checked(tag);
        (value[i], jacobian[i]) = (y.primal(), y.tangents());
    }
    (value, jacobian)
}

/// Hessian of a function of an array, without the heap. Exactly symmetric. See [`value_gradient_and_hessian_of_array`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// assert_eq!(
///     dualtape::forward::hessian_of_array(|[x, y]| x * x * y, [3.0, 2.0]),
///     [[4.0, 6.0], [6.0, 0.0]]
/// );
/// ```
#[inline]
#[must_use]
#[track_caller]
pub fn hessian_of_array<T: Float, const N: usize>(
    f: impl FnOnce([Dual<Dual<T, N>, N>; N]) -> Dual<Dual<T, N>, N>,
    x: [T; N],
) -> [[T; N]; N] {
    value_gradient_and_hessian_of_array(f, x).2
}

/// Value, gradient and Hessian of a function of an array, all directions at once, without the heap. Row `i` of the Hessian holds
/// `∂²f/∂xᵢ∂xⱼ`; it is exactly symmetric.
///
/// # Cost
/// One evaluation of `f` on `Dual<Dual<T, N>, N>`: good for up to about four inputs.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// x² y at (3, 2) has the value 18, the gradient (12, 9) and the Hessian [[4, 6], [6, 0]].
/// ```
/// use dualtape::forward::value_gradient_and_hessian_of_array;
/// let (value, gradient, hessian) =
///     value_gradient_and_hessian_of_array(|[x, y]| x * x * y, [3.0, 2.0]);
/// assert_eq!(
///     (value, gradient, hessian),
///     (18.0, [12.0, 9.0], [[4.0, 6.0], [6.0, 0.0]])
/// );
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 5.1.
#[inline]
#[must_use]
#[track_caller]
pub fn value_gradient_and_hessian_of_array<T: Float, const N: usize>(
    f: impl FnOnce([Dual<Dual<T, N>, N>; N]) -> Dual<Dual<T, N>, N>,
    x: [T; N],
) -> (T, [T; N], [[T; N]; N]) {
    let (inner, outer) = (Tag::fresh(), Tag::fresh());
    let seed = |k: usize| Dual::seeded(Dual::seeded(x[k], k).tagged(inner), k).tagged(outer);
    let y = f(array::from_fn(seed)).checked(outer);
    let first = y.primal().checked(inner);
    let second = y.tangents();
    // The lower triangle, mirrored: rounding could make the two differ.
    let mut hessian = [[T::zero(); N]; N];
    for j in 0..N {
        let column = second[j].checked(inner).tangents();
        for i in j..N {
            hessian[i][j] = column[i];
            hessian[j][i] = column[i];
        }
    }
    (first.primal(), first.tangents(), hessian)
}
