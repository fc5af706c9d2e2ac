//! Drivers for slices of any length, in chunks of directions.

use crate::drivers::check_length;
use crate::drivers::pool;
use crate::float::Float;
use crate::numbers::{Dual, Tag};
use std::ops::Range;

#[cfg(feature = "nalgebra")]
use nalgebra::DMatrix;

/// Directions per evaluation in [`gradient`] and [`jacobian`].
pub const CHUNK: usize = 8;

/// Jacobian-vector product: the value of `f` at `x`, and `J v`, its derivative in the direction `v`.
///
/// `f` has `n` inputs and `m` outputs; `v` has `n` entries, the result `m`.
///
/// # Cost
/// One evaluation of `f` on `Dual<T>`.
///
/// # Panics
/// If `v` and `x` differ in length; with debug assertions, if `f` returns a number of
/// [another differentiation](crate::forward#numbers-from-elsewhere) or joins one with its arguments.
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]]; with v = (1, 10) the product is (23, 11).
/// ```
/// let (y, product) = dualtape::jvp(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0], &[1.0, 10.0]);
/// assert_eq!(y, [6.0, 5.0]);
/// assert_eq!(product, [23.0, 11.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.1.
#[doc(alias = "pushforward")]
#[track_caller]
pub fn jvp<T: Float, Y: AsRef<[Dual<T>]>>(f: impl FnOnce(&[Dual<T>]) -> Y, x: &[T], v: &[T]) -> (Vec<T>, Vec<T>) {
    check_length("jvp", "the direction", v.len(), "the point", x.len());
    let tag = Tag::fresh();
    let point: Vec<Dual<T>> = x.iter().zip(v).map(|(&x, &v)| Dual::new(x, [v]).tagged(tag)).collect();
    f(&point).as_ref().iter().map(|y| y.checked(tag)).map(|y| (y.primal(), y.tangent())).unzip()
}

/// Gradient of `f` at `x` by forward mode, in ⌈n / 8⌉ evaluations. See [`Chunk::gradient`].
///
/// # Examples
/// ```
/// assert_eq!(dualtape::forward::gradient(|x| x[0] * x[0] * x[1], &[3.0, 2.0]), [12.0, 9.0]);
/// ```
pub fn gradient<T: Float>(f: impl FnMut(&[Dual<T, CHUNK>]) -> Dual<T, CHUNK>, x: &[T]) -> Vec<T> {
    Chunk::<CHUNK>::gradient(f, x)
}

/// Value and gradient of `f` at `x` by forward mode. See [`Chunk::gradient`].
///
/// # Examples
/// ```
/// use dualtape::forward::value_and_gradient;
/// assert_eq!(value_and_gradient(|x| x[0] * x[0] * x[1], &[3.0, 2.0]), (18.0, vec![12.0, 9.0]));
/// ```
pub fn value_and_gradient<T: Float>(f: impl FnMut(&[Dual<T, CHUNK>]) -> Dual<T, CHUNK>, x: &[T]) -> (T, Vec<T>) {
    Chunk::<CHUNK>::value_and_gradient(f, x)
}

/// Writes the gradient of `f` at `x` to `g` and returns the value. See [`Chunk::value_and_gradient_into`].
///
/// # Panics
/// If `g` and `x` differ in length.
///
/// # Examples
/// ```
/// let mut gradient = [0.0; 2];
/// let value = dualtape::forward::value_and_gradient_into(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &mut gradient);
/// assert_eq!((value, gradient), (18.0, [12.0, 9.0]));
/// ```
#[track_caller]
pub fn value_and_gradient_into<T: Float>(
    f: impl FnMut(&[Dual<T, CHUNK>]) -> Dual<T, CHUNK>,
    x: &[T],
    g: &mut [T],
) -> T {
    Chunk::<CHUNK>::value_and_gradient_into(f, x, g)
}

/// Jacobian of `f` at `x` by forward mode, in ⌈n / 8⌉ evaluations. See [`Chunk::jacobian`].
///
/// # Examples
/// ```
/// let j = dualtape::forward::jacobian(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!(j, nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]);
/// ```
#[doc(alias = "jacfwd")]
#[cfg(feature = "nalgebra")]
#[track_caller]
pub fn jacobian<T: Float, Y: AsRef<[Dual<T, CHUNK>]>>(f: impl FnMut(&[Dual<T, CHUNK>]) -> Y, x: &[T]) -> DMatrix<T> {
    Chunk::<CHUNK>::jacobian(f, x)
}

