//! Drivers for slices of any length, in chunks of directions.

use crate::drivers::seeded::{Seeded, chunks};
use crate::drivers::{INPUT, OUTPUT, check_length};
use crate::float::Float;
use crate::numbers::{Dual, Tag};

#[cfg(feature = "nalgebra")]
use crate::drivers::{check_hessian, check_jacobian, pool};
#[cfg(feature = "nalgebra")]
use nalgebra::DMatrix;
#[cfg(feature = "nalgebra")]
use std::ops::Range;

/// What [`gradient`] and [`jacobian`] evaluate their function on: a dual number with the derivatives in eight directions at once.
///
/// # Examples
/// A closure infers it; a function names it:
/// ```
/// use dualtape::forward;
///
/// fn volume(x: &[forward::Number<f64>]) -> forward::Number<f64> {
///     x[0] * x[1] * x[2]
/// }
/// assert_eq!(forward::gradient(volume, &[2.0, 3.0, 4.0]), [12.0, 8.0, 6.0]);
/// ```
pub type Number<T> = Dual<T, 8>;

/// What [`hessian`] evaluates its function on: dual numbers over dual numbers, four by four directions at once.
///
/// # Examples
/// ```
/// use dualtape::forward;
///
/// fn product(x: &[forward::HessianNumber<f64>]) -> forward::HessianNumber<f64> {
///     x[0] * x[1]
/// }
/// assert_eq!(
///     forward::hessian(product, &[2.0, 3.0]),
///     nalgebra::dmatrix![0.0, 1.0; 1.0, 0.0]
/// );
/// ```
#[cfg(feature = "nalgebra")]
pub type HessianNumber<T> = Dual<Dual<T, 4>, 4>;

/// The widths of [`Number`] and [`HessianNumber`], as drivers.
type ByEight = Chunk<8>;
#[cfg(feature = "nalgebra")]
type ByFour = Chunk<4>;

/// Jacobian-vector product: the value of `f` at `x`, and `J v`, its derivative in the direction `v`.
///
/// `f` has `n` inputs and `m` outputs; `v` has `n` entries, the result `m`.
///
/// # Cost
/// One evaluation of `f` on `Dual<T>`.
///
/// # Panics
/// If `v` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]]; with v = (1, 10) the product is (23, 11).
/// ```
/// let (y, product) =
///     dualtape::jvp(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0], &[1.0, 10.0]);
/// assert_eq!(y, [6.0, 5.0]);
/// assert_eq!(product, [23.0, 11.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.1.
#[must_use]
#[track_caller]
pub fn jvp<T: Float, Y: AsRef<[Dual<T>]>>(f: impl FnOnce(&[Dual<T>]) -> Y, x: &[T], v: &[T]) -> (Vec<T>, Vec<T>) {
    let (mut value, mut product) = (Vec::new(), Vec::new());
    push_forward("jvp", f, x, v, |y, _| {
        value.push(y.primal());
        product.push(y.tangent());
    });
    (value, product)
}

/// Writes the value of `f` at `x` to `value` and `J v` to `product`. See [`jvp`].
///
/// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
///
/// # Panics
/// If `v` and `x` differ in length, or `value` or `product` have not as many entries as `f` returns, and as
/// [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let (mut value, mut product) = ([0.0; 2], [0.0; 2]);
/// dualtape::jvp_into(
///     |x| [x[0] * x[1], x[0] + x[1]],
///     &[2.0, 3.0],
///     &[1.0, 10.0],
///     &mut value,
///     &mut product,
/// );
/// assert_eq!((value, product), ([6.0, 5.0], [23.0, 11.0]));
/// ```
#[track_caller]
pub fn jvp_into<T: Float, Y: AsRef<[Dual<T>]>>(
    f: impl FnOnce(&[Dual<T>]) -> Y,
    x: &[T],
    v: &[T],
    value: &mut [T],
    product: &mut [T],
) {
    let (entries, products) = (value.len(), product.len());
    let outputs = push_forward("jvp_into", f, x, v, |y, k| {
        if let (Some(value), Some(product)) = (value.get_mut(k), product.get_mut(k)) {
            (*value, *product) = (y.primal(), y.tangent());
        }
    });
    check_length("jvp_into", "the buffer for the value", entries, outputs, OUTPUT);
    check_length("jvp_into", "the buffer for the product", products, outputs, OUTPUT);
}

