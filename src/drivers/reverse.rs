//! Reverse mode: derivatives by backpropagation over a recording.
//!
//! The cost of a gradient is a small multiple of the function's, whatever the number of inputs. Every driver owns its recording,
//! returns plain numbers, may be called inside another one and on many threads, and reuses its buffers from call to call.
//!
//! # Values from elsewhere
//! A driver panics, in release builds too, if its function returns a value of another recording (of an outer driver of the same
//! type, an earlier call, a [`Tape`](crate::Tape)) or joins one with its own arguments: see [`Reverse`]. Such values are lifted
//! with [`Reverse::constant`], or passed by value with [`Reverse::primal`]. The dual numbers inside, of drivers for second
//! derivatives, are looked at in debug builds where they meet: see [`Dual`].

use super::check_length;
use crate::drivers::pool;
use crate::drivers::session::Session;
use crate::float::Float;
use crate::numbers::{Dual, Reverse, Tag};

#[cfg(feature = "nalgebra")]
use nalgebra::DMatrix;

/// Directions that second derivatives are taken in at once.
pub const CHUNK: usize = 8;

/// Gradient of `f` at `x`: `∂f/∂xᵢ`.
///
/// `x` has `n` entries, and so has the result. An input that `f` does not use has derivative 0, and so has a constant `f`.
///
/// # Cost
/// One recorded evaluation of `f` and one sweep, together a small multiple of one plain evaluation, for any `n`. Memory: 24 bytes
/// for each operation that joins two values (at `f64`), 8 for its adjoint.
///
/// # Panics
/// If `f` returns a value of [another recording](crate::reverse#values-from-elsewhere) or joins one with its arguments, or if the
/// recording has 2³¹ nodes or does not fit the memory.
///
/// # Examples
/// x² y at (3, 2) has gradient (2xy, x²):
/// ```
/// assert_eq!(dualtape::gradient(|x| x[0] * x[0] * x[1], &[3.0, 2.0]), [12.0, 9.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.2.
#[doc(alias = "grad")]
#[doc(alias = "backward")]
#[doc(alias = "backpropagation")]
#[doc(alias = "autograd")]
#[track_caller]
pub fn gradient<T: Float>(f: impl FnOnce(&[Reverse<T>]) -> Reverse<T>, x: &[T]) -> Vec<T> {
    value_and_gradient(f, x).1
}

/// Value and gradient of `f` at `x`. See [`gradient`].
///
/// # Panics
/// If `f` returns a value of [another recording](crate::reverse#values-from-elsewhere) or joins one with its arguments.
///
/// # Examples
/// ```
/// let (value, gradient) = dualtape::value_and_gradient(|x| x[0] * x[0] * x[1], &[3.0, 2.0]);
/// assert_eq!((value, gradient), (18.0, vec![12.0, 9.0]));
/// ```
#[doc(alias = "value_and_grad")]
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
/// If `g` and `x` differ in length, or if `f` returns a value of [another recording](crate::reverse#values-from-elsewhere) or joins
/// one with its arguments.
///
/// # Examples
/// ```
/// let mut gradient = [0.0; 2];
/// let value = dualtape::value_and_gradient_into(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &mut gradient);
/// assert_eq!((value, gradient), (18.0, [12.0, 9.0]));
/// ```
#[track_caller]
pub fn value_and_gradient_into<T: Float>(f: impl FnOnce(&[Reverse<T>]) -> Reverse<T>, x: &[T], g: &mut [T]) -> T {
    check_length("value_and_gradient_into", "the gradient", g.len(), "the point", x.len());
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
/// If `w` does not have as many entries as `f` returns, or if `f` returns a value of
/// [another recording](crate::reverse#values-from-elsewhere) or joins one with its arguments.
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]]; with w = (1, 10) the product is (13, 12).
/// ```
/// let (y, product) = dualtape::vjp(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0], &[1.0, 10.0]);
/// assert_eq!(y, [6.0, 5.0]);
/// assert_eq!(product, [13.0, 12.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.2.
#[doc(alias = "pullback")]
#[track_caller]
pub fn vjp<T: Float, Y: AsRef<[Reverse<T>]>>(f: impl FnOnce(&[Reverse<T>]) -> Y, x: &[T], w: &[T]) -> (Vec<T>, Vec<T>) {
    let mut session = Session::start(x);
    let y = f(session.variables());
    let y = y.as_ref();
    check_length("vjp", "the weight", w.len(), "the value of f", y.len());
    let mut product = vec![T::zero(); x.len()];
    session.pull_back(y, |k| w[k], &mut product);
    session.end();
    (y.iter().map(|y| y.primal()).collect(), product)
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
/// If `f` returns a value of [another recording](crate::reverse#values-from-elsewhere) or joins one with its arguments.
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]].
/// ```
/// let j = dualtape::jacobian(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!(j, nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]);
/// ```
///
/// Source: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., sections 3.1 and 3.2.
#[doc(alias = "jacrev")]
#[cfg(feature = "nalgebra")]
#[track_caller]
pub fn jacobian<T: Float, Y: AsRef<[Reverse<T>]>>(f: impl FnOnce(&[Reverse<T>]) -> Y, x: &[T]) -> DMatrix<T> {
    value_and_jacobian(f, x).1
}

