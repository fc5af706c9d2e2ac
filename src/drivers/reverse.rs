//! Reverse mode: derivatives by backpropagation over a recording.
//!
//! The cost of a gradient is a small multiple of the function's, whatever the number of inputs. Every driver owns its recording,
//! returns plain numbers, may be called inside another one and on many threads, and reuses its buffers from call to call.
//! All drivers are in one table on the page [`family`](crate::family). What they give at kinks, at infinite slopes and at NaN is said in
//! the [conventions](crate::conventions).
//!
//! # Values from elsewhere
//! A driver panics, in release builds too, if its function returns a value of another recording (of an outer driver of the same
//! type, an earlier call, a [`Tape`](crate::Tape)) or joins one with its own arguments: see [`Reverse`]. Such values are lifted
//! with [`Reverse::constant`], or passed by value with [`Reverse::primal`]. Drivers for second derivatives run on dual numbers inside,
//! and mixing those is noticed in debug builds only: see [`Dual`].

#[cfg(feature = "nalgebra")]
use super::ScalarFunction;
use super::seeded::Seeded;
use super::session::Session;
use super::{INPUT, OUTPUT, check_length};
use crate::float::Float;
use crate::numbers::{Dual, Reverse, Tag};

#[cfg(feature = "nalgebra")]
use super::seeded::chunks;
#[cfg(feature = "nalgebra")]
use super::{check_hessian, check_jacobian};
#[cfg(feature = "nalgebra")]
use nalgebra::DMatrix;

/// What [`hessian`] evaluates its function on: recorded dual numbers, with the derivatives in eight directions at once.
///
/// # Examples
/// A closure has it by inference. A function names it:
/// ```
/// use dualtape::reverse::HessianNumber;
///
/// fn product(x: &[HessianNumber<f64>]) -> HessianNumber<f64> {
///     x[0] * x[1]
/// }
/// assert_eq!(
///     dualtape::hessian(product, &[2.0, 3.0]),
///     nalgebra::dmatrix![0.0, 1.0; 1.0, 0.0]
/// );
/// ```
#[cfg(feature = "nalgebra")]
pub type HessianNumber<T> = Reverse<Dual<T, 8>>;

