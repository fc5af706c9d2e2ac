//! Second and third derivatives along directions: one gradient on dual numbers.

use super::gradient::{gradient, value_and_gradient_into};
use crate::drivers::seeded::Seeded;
use crate::drivers::{INPUT, check_length};
use crate::float::Float;
use crate::numbers::{Dual, Reverse, Tag};

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

/// Panics unless a direction and the buffers for gradient and product have an entry for each of the point.
#[track_caller]
pub(in crate::drivers) fn check_product<T>(driver: &str, x: &[T], v: &[T], g: &[T], product: &[T]) {
    check_length(driver, "the direction", v.len(), x.len(), INPUT);
    check_length(driver, "the buffer for the gradient", g.len(), x.len(), INPUT);
    check_length(driver, "the buffer for the product", product.len(), x.len(), INPUT);
}

/// A point that moves along a direction, and room for the gradient there: its tangents are the Hessian times the direction.
pub(in crate::drivers) struct Along<T> {
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