/// Evaluates `f` at `x` with the tangents `v`, hands each output and its place to `visit`, and returns how many there are.
#[track_caller]
fn push_forward<T: Float, Y: AsRef<[Dual<T>]>>(
    driver: &str,
    f: impl FnOnce(&[Dual<T>]) -> Y,
    x: &[T],
    v: &[T],
    mut visit: impl FnMut(Dual<T>, usize),
) -> usize {
    check_length(driver, "the direction", v.len(), x.len(), INPUT);
    let tag = Tag::fresh();
    let point = Seeded::with(x.iter().zip(v).map(|(&x, &v)| Dual::new(x, [v]).tagged(tag)));
    let y = f(point.as_slice());
    point.end();
    let y = y.as_ref();
    for (k, y) in y.iter().enumerate() {
        visit(y.checked(tag), k);
    }
    y.len()
}

/// Gradient of `f` at `x` by forward mode, in ⌈n / 8⌉ evaluations. See [`Chunk::gradient`].
///
/// It shares no code with the sweeps of reverse mode, and so is a check of [`reverse::gradient`](crate::reverse::gradient) that is
/// exact to rounding, where difference quotients are good for half of the digits.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// assert_eq!(
///     dualtape::forward::gradient(|x| x[0] * x[0] * x[1], &[3.0, 2.0]),
///     [12.0, 9.0]
/// );
/// ```
#[must_use]
#[track_caller]
pub fn gradient<T: Float>(f: impl FnMut(&[Number<T>]) -> Number<T>, x: &[T]) -> Vec<T> {
    ByEight::gradient(f, x)
}

/// Value and gradient of `f` at `x` by forward mode. See [`Chunk::gradient`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use dualtape::forward::value_and_gradient;
/// assert_eq!(
///     value_and_gradient(|x| x[0] * x[0] * x[1], &[3.0, 2.0]),
///     (18.0, vec![12.0, 9.0])
/// );
/// ```
#[must_use]
#[track_caller]
pub fn value_and_gradient<T: Float>(f: impl FnMut(&[Number<T>]) -> Number<T>, x: &[T]) -> (T, Vec<T>) {
    ByEight::value_and_gradient(f, x)
}

/// Writes the gradient of `f` at `x` to `g` and returns the value. See [`Chunk::value_and_gradient_into`].
///
/// # Panics
/// If `g` and `x` differ in length, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let mut gradient = [0.0; 2];
/// let value = dualtape::forward::value_and_gradient_into(
///     |x| x[0] * x[0] * x[1],
///     &[3.0, 2.0],
///     &mut gradient,
/// );
/// assert_eq!((value, gradient), (18.0, [12.0, 9.0]));
/// ```
#[track_caller]
pub fn value_and_gradient_into<T: Float>(f: impl FnMut(&[Number<T>]) -> Number<T>, x: &[T], g: &mut [T]) -> T {
    ByEight::value_and_gradient_into(f, x, g)
}

/// Jacobian of `f` at `x` by forward mode, in ⌈n / 8⌉ evaluations. See [`Chunk::jacobian`].
///
/// # Panics
/// If `f` returns different numbers of values for different directions, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let j = dualtape::forward::jacobian(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!(j, nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]);
/// ```
#[cfg(feature = "nalgebra")]
#[must_use]
#[track_caller]
pub fn jacobian<T: Float, Y: AsRef<[Number<T>]>>(f: impl FnMut(&[Number<T>]) -> Y, x: &[T]) -> DMatrix<T> {
    ByEight::jacobian(f, x)
}

/// Value and Jacobian of `f` at `x` by forward mode. See [`Chunk::jacobian`].
///
/// # Panics
/// As [`jacobian`].
///
/// # Examples
/// ```
/// let (value, jacobian) = dualtape::forward::value_and_jacobian(
///     |x| [x[0] * x[1], x[0] + x[1]],
///     &[2.0, 3.0],
/// );
/// assert_eq!(
///     (value, jacobian),
///     (vec![6.0, 5.0], nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0])
/// );
/// ```
#[cfg(feature = "nalgebra")]
#[must_use]
#[track_caller]
pub fn value_and_jacobian<T: Float, Y: AsRef<[Number<T>]>>(
    f: impl FnMut(&[Number<T>]) -> Y,
    x: &[T],
) -> (Vec<T>, DMatrix<T>) {
    ByEight::value_and_jacobian(f, x)
}