/// The width of [`HessianNumber`], as drivers.
#[cfg(feature = "nalgebra")]
type ByEight = Chunk<8>;

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
pub(super) fn pull_back<T: Float, Y: AsRef<[Reverse<T>]>>(
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
#[cfg(feature = "nalgebra")]
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
#[cfg(feature = "nalgebra")]
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
#[cfg(feature = "nalgebra")]
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

/// Hessian of `f` at `x`: entry `(i, j)` is `∂²f/∂xᵢ∂xⱼ`. Exactly symmetric.
///
/// Forward over reverse: gradients on dual numbers, eight columns at a time.
///
/// # Cost
/// `⌈n / 8⌉` gradients on `Dual<T, 8>`. For up to four inputs [`hessian_of`](crate::hessian_of) and [`Chunk`] are faster.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// x² y at (3, 2) has the Hessian [[2y, 2x], [2x, 0]].
/// ```
/// let h = dualtape::hessian(|x| x[0] * x[0] * x[1], &[3.0, 2.0]);
/// assert_eq!(h, nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 5.1.
#[cfg(feature = "nalgebra")]
#[must_use]
#[track_caller]
pub fn hessian<T: Float>(f: impl FnMut(&[HessianNumber<T>]) -> HessianNumber<T>, x: &[T]) -> DMatrix<T> {
    value_gradient_and_hessian(f, x).2
}

/// Value, gradient and Hessian of `f` at `x`. See [`hessian`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let (value, gradient, hessian) =
///     dualtape::value_gradient_and_hessian(|x| x[0] * x[0] * x[1], &[3.0, 2.0]);
/// assert_eq!((value, gradient), (18.0, vec![12.0, 9.0]));
/// assert_eq!(hessian, nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// ```
#[cfg(feature = "nalgebra")]
#[must_use]
#[track_caller]
pub fn value_gradient_and_hessian<T: Float>(
    f: impl FnMut(&[HessianNumber<T>]) -> HessianNumber<T>,
    x: &[T],
) -> (T, Vec<T>, DMatrix<T>) {
    ByEight::value_gradient_and_hessian(f, x)
}

/// Writes gradient and Hessian of `f` at `x` to `g` and `h` and returns the value. See
/// [`Chunk::value_gradient_and_hessian_into`].
///
/// # Examples
/// x² y at (3, 2) has the value 18, the gradient (12, 9) and the Hessian [[4, 6], [6, 0]].
/// ```
/// let (mut g, mut h) = ([0.0; 2], nalgebra::DMatrix::zeros(2, 2));
/// let value = dualtape::value_gradient_and_hessian_into(
///     |x| x[0] * x[0] * x[1],
///     &[3.0, 2.0],
///     &mut g,
///     &mut h,
/// );
/// assert_eq!((value, g), (18.0, [12.0, 9.0]));
/// assert_eq!(h, nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// ```
#[cfg(feature = "nalgebra")]
#[track_caller]
pub fn value_gradient_and_hessian_into<T: Float>(
    f: impl FnMut(&[HessianNumber<T>]) -> HessianNumber<T>,
    x: &[T],
    g: &mut [T],
    h: &mut DMatrix<T>,
) -> T {
    ByEight::value_gradient_and_hessian_into(f, x, g, h)
}

/// The Hessian with `N` columns per recording.
///
/// Up to four inputs `N = 2` and `N = 4` are 1.5 times as fast as the 8 of [`hessian`]; beyond that 8 is the best or close to it
/// (`cargo bench --bench modes`).
///
/// # Examples
/// ```
/// use dualtape::reverse::Chunk;
/// let (value, gradient, hessian) =
///     Chunk::<2>::value_gradient_and_hessian(|x| x[0] * x[0] * x[1], &[3.0, 2.0]);
/// assert_eq!((value, gradient), (18.0, vec![12.0, 9.0]));
/// assert_eq!(hessian, nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// ```
#[cfg(feature = "nalgebra")]
#[derive(Clone, Copy, Debug)]
pub struct Chunk<const N: usize>;

#[cfg(feature = "nalgebra")]
impl<const N: usize> Chunk<N> {
    /// Hessian of `f` at `x`. See [`hessian`].
    ///
    /// # Cost
    /// `⌈n / N⌉` gradients on `Dual<T, N>`.
    #[must_use]
    #[track_caller]
    pub fn hessian<T: Float>(f: impl FnMut(&[Reverse<Dual<T, N>>]) -> Reverse<Dual<T, N>>, x: &[T]) -> DMatrix<T> {
        Self::value_gradient_and_hessian(f, x).2
    }

    /// Value, gradient and Hessian of `f` at `x`. See [`hessian`].
    ///
    /// # Cost
    /// `⌈n / N⌉` gradients on `Dual<T, N>`.
    ///
    /// # Panics
    /// As [`hessian`].
    #[must_use]
    #[track_caller]
    pub fn value_gradient_and_hessian<T: Float>(
        f: impl FnMut(&[Reverse<Dual<T, N>>]) -> Reverse<Dual<T, N>>,
        x: &[T],
    ) -> (T, Vec<T>, DMatrix<T>) {
        let n = x.len();
        let mut g = vec![T::zero(); n];
        let mut h = DMatrix::from_element(n, n, T::zero());
        let value = Self::value_gradient_and_hessian_into(f, x, &mut g, &mut h);
        (value, g, h)
    }

    /// Writes gradient and Hessian of `f` at `x` to `g` and `h` and returns the value. See [`hessian`].
    ///
    /// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
    ///
    /// # Panics
    /// If `g` has not as many entries as `x`, or `h` not as many rows and columns.
    #[track_caller]
    pub fn value_gradient_and_hessian_into<T: Float>(
        f: impl FnMut(&[Reverse<Dual<T, N>>]) -> Reverse<Dual<T, N>>,
        x: &[T],
        g: &mut [T],
        h: &mut DMatrix<T>,
    ) -> T {
        const DRIVER: &str = "value_gradient_and_hessian_into";
        check_length(DRIVER, "the buffer for the gradient", g.len(), x.len(), INPUT);
        check_hessian(DRIVER, h.shape(), x.len());
        second_derivatives(f, x, g, |i, j, entry| h[(i, j)] = entry)
    }
}

/// What writes its gradient at `x` to `g` and returns its value: a closure on recorded numbers, and [`Own`].
#[cfg(feature = "nalgebra")]
pub(super) trait GradientAt<T> {
    #[track_caller]
    fn gradient_at(&mut self, x: &[T], g: &mut [T]) -> T;
}

#[cfg(feature = "nalgebra")]
impl<T: Float, F: FnMut(&[Reverse<T>]) -> Reverse<T>> GradientAt<T> for F {
    #[track_caller]
    fn gradient_at(&mut self, x: &[T], g: &mut [T]) -> T {
        value_and_gradient_into(self, x, g)
    }
}

/// A function that knows how to [backpropagate](ScalarFunction::backpropagate) itself.
#[cfg(feature = "nalgebra")]
pub(super) struct Own<'a, F: ?Sized>(pub &'a F);

