//! Drivers that choose mode and width by size, for functions that run on every number type.
//!
//! A closure has one argument type, so the drivers for closures have to fix it. A
//! [`ScalarFunction`] or [`VectorFunction`] runs on the type that is the fastest for the size at hand. Where the boundaries lie
//! was measured (`cargo bench --bench modes`).

#[cfg(feature = "nalgebra")]
use super::check_hessian;
use super::{INPUT, ScalarFunction, VectorFunction, check_length, forward, reverse};
use crate::float::Float;
#[cfg(feature = "nalgebra")]
use nalgebra::DMatrix;

/// Up to so many inputs all directions fit one evaluation on dual numbers, which is cheaper than a recording.
const FEW: usize = 8;

/// Gradient of `f` at `x`: `∂f/∂xᵢ`.
///
/// `x` has `n` entries, and so has the result.
///
/// # Cost
/// For up to eight inputs it is one evaluation of `f` on `Dual<T, N>`, with an `N` of 2, 4 or 8, and without a recording. For more it is
/// that of [`gradient`](crate::gradient).
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// x² y at (3, 2) has the gradient (2xy, x²):
/// ```
/// use dualtape::{Float, gradient_of, scalar_function};
///
/// fn f<T: Float>(x: &[T]) -> T {
///     x[0] * x[0] * x[1]
/// }
/// scalar_function!(Monomial = f);
/// assert_eq!(gradient_of(&Monomial, &[3.0, 2.0]), [12.0, 9.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., sections 3.1 and 3.2.
#[must_use]
#[track_caller]
pub fn gradient_of<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T]) -> Vec<T> {
    value_and_gradient_of(f, x).1
}

/// Value and gradient of `f` at `x`. See [`gradient_of`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use dualtape::{Float, scalar_function, value_and_gradient_of};
///
/// fn f<T: Float>(x: &[T]) -> T {
///     x[0] * x[0] * x[1]
/// }
/// scalar_function!(Monomial = f);
/// assert_eq!(value_and_gradient_of(&Monomial, &[3.0, 2.0]), (18.0, vec![12.0, 9.0]));
/// ```
#[must_use]
#[track_caller]
pub fn value_and_gradient_of<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T]) -> (T, Vec<T>) {
    let mut g = vec![T::zero(); x.len()];
    let value = value_and_gradient_of_into(f, x, &mut g);
    (value, g)
}

/// Writes the gradient of `f` at `x` to `g` and returns the value. See [`gradient_of`].
///
/// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
///
/// # Panics
/// If `g` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use dualtape::{Float, scalar_function, value_and_gradient_of_into};
///
/// fn f<T: Float>(x: &[T]) -> T {
///     x[0] * x[0] * x[1]
/// }
/// scalar_function!(Monomial = f);
/// let mut gradient = [0.0; 2];
/// assert_eq!(value_and_gradient_of_into(&Monomial, &[3.0, 2.0], &mut gradient), 18.0);
/// assert_eq!(gradient, [12.0, 9.0]);
/// ```
#[track_caller]
pub fn value_and_gradient_of_into<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T], g: &mut [T]) -> T {
    check_length("value_and_gradient_of_into", "the buffer for the gradient", g.len(), x.len(), INPUT);
    match x.len() {
        0..=2 => forward::Chunk::<2>::value_and_gradient_into(|x| f.eval(x), x, g),
        3..=4 => forward::Chunk::<4>::value_and_gradient_into(|x| f.eval(x), x, g),
        5..=FEW => forward::Chunk::<FEW>::value_and_gradient_into(|x| f.eval(x), x, g),
        _ => f.backpropagate(x, g),
    }
}

/// Hessian-vector product `H v` of `f` at `x`. See [`hvp`](crate::hvp).
///
/// # Panics
/// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// x² y at (3, 2) has the Hessian [[4, 6], [6, 0]]; with v = (1, 10) the product is (64, 6).
/// ```
/// use dualtape::{Float, hvp_of, scalar_function};
///
/// fn f<T: Float>(x: &[T]) -> T {
///     x[0] * x[0] * x[1]
/// }
/// scalar_function!(Monomial = f);
/// assert_eq!(hvp_of(&Monomial, &[3.0, 2.0], &[1.0, 10.0]), [64.0, 6.0]);
/// ```
#[must_use]
#[track_caller]
pub fn hvp_of<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T], v: &[T]) -> Vec<T> {
    check_length("hvp_of", "the direction", v.len(), x.len(), INPUT);
    value_gradient_and_hvp_of(f, x, v).2
}