/// Writes value and Jacobian of `f` at `x`, by forward mode, to `value` and `jacobian`. See [`Chunk::value_and_jacobian_into`].
///
/// # Panics
/// If `value` or `jacobian` have not the shape of the result, and as [`jacobian`].
///
/// # Examples
/// ```
/// let (mut value, mut jacobian) = ([0.0; 2], nalgebra::DMatrix::zeros(2, 2));
/// let f = |x: &[dualtape::forward::Number<f64>]| [x[0] * x[1], x[0] + x[1]];
/// dualtape::forward::value_and_jacobian_into(
///     f,
///     &[2.0, 3.0],
///     &mut value,
///     &mut jacobian,
/// );
/// assert_eq!((value, jacobian), ([6.0, 5.0], nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]));
/// ```
#[cfg(feature = "nalgebra")]
#[track_caller]
pub fn value_and_jacobian_into<T: Float, Y: AsRef<[Number<T>]>>(
    f: impl FnMut(&[Number<T>]) -> Y,
    x: &[T],
    value: &mut [T],
    jacobian: &mut DMatrix<T>,
) {
    ByEight::value_and_jacobian_into(f, x, value, jacobian);
}

/// Hessian of `f` at `x` by forward mode over itself. See [`Chunk::hessian`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let h = dualtape::forward::hessian(|x| x[0] * x[0] * x[1], &[3.0, 2.0]);
/// assert_eq!(h, nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// ```
#[cfg(feature = "nalgebra")]
#[must_use]
#[track_caller]
pub fn hessian<T: Float>(f: impl FnMut(&[HessianNumber<T>]) -> HessianNumber<T>, x: &[T]) -> DMatrix<T> {
    ByFour::hessian(f, x)
}

/// Value, gradient and Hessian of `f` at `x` by forward mode over itself. See [`Chunk::hessian`].
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let (value, gradient, hessian) = dualtape::forward::value_gradient_and_hessian(
///     |x| x[0] * x[0] * x[1],
///     &[3.0, 2.0],
/// );
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
    ByFour::value_gradient_and_hessian(f, x)
}

/// Writes gradient and Hessian of `f` at `x`, by forward mode over itself, to `g` and `h` and returns the value. See
/// [`Chunk::value_gradient_and_hessian_into`].
///
/// # Panics
/// If `g` has not as many entries as `x`, or `h` not as many rows and columns, and as [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// let (mut g, mut h) = ([0.0; 2], nalgebra::DMatrix::zeros(2, 2));
/// let f = |x: &[dualtape::forward::HessianNumber<f64>]| x[0] * x[0] * x[1];
/// let value = dualtape::forward::value_gradient_and_hessian_into(
///     f,
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
    ByFour::value_gradient_and_hessian_into(f, x, g, h)
}

/// The forward drivers with `N` directions per evaluation.
///
/// Any `N` works with any number of inputs; a good `N` divides it or exceeds it little.
///
/// # Panics
/// As [every driver](crate::family#panics).
///
/// # Examples
/// ```
/// use dualtape::forward::Chunk;
/// assert_eq!(
///     Chunk::<2>::gradient(|x| x[0] * x[1] * x[2], &[2.0, 3.0, 4.0]),
///     [12.0, 8.0, 6.0]
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Chunk<const N: usize>;

impl<const N: usize> Chunk<N> {
    /// Gradient of `f` at `x`: `∂f/∂xᵢ`.
    ///
    /// # Cost
    /// `⌈n / N⌉` evaluations of `f` on `Dual<T, N>`.
    #[must_use]
    #[track_caller]
    pub fn gradient<T: Float>(f: impl FnMut(&[Dual<T, N>]) -> Dual<T, N>, x: &[T]) -> Vec<T> {
        Self::value_and_gradient(f, x).1
    }