#[cfg(feature = "nalgebra")]
impl<T: Float, F: ScalarFunction + ?Sized> GradientAt<T> for Own<'_, F> {
    #[track_caller]
    fn gradient_at(&mut self, x: &[T], g: &mut [T]) -> T {
        self.0.backpropagate(x, g)
    }
}

/// Writes the gradient of `f` at `x` to `g`, hands the entries of the Hessian to `set(row, column, value)`, and returns the value.
#[cfg(feature = "nalgebra")]
#[track_caller]
pub(super) fn second_derivatives<T: Float, const N: usize>(
    mut f: impl GradientAt<Dual<T, N>>,
    x: &[T],
    g: &mut [T],
    mut set: impl FnMut(usize, usize, T),
) -> T {
    let mut point = Seeded::<T, N>::at(x);
    let mut gradient = Seeded::<T, N>::at(x);
    let mut value = T::zero();
    for columns in chunks::<N>(x.len()) {
        point.seed(columns.clone());
        value = f.gradient_at(point.as_slice(), gradient.as_mut_slice()).primal();
        point.unseed(columns.clone());
        for (lane, j) in columns.enumerate() {
            // The lower triangle, mirrored.
            for (i, entry) in gradient.as_slice().iter().enumerate().skip(j) {
                let entry = entry.tangents()[lane];
                set(i, j, entry);
                set(j, i, entry);
            }
        }
    }
    g.iter_mut().zip(gradient.as_slice()).for_each(|(g, on_duals)| *g = on_duals.primal());
    point.end();
    gradient.end();
    value
}

/// The Hessians of all outputs of `f` at `x`: entry `(i, j)` of the matrix `k` is `∂²fₖ/∂xᵢ∂xⱼ`. Exactly symmetric.
///
/// # Cost
/// `⌈n / 8⌉` evaluations of `f` on recorded `Dual<T, 8>` for `n` inputs, and a sweep in each of them for each output.
///
/// # Panics
/// If `f` returns different numbers of values in different calls, and as [every driver](crate::family#panics).
///
/// # Examples
/// (x² y, x y) at (3, 2):
/// ```
/// let hessians =
///     dualtape::vector_hessian(|x| [x[0] * x[0] * x[1], x[0] * x[1]], &[3.0, 2.0]);
/// assert_eq!(hessians[0], nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// assert_eq!(hessians[1], nalgebra::dmatrix![0.0, 1.0; 1.0, 0.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 5.1.
#[cfg(feature = "nalgebra")]
#[must_use]
#[track_caller]
pub fn vector_hessian<T: Float, Y: AsRef<[HessianNumber<T>]>>(
    mut f: impl FnMut(&[HessianNumber<T>]) -> Y,
    x: &[T],
) -> Vec<DMatrix<T>> {
    const WIDTH: usize = 8;
    let n = x.len();
    let mut point = Seeded::<T, WIDTH>::at(x);
    let mut gradient = Seeded::<T, WIDTH>::at(x);
    let mut hessians: Option<Vec<DMatrix<T>>> = None;
    for columns in chunks::<WIDTH>(n) {
        let tag = point.seed(columns.clone());
        let mut session = Session::start(point.as_slice());
        let y = f(session.variables());
        let y = y.as_ref();
        let hessians = hessians.get_or_insert_with(|| vec![DMatrix::from_element(n, n, T::zero()); y.len()]);
        let (expected, found, first) = (hessians.len(), y.len(), columns.start);
        assert!(
            found == expected,
            "dualtape: vector_hessian: expected {expected} values as for the first columns, found {found} for the columns from {first} \
             on; the function must return as many in each call"
        );
        for (k, hessian) in hessians.iter_mut().enumerate() {
            let weight = |i: usize| if i == k { Dual::constant(T::one()) } else { Dual::constant(T::zero()) };
            session.pull_back(y, weight, gradient.as_mut_slice());
            for (lane, j) in columns.clone().enumerate() {
                // The lower triangle, mirrored.
                for (i, entry) in gradient.as_slice().iter().enumerate().skip(j) {
                    let entry = entry.checked(tag).tangents()[lane];
                    hessian[(i, j)] = entry;
                    hessian[(j, i)] = entry;
                }
            }
        }
        session.end();
        point.unseed(columns);
    }
    point.end();
    gradient.end();
    hessians.unwrap_or_default()
}

