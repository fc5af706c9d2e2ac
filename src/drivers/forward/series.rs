//! Drivers for derivatives of higher order, by power series.

#[cfg(feature = "std")]
use crate::drivers::{INPUT, check_length, pool};
use crate::float::Float;
#[cfg(feature = "std")]
use crate::numbers::Dual;
use crate::numbers::{Tag, Taylor};

/// The Taylor coefficients of `f` at `x`, a function of one variable: `f⁽ᵏ⁾(x) / k!` for `k = 0 .. N - 1`, the value first.
///
/// They are the coefficients of the polynomial in `t` that `f(x + t)` is up to the order `N - 1`. `N` is inferred from what is done
/// with the result, or given, as in `taylor::<4, _>(f, x)`.
///
/// # Cost
/// One evaluation of `f` on [`Taylor<T, N>`](Taylor): about `N²` operations for each of `f`.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// `1 / (1 - x)` is the geometric series:
/// ```
/// assert_eq!(dualtape::taylor(|x| 1.0 / (1.0 - x), 0.0), [1.0, 1.0, 1.0, 1.0, 1.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 13.2.
#[must_use]
#[track_caller]
pub fn taylor<const N: usize, T: Float>(f: impl FnOnce(Taylor<T, N>) -> Taylor<T, N>, x: T) -> [T; N] {
    series(f, x).coefficients()
}

/// The derivatives of `f` at `x`, a function of one variable: `f(x), f'(x), f''(x), ..`, `N` of them. See [`taylor`].
///
/// # Cost
/// One evaluation of `f` on [`Taylor<T, N>`](Taylor).
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// x³ at 2:
/// ```
/// use dualtape::derivatives;
/// assert_eq!(derivatives(|x| x * x * x, 2.0), [8.0, 12.0, 12.0, 6.0, 0.0]);
/// let [_, slope, curvature] = derivatives(|x| x * x * x, 2.0);
/// assert_eq!((slope, curvature), (12.0, 12.0));
/// ```
#[must_use]
#[track_caller]
pub fn derivatives<const N: usize, T: Float>(f: impl FnOnce(Taylor<T, N>) -> Taylor<T, N>, x: T) -> [T; N] {
    series(f, x).derivatives()
}

/// The second derivative of `f` at `x`, a function of one variable. With value and first derivative: [`derivatives`].
///
/// # Cost
/// One evaluation of `f` on `Taylor<T, 3>`.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// assert_eq!(dualtape::second_derivative(|x| x * x * x, 2.0), 12.0); // 6 x
/// ```
#[must_use]
#[track_caller]
pub fn second_derivative<T: Float>(f: impl FnOnce(Taylor<T, 3>) -> Taylor<T, 3>, x: T) -> T {
    series(f, x).derivative(2)
}

/// The third derivative of `f` at `x`, a function of one variable. With all lower ones: [`derivatives`].
///
/// # Cost
/// One evaluation of `f` on `Taylor<T, 4>`.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// assert_eq!(dualtape::third_derivative(|x| x * x * x, 2.0), 6.0);
/// ```
#[must_use]
#[track_caller]
pub fn third_derivative<T: Float>(f: impl FnOnce(Taylor<T, 4>) -> Taylor<T, 4>, x: T) -> T {
    series(f, x).derivative(3)
}

/// `f(x + t)` as a series in `t`.
#[track_caller]
fn series<const N: usize, T: Float>(f: impl FnOnce(Taylor<T, N>) -> Taylor<T, N>, x: T) -> Taylor<T, N> {
    let tag = Tag::fresh();
    f(Taylor::variable(x).tagged(tag)).checked(tag)
}

/// The derivatives of `f` at `x` along the direction `v`: those by `t` of `f(x + t v)` at 0, `N` of them, the value first.
///
/// The second one is `vᵀ H v` with the Hessian `H`. `x` and `v` have `n` entries each.
///
/// # Cost
/// One evaluation of `f` on [`Taylor<T, N>`](Taylor), for any `n`.
///
/// # Panics
/// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// x² y at (3, 2) along (1, 10) is (3 + t)² (2 + 10 t) = 18 + 102 t + 62 t² + 10 t³:
/// ```
/// let derivatives =
///     dualtape::directional(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &[1.0, 10.0]);
/// assert_eq!(derivatives, [18.0, 102.0, 2.0 * 62.0, 6.0 * 10.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 13.1.
#[cfg(feature = "std")]
#[must_use]
#[track_caller]
pub fn directional<const N: usize, T: Float>(
    f: impl FnOnce(&[Taylor<T, N>]) -> Taylor<T, N>,
    x: &[T],
    v: &[T],
) -> [T; N] {
    check_length("directional", "the direction", v.len(), x.len(), INPUT);
    let tag = Tag::fresh();
    let line = pooled(x.iter().zip(v).map(|(&x, &v)| Taylor::along(x, v).tagged(tag)));
    let y = f(&line).checked(tag);
    pool::put(line);
    y.derivatives()
}

/// A point in memory that the thread keeps. If the user's function panics, the memory is freed, and the next call takes new one.
#[cfg(feature = "std")]
#[expect(clippy::box_collection, reason = "the pool keeps boxes, and a new one would be an allocation")]
fn pooled<T: Float, const N: usize>(entries: impl Iterator<Item = Taylor<T, N>>) -> Box<Vec<Taylor<T, N>>> {
    let mut point = pool::take::<Vec<Taylor<T, N>>>();
    point.clear();
    point.extend(entries);
    point
}