    /// Value and gradient of `f` at `x`. See [`Chunk::gradient`].
    #[must_use]
    #[track_caller]
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
        check_length("value_and_gradient_into", "the buffer for the gradient", g.len(), x.len(), INPUT);
        let mut point = Seeded::<T, N>::at(x);
        let mut value = T::zero();
        for chunk in chunks::<N>(x.len()) {
            let tag = point.seed(chunk.clone());
            let y = f(point.as_slice()).checked(tag);
            point.unseed(chunk.clone());
            value = y.primal();
            g[chunk].iter_mut().zip(y.tangents()).for_each(|(g, tangent)| *g = tangent);
        }
        point.end();
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
    #[must_use]
    #[track_caller]
    pub fn jacobian<T: Float, Y: AsRef<[Dual<T, N>]>>(f: impl FnMut(&[Dual<T, N>]) -> Y, x: &[T]) -> DMatrix<T> {
        Self::value_and_jacobian(f, x).1
    }

    /// Value and Jacobian of `f` at `x`. See [`Chunk::jacobian`].
    #[cfg(feature = "nalgebra")]
    #[must_use]
    #[track_caller]
    pub fn value_and_jacobian<T: Float, Y: AsRef<[Dual<T, N>]>>(
        f: impl FnMut(&[Dual<T, N>]) -> Y,
        x: &[T],
    ) -> (Vec<T>, DMatrix<T>) {
        let mut result: Option<(Vec<T>, DMatrix<T>)> = None;
        Self::for_each_chunk("jacobian", None, f, x, |y, columns, tag| {
            let (value, jacobian) = result
                .get_or_insert_with(|| (vec![T::zero(); y.len()], DMatrix::from_element(y.len(), x.len(), T::zero())));
            Self::store(y, columns, tag, value, jacobian);
        });
        result.expect("there is at least one chunk")
    }

    /// Writes value and Jacobian of `f` at `x` to `value` and `jacobian`. See [`Chunk::jacobian`].
    ///
    /// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
    ///
    /// # Panics
    /// If `value` has not as many entries as `f` returns, or `jacobian` not as many rows, or not as many columns as `x` has entries.
    #[cfg(feature = "nalgebra")]
    #[track_caller]
    pub fn value_and_jacobian_into<T: Float, Y: AsRef<[Dual<T, N>]>>(
        f: impl FnMut(&[Dual<T, N>]) -> Y,
        x: &[T],
        value: &mut [T],
        jacobian: &mut DMatrix<T>,
    ) {
        // Checked in there, since a panic inside a closure does not point at the caller.
        let buffers = Some((value.len(), jacobian.shape()));
        Self::for_each_chunk("value_and_jacobian_into", buffers, f, x, |y, columns, tag| {
            Self::store(y, columns, tag, value, jacobian);
        });
    }

    /// Evaluates `f` with each chunk of inputs seeded, and hands the outputs to `store`, of which there must be as many each time, and as
    /// many as fit the buffers for value and Jacobian, if these are given.
    #[cfg(feature = "nalgebra")]
    #[track_caller]
    fn for_each_chunk<T: Float, Y: AsRef<[Dual<T, N>]>>(
        driver: &str,
        buffers: Option<(usize, (usize, usize))>,
        mut f: impl FnMut(&[Dual<T, N>]) -> Y,
        x: &[T],
        mut store: impl FnMut(&[Dual<T, N>], Range<usize>, Tag),
    ) {
        let mut point = Seeded::<T, N>::at(x);
        let mut outputs = None;
        for chunk in chunks::<N>(x.len()) {
            let tag = point.seed(chunk.clone());
            let y = f(point.as_slice());
            point.unseed(chunk.clone());
            let y = y.as_ref();
            check_outputs(driver, *outputs.get_or_insert(y.len()), y.len(), chunk.start);
            if let Some((value, jacobian)) = buffers {
                check_length(driver, "the buffer for the value", value, y.len(), OUTPUT);
                check_jacobian(driver, jacobian, y.len(), x.len());
            }
            store(y, chunk, tag);
        }
        point.end();
    }

    /// Writes the values of `y` and the columns of the Jacobian that its tangents are.
    #[cfg(feature = "nalgebra")]
    #[track_caller]
    fn store<T: Float>(y: &[Dual<T, N>], columns: Range<usize>, tag: Tag, value: &mut [T], jacobian: &mut DMatrix<T>) {
        for (i, y) in y.iter().enumerate() {
            let y = y.checked(tag);
            value[i] = y.primal();
            columns.clone().zip(y.tangents()).for_each(|(j, tangent)| jacobian[(i, j)] = tangent);
        }
    }