/// The third derivative of `f` at `x`, contracted with two directions: entry `k` is `Σ ∂³f/∂xᵢ∂xⱼ∂xₖ uᵢ vⱼ`.
///
/// It is the gradient of `uᵀ H v`. With three directions, as one number: [`third_contracted`](crate::forward::third_contracted).
///
/// # Cost
/// One gradient on `Dual<Dual<T>>`, for any number of inputs.
///
/// # Panics
/// If `u` or `v` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// x² y along (1, 0) and (0, 1): the mixed derivative `∂²/∂x∂y` is 2 x, with the gradient (2, 0).
/// ```
/// let f = |x: &[_]| x[0] * x[0] * x[1];
/// assert_eq!(
///     dualtape::third_product(f, &[3.0, 2.0], &[1.0, 0.0], &[0.0, 1.0]),
///     [2.0, 0.0]
/// );
/// ```
#[must_use]
#[track_caller]
pub fn third_product<T: Float>(
    f: impl FnOnce(&[Reverse<Dual<Dual<T>>>]) -> Reverse<Dual<Dual<T>>>,
    x: &[T],
    u: &[T],
    v: &[T],
) -> Vec<T> {
    check_length("third_product", "the first direction", u.len(), x.len(), INPUT);
    check_length("third_product", "the second direction", v.len(), x.len(), INPUT);
    let (inner, outer) = (Tag::fresh(), Tag::fresh());
    let entry = |i: usize| {
        let entry = Dual::new(x[i], [u[i]]).tagged(inner);
        Dual::new(entry, [Dual::constant(v[i])]).tagged(outer)
    };
    let point = Seeded::<Dual<T>, 1>::with((0..x.len()).map(entry));
    let gradient = gradient(f, point.as_slice());
    point.end();
    gradient.into_iter().map(|g| g.checked(outer).tangent().checked(inner).tangent()).collect()
}

/// Hessian-vector product `H v` of `f` at `x`, without forming the Hessian.
///
/// # Cost
/// One gradient on `Dual<T>`: about two to three gradients.
///
/// # Panics
/// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// x² y at (3, 2) has the Hessian [[4, 6], [6, 0]]; with v = (1, 10) the product is (64, 6).
/// ```
/// assert_eq!(
///     dualtape::hvp(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &[1.0, 10.0]),
///     [64.0, 6.0]
/// );
/// ```
///
/// Source: B. A. Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6 (1994).
#[must_use]
#[track_caller]
pub fn hvp<T: Float>(f: impl FnOnce(&[Reverse<Dual<T>>]) -> Reverse<Dual<T>>, x: &[T], v: &[T]) -> Vec<T> {
    check_length("hvp", "the direction", v.len(), x.len(), INPUT);
    value_gradient_and_hvp(f, x, v).2
}

