//! Jacobians: one recording, swept forwards or backwards.

use nalgebra::DMatrix;

use crate::drivers::session::Session;
use crate::drivers::{OUTPUT, check_jacobian, check_length};
use crate::float::Float;
use crate::numbers::Reverse;

/// Jacobian of `f` at `x`: entry `(i, j)` is `∂fᵢ/∂xⱼ`.
///
/// `f` has `n` inputs and `m` outputs; the result is `m × n`.
///
/// # Cost
/// One recorded evaluation of `f`, and the cheaper of `n` tangent or `m` adjoint sweeps over the recording, eight in one pass.
/// For a small `n` [`forward::jacobian`](crate::forward::jacobian) avoids the recording.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]].
/// ```
/// let j = dualtape::jacobian(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!(j, nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., sections 3.1 and 3.2.
#[must_use]
#[track_caller]
pub fn jacobian<T: Float, Y: AsRef<[Reverse<T>]>>(f: impl FnOnce(&[Reverse<T>]) -> Y, x: &[T]) -> DMatrix<T> {
    value_and_jacobian(f, x).1
}

/// Value and Jacobian of `f` at `x`. See [`jacobian`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let (value, jacobian) =
///     dualtape::value_and_jacobian(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!(
///     (value, jacobian),
///     (vec![6.0, 5.0], nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0])
/// );
/// ```
#[must_use]
#[track_caller]
pub fn value_and_jacobian<T: Float, Y: AsRef<[Reverse<T>]>>(
    f: impl FnOnce(&[Reverse<T>]) -> Y,
    x: &[T],
) -> (Vec<T>, DMatrix<T>) {
    let session = Session::start(x);
    let y = f(session.variables());
    let y = y.as_ref();
    let mut matrix = DMatrix::from_element(y.len(), x.len(), T::zero());
    session.jacobian(y, |i, j, entry| matrix[(i, j)] = entry);
    session.end();
    (y.iter().map(|y| y.primal()).collect(), matrix)
}

/// Writes value and Jacobian of `f` at `x` to `value` and `jacobian`. See [`jacobian`].
///
/// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
///
/// # Panics
/// If `value` has not as many entries as `f` returns, if `jacobian` has not as many rows, or if it has not as many columns as `x` has
/// entries; and as [every driver](crate::family#panics).
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]].
/// ```
/// let (mut value, mut jacobian) = ([0.0; 2], nalgebra::DMatrix::zeros(2, 2));
/// dualtape::value_and_jacobian_into(
///     |x| [x[0] * x[1], x[0] + x[1]],
///     &[2.0, 3.0],
///     &mut value,
///     &mut jacobian,
/// );
/// assert_eq!(value, [6.0, 5.0]);
/// assert_eq!(jacobian, nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]);
/// ```
#[track_caller]
pub fn value_and_jacobian_into<T: Float, Y: AsRef<[Reverse<T>]>>(
    f: impl FnOnce(&[Reverse<T>]) -> Y,
    x: &[T],
    value: &mut [T],
    jacobian: &mut DMatrix<T>,
) {
    let session = Session::start(x);
    let y = f(session.variables());
    let y = y.as_ref();
    check_length("value_and_jacobian_into", "the buffer for the value", value.len(), y.len(), OUTPUT);
    check_jacobian("value_and_jacobian_into", jacobian.shape(), y.len(), x.len());
    jacobian.fill(T::zero());
    session.jacobian(y, |i, j, entry| jacobian[(i, j)] = entry);
    session.end();
    value.iter_mut().zip(y).for_each(|(value, y)| *value = y.primal());
}