/// Value and Jacobian of `f` at `x`. See [`jacobian`].
///
/// # Panics
/// If `f` returns a value of [another recording](crate::reverse#values-from-elsewhere) or joins one with its arguments.
///
/// # Examples
/// ```
/// let (value, jacobian) = dualtape::value_and_jacobian(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0]);
/// assert_eq!((value, jacobian), (vec![6.0, 5.0], nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]));
/// ```
#[cfg(feature = "nalgebra")]
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

/// Writes value and Jacobian of `f` at `x` to `value` and `matrix`. See [`jacobian`].
///
/// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
///
/// # Panics
/// If `value` has not as many entries as `f` returns, or `matrix` not as many rows, or not as many columns as `x` has entries.
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]].
/// ```
/// let (mut value, mut matrix) = ([0.0; 2], nalgebra::DMatrix::zeros(2, 2));
/// dualtape::value_and_jacobian_into(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0], &mut value, &mut matrix);
/// assert_eq!(value, [6.0, 5.0]);
/// assert_eq!(matrix, nalgebra::dmatrix![3.0, 2.0; 1.0, 1.0]);
/// ```
#[cfg(feature = "nalgebra")]
#[track_caller]
pub fn value_and_jacobian_into<T: Float, Y: AsRef<[Reverse<T>]>>(
    f: impl FnOnce(&[Reverse<T>]) -> Y,
    x: &[T],
    value: &mut [T],
    matrix: &mut DMatrix<T>,
) {
    let session = Session::start(x);
    let y = f(session.variables());
    let y = y.as_ref();
    check_length("value_and_jacobian_into", "the value", value.len(), "the result of f", y.len());
    check_length("value_and_jacobian_into", "a column of the Jacobian", matrix.nrows(), "the result of f", y.len());
    check_length("value_and_jacobian_into", "a row of the Jacobian", matrix.ncols(), "the point", x.len());
    matrix.fill(T::zero());
    session.jacobian(y, |i, j, entry| matrix[(i, j)] = entry);
    session.end();
    value.iter_mut().zip(y).for_each(|(value, y)| *value = y.primal());
}

/// Hessian of `f` at `x`: entry `(i, j)` is `∂²f/∂xᵢ∂xⱼ`. Exactly symmetric.
///
/// Forward over reverse: gradients on dual numbers, `CHUNK` columns at a time.
///
/// # Cost
/// `⌈n / 8⌉` gradients on `Dual<T, 8>`. For up to four inputs [`hessian_of`](crate::hessian_of) and [`Chunk`] are faster.
///
/// # Panics
/// If `f` returns a value of [another recording](crate::reverse#values-from-elsewhere) or joins one with its arguments.
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
#[track_caller]
pub fn hessian<T: Float>(f: impl FnMut(&[Reverse<Dual<T, CHUNK>>]) -> Reverse<Dual<T, CHUNK>>, x: &[T]) -> DMatrix<T> {
    value_gradient_and_hessian(f, x).2
}