/// Value and Jacobian of `f` at `x` by forward mode. See [`Chunk::jacobian`].
///
/// # Examples
/// ```
/// let (value, jacobian) = dualtape::forward::value_and_jacobian(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!((value, jacobian), (vec![6.0, 5.0], nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]));
/// ```
#[cfg(feature = "nalgebra")]
#[track_caller]
pub fn value_and_jacobian<T: Float, Y: AsRef<[Dual<T, CHUNK>]>>(
    f: impl FnMut(&[Dual<T, CHUNK>]) -> Y,
    x: &[T],
) -> (Vec<T>, DMatrix<T>) {
    Chunk::<CHUNK>::value_and_jacobian(f, x)
}

/// Hessian of `f` at `x` by forward mode over itself. See [`Chunk::hessian`].
///
/// # Examples
/// ```
/// let h = dualtape::forward::hessian(|x| x[0] * x[0] * x[1], &[3.0, 2.0]);
/// assert_eq!(h, nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// ```
#[cfg(feature = "nalgebra")]
pub fn hessian<T: Float>(f: impl FnMut(&[Dual<Dual<T, 4>, 4>]) -> Dual<Dual<T, 4>, 4>, x: &[T]) -> DMatrix<T> {
    Chunk::<4>::hessian(f, x)
}

/// The forward drivers with `N` directions per evaluation.
///
/// Any `N` works with any number of inputs; a good `N` divides it or exceeds it little.
///
/// # Panics
/// With debug assertions every driver panics if `f` returns a number of
/// [another differentiation](crate::forward#numbers-from-elsewhere) or joins one with its arguments.
///
/// # Examples
/// ```
/// use dualtape::forward::Chunk;
/// assert_eq!(Chunk::<2>::gradient(|x| x[0] * x[1] * x[2], &[2.0, 3.0, 4.0]), [12.0, 8.0, 6.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Chunk<const N: usize>;

impl<const N: usize> Chunk<N> {
    /// Gradient of `f` at `x`: `∂f/∂xᵢ`.
    ///
    /// # Cost
    /// `⌈n / N⌉` evaluations of `f` on `Dual<T, N>`.
    pub fn gradient<T: Float>(f: impl FnMut(&[Dual<T, N>]) -> Dual<T, N>, x: &[T]) -> Vec<T> {
        Self::value_and_gradient(f, x).1
    }

    /// Value and gradient of `f` at `x`. See [`Chunk::gradient`].
    pub fn value_and_gradient<T: Float>(f: impl FnMut(&[Dual<T, N>]) -> Dual<T, N>, x: &[T]) -> (T, Vec<T>) {
        let mut g = vec![T::zero(); x.len()];
        let y = Self::value_and_gradient_into(f, x, &mut g);
        (y, g)
    }

    /// Writes the gradient of `f` at `x` to `g` and returns the value. See [`Chunk::gradient`].
    ///
    /// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
    ///
    /// # Panics
    /// If `g` and `x` differ in length.
    #[track_caller]
    pub fn value_and_gradient_into<T: Float>(
        mut f: impl FnMut(&[Dual<T, N>]) -> Dual<T, N>,
        x: &[T],
        g: &mut [T],
    ) -> T {
        check_length("value_and_gradient_into", "the gradient", g.len(), "the point", x.len());
        let mut value = T::zero();
        Self::for_each_chunk(x, |point, directions, tag| {
            let y = f(point).checked(tag);
            value = y.primal();
            let first = directions.start;
            for k in directions {
                g[k] = y.tangents()[k - first];
            }
        });
        value
    }

    /// Jacobian of `f` at `x`: entry `(i, j)` is `∂fᵢ/∂xⱼ`; column `j` is `J eⱼ`.
    ///
    /// `f` has `n` inputs and `m` outputs; the result is `m × n`.
    ///
    /// # Cost
    /// `⌈n / N⌉` evaluations of `f` on `Dual<T, N>`.
    ///
    /// # Panics
    /// If `f` returns different numbers of values for different directions.
    #[cfg(feature = "nalgebra")]
    #[track_caller]
    pub fn jacobian<T: Float, Y: AsRef<[Dual<T, N>]>>(f: impl FnMut(&[Dual<T, N>]) -> Y, x: &[T]) -> DMatrix<T> {
        Self::value_and_jacobian(f, x).1
    }