/// The diagonal of the Hessian of `f` at `x`: `∂²f/∂xᵢ²`.
///
/// # Cost
/// `n` evaluations of `f` on `Taylor<T, 3>` for `n` inputs. Nothing of the rest of the Hessian is computed.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// x² y³ at (3, 2) has the second derivatives 2 y³ and 6 x² y:
/// ```
/// let diagonal =
///     dualtape::hessian_diagonal(|x| x[0].powi(2) * x[1].powi(3), &[3.0, 2.0]);
/// assert_eq!(diagonal, [16.0, 108.0]);
/// ```
#[cfg(feature = "std")]
#[must_use]
#[track_caller]
pub fn hessian_diagonal<T: Float>(f: impl FnMut(&[Taylor<T, 3>]) -> Taylor<T, 3>, x: &[T]) -> Vec<T> {
    let mut diagonal = Vec::with_capacity(x.len());
    along_the_axes(f, x, |second| diagonal.push(second));
    diagonal
}

/// The Laplacian of `f` at `x`, `Σ ∂²f/∂xᵢ²`: the trace of the Hessian. See [`hessian_diagonal`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// 1 / |x| is harmonic, and |x|² is not:
/// ```
/// use dualtape::{Float, laplacian, slices};
/// fn potential<T: Float>(x: &[T]) -> T {
///     slices::norm(x).recip()
/// }
/// assert!(laplacian(potential, &[1.0_f64, 2.0, 2.0]).abs() < 1e-15);
/// assert_eq!(
///     laplacian(|x| x[0] * x[0] + x[1] * x[1] + x[2] * x[2], &[1.0, 2.0, 2.0]),
///     6.0
/// );
/// ```
#[cfg(feature = "std")]
#[must_use]
#[track_caller]
pub fn laplacian<T: Float>(f: impl FnMut(&[Taylor<T, 3>]) -> Taylor<T, 3>, x: &[T]) -> T {
    let mut sum = T::zero();
    along_the_axes(f, x, |second| sum += second);
    sum
}

/// Hands the second derivative along each axis to `visit`.
#[cfg(feature = "std")]
#[track_caller]
fn along_the_axes<T: Float>(mut f: impl FnMut(&[Taylor<T, 3>]) -> Taylor<T, 3>, x: &[T], mut visit: impl FnMut(T)) {
    let mut point = pooled(x.iter().map(|&x| Taylor::constant(x)));
    for (i, &x) in x.iter().enumerate() {
        let tag = Tag::fresh();
        point[i] = Taylor::variable(x).tagged(tag);
        visit(f(&point).checked(tag).derivative(2));
        point[i] = Taylor::constant(x);
    }
    pool::put(point);
}

/// The third derivative of `f` at `x`, contracted with three directions: `Σ ∂³f/∂xᵢ∂xⱼ∂xₖ uᵢ vⱼ wₖ`.
///
/// With two directions, for all entries of the third: [`third_product`](crate::reverse::third_product). With one direction three times
/// it is the last of [`directional`] for four derivatives, at half the cost.
///
/// # Cost
/// One evaluation of `f` on `Dual<Dual<Dual<T>>>`, for any number of inputs.
///
/// # Panics
/// If `u`, `v` or `w` differ in length from `x`, and as [every driver](crate::family#panics).
///
/// # Examples
/// x² y has one third derivative, `∂³/∂x²∂y`, which is 2:
/// ```
/// let f = |x: &[_]| x[0] * x[0] * x[1];
/// assert_eq!(
///     dualtape::third_contracted(
///         f,
///         &[3.0, 2.0],
///         &[1.0, 0.0],
///         &[1.0, 0.0],
///         &[0.0, 1.0]
///     ),
///     2.0
/// );
/// ```
#[cfg(feature = "std")]
#[must_use]
#[track_caller]
pub fn third_contracted<T: Float>(
    f: impl FnOnce(&[Dual<Dual<Dual<T>>>]) -> Dual<Dual<Dual<T>>>,
    x: &[T],
    u: &[T],
    v: &[T],
    w: &[T],
) -> T {
    check_length("third_contracted", "the first direction", u.len(), x.len(), INPUT);
    check_length("third_contracted", "the second direction", v.len(), x.len(), INPUT);
    check_length("third_contracted", "the third direction", w.len(), x.len(), INPUT);
    let [first, second, third] = [Tag::fresh(), Tag::fresh(), Tag::fresh()];
    let entry = |i: usize| {
        let inner = Dual::new(x[i], [u[i]]).tagged(first);
        let middle = Dual::new(inner, [Dual::constant(v[i])]).tagged(second);
        Dual::new(middle, [Dual::constant(Dual::constant(w[i]))]).tagged(third)
    };
    let mut point = pool::take::<Vec<Dual<Dual<Dual<T>>>>>();
    point.clear();
    point.extend((0..x.len()).map(entry));
    let y = f(&point).checked(third).tangent().checked(second).tangent().checked(first).tangent();
    pool::put(point);
    y
}
