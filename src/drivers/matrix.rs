//! Drivers for functions of nalgebra's vectors and matrices: the derivative has the shape of what it belongs to.
//!
//! Points and results are owned matrices of static or dynamic size, in the natural layout; nothing has to be flattened by hand.
//! Numbers that do not vary are lifted with `cast()` or `map(Reverse::constant)`.
//!
//! The `_into` twins write to matrices of the caller. With matrices of static size they allocate nothing once warm; with dynamic
//! sizes, the matrix that the function is called with is a new one in each call.
//!
//! Panics: as [every driver](crate::family#panics); values of another recording are refused as in
//! [`reverse`](crate::reverse#values-from-elsewhere).

use super::reverse::{self, HessianNumber};
use super::session::Session;
use super::{INPUT, OUTPUT, check_hessian, check_jacobian, check_length, check_shape};
use crate::float::Float;
use crate::numbers::{Dual, Reverse, Tag};
use nalgebra::allocator::Allocator;
use nalgebra::{DefaultAllocator, Dim, OMatrix, OVector};

/// Gradient of a scalar function of a matrix (or vector): entry `(i, j)` is `∂f/∂xᵢⱼ`.
///
/// The result has the shape of `x`.
///
/// # Cost
/// That of [`reverse::gradient`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// The gradient of `det X` is `det X · X⁻ᵀ`, the matrix of cofactors:
/// ```
/// use nalgebra::matrix;
/// let x = matrix![1.0, 2.0; 3.0, 4.0];
/// assert_eq!(
///     dualtape::matrix::gradient(|x| x.determinant(), &x),
///     matrix![4.0, -3.0; -2.0, 1.0]
/// );
/// ```
#[must_use]
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
/// let (value, gradient) =
///     dualtape::matrix::value_and_gradient(|x| x.trace() * 2.0, &x);
/// assert_eq!((value, gradient), (10.0, matrix![2.0, 0.0; 0.0, 2.0]));
/// ```
#[must_use]
#[track_caller]
pub fn value_and_gradient<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OMatrix<Reverse<T>, R, C>) -> Reverse<T>,
    x: &OMatrix<T, R, C>,
) -> (T, OMatrix<T, R, C>)
where
    DefaultAllocator: Allocator<R, C>,
{
    let mut gradient = x.clone();
    let value = value_and_gradient_into(f, x, &mut gradient);
    (value, gradient)
}

/// Writes the gradient of `f` at `x` to `g` and returns the value. See [`gradient`].
///
/// # Panics
/// If `g` and `x` differ in shape, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use nalgebra::{Matrix2, matrix};
/// let mut gradient = Matrix2::zeros();
/// let value = dualtape::matrix::value_and_gradient_into(
///     |x| x.determinant(),
///     &matrix![1.0, 2.0; 3.0, 4.0],
///     &mut gradient,
/// );
/// assert_eq!((value, gradient), (-2.0, matrix![4.0, -3.0; -2.0, 1.0]));
/// ```
#[track_caller]
pub fn value_and_gradient_into<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OMatrix<Reverse<T>, R, C>) -> Reverse<T>,
    x: &OMatrix<T, R, C>,
    g: &mut OMatrix<T, R, C>,
) -> T
where
    DefaultAllocator: Allocator<R, C>,
{
    check_shape("matrix::value_and_gradient_into", "the matrix for the gradient", g.shape(), x.shape(), AS_THE_POINT);
    reverse::value_and_gradient_into(|v| f(&shaped_like(x, v)), x.as_slice(), g.as_mut_slice())
}

