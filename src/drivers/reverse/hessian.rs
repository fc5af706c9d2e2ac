//! Hessians: gradients on dual numbers, eight columns at once.

use nalgebra::DMatrix;

use super::gradient::value_and_gradient_into;
use crate::drivers::function::ScalarFunction;
use crate::drivers::seeded::{Seeded, chunks};
use crate::drivers::session::Session;
use crate::drivers::{INPUT, check_hessian, check_length};
use crate::float::Float;
use crate::numbers::{Dual, Reverse};

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
pub type HessianNumber<T> = Reverse<Dual<T, 8>>;

/// The width of [`HessianNumber`], as drivers.
type ByEight = Chunk<8>;

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
#[derive(Clone, Copy, Debug)]
pub struct Chunk<const N: usize>;

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
pub(in crate::drivers) trait GradientAt<T> {
    #[track_caller]
    fn gradient_at(&mut self, x: &[T], g: &mut [T]) -> T;
}

impl<T: Float, F: FnMut(&[Reverse<T>]) -> Reverse<T>> GradientAt<T> for F {
    #[track_caller]
    fn gradient_at(&mut self, x: &[T], g: &mut [T]) -> T {
        value_and_gradient_into(self, x, g)
    }
}

/// A function that knows how to [backpropagate](ScalarFunction::backpropagate) itself.
pub(in crate::drivers) struct Own<'a, F: ?Sized>(pub &'a F);

impl<T: Float, F: ScalarFunction + ?Sized> GradientAt<T> for Own<'_, F> {
    #[track_caller]
    fn gradient_at(&mut self, x: &[T], g: &mut [T]) -> T {
        self.0.backpropagate(x, g)
    }
}

/// Writes the gradient of `f` at `x` to `g`, hands the entries of the Hessian to `set(row, column, value)`, and returns the value.
#[track_caller]
pub(in crate::drivers) fn second_derivatives<T: Float, const N: usize>(
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