/// Value, gradient and Hessian-vector product of `f` at `x`. See [`hvp`](crate::hvp).
///
/// # Panics
/// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use dualtape::{Float, scalar_function, value_gradient_and_hvp_of};
///
/// fn f<T: Float>(x: &[T]) -> T {
///     x[0] * x[0] * x[1]
/// }
/// scalar_function!(Monomial = f);
/// let (value, gradient, product) =
///     value_gradient_and_hvp_of(&Monomial, &[3.0, 2.0], &[1.0, 10.0]);
/// assert_eq!((value, gradient, product), (18.0, vec![12.0, 9.0], vec![64.0, 6.0]));
/// ```
#[must_use]
#[track_caller]
pub fn value_gradient_and_hvp_of<T: Float>(
    f: &(impl ScalarFunction + ?Sized),
    x: &[T],
    v: &[T],
) -> (T, Vec<T>, Vec<T>) {
    check_length("value_gradient_and_hvp_of", "the direction", v.len(), x.len(), INPUT);
    let mut g = vec![T::zero(); x.len()];
    let mut product = g.clone();
    let value = value_gradient_and_hvp_of_into(f, x, v, &mut g, &mut product);
    (value, g, product)
}

/// Writes gradient and Hessian-vector product of `f` at `x` to `g` and `product` and returns the value. See [`hvp`](crate::hvp).
///
/// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
///
/// # Panics
/// If `v`, `g`, `product` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use dualtape::{Float, scalar_function, value_gradient_and_hvp_of_into};
///
/// fn f<T: Float>(x: &[T]) -> T {
///     x[0] * x[0] * x[1]
/// }
/// scalar_function!(Monomial = f);
/// let (mut g, mut product) = ([0.0; 2], [0.0; 2]);
/// assert_eq!(
///     value_gradient_and_hvp_of_into(
///         &Monomial,
///         &[3.0, 2.0],
///         &[1.0, 10.0],
///         &mut g,
///         &mut product
///     ),
///     18.0
/// );
/// assert_eq!((g, product), ([12.0, 9.0], [64.0, 6.0]));
/// ```
#[track_caller]
pub fn value_gradient_and_hvp_of_into<T: Float>(
    f: &(impl ScalarFunction + ?Sized),
    x: &[T],
    v: &[T],
    g: &mut [T],
    product: &mut [T],
) -> T {
    reverse::check_product("value_gradient_and_hvp_of_into", x, v, g, product);
    let mut along = reverse::Along::new(x, v);
    let value = f.backpropagate(along.point.as_slice(), along.gradient.as_mut_slice());
    along.end(g, product);
    value.primal()
}

/// Jacobian-vector product: the value of `f` at `x`, and `J v`. See [`jvp`](crate::jvp).
///
/// # Panics
/// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]]; with v = (1, 10) the product is (23, 11).
/// ```
/// use dualtape::{Float, jvp_of, vector_function};
///
/// fn f<T: Float>(x: &[T]) -> Vec<T> {
///     vec![x[0] * x[1], x[0] + x[1]]
/// }
/// vector_function!(Field = f);
/// assert_eq!(
///     jvp_of(&Field, &[2.0, 3.0], &[1.0, 10.0]),
///     (vec![6.0, 5.0], vec![23.0, 11.0])
/// );
/// ```
#[must_use]
#[track_caller]
pub fn jvp_of<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T], v: &[T]) -> (Vec<T>, Vec<T>) {
    check_length("jvp_of", "the direction", v.len(), x.len(), INPUT);
    forward::jvp(|x| f.eval(x), x, v)
}