/// Jacobian of a function from vectors to vectors: entry `(i, j)` is `∂fᵢ/∂xⱼ`.
///
/// # Cost
/// That of [`reverse::jacobian`]. For a few inputs [`forward::jacobian`](crate::forward::jacobian) avoids the recording.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// The Jacobian of a linear map is its matrix:
/// ```
/// use nalgebra::{matrix, vector};
/// let a = matrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0];
/// assert_eq!(dualtape::matrix::jacobian(|x| a.cast() * x, &vector![7.0, 8.0]), a);
/// ```
#[must_use]
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
/// let (value, jacobian) =
///     dualtape::matrix::value_and_jacobian(|x| x * x[1], &vector![2.0, 3.0]);
/// assert_eq!((value, jacobian), (vector![6.0, 9.0], matrix![3.0, 2.0; 0.0, 6.0]));
/// ```
#[must_use]
#[track_caller]
pub fn value_and_jacobian<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OVector<Reverse<T>, C>) -> OVector<Reverse<T>, R>,
    x: &OVector<T, C>,
) -> (OVector<T, R>, OMatrix<T, R, C>)
where
    DefaultAllocator: Allocator<C> + Allocator<R> + Allocator<R, C>,
{
    let session = Session::start(x.as_slice());
    let y = f(&shaped_like(x, session.variables()));
    let mut jacobian = OMatrix::from_element_generic(y.shape_generic().0, x.shape_generic().0, T::zero());
    session.jacobian(y.as_slice(), |i, j, entry| jacobian[(i, j)] = entry);
    session.end();
    (y.map(Reverse::primal), jacobian)
}

/// Writes value and Jacobian of a function from vectors to vectors to `value` and `jacobian`. See [`jacobian`].
///
/// # Panics
/// If `value` has not as many entries as `f` returns, or `jacobian` not as many rows, or not as many columns as `x` has entries, and
/// as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use nalgebra::{Matrix2, Vector2, matrix, vector};
/// let (mut value, mut jacobian) = (Vector2::zeros(), Matrix2::zeros());
/// dualtape::matrix::value_and_jacobian_into(
///     |x| x * x[1],
///     &vector![2.0, 3.0],
///     &mut value,
///     &mut jacobian,
/// );
/// assert_eq!((value, jacobian), (vector![6.0, 9.0], matrix![3.0, 2.0; 0.0, 6.0]));
/// ```
#[track_caller]
pub fn value_and_jacobian_into<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OVector<Reverse<T>, C>) -> OVector<Reverse<T>, R>,
    x: &OVector<T, C>,
    value: &mut OVector<T, R>,
    jacobian: &mut OMatrix<T, R, C>,
) where
    DefaultAllocator: Allocator<C> + Allocator<R> + Allocator<R, C>,
{
    const DRIVER: &str = "matrix::value_and_jacobian_into";
    let session = Session::start(x.as_slice());
    let y = f(&shaped_like(x, session.variables()));
    check_length(DRIVER, "the vector for the value", value.len(), y.len(), OUTPUT);
    check_jacobian(DRIVER, jacobian.shape(), y.len(), x.len());
    jacobian.fill(T::zero());
    session.jacobian(y.as_slice(), |i, j, entry| jacobian[(i, j)] = entry);
    session.end();
    value.iter_mut().zip(&y).for_each(|(value, y)| *value = y.primal());
}

/// Hessian of a scalar function of a vector: entry `(i, j)` is `∂²f/∂xᵢ∂xⱼ`. Exactly symmetric.
///
/// # Cost
/// That of [`reverse::hessian`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// The Hessian of `xᵀ A x` is `A + Aᵀ`:
/// ```
/// use nalgebra::{matrix, vector};
/// let a = matrix![1.0, 2.0; 3.0, 4.0];
/// assert_eq!(
///     dualtape::matrix::hessian(|x| x.dot(&(a.cast() * x)), &vector![5.0, 6.0]),
///     a + a.transpose()
/// );
/// ```
#[must_use]
#[track_caller]
pub fn hessian<T: Float, D: Dim>(
    f: impl FnMut(&OVector<HessianNumber<T>, D>) -> HessianNumber<T>,
    x: &OVector<T, D>,
) -> OMatrix<T, D, D>
where
    DefaultAllocator: Allocator<D> + Allocator<D, D>,
{
    value_gradient_and_hessian(f, x).2
}

/// Value, gradient and Hessian of a scalar function of a vector. See [`hessian`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// x² y at (3, 2):
/// ```
/// use nalgebra::{matrix, vector};
/// let (value, gradient, hessian) =
///     dualtape::matrix::value_gradient_and_hessian(
///         |x| x[0] * x[0] * x[1],
///         &vector![3.0, 2.0],
///     );
/// assert_eq!(
///     (value, gradient, hessian),
///     (18.0, vector![12.0, 9.0], matrix![4.0, 6.0; 6.0, 0.0])
/// );
/// ```
#[must_use]
#[track_caller]
pub fn value_gradient_and_hessian<T: Float, D: Dim>(
    f: impl FnMut(&OVector<HessianNumber<T>, D>) -> HessianNumber<T>,
    x: &OVector<T, D>,
) -> (T, OVector<T, D>, OMatrix<T, D, D>)
where
    DefaultAllocator: Allocator<D> + Allocator<D, D>,
{
    let size = x.shape_generic().0;
    let (mut g, mut h) = (x.clone(), OMatrix::from_element_generic(size, size, T::zero()));
    let value = value_gradient_and_hessian_into(f, x, &mut g, &mut h);
    (value, g, h)
}