/// Gradient and Hessian-vector product of `f` at `x`. See [`hvp`].
///
/// # Panics
/// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let (gradient, product) =
///     dualtape::gradient_and_hvp(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &[1.0, 10.0]);
/// assert_eq!((gradient, product), (vec![12.0, 9.0], vec![64.0, 6.0]));
/// ```
#[must_use]
#[track_caller]
pub fn gradient_and_hvp<T: Float>(
    f: impl FnOnce(&[Reverse<Dual<T>>]) -> Reverse<Dual<T>>,
    x: &[T],
    v: &[T],
) -> (Vec<T>, Vec<T>) {
    check_length("gradient_and_hvp", "the direction", v.len(), x.len(), INPUT);
    let (_, gradient, product) = value_gradient_and_hvp(f, x, v);
    (gradient, product)
}

/// Value, gradient and Hessian-vector product of `f` at `x`. See [`hvp`].
///
/// # Panics
/// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let (value, gradient, product) =
///     dualtape::value_gradient_and_hvp(
///         |x| x[0] * x[0] * x[1],
///         &[3.0, 2.0],
///         &[1.0, 10.0],
///     );
/// assert_eq!((value, gradient, product), (18.0, vec![12.0, 9.0], vec![64.0, 6.0]));
/// ```
#[must_use]
#[track_caller]
pub fn value_gradient_and_hvp<T: Float>(
    f: impl FnOnce(&[Reverse<Dual<T>>]) -> Reverse<Dual<T>>,
    x: &[T],
    v: &[T],
) -> (T, Vec<T>, Vec<T>) {
    check_length("value_gradient_and_hvp", "the direction", v.len(), x.len(), INPUT);
    let mut g = vec![T::zero(); x.len()];
    let mut product = g.clone();
    let value = value_gradient_and_hvp_into(f, x, v, &mut g, &mut product);
    (value, g, product)
}

/// Writes gradient and Hessian-vector product of `f` at `x` to `g` and `product` and returns the value. See [`hvp`].
///
/// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
///
/// # Panics
/// If `v`, `g`, `product` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let (mut gradient, mut product) = ([0.0; 2], [0.0; 2]);
/// let f = |x: &[_]| -> dualtape::Reverse<dualtape::Dual<f64>> { x[0] * x[0] * x[1] };
/// let value = dualtape::value_gradient_and_hvp_into(
///     f,
///     &[3.0, 2.0],
///     &[1.0, 10.0],
///     &mut gradient,
///     &mut product,
/// );
/// assert_eq!((value, gradient, product), (18.0, [12.0, 9.0], [64.0, 6.0]));
/// ```
#[track_caller]
pub fn value_gradient_and_hvp_into<T: Float>(
    f: impl FnOnce(&[Reverse<Dual<T>>]) -> Reverse<Dual<T>>,
    x: &[T],
    v: &[T],
    g: &mut [T],
    product: &mut [T],
) -> T {
    check_product("value_gradient_and_hvp_into", x, v, g, product);
    let mut along = Along::new(x, v);
    let value = value_and_gradient_into(f, along.point.as_slice(), along.gradient.as_mut_slice());
    along.end(g, product);
    value.primal()
}

/// Panics unless a direction and the buffers for gradient and product have an entry for each of the point.
#[track_caller]
pub(super) fn check_product<T>(driver: &str, x: &[T], v: &[T], g: &[T], product: &[T]) {
    check_length(driver, "the direction", v.len(), x.len(), INPUT);
    check_length(driver, "the buffer for the gradient", g.len(), x.len(), INPUT);
    check_length(driver, "the buffer for the product", product.len(), x.len(), INPUT);
}

/// A point that moves along a direction, and room for the gradient there: its tangents are the Hessian times the direction.
pub(super) struct Along<T> {
    pub point: Seeded<T, 1>,
    pub gradient: Seeded<T, 1>,
}

impl<T: Float> Along<T> {
    pub(crate) fn new(x: &[T], v: &[T]) -> Self {
        let tag = Tag::fresh();
        let point = Seeded::with(x.iter().zip(v).map(|(&x, &v)| Dual::new(x, [v]).tagged(tag)));
        Along { point, gradient: Seeded::at(x) }
    }

    /// Writes gradient and product, and keeps the memory for the next call.
    pub(crate) fn end(self, g: &mut [T], product: &mut [T]) {
        for ((g, product), on_duals) in g.iter_mut().zip(product).zip(self.gradient.as_slice()) {
            (*g, *product) = (on_duals.primal(), on_duals.tangent());
        }
        self.point.end();
        self.gradient.end();
    }
}