/// Vector-Jacobian product: the value of `f` at `x`, and `wᵀ J`. See [`vjp`](crate::vjp).
///
/// # Panics
/// If `w` does not have as many entries as `f` returns, and as [every driver](crate::family#panics).
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]]; with w = (1, 10) the product is (13, 12).
/// ```
/// use dualtape::{Float, vector_function, vjp_of};
///
/// fn f<T: Float>(x: &[T]) -> Vec<T> {
///     vec![x[0] * x[1], x[0] + x[1]]
/// }
/// vector_function!(Field = f);
/// assert_eq!(
///     vjp_of(&Field, &[2.0, 3.0], &[1.0, 10.0]),
///     (vec![6.0, 5.0], vec![13.0, 12.0])
/// );
/// ```
#[must_use]
#[track_caller]
pub fn vjp_of<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T], w: &[T]) -> (Vec<T>, Vec<T>) {
    let mut product = vec![T::zero(); x.len()];
    let mut value = Vec::new();
    reverse::pull_back("vjp_of", |x| f.eval(x), x, w, &mut product, |y| value.extend(y.iter().map(|y| y.primal())));
    (value, product)
}

/// Hessian of `f` at `x`: entry `(i, j)` is `∂²f/∂xᵢ∂xⱼ`. Exactly symmetric.
///
/// Forward over reverse, as [`hessian`](crate::hessian), with two, four or eight columns at a time.
///
/// # Cost
/// `⌈n / N⌉` gradients on `Dual<T, N>`, where `N` is 2 for up to two inputs, 4 for up to four, else 8.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// x² y at (3, 2) has the Hessian [[2y, 2x], [2x, 0]].
/// ```
/// use dualtape::{Float, hessian_of, scalar_function};
///
/// fn f<T: Float>(x: &[T]) -> T {
///     x[0] * x[0] * x[1]
/// }
/// scalar_function!(Monomial = f);
/// assert_eq!(
///     hessian_of(&Monomial, &[3.0, 2.0]),
///     nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]
/// );
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 5.1.
#[cfg(feature = "nalgebra")]
#[must_use]
#[track_caller]
pub fn hessian_of<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T]) -> DMatrix<T> {
    value_gradient_and_hessian_of(f, x).2
}

/// Value, gradient and Hessian of `f` at `x`. See [`hessian_of`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use dualtape::{Float, scalar_function, value_gradient_and_hessian_of};
///
/// fn f<T: Float>(x: &[T]) -> T {
///     x[0] * x[0] * x[1]
/// }
/// scalar_function!(Monomial = f);
/// let (value, gradient, hessian) =
///     value_gradient_and_hessian_of(&Monomial, &[3.0, 2.0]);
/// assert_eq!((value, gradient), (18.0, vec![12.0, 9.0]));
/// assert_eq!(hessian, nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// ```
#[cfg(feature = "nalgebra")]
#[must_use]
#[track_caller]
pub fn value_gradient_and_hessian_of<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T]) -> (T, Vec<T>, DMatrix<T>) {
    let n = x.len();
    let (mut g, mut h) = (vec![T::zero(); n], DMatrix::from_element(n, n, T::zero()));
    let value = value_gradient_and_hessian_of_into(f, x, &mut g, &mut h);
    (value, g, h)
}

/// Writes gradient and Hessian of `f` at `x` to `g` and `h` and returns the value. See [`hessian_of`].
///
/// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
///
/// # Panics
/// If `g` has not as many entries as `x`, or `h` not as many rows and columns, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use dualtape::{Float, scalar_function, value_gradient_and_hessian_of_into};
///
/// fn f<T: Float>(x: &[T]) -> T {
///     x[0] * x[0] * x[1]
/// }
/// scalar_function!(Monomial = f);
/// let (mut g, mut h) = ([0.0; 2], nalgebra::DMatrix::zeros(2, 2));
/// assert_eq!(
///     value_gradient_and_hessian_of_into(&Monomial, &[3.0, 2.0], &mut g, &mut h),
///     18.0
/// );
/// assert_eq!((g, h), ([12.0, 9.0], nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]));
/// ```
#[cfg(feature = "nalgebra")]
#[track_caller]
pub fn value_gradient_and_hessian_of_into<T: Float>(
    f: &(impl ScalarFunction + ?Sized),
    x: &[T],
    g: &mut [T],
    h: &mut DMatrix<T>,
) -> T {
    const DRIVER: &str = "value_gradient_and_hessian_of_into";
    check_length(DRIVER, "the buffer for the gradient", g.len(), x.len(), INPUT);
    check_hessian(DRIVER, h.shape(), x.len());
    let set = |i: usize, j: usize, entry: T| h[(i, j)] = entry;
    match x.len() {
        0..=2 => reverse::second_derivatives::<T, 2>(reverse::Own(f), x, g, set),
        3..=4 => reverse::second_derivatives::<T, 4>(reverse::Own(f), x, g, set),
        _ => reverse::second_derivatives::<T, 8>(reverse::Own(f), x, g, set),
    }
}