    /// Value and Jacobian of `f` at `x`. See [`Chunk::jacobian`].
    #[cfg(feature = "nalgebra")]
    #[track_caller]
    pub fn value_and_jacobian<T: Float, Y: AsRef<[Dual<T, N>]>>(
        mut f: impl FnMut(&[Dual<T, N>]) -> Y,
        x: &[T],
    ) -> (Vec<T>, DMatrix<T>) {
        let mut result: Option<(Vec<T>, DMatrix<T>)> = None;
        let mut misfit = None;
        Self::for_each_chunk(x, |point, directions, tag| {
            let y = f(point);
            let y = y.as_ref();
            let (value, matrix) = result.get_or_insert_with(|| {
                (y.iter().map(|y| y.primal()).collect(), DMatrix::from_element(y.len(), x.len(), T::zero()))
            });
            if y.len() != value.len() {
                misfit = misfit.or(Some((directions.start, y.len())));
                return;
            }
            for (i, y) in y.iter().enumerate() {
                for j in directions.clone() {
                    matrix[(i, j)] = y.checked(tag).tangents()[j - directions.start];
                }
            }
        });
        let result = result.expect("there is at least one chunk");
        if let Some((direction, found)) = misfit {
            let expected = result.0.len();
            panic!("jacobian: f returned {expected} values for direction 0 and {found} for direction {direction}");
        }
        result
    }

    /// Hessian of `f` at `x`: entry `(i, j)` is `∂²f/∂xᵢ∂xⱼ`. Exactly symmetric.
    ///
    /// # Cost
    /// `k (k + 1) / 2` evaluations of `f` on `Dual<Dual<T, N>, N>` with `k = ⌈n / N⌉`: good for a few inputs.
    #[cfg(feature = "nalgebra")]
    pub fn hessian<T: Float>(mut f: impl FnMut(&[Dual<Dual<T, N>, N>]) -> Dual<Dual<T, N>, N>, x: &[T]) -> DMatrix<T> {
        const { assert!(N > 0, "a chunk has at least one direction") };
        let n = x.len();
        let mut hessian = DMatrix::from_element(n, n, T::zero());
        for (rows, columns) in (0..n).step_by(N).flat_map(|i| (0..=i).step_by(N).map(move |j| (i, j))) {
            let (inner_tag, outer_tag) = (Tag::fresh(), Tag::fresh());
            let point: Vec<_> = x
                .iter()
                .enumerate()
                .map(|(k, &x)| {
                    let inner = Dual::seeded_within(x, k, rows).tagged(inner_tag);
                    Dual::seeded_within(inner, k, columns).tagged(outer_tag)
                })
                .collect();
            let second = f(&point).checked(outer_tag).tangents().map(|tangent| tangent.checked(inner_tag).tangents());
            for j in columns..n.min(columns + N) {
                for i in rows.max(j)..n.min(rows + N) {
                    hessian[(i, j)] = second[j - columns][i - rows];
                    hessian[(j, i)] = hessian[(i, j)];
                }
            }
        }
        hessian
    }

    /// Calls `visit` with `x` seeded in the directions `k .. k + N`, for every chunk of inputs; at least once.
    fn for_each_chunk<T: Float>(x: &[T], mut visit: impl FnMut(&[Dual<T, N>], Range<usize>, Tag)) {
        const { assert!(N > 0, "a chunk has at least one direction") };
        let mut point = pool::take::<Vec<Dual<T, N>>>();
        point.clear();
        point.extend(x.iter().map(|&x| Dual::constant(x)));
        for first in (0..x.len().max(1)).step_by(N) {
            let directions = first..x.len().min(first + N);
            let tag = Tag::fresh();
            for k in directions.clone() {
                point[k] = Dual::seeded(x[k], k - first).tagged(tag);
            }
            visit(&point, directions.clone(), tag);
            for k in directions {
                point[k] = Dual::constant(x[k]);
            }
        }
        pool::put(point);
    }
}
