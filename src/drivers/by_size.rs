//! Drivers that choose mode and width by size, for functions that run on every number type.
//!
//! A closure has one argument type, so [`hessian`](crate::hessian) and [`jacobian`](crate::jacobian) have to fix it. A
//! [`ScalarFunction`] or [`VectorFunction`] runs on the type that is the fastest for the size at hand. Where the boundaries lie
//! was measured (`cargo bench --bench modes`).

use super::{ScalarFunction, VectorFunction, forward, reverse};
use crate::float::Float;
use nalgebra::DMatrix;

/// Hessian of `f` at `x`: entry `(i, j)` is `∂²f/∂xᵢ∂xⱼ`. Exactly symmetric.
///
/// Forward over reverse, as [`hessian`](crate::hessian), with two, four or eight columns at a time.
///
/// # Cost
/// `⌈n / N⌉` gradients on `Dual<T, N>`, where `N` is 2 for up to two inputs, 4 for up to four, else 8.
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
/// assert_eq!(hessian_of(&Monomial, &[3.0, 2.0]), nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 5.1.
#[track_caller]
pub fn hessian_of<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T]) -> DMatrix<T> {
    value_gradient_and_hessian_of(f, x).2
}

/// Value, gradient and Hessian of `f` at `x`. See [`hessian_of`].
#[track_caller]
pub fn value_gradient_and_hessian_of<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T]) -> (T, Vec<T>, DMatrix<T>) {
    match x.len() {
        0..=2 => reverse::Chunk::<2>::value_gradient_and_hessian(|x| f.eval(x), x),
        3..=4 => reverse::Chunk::<4>::value_gradient_and_hessian(|x| f.eval(x), x),
        _ => reverse::Chunk::<8>::value_gradient_and_hessian(|x| f.eval(x), x),
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
#[track_caller]
pub fn jacobian_of<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T]) -> DMatrix<T> {
    value_and_jacobian_of(f, x).1
}

/// Value and Jacobian of `f` at `x`. See [`jacobian_of`].
#[track_caller]
pub fn value_and_jacobian_of<T: Float>(f: &(impl VectorFunction + ?Sized), x: &[T]) -> (Vec<T>, DMatrix<T>) {
    match x.len() {
        0..=2 => forward::Chunk::<2>::value_and_jacobian(|x| f.eval(x), x),
        3..=4 => forward::Chunk::<4>::value_and_jacobian(|x| f.eval(x), x),
        n if n <= forward::CHUNK || n <= f.eval(x).len() => forward::value_and_jacobian(|x| f.eval(x), x),
        _ => reverse::value_and_jacobian(|x| f.eval(x), x),
    }
}