/// Jacobian of `f` at `x`: entry `(i, j)` is `∂fᵢ/∂xⱼ`.
///
/// `f` has `n` inputs and `m` outputs; the result is `m × n`.
///
/// # Cost
/// Forward mode with `n` up to eight, or not more inputs than outputs: `⌈n / N⌉` evaluations of `f` on `Dual<T, N>` with an `N` of
/// 2, 4 or 8. Otherwise reverse mode, as [`jacobian`](crate::jacobian). To know the number of outputs `f` is evaluated once more.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]].
/// ```
/// use dualtape::{Float, jacobian_of, vector_function};
///
/// fn f<T: Float>(x: &[T]) -> Vec<T> {
///     vec![x[0] * x[1], x[0] + x[1]]
/// }
/// vector_function!(Field = f);
/// assert_eq!(jacobian_of(&Field, &[2.0, 3.0]), nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., sections 3.1 and 3.2.
#[cfg(feature = "nalgebra")]
#[must_use]
#[track_caller]
pub fn jacobian_of<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T]) -> DMatrix<T> {
    value_and_jacobian_of(f, x).1
}

/// Value and Jacobian of `f` at `x`. See [`jacobian_of`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use dualtape::{Float, value_and_jacobian_of, vector_function};
///
/// fn f<T: Float>(x: &[T]) -> Vec<T> {
///     vec![x[0] * x[1], x[0] + x[1]]
/// }
/// vector_function!(Field = f);
/// let (value, jacobian) = value_and_jacobian_of(&Field, &[2.0, 3.0]);
/// assert_eq!(
///     (value, jacobian),
///     (vec![6.0, 5.0], nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0])
/// );
/// ```
#[cfg(feature = "nalgebra")]
#[must_use]
#[track_caller]
pub fn value_and_jacobian_of<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T]) -> (Vec<T>, DMatrix<T>) {
    match x.len() {
        0..=2 => forward::Chunk::<2>::value_and_jacobian(|x| f.eval(x), x),
        3..=4 => forward::Chunk::<4>::value_and_jacobian(|x| f.eval(x), x),
        n if n <= FEW || n <= f.eval(x).len() => forward::value_and_jacobian(|x| f.eval(x), x),
        _ => reverse::value_and_jacobian(|x| f.eval(x), x),
    }
}

/// Writes value and Jacobian to `value` and `jacobian`, whose lengths tell the number of outputs.
#[cfg(all(feature = "nalgebra", feature = "graph"))]
#[track_caller]
pub(crate) fn value_and_jacobian_of_into<T: Float>(
    f: &(impl VectorFunction + ?Sized),
    x: &[T],
    value: &mut [T],
    jacobian: &mut DMatrix<T>,
) {
    match x.len() {
        0..=2 => forward::Chunk::<2>::value_and_jacobian_into(|x| f.eval(x), x, value, jacobian),
        3..=4 => forward::Chunk::<4>::value_and_jacobian_into(|x| f.eval(x), x, value, jacobian),
        n if n <= FEW || n <= value.len() => forward::value_and_jacobian_into(|x| f.eval(x), x, value, jacobian),
        _ => reverse::value_and_jacobian_into(|x| f.eval(x), x, value, jacobian),
    }
}

/// In how many directions at once [`gradient_of`] evaluates a function with `n` inputs, if it does not record it.
#[cfg(feature = "graph")]
pub(crate) fn gradient_width(n: usize) -> Option<usize> {
    match n {
        0..=2 => Some(2),
        3..=4 => Some(4),
        5..=FEW => Some(FEW),
        _ => None,
    }
}

/// The same for the columns of a Hessian.
#[cfg(feature = "graph")]
pub(crate) fn hessian_width(n: usize) -> usize {
    match n {
        0..=2 => 2,
        3..=4 => 4,
        _ => 8,
    }
}

/// The same for the Jacobian of a function with `m` outputs.
#[cfg(feature = "graph")]
pub(crate) fn jacobian_width(n: usize, m: usize) -> Option<usize> {
    (n <= FEW || n <= m).then(|| hessian_width(n))
}