/// Writes gradient and Hessian of a scalar function of a vector to `g` and `h` and returns the value. See [`hessian`].
///
/// # Panics
/// If `g` has not as many entries as `x`, or `h` not as many rows and columns, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use nalgebra::{Matrix2, Vector2, matrix, vector};
/// let (mut g, mut h) = (Vector2::zeros(), Matrix2::zeros());
/// let value =
///     dualtape::matrix::value_gradient_and_hessian_into(
///         |x| x[0] * x[0] * x[1],
///         &vector![3.0, 2.0],
///         &mut g,
///         &mut h,
///     );
/// assert_eq!((value, g, h), (18.0, vector![12.0, 9.0], matrix![4.0, 6.0; 6.0, 0.0]));
/// ```
#[track_caller]
pub fn value_gradient_and_hessian_into<T: Float, D: Dim>(
    mut f: impl FnMut(&OVector<HessianNumber<T>, D>) -> HessianNumber<T>,
    x: &OVector<T, D>,
    g: &mut OVector<T, D>,
    h: &mut OMatrix<T, D, D>,
) -> T
where
    DefaultAllocator: Allocator<D> + Allocator<D, D>,
{
    const DRIVER: &str = "matrix::value_gradient_and_hessian_into";
    check_length(DRIVER, "the vector for the gradient", g.len(), x.len(), INPUT);
    check_hessian(DRIVER, h.shape(), x.len());
    let f = |v: &[HessianNumber<T>]| f(&shaped_like(x, v));
    reverse::second_derivatives(f, x.as_slice(), g.as_mut_slice(), |i, j, entry| h[(i, j)] = entry)
}

/// Hessian-vector product of a scalar function of a matrix (or vector): the derivative of the gradient in the direction `v`.
///
/// `v` has the shape of `x`, and so has the result.
///
/// # Cost
/// That of [`reverse::hvp`].
///
/// # Panics
/// If `v` and `x` differ in shape, and as [every driver](crate::family#panics).
///
/// # Examples
/// The gradient of the trace of X X is 2 Xᵀ, and its derivative in the direction V is 2 Vᵀ:
/// ```
/// use nalgebra::matrix;
/// let (x, v) = (matrix![1.0, 2.0; 3.0, 4.0], matrix![1.0, 0.0; 5.0, 2.0]);
/// assert_eq!(dualtape::matrix::hvp(|x| (x * x).trace(), &x, &v), v.transpose() * 2.0);
/// ```
#[must_use]
#[track_caller]
pub fn hvp<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OMatrix<Reverse<Dual<T>>, R, C>) -> Reverse<Dual<T>>,
    x: &OMatrix<T, R, C>,
    v: &OMatrix<T, R, C>,
) -> OMatrix<T, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    check_shape("matrix::hvp", "the direction", v.shape(), x.shape(), AS_THE_POINT);
    value_gradient_and_hvp(f, x, v).2
}

/// Gradient and Hessian-vector product of a scalar function of a matrix. See [`hvp`].
///
/// # Panics
/// If `v` and `x` differ in shape, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use nalgebra::vector;
/// let (gradient, product) =
///     dualtape::matrix::gradient_and_hvp(
///         |x| x[0] * x[0] * x[1],
///         &vector![3.0, 2.0],
///         &vector![1.0, 10.0],
///     );
/// assert_eq!((gradient, product), (vector![12.0, 9.0], vector![64.0, 6.0]));
/// ```
#[must_use]
#[track_caller]
pub fn gradient_and_hvp<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OMatrix<Reverse<Dual<T>>, R, C>) -> Reverse<Dual<T>>,
    x: &OMatrix<T, R, C>,
    v: &OMatrix<T, R, C>,
) -> (OMatrix<T, R, C>, OMatrix<T, R, C>)
where
    DefaultAllocator: Allocator<R, C>,
{
    check_shape("matrix::gradient_and_hvp", "the direction", v.shape(), x.shape(), AS_THE_POINT);
    let (_, gradient, product) = value_gradient_and_hvp(f, x, v);
    (gradient, product)
}

