//! Drivers for functions of nalgebra's vectors and matrices: the derivative has the shape of what it belongs to.
//!
//! Points and results are owned matrices of static or dynamic size, in the natural layout; nothing has to be flattened by hand.
//! Numbers that do not vary are lifted with `cast()` or `map(Reverse::constant)`.
//!
//! As the drivers of [`reverse`](crate::reverse#values-from-elsewhere), those here panic if their function returns a value of another
//! recording or joins one with its arguments.

use super::reverse;
use crate::float::Float;
use crate::numbers::{Dual, Reverse};
use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix, OVector};

/// Gradient of a scalar function of a matrix (or vector): entry `(i, j)` is `∂f/∂xᵢⱼ`.
///
/// The result has the shape of `x`.
///
/// # Cost
/// That of [`reverse::gradient`].
///
/// # Examples
/// The gradient of `det X` is `det X · X⁻ᵀ`, the matrix of cofactors:
/// ```
/// use nalgebra::matrix;
/// let x = matrix![1.0, 2.0; 3.0, 4.0];
/// assert_eq!(dualtape::matrix::gradient(|x| x.determinant(), &x), matrix![4.0, -3.0; -2.0, 1.0]);
/// ```
#[track_caller]
pub fn gradient<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OMatrix<Reverse<T>, R, C>) -> Reverse<T>,
    x: &OMatrix<T, R, C>,
) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    value_and_gradient(f, x).1
}

/// Value and gradient of a scalar function of a matrix. See [`gradient`].
///
/// # Examples
/// ```
/// use nalgebra::matrix;
/// let x = matrix![1.0, 2.0; 3.0, 4.0];
/// let (value, gradient) = dualtape::matrix::value_and_gradient(|x| x.trace() * 2.0, &x);
/// assert_eq!((value, gradient), (10.0, matrix![2.0, 0.0; 0.0, 2.0]));
/// ```
#[track_caller]
pub fn value_and_gradient<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OMatrix<Reverse<T>, R, C>) -> Reverse<T>,
    x: &OMatrix<T, R, C>,
) -> (T, OMatrix<T, R, C>)
where
    DefaultAllocator: Allocator<R, C>,
{
    let mut gradient = x.clone();
    let value = reverse::value_and_gradient_into(|v| f(&shaped_like(x, v)), x.as_slice(), gradient.as_mut_slice());
    (value, gradient)
}

/// Jacobian of a function from vectors to vectors: entry `(i, j)` is `∂fᵢ/∂xⱼ`.
///
/// # Cost
/// That of [`reverse::jacobian`]. For a few inputs [`forward::jacobian`](crate::forward::jacobian) avoids the recording.
///
/// # Examples
/// The Jacobian of a linear map is its matrix:
/// ```
/// use nalgebra::{matrix, vector};
/// let a = matrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0];
/// assert_eq!(dualtape::matrix::jacobian(|x| a.cast() * x, &vector![7.0, 8.0]), a);
/// ```
#[track_caller]
pub fn jacobian<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OVector<Reverse<T>, C>) -> OVector<Reverse<T>, R>,
    x: &OVector<T, C>,
) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<C> + Allocator<R> + Allocator<R, C>,
{
    value_and_jacobian(f, x).1
}

/// Value and Jacobian of a function from vectors to vectors. See [`jacobian`].
///
/// # Examples
/// ```
/// use nalgebra::{matrix, vector};
/// let (value, jacobian) = dualtape::matrix::value_and_jacobian(|x| x * x[1], &vector![2.0, 3.0]);
/// assert_eq!((value, jacobian), (vector![6.0, 9.0], matrix![3.0, 2.0; 0.0, 6.0]));
/// ```
#[track_caller]
pub fn value_and_jacobian<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OVector<Reverse<T>, C>) -> OVector<Reverse<T>, R>,
    x: &OVector<T, C>,
) -> (OVector<T, R>, OMatrix<T, R, C>)
where
    DefaultAllocator: Allocator<C> + Allocator<R> + Allocator<R, C>,
{
    let mut value = None;
    let record = |v: &[Reverse<T>]| {
        let y = f(&shaped_like(x, v));
        value = Some(y.map(Reverse::primal));
        y.as_slice().to_vec()
    };
    let entries = reverse::jacobian(record, x.as_slice());
    let value = value.expect("the driver calls f");
    let (rows, columns) = (value.shape_generic().0, x.shape_generic().0);
    (value, OMatrix::from_column_slice_generic(rows, columns, entries.as_slice()))
}

/// Hessian of a scalar function of a vector: entry `(i, j)` is `∂²f/∂xᵢ∂xⱼ`. Exactly symmetric.
///
/// # Cost
/// That of [`reverse::hessian`].
///
/// # Examples
/// The Hessian of `xᵀ A x` is `A + Aᵀ`:
/// ```
/// use nalgebra::{matrix, vector};
/// let a = matrix![1.0, 2.0; 3.0, 4.0];
/// assert_eq!(dualtape::matrix::hessian(|x| x.dot(&(a.cast() * x)), &vector![5.0, 6.0]), a + a.transpose());
/// ```
#[track_caller]
pub fn hessian<T: Float, D: Dim>(
    mut f: impl FnMut(&OVector<Reverse<Dual<T, { reverse::CHUNK }>>, D>) -> Reverse<Dual<T, { reverse::CHUNK }>>,
    x: &OVector<T, D>,
) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D> + Allocator<D, D>,
{
    let entries = reverse::hessian(|v| f(&shaped_like(x, v)), x.as_slice());
    let size = x.shape_generic().0;
    OMatrix::from_column_slice_generic(size, size, entries.as_slice())
}

/// The numbers `v`, column by column, in the shape of `x`.
fn shaped_like<T: Float, U: Float, R: Dim, C: Dim>(x: &OMatrix<T, R, C>, v: &[U]) -> OMatrix<U, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    let (rows, columns) = x.shape_generic();
    OMatrix::from_column_slice_generic(rows, columns, v)
}