/// Value, gradient and Hessian of `f` at `x`. See [`hessian`].
///
/// # Panics
/// If `f` returns a value of [another recording](crate::reverse#values-from-elsewhere) or joins one with its arguments.
///
/// # Examples
/// ```
/// let (value, gradient, hessian) = dualtape::value_gradient_and_hessian(|x| x[0] * x[0] * x[1], &[3.0, 2.0]);
/// assert_eq!((value, gradient), (18.0, vec![12.0, 9.0]));
/// assert_eq!(hessian, nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// ```
#[cfg(feature = "nalgebra")]
#[track_caller]
pub fn value_gradient_and_hessian<T: Float>(
    f: impl FnMut(&[Reverse<Dual<T, CHUNK>>]) -> Reverse<Dual<T, CHUNK>>,
    x: &[T],
) -> (T, Vec<T>, DMatrix<T>) {
    Chunk::<CHUNK>::value_gradient_and_hessian(f, x)
}

/// Writes gradient and Hessian of `f` at `x` to `g` and `h` and returns the value. See
/// [`Chunk::value_gradient_and_hessian_into`].
///
/// # Examples
/// x² y at (3, 2) has the value 18, the gradient (12, 9) and the Hessian [[4, 6], [6, 0]].
/// ```
/// let (mut g, mut h) = ([0.0; 2], nalgebra::DMatrix::zeros(2, 2));
/// let value = dualtape::value_gradient_and_hessian_into(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &mut g, &mut h);
/// assert_eq!((value, g), (18.0, [12.0, 9.0]));
/// assert_eq!(h, nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// ```
#[cfg(feature = "nalgebra")]
#[track_caller]
pub fn value_gradient_and_hessian_into<T: Float>(
    f: impl FnMut(&[Reverse<Dual<T, CHUNK>>]) -> Reverse<Dual<T, CHUNK>>,
    x: &[T],
    g: &mut [T],
    h: &mut DMatrix<T>,
) -> T {
    Chunk::<CHUNK>::value_gradient_and_hessian_into(f, x, g, h)
}

/// The Hessian with `N` columns per recording.
///
/// Up to four inputs `N = 2` and `N = 4` are 1.5 times as fast as [`CHUNK`]; beyond that 8 is the best or close to it
/// (`cargo bench --bench modes`).
///
/// # Examples
/// ```
/// use dualtape::reverse::Chunk;
/// let (value, gradient, hessian) = Chunk::<2>::value_gradient_and_hessian(|x| x[0] * x[0] * x[1], &[3.0, 2.0]);
/// assert_eq!((value, gradient), (18.0, vec![12.0, 9.0]));
/// assert_eq!(hessian, nalgebra::dmatrix![4.0, 6.0; 6.0, 0.0]);
/// ```
#[cfg(feature = "nalgebra")]
#[derive(Clone, Copy, Debug)]
pub struct Chunk<const N: usize>;

#[cfg(feature = "nalgebra")]
impl<const N: usize> Chunk<N> {
    /// Value, gradient and Hessian of `f` at `x`. See [`hessian`].
    ///
    /// # Cost
    /// `⌈n / N⌉` gradients on `Dual<T, N>`.
    ///
    /// # Panics
    /// As [`hessian`].
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
        mut f: impl FnMut(&[Reverse<Dual<T, N>>]) -> Reverse<Dual<T, N>>,
        x: &[T],
        g: &mut [T],
        h: &mut DMatrix<T>,
    ) -> T {
        const { assert!(N > 0, "a chunk has at least one direction") };
        let n = x.len();
        check_length("value_gradient_and_hessian_into", "the gradient", g.len(), "the point", n);
        check_length("value_gradient_and_hessian_into", "a row of the Hessian", h.ncols(), "the point", n);
        check_length("value_gradient_and_hessian_into", "a column of the Hessian", h.nrows(), "the point", n);
        let mut scratch = pool::take::<OnDuals<T, N>>();
        let OnDuals { point, gradient } = &mut *scratch;
        point.clear();
        point.extend(x.iter().map(|&x| Dual::constant(x)));
        gradient.clear();
        gradient.extend_from_slice(point);
        let mut value = T::zero();
        for first in (0..n.max(1)).step_by(N) {
            let columns = first..n.min(first + N);
            let tag = Tag::fresh();
            for j in columns.clone() {
                point[j] = Dual::seeded(x[j], j - first).tagged(tag);
            }
            value = value_and_gradient_into(&mut f, point, gradient).primal();
            for j in columns {
                point[j] = Dual::constant(x[j]);
                // The lower triangle, mirrored.
                for i in j..n {
                    let entry = gradient[i].tangents()[j - first];
                    h[(i, j)] = entry;
                    h[(j, i)] = entry;
                }
            }
        }
        g.iter_mut().zip(&*gradient).for_each(|(g, on_duals)| *g = on_duals.primal());
        pool::put(scratch);
        value
    }
}

