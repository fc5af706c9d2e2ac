//! Gradients, and products of a vector and the Jacobian: one recording and one sweep.

use crate::drivers::session::Session;
use crate::drivers::{INPUT, OUTPUT, check_length};
use crate::float::Float;
use crate::numbers::Reverse;

/// Gradient of `f` at `x`: `∂f/∂xᵢ`.
///
/// `x` has `n` entries, and so has the result. An input that `f` does not use has derivative 0, and so has a constant `f`.
///
/// # Cost
/// One recorded evaluation of `f` and one sweep, together a small multiple of one plain evaluation, for any `n`. Memory: 24 bytes
/// for each operation that joins two values (at `f64`), 8 for its adjoint.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// x² y at (3, 2) has gradient (2xy, x²):
/// ```
/// assert_eq!(dualtape::gradient(|x| x[0] * x[0] * x[1], &[3.0, 2.0]), [12.0, 9.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.2.
#[must_use]
#[track_caller]
pub fn gradient<T: Float>(f: impl FnOnce(&[Reverse<T>]) -> Reverse<T>, x: &[T]) -> Vec<T> {
    value_and_gradient(f, x).1
}

/// Value and gradient of `f` at `x`. See [`gradient`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let (value, gradient) =
///     dualtape::value_and_gradient(|x| x[0] * x[0] * x[1], &[3.0, 2.0]);
/// assert_eq!((value, gradient), (18.0, vec![12.0, 9.0]));
/// ```
#[must_use]
#[track_caller]
pub fn value_and_gradient<T: Float>(f: impl FnOnce(&[Reverse<T>]) -> Reverse<T>, x: &[T]) -> (T, Vec<T>) {
    let mut g = vec![T::zero(); x.len()];
    let y = value_and_gradient_into(f, x, &mut g);
    (y, g)
}

/// Writes the gradient of `f` at `x` to `g` and returns the value. See [`gradient`].
///
/// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
///
/// # Panics
/// If `g` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let mut gradient = [0.0; 2];
/// let value = dualtape::value_and_gradient_into(
///     |x| x[0] * x[0] * x[1],
///     &[3.0, 2.0],
///     &mut gradient,
/// );
/// assert_eq!((value, gradient), (18.0, [12.0, 9.0]));
/// ```
#[track_caller]
pub fn value_and_gradient_into<T: Float>(f: impl FnOnce(&[Reverse<T>]) -> Reverse<T>, x: &[T], g: &mut [T]) -> T {
    check_length("value_and_gradient_into", "the buffer for the gradient", g.len(), x.len(), INPUT);
    let mut session = Session::start(x);
    let y = f(session.variables());
    session.pull_back(&[y], |_| T::one(), g);
    session.end();
    y.primal()
}

/// Vector-Jacobian product: the value of `f` at `x`, and `wᵀ J`, the gradient of `w · f`.
///
/// `f` has `n` inputs and `m` outputs; `w` has `m` entries, the result `n`.
///
/// # Cost
/// That of one [`gradient`].
///
/// # Panics
/// If `w` does not have as many entries as `f` returns, and as [every driver](crate::family#panics).
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]]; with w = (1, 10) the product is (13, 12).
/// ```
/// let (y, product) =
///     dualtape::vjp(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0], &[1.0, 10.0]);
/// assert_eq!(y, [6.0, 5.0]);
/// assert_eq!(product, [13.0, 12.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.2.
#[must_use]
#[track_caller]
pub fn vjp<T: Float, Y: AsRef<[Reverse<T>]>>(f: impl FnOnce(&[Reverse<T>]) -> Y, x: &[T], w: &[T]) -> (Vec<T>, Vec<T>) {
    let mut product = vec![T::zero(); x.len()];
    let mut value = Vec::new();
    pull_back("vjp", f, x, w, &mut product, |y| value.extend(y.iter().map(|y| y.primal())));
    (value, product)
}

/// Writes the value of `f` at `x` to `value` and `wᵀ J` to `product`. See [`vjp`].
///
/// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
///
/// # Panics
/// If `w` or `value` have not as many entries as `f` returns, or `product` and `x` differ in length, and as
/// [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let (mut value, mut product) = ([0.0; 2], [0.0; 2]);
/// dualtape::vjp_into(
///     |x| [x[0] * x[1], x[0] + x[1]],
///     &[2.0, 3.0],
///     &[1.0, 10.0],
///     &mut value,
///     &mut product,
/// );
/// assert_eq!((value, product), ([6.0, 5.0], [13.0, 12.0]));
/// ```
#[track_caller]
pub fn vjp_into<T: Float, Y: AsRef<[Reverse<T>]>>(
    f: impl FnOnce(&[Reverse<T>]) -> Y,
    x: &[T],
    w: &[T],
    value: &mut [T],
    product: &mut [T],
) {
    check_length("vjp_into", "the buffer for the product", product.len(), x.len(), INPUT);
    let entries = value.len();
    let outputs = pull_back("vjp_into", f, x, w, product, |y| {
        value.iter_mut().zip(y).for_each(|(value, y)| *value = y.primal());
    });
    check_length("vjp_into", "the buffer for the value", entries, outputs, OUTPUT);
}

/// Evaluates `f` at `x`, hands the outputs to `visit`, writes `wᵀ J` to `product`, and returns how many outputs there are.
#[track_caller]
pub(in crate::drivers) fn pull_back<T: Float, Y: AsRef<[Reverse<T>]>>(
    driver: &str,
    f: impl FnOnce(&[Reverse<T>]) -> Y,
    x: &[T],
    w: &[T],
    product: &mut [T],
    visit: impl FnOnce(&[Reverse<T>]),
) -> usize {
    let mut session = Session::start(x);
    let y = f(session.variables());
    let y = y.as_ref();
    check_length(driver, "the weight", w.len(), y.len(), OUTPUT);
    session.pull_back(y, |k| w[k], product);
    session.end();
    visit(y);
    y.len()
}