    /// Hessian of `f` at `x`: entry `(i, j)` is `∂²f/∂xᵢ∂xⱼ`. Exactly symmetric.
    ///
    /// # Cost
    /// `k (k + 1) / 2` evaluations of `f` on `Dual<Dual<T, N>, N>` with `k = ⌈n / N⌉`: good for a few inputs.
    #[cfg(feature = "nalgebra")]
    #[must_use]
    #[track_caller]
    pub fn hessian<T: Float>(f: impl FnMut(&[Dual<Dual<T, N>, N>]) -> Dual<Dual<T, N>, N>, x: &[T]) -> DMatrix<T> {
        Self::value_gradient_and_hessian(f, x).2
    }

    /// Value, gradient and Hessian of `f` at `x`. See [`Chunk::hessian`].
    #[cfg(feature = "nalgebra")]
    #[must_use]
    #[track_caller]
    pub fn value_gradient_and_hessian<T: Float>(
        f: impl FnMut(&[Dual<Dual<T, N>, N>]) -> Dual<Dual<T, N>, N>,
        x: &[T],
    ) -> (T, Vec<T>, DMatrix<T>) {
        let n = x.len();
        let (mut g, mut h) = (vec![T::zero(); n], DMatrix::from_element(n, n, T::zero()));
        let value = Self::value_gradient_and_hessian_into(f, x, &mut g, &mut h);
        (value, g, h)
    }

    /// Writes gradient and Hessian of `f` at `x` to `g` and `h` and returns the value. See [`Chunk::hessian`].
    ///
    /// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
    ///
    /// # Panics
    /// If `g` has not as many entries as `x`, or `h` not as many rows and columns.
    #[cfg(feature = "nalgebra")]
    #[track_caller]
    pub fn value_gradient_and_hessian_into<T: Float>(
        mut f: impl FnMut(&[Dual<Dual<T, N>, N>]) -> Dual<Dual<T, N>, N>,
        x: &[T],
        g: &mut [T],
        h: &mut DMatrix<T>,
    ) -> T {
        const DRIVER: &str = "value_gradient_and_hessian_into";
        let n = x.len();
        check_length(DRIVER, "the buffer for the gradient", g.len(), n, INPUT);
        check_hessian(DRIVER, h.shape(), n);
        let mut point = pool::take::<Vec<Dual<Dual<T, N>, N>>>();
        let mut value = T::zero();
        // The blocks on the diagonal and below it.
        for (rows, columns) in chunks::<N>(n).flat_map(|i| chunks::<N>(i.end).map(move |j| (i.clone(), j))) {
            let (inner_tag, outer_tag) = (Tag::fresh(), Tag::fresh());
            point.clear();
            point.extend(x.iter().enumerate().map(|(k, &x)| {
                let inner = Dual::seeded_within(x, k, rows.start).tagged(inner_tag);
                Dual::seeded_within(inner, k, columns.start).tagged(outer_tag)
            }));
            let y = f(&point).checked(outer_tag);
            if rows == columns {
                let first = y.primal().checked(inner_tag);
                value = first.primal();
                g[rows.clone()].iter_mut().zip(first.tangents()).for_each(|(g, tangent)| *g = tangent);
            }
            for (j, tangent) in columns.zip(y.tangents()) {
                let second = tangent.checked(inner_tag).tangents();
                for i in rows.start.max(j)..rows.end {
                    h[(i, j)] = second[i - rows.start];
                    h[(j, i)] = h[(i, j)];
                }
            }
        }
        pool::put(point);
        value
    }
}

/// Panics unless `f` returns as many values for the directions from `direction` on as for the first ones.
#[cfg(feature = "nalgebra")]
#[track_caller]
fn check_outputs(driver: &str, expected: usize, found: usize, direction: usize) {
    assert!(
        expected == found,
        "dualtape: {driver}: f returned {expected} values for direction 0 and {found} for direction {direction}; the number of \
         values must not depend on the point"
    );
}
