//! Functions and their derivatives.

use super::report::{Check, Entry};
use crate::drivers::by_size::{gradient_of as driver_gradient, hvp_of, jvp_of, vjp_of};
use crate::drivers::{ScalarFunction, VectorFunction, reverse};
use crate::float::{Float, Primitive};
use crate::numbers::Dual;
use crate::numeric::slopes;

/// The derivative `claimed` of a plain function `f` at `x`, from wherever it comes.
///
/// # Examples
/// ```
/// use dualtape::check;
/// check::derivative(f64::exp, 1.0, 1.0_f64.exp()).assert_passed();
/// // The logarithm to the base 10 has not the derivative 1/x.
/// assert!(
///     check::derivative(f64::log10, 2.0, 0.5)
///         .to_string()
///         .contains("a factor 2.30259 is too much")
/// );
/// ```
#[inline]
pub fn derivative(f: impl FnMut(f64) -> f64, x: f64, claimed: f64) -> Check {
    derivative_at("check::derivative", f, x, claimed)
}

/// See [`derivative`]; `verb` is the name in messages, here and below.
#[inline]
pub(super) fn derivative_at<B: Primitive>(verb: &str, mut f: impl FnMut(B) -> B, x: B, claimed: B) -> Check {
    let slope = slopes(verb, |x| vec![f(x[0])], &[x], 0)[0];
    Check::new::<B>("derivative", None, vec![Entry::new("∂/∂x".to_string(), 1, claimed, slope)])
}

/// The gradient `claimed` of a plain function `f` at `x`, from wherever it comes: written by hand, or by another library.
///
/// # Panics
/// If `claimed` and `x` differ in length.
///
/// # Examples
/// x² y at (3, 2) has the gradient (2xy, x²):
/// ```
/// use dualtape::check;
/// check::gradient(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &[12.0, 9.0]).assert_passed();
/// ```
#[track_caller]
#[inline]
pub fn gradient(f: impl FnMut(&[f64]) -> f64, x: &[f64], claimed: &[f64]) -> Check {
    gradient_at("check::gradient", f, x, claimed)
}

/// See [`gradient`].
#[track_caller]
#[inline]
pub(super) fn gradient_at<B: Primitive>(verb: &str, mut f: impl FnMut(&[B]) -> B, x: &[B], claimed: &[B]) -> Check {
    let (n, found) = (x.len(), claimed.len());
    assert!(
        found == n,
        "dualtape: {verb}: expected a gradient with {n} entries, found {found}; give one for each entry of the point"
    );
    Check::new::<B>("gradient", None, gradient_entries(verb, &mut f, x, claimed, ""))
}

/// The Jacobian `claimed` of a plain function `f` at `x`, from wherever it comes; of a gradient, it is the Hessian.
///
/// One row for each value of `f`, one column for each entry of `x`.
///
/// # Panics
/// If the matrix has not this shape, or `f` does not return as many values at every point.
///
/// # Examples
/// (x y, x + y) at (2, 3) has the Jacobian [[3, 2], [1, 1]], and somebody has written its transpose:
/// ```
/// use dualtape::check;
/// use nalgebra::dmatrix;
///
/// let check =
///     |claimed| check::jacobian(|x| [x[0] * x[1], x[0] + x[1]], &[2.0, 3.0], &claimed);
/// check(dmatrix![3.0, 2.0; 1.0, 1.0]).assert_passed();
/// assert!(
///     check(dmatrix![3.0, 1.0; 2.0, 1.0])
///         .to_string()
///         .contains("looks like the transpose")
/// );
/// ```
#[cfg(feature = "nalgebra")]
#[track_caller]
#[inline]
pub fn jacobian<Y: AsRef<[f64]>>(f: impl FnMut(&[f64]) -> Y, x: &[f64], claimed: &nalgebra::DMatrix<f64>) -> Check {
    jacobian_at("check::jacobian", f, x, claimed)
}

/// See [`jacobian`].
#[cfg(feature = "nalgebra")]
#[track_caller]
#[inline]
pub(super) fn jacobian_at<B: Primitive, Y: AsRef<[B]>>(
    verb: &str,
    mut f: impl FnMut(&[B]) -> Y,
    x: &[B],
    claimed: &nalgebra::DMatrix<B>,
) -> Check {
    let (m, n) = (f(x).as_ref().len(), x.len());
    let (rows, columns) = claimed.shape();
    let advice = if (rows, columns) == (n, m) { "this may be the transpose: give one row" } else { "give one row" };
    assert!(
        (rows, columns) == (m, n),
        "dualtape: {verb}: expected a matrix {m} x {n}, found {rows} x {columns}; {advice} for each value and one column for each \
         entry of the point"
    );
    let mut f = |x: &[B]| f(x).as_ref().to_vec();
    let columns: Vec<Vec<B>> = claimed.column_iter().map(|column| column.iter().copied().collect()).collect();
    matrix(verb, "Jacobian", &mut f, x, m, &columns)
}