/// Value, gradient and Hessian-vector product of a scalar function of a matrix. See [`hvp`].
///
/// # Panics
/// If `v` and `x` differ in shape, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use nalgebra::vector;
/// let (value, gradient, product) =
///     dualtape::matrix::value_gradient_and_hvp(
///         |x| x[0] * x[0] * x[1],
///         &vector![3.0, 2.0],
///         &vector![1.0, 10.0],
///     );
/// assert_eq!(
///     (value, gradient, product),
///     (18.0, vector![12.0, 9.0], vector![64.0, 6.0])
/// );
/// ```
#[must_use]
#[track_caller]
pub fn value_gradient_and_hvp<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OMatrix<Reverse<Dual<T>>, R, C>) -> Reverse<Dual<T>>,
    x: &OMatrix<T, R, C>,
    v: &OMatrix<T, R, C>,
) -> (T, OMatrix<T, R, C>, OMatrix<T, R, C>)
where
    DefaultAllocator: Allocator<R, C>,
{
    check_shape("matrix::value_gradient_and_hvp", "the direction", v.shape(), x.shape(), AS_THE_POINT);
    let (mut g, mut product) = (x.clone(), x.clone());
    let value = value_gradient_and_hvp_into(f, x, v, &mut g, &mut product);
    (value, g, product)
}

/// Writes gradient and Hessian-vector product of a scalar function of a matrix to `g` and `product` and returns the value. See
/// [`hvp`].
///
/// # Panics
/// If `v`, `g` or `product` have not the shape of `x`, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use nalgebra::{Vector2, vector};
/// let (mut g, mut product) = (Vector2::zeros(), Vector2::zeros());
/// let (x, v) = (vector![3.0, 2.0], vector![1.0, 10.0]);
/// let value =
///     dualtape::matrix::value_gradient_and_hvp_into(
///         |x| x[0] * x[0] * x[1],
///         &x,
///         &v,
///         &mut g,
///         &mut product,
///     );
/// assert_eq!((value, g, product), (18.0, vector![12.0, 9.0], vector![64.0, 6.0]));
/// ```
#[track_caller]
pub fn value_gradient_and_hvp_into<T: Float, R: Dim, C: Dim>(
    f: impl FnOnce(&OMatrix<Reverse<Dual<T>>, R, C>) -> Reverse<Dual<T>>,
    x: &OMatrix<T, R, C>,
    v: &OMatrix<T, R, C>,
    g: &mut OMatrix<T, R, C>,
    product: &mut OMatrix<T, R, C>,
) -> T
where
    DefaultAllocator: Allocator<R, C>,
{
    const DRIVER: &str = "matrix::value_gradient_and_hvp_into";
    check_shape(DRIVER, "the direction", v.shape(), x.shape(), AS_THE_POINT);
    check_shape(DRIVER, "the matrix for the gradient", g.shape(), x.shape(), AS_THE_POINT);
    check_shape(DRIVER, "the matrix for the product", product.shape(), x.shape(), AS_THE_POINT);
    let f = |v: &[Reverse<Dual<T>>]| f(&shaped_like(x, v));
    reverse::value_gradient_and_hvp_into(f, x.as_slice(), v.as_slice(), g.as_mut_slice(), product.as_mut_slice())
}