/// Scratch memory of second derivatives: the point and the gradient on dual numbers.
struct OnDuals<T, const N: usize> {
    point: Vec<Dual<T, N>>,
    gradient: Vec<Dual<T, N>>,
}

impl<T, const N: usize> Default for OnDuals<T, N> {
    fn default() -> Self {
        OnDuals { point: Vec::new(), gradient: Vec::new() }
    }
}

/// Hessian-vector product `H v` of `f` at `x`, without forming the Hessian.
///
/// # Cost
/// One gradient on `Dual<T>`: about two to three gradients.
///
/// # Panics
/// If `v` and `x` differ in length, or if `f` returns a value of [another recording](crate::reverse#values-from-elsewhere) or joins
/// one with its arguments.
///
/// # Examples
/// x² y at (3, 2) has the Hessian [[4, 6], [6, 0]]; with v = (1, 10) the product is (64, 6).
/// ```
/// assert_eq!(dualtape::hvp(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &[1.0, 10.0]), [64.0, 6.0]);
/// ```
///
/// Source: B. A. Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6 (1994).
#[doc(alias = "hessian_vector_product")]
#[track_caller]
pub fn hvp<T: Float>(f: impl FnOnce(&[Reverse<Dual<T>>]) -> Reverse<Dual<T>>, x: &[T], v: &[T]) -> Vec<T> {
    check_length("hvp", "the direction", v.len(), "the point", x.len());
    gradient_and_hvp(f, x, v).1
}

/// Gradient and Hessian-vector product of `f` at `x`. See [`hvp`].
///
/// # Panics
/// If `v` and `x` differ in length, or if `f` returns a value of [another recording](crate::reverse#values-from-elsewhere) or joins
/// one with its arguments.
///
/// # Examples
/// ```
/// let (gradient, product) = dualtape::gradient_and_hvp(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &[1.0, 10.0]);
/// assert_eq!((gradient, product), (vec![12.0, 9.0], vec![64.0, 6.0]));
/// ```
#[track_caller]
pub fn gradient_and_hvp<T: Float>(
    f: impl FnOnce(&[Reverse<Dual<T>>]) -> Reverse<Dual<T>>,
    x: &[T],
    v: &[T],
) -> (Vec<T>, Vec<T>) {
    check_length("gradient_and_hvp", "the direction", v.len(), "the point", x.len());
    let mut g = vec![T::zero(); x.len()];
    let mut product = g.clone();
    value_gradient_and_hvp_into(f, x, v, &mut g, &mut product);
    (g, product)
}

/// Writes gradient and Hessian-vector product of `f` at `x` to `g` and `product` and returns the value. See [`hvp`].
///
/// Once a call of the same size has been made on this thread, nothing is allocated (except by `f`).
///
/// # Panics
/// If `v`, `g`, `product` and `x` differ in length.
#[track_caller]
pub fn value_gradient_and_hvp_into<T: Float>(
    f: impl FnOnce(&[Reverse<Dual<T>>]) -> Reverse<Dual<T>>,
    x: &[T],
    v: &[T],
    g: &mut [T],
    product: &mut [T],
) -> T {
    check_length("value_gradient_and_hvp_into", "the direction", v.len(), "the point", x.len());
    check_length("value_gradient_and_hvp_into", "the gradient", g.len(), "the point", x.len());
    check_length("value_gradient_and_hvp_into", "the product", product.len(), "the point", x.len());
    let mut scratch = pool::take::<OnDuals<T, 1>>();
    let OnDuals { point, gradient } = &mut *scratch;
    let tag = Tag::fresh();
    point.clear();
    point.extend(x.iter().zip(v).map(|(&x, &v)| Dual::new(x, [v]).tagged(tag)));
    gradient.clear();
    gradient.extend_from_slice(point);
    let value = value_and_gradient_into(f, point, gradient).primal();
    for ((g, product), on_duals) in g.iter_mut().zip(product).zip(&*gradient) {
        (*g, *product) = (on_duals.primal(), on_duals.tangent());
    }
    pool::put(scratch);
    value
}