/// The gradient of `f` at `x` by the driver [`gradient_of`](crate::gradient_of).
///
/// # Examples
/// A function that reads the value out of its number loses the derivative:
/// ```
/// use dualtape::{Float, check, scalar_function};
///
/// fn lossy<T: Float>(x: &[T]) -> T {
///     x[0] * T::from_base(x[0].base())
/// }
/// scalar_function!(Lossy = lossy);
/// let check = check::gradient_of(&Lossy, &[3.0]);
/// // the derivative of x² is 6
/// assert_eq!((check.entries()[0].exact, check.passed()), (3.0, false));
/// ```
#[track_caller]
#[inline]
pub fn gradient_of<B: Primitive>(f: &(impl ScalarFunction + ?Sized), x: &[B]) -> Check {
    Check::new::<B>("gradient", None, first_derivatives("check::gradient_of", f, x, ""))
}

/// The Jacobian of `f` at `x` by forward mode.
///
/// # Examples
/// ```
/// use dualtape::{Float, check, vector_function};
///
/// fn polar<T: Float>(p: &[T]) -> Vec<T> {
///     vec![p[0] * p[1].cos(), p[0] * p[1].sin()]
/// }
/// vector_function!(Polar = polar);
/// check::jacobian_of(&Polar, &[2.0, 0.5]).assert_passed();
/// ```
#[track_caller]
#[inline]
pub fn jacobian_of<B: Primitive>(f: &(impl VectorFunction + ?Sized), x: &[B]) -> Check {
    let m = f.eval(x).len();
    let columns: Vec<Vec<B>> = (0..x.len()).map(|j| jvp_of(f, x, &unit(x.len(), j)).1).collect();
    matrix("check::jacobian_of", "Jacobian", &mut |x: &[B]| f.eval(x), x, m, &columns)
}

/// The Hessian of `f` at `x` by forward over reverse mode, compared with differences of the gradient.
///
/// # Examples
/// ```
/// use dualtape::{Float, check, scalar_function};
///
/// fn rosenbrock<T: Float>(x: &[T]) -> T {
///     (T::one() - x[0]).powi(2) + T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2)
/// }
/// scalar_function!(Rosenbrock = rosenbrock);
/// check::hessian_of(&Rosenbrock, &[-1.2, 1.0]).assert_passed();
/// ```
#[track_caller]
#[inline]
pub fn hessian_of<B: Primitive>(f: &(impl ScalarFunction + ?Sized), x: &[B]) -> Check {
    let columns: Vec<Vec<B>> = (0..x.len()).map(|j| hvp_of(f, x, &unit(x.len(), j))).collect();
    matrix("check::hessian_of", "Hessian", &mut |x: &[B]| driver_gradient(f, x), x, x.len(), &columns)
}

/// All derivatives of `f` at `x` that the crate takes: the gradient by both modes, the Hessian, and third derivatives, by each entry of `x`
/// and twice along a direction `v` in which all entries move.
///
/// Derivatives of each order are compared with differences of those of the order below.
///
/// # Examples
/// ```
/// use dualtape::{Float, check, scalar_function};
///
/// fn wave<T: Float>(x: &[T]) -> T {
///     x[0].sin() * x[1].exp()
/// }
/// scalar_function!(Wave = wave);
/// check::derivatives_of(&Wave, &[0.3, -0.5]).assert_passed();
/// ```
#[track_caller]
#[inline]
pub fn derivatives_of<B: Primitive>(f: &(impl ScalarFunction + ?Sized), x: &[B]) -> Check {
    Check::new::<B>("derivatives", None, all_orders("check::derivatives_of", f, x, ""))
}