/// Jacobian-vector product of a function from matrices to matrices: its value, and its derivative in the direction `v`.
///
/// `v` has the shape of `x`, and the results have that of the value.
///
/// # Cost
/// That of [`forward::jvp`](crate::forward::jvp).
///
/// # Panics
/// If `v` and `x` differ in shape, and as [every driver](crate::family#panics).
///
/// # Examples
/// The derivative of X X in the direction V is X V + V X:
/// ```
/// use nalgebra::matrix;
/// let (x, v) = (matrix![1.0, 2.0; 3.0, 4.0], matrix![1.0, 0.0; 5.0, 2.0]);
/// assert_eq!(dualtape::matrix::jvp(|x| x * x, &x, &v), (x * x, x * v + v * x));
/// ```
#[must_use]
#[track_caller]
pub fn jvp<T: Float, R: Dim, C: Dim, P: Dim, Q: Dim>(
    f: impl FnOnce(&OMatrix<Dual<T>, R, C>) -> OMatrix<Dual<T>, P, Q>,
    x: &OMatrix<T, R, C>,
    v: &OMatrix<T, R, C>,
) -> (OMatrix<T, P, Q>, OMatrix<T, P, Q>)
where
    DefaultAllocator: Allocator<R, C> + Allocator<P, Q>,
{
    check_shape("matrix::jvp", "the direction", v.shape(), x.shape(), AS_THE_POINT);
    let y = evaluate_along(f, x, v);
    (y.map(Dual::primal), y.map(Dual::tangent))
}

/// Writes the value of a function from matrices to matrices to `value`, and its derivative in the direction `v` to `product`. See
/// [`jvp`].
///
/// # Panics
/// If `v` and `x` differ in shape, or `value` or `product` have not that of what `f` returns, and as
/// [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use nalgebra::{Matrix2, matrix};
/// let (x, v) = (matrix![1.0, 2.0; 3.0, 4.0], matrix![1.0, 0.0; 5.0, 2.0]);
/// let (mut value, mut product) = (Matrix2::zeros(), Matrix2::zeros());
/// dualtape::matrix::jvp_into(|x| x * x, &x, &v, &mut value, &mut product);
/// assert_eq!((value, product), (x * x, x * v + v * x));
/// ```
#[track_caller]
pub fn jvp_into<T: Float, R: Dim, C: Dim, P: Dim, Q: Dim>(
    f: impl FnOnce(&OMatrix<Dual<T>, R, C>) -> OMatrix<Dual<T>, P, Q>,
    x: &OMatrix<T, R, C>,
    v: &OMatrix<T, R, C>,
    value: &mut OMatrix<T, P, Q>,
    product: &mut OMatrix<T, P, Q>,
) where
    DefaultAllocator: Allocator<R, C> + Allocator<P, Q>,
{
    const DRIVER: &str = "matrix::jvp_into";
    check_shape(DRIVER, "the direction", v.shape(), x.shape(), AS_THE_POINT);
    let y = evaluate_along(f, x, v);
    check_shape(DRIVER, "the matrix for the value", value.shape(), y.shape(), AS_THE_RESULT);
    check_shape(DRIVER, "the matrix for the product", product.shape(), y.shape(), AS_THE_RESULT);
    for ((value, product), y) in value.iter_mut().zip(product).zip(&y) {
        (*value, *product) = (y.primal(), y.tangent());
    }
}

/// Vector-Jacobian product of a function from matrices to matrices: its value, and the gradient of `⟨w, f⟩`, the sum of the products of
/// the entries of `w` and of the value.
///
/// `w` has the shape of the value, and the result that of `x`.
///
/// # Cost
/// That of [`reverse::vjp`].
///
/// # Panics
/// If `w` has not the shape of what `f` returns, and as [every driver](crate::family#panics).
///
/// # Examples
/// The gradient of ⟨W, A X⟩ is Aᵀ W:
/// ```
/// use nalgebra::matrix;
/// let (a, x) = (matrix![1.0, 2.0; 3.0, 4.0], matrix![1.0, 0.0; 5.0, 2.0]);
/// let w = matrix![1.0, 10.0; 100.0, 1000.0];
/// assert_eq!(
///     dualtape::matrix::vjp(|x| a.cast() * x, &x, &w),
///     (a * x, a.transpose() * w)
/// );
/// ```
#[must_use]
#[track_caller]
pub fn vjp<T: Float, R: Dim, C: Dim, P: Dim, Q: Dim>(
    f: impl FnOnce(&OMatrix<Reverse<T>, R, C>) -> OMatrix<Reverse<T>, P, Q>,
    x: &OMatrix<T, R, C>,
    w: &OMatrix<T, P, Q>,
) -> (OMatrix<T, P, Q>, OMatrix<T, R, C>)
where
    DefaultAllocator: Allocator<R, C> + Allocator<P, Q>,
{
    let mut product = x.clone();
    let value = pull_back("matrix::vjp", f, x, w, &mut product);
    (value.map(Reverse::primal), product)
}

/// Writes the value of a function from matrices to matrices to `value`, and the gradient of `⟨w, f⟩` to `product`. See [`vjp`].
///
/// # Panics
/// If `w` or `value` have not the shape of what `f` returns, or `product` not that of `x`, and as
/// [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use nalgebra::{Matrix2, matrix};
/// let (a, x) = (matrix![1.0, 2.0; 3.0, 4.0], matrix![1.0, 0.0; 5.0, 2.0]);
/// let w = matrix![1.0, 10.0; 100.0, 1000.0];
/// let (mut value, mut product) = (Matrix2::zeros(), Matrix2::zeros());
/// dualtape::matrix::vjp_into(|x| a.cast() * x, &x, &w, &mut value, &mut product);
/// assert_eq!((value, product), (a * x, a.transpose() * w));
/// ```
#[track_caller]
pub fn vjp_into<T: Float, R: Dim, C: Dim, P: Dim, Q: Dim>(
    f: impl FnOnce(&OMatrix<Reverse<T>, R, C>) -> OMatrix<Reverse<T>, P, Q>,
    x: &OMatrix<T, R, C>,
    w: &OMatrix<T, P, Q>,
    value: &mut OMatrix<T, P, Q>,
    product: &mut OMatrix<T, R, C>,
) where
    DefaultAllocator: Allocator<R, C> + Allocator<P, Q>,
{
    const DRIVER: &str = "matrix::vjp_into";
    check_shape(DRIVER, "the matrix for the product", product.shape(), x.shape(), AS_THE_POINT);
    let y = pull_back(DRIVER, f, x, w, product);
    check_shape(DRIVER, "the matrix for the value", value.shape(), y.shape(), AS_THE_RESULT);
    value.iter_mut().zip(&y).for_each(|(value, y)| *value = y.primal());
}

/// The value of `f` at `x` with the tangents `v`.
#[track_caller]
fn evaluate_along<T: Float, R: Dim, C: Dim, P: Dim, Q: Dim>(
    f: impl FnOnce(&OMatrix<Dual<T>, R, C>) -> OMatrix<Dual<T>, P, Q>,
    x: &OMatrix<T, R, C>,
    v: &OMatrix<T, R, C>,
) -> OMatrix<Dual<T>, P, Q>
where
    DefaultAllocator: Allocator<R, C> + Allocator<P, Q>,
{
    let tag = Tag::fresh();
    let y = f(&x.zip_map(v, |x, v| Dual::new(x, [v]).tagged(tag)));
    for y in &y {
        let _ = y.checked(tag);
    }
    y
}

/// The recorded value of `f` at `x`, with the gradient of `⟨w, f⟩` written to `product`.
#[track_caller]
fn pull_back<T: Float, R: Dim, C: Dim, P: Dim, Q: Dim>(
    driver: &str,
    f: impl FnOnce(&OMatrix<Reverse<T>, R, C>) -> OMatrix<Reverse<T>, P, Q>,
    x: &OMatrix<T, R, C>,
    w: &OMatrix<T, P, Q>,
    product: &mut OMatrix<T, R, C>,
) -> OMatrix<Reverse<T>, P, Q>
where
    DefaultAllocator: Allocator<R, C> + Allocator<P, Q>,
{
    let mut session = Session::start(x.as_slice());
    let y = f(&shaped_like(x, session.variables()));
    check_shape(driver, "the weight", w.shape(), y.shape(), AS_THE_RESULT);
    let weight = w.as_slice();
    session.pull_back(y.as_slice(), |k| weight[k], product.as_mut_slice());
    session.end();
    y
}

/// Why a matrix needs the shape it needs.
const AS_THE_POINT: &str = "the shape of the point";
const AS_THE_RESULT: &str = "the shape of what the function returns";

/// The numbers `v`, column by column, in the shape of `x`.
fn shaped_like<T: Float, U: Float, R: Dim, C: Dim>(x: &OMatrix<T, R, C>, v: &[U]) -> OMatrix<U, R, C>
where
    DefaultAllocator: Allocator<R, C>,
{
    let (rows, columns) = x.shape_generic();
    OMatrix::from_column_slice_generic(rows, columns, v)
}