/// The products `J v` and `wᵀ J` of `f` at `x`, for three pairs of `v` and `w`: `J v` with differences along `v`, and both with each
/// other, since `⟨w, J v⟩ = ⟨Jᵀ w, v⟩`.
///
/// For functions with very many inputs and outputs: it takes six products.
///
/// # Examples
/// ```
/// use dualtape::{Float, check, vector_function};
///
/// fn polar<T: Float>(p: &[T]) -> Vec<T> {
///     vec![p[0] * p[1].cos(), p[0] * p[1].sin()]
/// }
/// vector_function!(Polar = polar);
/// check::products_of(&Polar, &[2.0, 0.5]).assert_passed();
/// ```
///
/// Source for the second test: Griewank & Walther, *Evaluating Derivatives*, 2nd ed., section 3.2.
#[doc(alias = "jvp", alias = "vjp", alias = "dot product test")]
#[track_caller]
#[inline]
pub fn products_of<B: Primitive>(f: &(impl VectorFunction + ?Sized), x: &[B]) -> Check {
    let m = f.eval(x).len();
    let mut entries = Vec::new();
    for pair in 0..PAIRS {
        let (v, w) = (direction(x.len(), 2 * pair), direction(m, 2 * pair + 1));
        let (_, jv) = jvp_of(f, x, &v);
        let (_, wj) = vjp_of(f, x, &w);
        let mut along = |t: &[B]| f.eval(&x.iter().zip(&v).map(|(&x, &v)| x + v * t[0]).collect::<Vec<_>>());
        let slopes = slopes("check::products_of", &mut along, &[B::zero()], 0);
        entries.extend(
            jv.iter()
                .zip(slopes)
                .enumerate()
                .map(|(i, (&jv, slope))| Entry::new(format!("(J v{pair})[{i}]"), 1, jv, slope)),
        );
        entries.push(same_product(pair, &w, &jv, &wj, &v));
    }
    Check::new::<B>("products with the Jacobian", None, entries)
}

/// Whether `multiply(v) = A v` and `multiply_transposed(w) = Aᵀ w` belong to one matrix, `m x n`: `⟨w, A v⟩ = ⟨Aᵀ w, v⟩` for three pairs.
///
/// For products from elsewhere, as solvers and adjoint codes have them.
///
/// # Panics
/// If a product has not the length of its side of the matrix.
///
/// # Examples
/// Differences of neighbours, and what should be their transpose but has the signs of the differences the other way:
/// ```
/// use dualtape::check;
///
/// let forward = |v: &[f64]| vec![v[1] - v[0], v[2] - v[1]];
/// check::transposes(forward, |w| vec![-w[0], w[0] - w[1], w[1]], 2, 3).assert_passed();
/// let check = check::transposes(forward, |w| vec![w[0], w[1] - w[0], -w[1]], 2, 3);
/// assert!(check.to_string().contains("the sign is wrong"));
/// ```
#[doc(alias = "adjoint test", alias = "dot product test")]
#[track_caller]
#[inline]
pub fn transposes(
    multiply: impl FnMut(&[f64]) -> Vec<f64>,
    multiply_transposed: impl FnMut(&[f64]) -> Vec<f64>,
    m: usize,
    n: usize,
) -> Check {
    transposes_at("check::transposes", multiply, multiply_transposed, m, n)
}

/// See [`transposes`].
#[track_caller]
#[inline]
pub(super) fn transposes_at<B: Primitive>(
    verb: &str,
    mut multiply: impl FnMut(&[B]) -> Vec<B>,
    mut multiply_transposed: impl FnMut(&[B]) -> Vec<B>,
    m: usize,
    n: usize,
) -> Check {
    let mut entries = Vec::new();
    for pair in 0..PAIRS {
        let (v, w) = (direction(n, 2 * pair), direction(m, 2 * pair + 1));
        let (av, wa) = (multiply(&v), multiply_transposed(&w));
        let (rows, columns) = (av.len(), wa.len());
        assert!(
            (rows, columns) == (m, n),
            "dualtape: {verb}: expected products with {m} and {n} entries, found {rows} and {columns}; for a matrix {m} x {n} \
             the first product takes {n} numbers to {m}, and the second {m} to {n}"
        );
        entries.push(same_product(pair, &w, &av, &wa, &v));
    }
    Check::new::<B>("transposes", None, entries)
}

/// Pairs of directions for products. One would do but for accidents.
const PAIRS: usize = 3;

/// `⟨w, A v⟩` and `⟨Aᵀ w, v⟩`, of which the former stands as numerical.
#[inline]
fn same_product<B: Primitive>(pair: usize, w: &[B], av: &[B], wa: &[B], v: &[B]) -> Entry {
    let products = |a: &[B], b: &[B]| -> (B, B) {
        let terms = a.iter().zip(b).map(|(&a, &b)| a * b);
        (terms.clone().sum(), terms.map(|term| term.abs()).sum())
    };
    let ((by_w, size), (by_v, other)) = (products(w, av), products(wa, v));
    Entry::identity(format!("⟨Aᵀ w{pair}, v{pair}⟩"), 1, by_v, by_w, size.max(other))
}

/// A direction of ordinary entries of both signs, another one for each number.
#[inline]
pub(super) fn direction<B: Primitive>(n: usize, number: usize) -> Vec<B> {
    (0..n)
        .map(|i| 1.5 * (1.0 + 2.3 * i as f64 + 0.7 * number as f64 * (i as f64 + 1.3)).sin())
        .map(|v| B::nearest(v + 0.2_f64.copysign(v)))
        .collect()
}

#[inline]
fn unit<B: Primitive>(n: usize, j: usize) -> Vec<B> {
    (0..n).map(|i| if i == j { B::one() } else { B::zero() }).collect()
}

/// The columns of a matrix of derivatives of `f`, which returns `m` values.
#[track_caller]
#[inline]
fn matrix<B: Primitive>(
    verb: &str,
    subject: &str,
    f: &mut dyn FnMut(&[B]) -> Vec<B>,
    x: &[B],
    m: usize,
    columns: &[Vec<B>],
) -> Check {
    let slopes: Vec<_> = (0..x.len()).map(|j| slopes(verb, &mut *f, x, j)).collect();
    let entry = |i: usize, j: usize| Entry::new(format!("[{i}, {j}]"), 1, columns[j][i], slopes[j][i]);
    let entries = (0..m).flat_map(|i| (0..x.len()).map(move |j| (i, j))).map(|(i, j)| entry(i, j)).collect();
    Check::new::<B>(subject, Some((m, x.len())), entries)
}

#[track_caller]
#[inline]
fn gradient_entries<B: Primitive>(
    verb: &str,
    f: &mut dyn FnMut(&[B]) -> B,
    x: &[B],
    claimed: &[B],
    place: &str,
) -> Vec<Entry> {
    let slope = |j: usize| slopes(verb, |x| vec![f(x)], x, j)[0];
    let slopes: Vec<_> = (0..x.len()).map(slope).collect();
    let entry = |j: usize| Entry::new(format!("∂/∂{}{place}", input(x.len(), j)), 1, claimed[j], slopes[j]);
    (0..x.len()).map(entry).collect()
}

/// What the input `j` of `n` is called.
#[inline]
fn input(n: usize, j: usize) -> String {
    if n == 1 { "x".to_string() } else { format!("x[{j}]") }
}

#[track_caller]
#[inline]
fn first_derivatives<B: Primitive>(verb: &str, f: &(impl ScalarFunction + ?Sized), x: &[B], place: &str) -> Vec<Entry> {
    gradient_entries(verb, &mut |x: &[B]| f.eval(x), x, &driver_gradient(f, x), place)
}

/// Orders one to three; `place` stands behind the names of the entries.
#[track_caller]
#[inline]
pub(super) fn all_orders<B: Primitive>(
    verb: &str,
    f: &(impl ScalarFunction + ?Sized),
    x: &[B],
    place: &str,
) -> Vec<Entry> {
    let n = x.len();
    let mut entries = first_derivatives(verb, f, x, place);
    let gradient = driver_gradient(f, x);
    let by_tape = reverse::gradient(|x| f.eval(x), x);
    entries.extend((0..n).map(|j| {
        let name = format!("∂/∂{}{place}, by the tape", input(n, j));
        Entry::identity(name, 1, by_tape[j], gradient[j], gradient[j])
    }));
    for j in 0..n {
        let column = hvp_of(f, x, &unit(n, j));
        let slopes = slopes(verb, |x| driver_gradient(f, x), x, j);
        entries.extend((0..n).map(|i| {
            let name = format!(
                "∂²/{}{place}",
                if i == j { format!("∂{}²", input(n, i)) } else { format!("∂{}∂{}", input(n, i), input(n, j)) }
            );
            Entry::new(name, 2, column[i], slopes[i])
        }));
    }
    // One direction in which every entry moves, instead of n² pairs.
    let v: Vec<B> = if n == 1 { vec![B::one()] } else { direction(n, 0) };
    for j in 0..n {
        let seeded: Vec<Dual<B>> = x.iter().zip(unit(n, j)).map(|(&x, seed)| Dual::new(x, [seed])).collect();
        let third = second_along(f, &seeded, &v).tangent();
        let slope = slopes(verb, |x| vec![second_along(f, x, &v)], x, j)[0];
        let name =
            if n == 1 { format!("∂³/∂x³{place}") } else { format!("∂³/∂{}∂v²{place}", input(n, j)) };
        entries.push(Entry::new(name, 3, third, slope));
    }
    entries
}

/// The second derivative of `f` at `x` along `v`.
#[inline]
fn second_along<T: Float>(f: &(impl ScalarFunction + ?Sized), x: &[T], v: &[T::Base]) -> T {
    let lifted = v.iter().map(|&v| T::from_base(v));
    let at: Vec<Dual<Dual<T>>> =
        x.iter().zip(lifted).map(|(&x, v)| Dual::new(Dual::new(x, [v]), [Dual::constant(v)])).collect();
    f.eval(&at).tangent().tangent()
}
