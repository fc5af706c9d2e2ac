//! Eigenvalues of symmetric matrices, and singular values.

#[cfg(feature = "graph")]
use super::recorded::{Call, Method};
use super::{entries, form, inner};
use crate::LinearAlgebra;
use crate::float::algorithm::{Algorithm, Scalar};
use crate::float::{Float, Primitive};
#[cfg(feature = "graph")]
use crate::graph::Traced;
use crate::numbers::Number;
use nalgebra::{DMatrix, DVector, SymmetricEigen as Decomposition};
use num_traits::{Float as _, One};

pub(super) struct SymmetricEigen;

impl Algorithm for SymmetricEigen {
    type Args<'a, T: Float> = &'a DMatrix<T>;
    type Output<T: Float> = (DVector<T>, DMatrix<T>);

    fn on_primitive<B: Scalar>(a: &DMatrix<B>) -> (DVector<B>, DMatrix<B>) {
        let n = a.nrows();
        if n == 0 {
            return (DVector::zeros(0), DMatrix::zeros(0, 0));
        }
        let symmetric = DMatrix::from_fn(n, n, |i, j| lower(a, i, j));
        let eigen =
            if is_finite(&symmetric) { by_nalgebra(&symmetric).or_else(|| by_jacobi(&symmetric)) } else { None };
        let Some((values, vectors)) = eigen else {
            let nan = <B as num_traits::Float>::nan();
            return (DVector::from_element(n, nan), DMatrix::from_element(n, n, nan));
        };
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
        let sorted = DVector::from_fn(n, |i, _| values[order[i]]);
        (sorted, DMatrix::from_fn(n, n, |i, j| vectors[(i, order[j])]))
    }

    #[cfg(feature = "graph")]
    fn on_traced<B: Primitive>(a: &DMatrix<Traced<B>>) -> (DVector<Traced<B>>, DMatrix<Traced<B>>) {
        let n = a.nrows();
        let mut values = Call::of(Method::SymmetricEigen, a).record_result(a);
        let vectors = values.split_off(n);
        (DVector::from_vec(values), DMatrix::from_vec(n, n, vectors))
    }

    fn on_number<N: Number>(a: &DMatrix<N>) -> (DVector<N>, DMatrix<N>) {
        let (values, v) = LinearAlgebra::symmetric_eigen(&inner(a));
        let n = a.nrows();
        let dav = DMatrix::from_fn(n, n, |k, j| form((0..n).map(|l| (lower(a, k, l), v[(l, j)]))));
        // vᵢᵀ dA vⱼ, a symmetric matrix.
        let mut coupling = DMatrix::from_element(n, n, N::zero());
        for j in 0..n {
            for i in j..n {
                coupling[(i, j)] = form((0..n).map(|k| (dav[(k, j)], v[(k, i)])));
                coupling[(j, i)] = coupling[(i, j)];
            }
        }
        let lambda =
            DVector::from_fn(n, |i, _| N::join_all(values[i], [(coupling[(i, i)], N::Inner::one())].into_iter()));
        let vectors = DMatrix::from_fn(n, n, |row, i| {
            let others = (0..n).filter(|&j| j != i);
            N::join_all(v[(row, i)], others.map(|j| (coupling[(i, j)], v[(row, j)] / (values[i] - values[j]))))
        });
        (lambda, vectors)
    }
}

pub(super) struct SymmetricEigenvalues;

impl Algorithm for SymmetricEigenvalues {
    type Args<'a, T: Float> = &'a DMatrix<T>;
    type Output<T: Float> = DVector<T>;

    fn on_primitive<B: Scalar>(a: &DMatrix<B>) -> DVector<B> {
        SymmetricEigen::on_primitive(a).0
    }

    #[cfg(feature = "graph")]
    fn on_traced<B: Primitive>(a: &DMatrix<Traced<B>>) -> DVector<Traced<B>> {
        DVector::from_vec(Call::of(Method::SymmetricEigenvalues, a).record_result(a))
    }

    fn on_number<N: Number>(a: &DMatrix<N>) -> DVector<N> {
        let (values, vectors) = LinearAlgebra::symmetric_eigen(&inner(a));
        DVector::from_fn(values.len(), |i, _| {
            let v = vectors.column(i);
            let triangle = entries(a).filter(|&(k, l, _)| k >= l);
            N::join_all(
                values[i],
                triangle.map(|(k, l, a)| (a, if k == l { v[k] * v[k] } else { v[k] * v[l] + v[l] * v[k] })),
            )
        })
    }
}

/// Eigenvalues and eigenvectors, unless the decomposition fails to end: some matrices of low rank make it go on forever.
fn by_nalgebra<B: Scalar>(a: &DMatrix<B>) -> Option<(DVector<B>, DMatrix<B>)> {
    // Two or three steps for each value are usual.
    let steps = 100 * a.nrows().max(10);
    let eigen = Decomposition::try_new(a.clone(), <B as num_traits::Float>::epsilon(), steps)?;
    eigen
        .eigenvalues
        .iter()
        .all(|&x| num_traits::Float::is_finite(x))
        .then_some((eigen.eigenvalues, eigen.eigenvectors))
}

/// The same from singular values: those of `A + s` are the eigenvalues plus `s`, where `s` is so large that none is negative.
fn by_jacobi<B: Primitive>(a: &DMatrix<B>) -> Option<(DVector<B>, DMatrix<B>)> {
    let n = a.nrows();
    let largest = largest(a);
    let scaled = a.map(|x| x / largest);
    let row_sums = scaled.row_iter().map(|row| row.iter().map(|x| x.abs()).sum::<B>());
    let shift = row_sums.fold(B::zero(), |most, sum| most.max(sum));
    let shifted = DMatrix::from_fn(n, n, |i, j| if i == j { scaled[(i, j)] + shift } else { scaled[(i, j)] });
    let (_, sigma, v) = jacobi(shifted)?;
    Some((sigma.map(|sigma| (sigma - shift) * largest), v))
}

/// The largest absolute value of an entry.
fn largest<B: Primitive>(a: &DMatrix<B>) -> B {
    a.iter().fold(B::zero(), |most, x| most.max(x.abs()))
}

/// The entry of the symmetric matrix whose lower triangle is that of `a`.
fn lower<T: Float>(a: &DMatrix<T>, i: usize, j: usize) -> T {
    a[(i.max(j), i.min(j))]
}

pub(super) struct Svd;

impl Algorithm for Svd {
    type Args<'a, T: Float> = &'a DMatrix<T>;
    type Output<T: Float> = (DMatrix<T>, DVector<T>, DMatrix<T>);

    fn on_primitive<B: Scalar>(a: &DMatrix<B>) -> (DMatrix<B>, DVector<B>, DMatrix<B>) {
        let (m, n) = a.shape();
        let wide = m < n;
        let decomposition = if is_finite(a) { jacobi(if wide { a.transpose() } else { a.clone() }) } else { None };
        let (u, sigma, v) = decomposition.unwrap_or_else(|| {
            let (r, nan) = (m.min(n), B::nan());
            (DMatrix::from_element(m.max(n), r, nan), DVector::from_element(r, nan), DMatrix::from_element(r, r, nan))
        });
        if wide { (v, sigma, u) } else { (u, sigma, v) }
    }

    #[cfg(feature = "graph")]
    fn on_traced<B: Primitive>(a: &DMatrix<Traced<B>>) -> (DMatrix<Traced<B>>, DVector<Traced<B>>, DMatrix<Traced<B>>) {
        let ((m, n), r) = (a.shape(), a.nrows().min(a.ncols()));
        let mut u = Call::of(Method::Svd, a).record_result(a);
        let mut sigma = u.split_off(m * r);
        let v = sigma.split_off(r);
        (DMatrix::from_vec(m, r, u), DVector::from_vec(sigma), DMatrix::from_vec(n, r, v))
    }

    fn on_number<N: Number>(a: &DMatrix<N>) -> (DMatrix<N>, DVector<N>, DMatrix<N>) {
        let (u, sigma, v) = LinearAlgebra::svd(&inner(a));
        let r = sigma.len();
        // dA V, and P = Uᵀ dA V.
        let dav = DMatrix::from_fn(u.nrows(), r, |k, j| form((0..v.nrows()).map(|l| (a[(k, l)], v[(l, j)]))));
        let p = DMatrix::from_fn(r, r, |i, j| form((0..u.nrows()).map(|k| (dav[(k, j)], u[(k, i)]))));
        let values = DVector::from_fn(r, |i, _| N::join_all(sigma[i], [(p[(i, i)], N::Inner::one())].into_iter()));
        // The vectors of one side: how they turn among themselves, by P or its transpose, and how they leave their space.
        let turned = |vectors: &DMatrix<N::Inner>, p: &DMatrix<N>, change: Option<&DMatrix<N>>| {
            DMatrix::from_fn(vectors.nrows(), r, |row, i| {
                let among = (0..r).filter(|&j| j != i).flat_map(|j| {
                    let turn = vectors[(row, j)] / ((sigma[i] - sigma[j]) * (sigma[i] + sigma[j]));
                    [(p[(j, i)], turn * sigma[i]), (p[(i, j)], turn * sigma[j])]
                });
                let away = change.map(|change| {
                    let projected = (0..r).map(|j| (p[(j, i)], -vectors[(row, j)] / sigma[i]));
                    projected.chain([(change[(row, i)], sigma[i].recip())])
                });
                N::join_all(vectors[(row, i)], among.chain(away.into_iter().flatten()))
            })
        };
        let (m, n) = a.shape();
        let left = turned(&u, &p, (m > n).then_some(&dav));
        let dau = (n > m).then(|| DMatrix::from_fn(n, r, |l, j| form((0..m).map(|k| (a[(k, l)], u[(k, j)])))));
        (left, values, turned(&v, &p.transpose(), dau.as_ref()))
    }
}

pub(super) struct SingularValues;

impl Algorithm for SingularValues {
    type Args<'a, T: Float> = &'a DMatrix<T>;
    type Output<T: Float> = DVector<T>;

    fn on_primitive<B: Scalar>(a: &DMatrix<B>) -> DVector<B> {
        Svd::on_primitive(a).1
    }

    #[cfg(feature = "graph")]
    fn on_traced<B: Primitive>(a: &DMatrix<Traced<B>>) -> DVector<Traced<B>> {
        DVector::from_vec(Call::of(Method::SingularValues, a).record_result(a))
    }

    fn on_number<N: Number>(a: &DMatrix<N>) -> DVector<N> {
        let (u, sigma, v) = LinearAlgebra::svd(&inner(a));
        DVector::from_fn(sigma.len(), |i, _| {
            N::join_all(sigma[i], entries(a).map(|(k, l, a)| (a, u[(k, i)] * v[(l, i)])))
        })
    }
}

// ---- The singular value decomposition of primitive numbers --------------------------------------------------------------------

/// `U`, `σ` and `V` of a matrix with at least as many rows as columns, by one-sided Jacobi rotations: the columns of `A V` are turned
/// towards each other until all are orthogonal, to rounding relative to their own lengths. Then the lengths are the singular values and the
/// directions are `U`, which is orthonormal also in the columns of small values.
///
/// nalgebra's decomposition is faster, and its vectors have lost half of the digits where singular values are small.
///
/// `None` if it does not come to an end.
///
/// Source: Hestenes, "Inversion of matrices by biorthogonalization and related results", J. SIAM 6 (1958); Golub & Van Loan, *Matrix
/// Computations*, 4th ed., section 8.6.3.
fn jacobi<B: Primitive>(a: DMatrix<B>) -> Option<(DMatrix<B>, DVector<B>, DMatrix<B>)> {
    let (m, n) = a.shape();
    let largest = largest(&a);
    if largest == B::zero() {
        return Some((DMatrix::from_fn(m, n, unit), DVector::from_element(n, largest), DMatrix::from_fn(n, n, unit)));
    }
    // A power of two, so that nothing is rounded.
    let scale = B::lit(2.0).powf(largest.log2().floor());
    let mut w: Vec<Vec<B>> = a.column_iter().map(|column| column.iter().map(|&x| x / scale).collect()).collect();
    let mut v: Vec<Vec<B>> = (0..n).map(|j| (0..n).map(|i| unit(i, j)).collect()).collect();
    let mut lengths: Vec<B> = w.iter_mut().map(|w| shortest_is_zero(w)).collect();
    let mut sweeps = 0;
    loop {
        // Columns by decreasing length converge sooner.
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| lengths[j].total_cmp(&lengths[i]));
        lengths = order.iter().map(|&j| lengths[j]).collect();
        w = order.iter().map(|&j| std::mem::take(&mut w[j])).collect();
        v = order.iter().map(|&j| std::mem::take(&mut v[j])).collect();
        let mut is_orthogonal = true;
        for p in 0..n {
            for q in p + 1..n {
                is_orthogonal &= !make_orthogonal(&mut w, &mut v, &mut lengths, p, q);
            }
        }
        if is_orthogonal {
            break;
        }
        sweeps += 1;
        if sweeps == SWEEPS {
            return None;
        }
    }
    let sigma = DVector::from_fn(n, |j, _| lengths[j] * scale);
    for j in 0..n {
        if lengths[j] > B::zero() {
            w[j].iter_mut().for_each(|x| *x /= lengths[j]);
        } else {
            w[j] = orthogonal_to(&w[..j], m);
        }
    }
    Some((DMatrix::from_fn(m, n, |i, j| w[j][i]), sigma, DMatrix::from_fn(n, n, |i, j| v[j][i])))
}

/// Ten are enough for hundreds of columns.
const SWEEPS: usize = 60;

/// Turns the columns `p` and `q`, which have these lengths, in their plane so that they are orthogonal, and those of `v` likewise. `false`
/// if they were.
fn make_orthogonal<B: Primitive>(w: &mut [Vec<B>], v: &mut [Vec<B>], lengths: &mut [B], p: usize, q: usize) -> bool {
    let (alpha, beta, gamma) = (lengths[p], lengths[q], dot(&w[p], &w[q]));
    let tolerance = B::epsilon() * B::lit(w[p].len() as f64).sqrt() * alpha * beta;
    if gamma.abs() <= tolerance {
        return false;
    }
    let zeta = (beta - alpha) * (beta + alpha) / (gamma + gamma);
    // The square of a large one would overflow.
    let root = if zeta.abs() * B::epsilon() < B::one() { (B::one() + zeta * zeta).sqrt() } else { zeta.abs() };
    let tangent = zeta.signum() / (zeta.abs() + root);
    let cosine = (B::one() + tangent * tangent).sqrt().recip();
    let sine = cosine * tangent;
    for columns in [&mut *w, v] {
        let (left, right) = columns.split_at_mut(q);
        for (x, y) in left[p].iter_mut().zip(&mut right[0]) {
            (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
        }
    }
    lengths[p] = shortest_is_zero(&mut w[p]);
    lengths[q] = shortest_is_zero(&mut w[q]);
    true
}

/// The length of a column, which becomes zero if its square has no digits: it is nothing beside the largest entry, which is at least 1.
fn shortest_is_zero<B: Primitive>(column: &mut [B]) -> B {
    let length = length(column);
    if length < (B::min_positive_value() / B::epsilon()).sqrt() {
        column.fill(B::zero());
        return B::zero();
    }
    length
}

/// A unit vector orthogonal to these unit vectors, which are fewer than its entries: what is left of the axis that has most left.
fn orthogonal_to<B: Primitive>(vectors: &[Vec<B>], entries: usize) -> Vec<B> {
    let covered = |i: usize| vectors.iter().map(|v| v[i] * v[i]).sum::<B>();
    let axis = (0..entries).min_by(|&i, &j| covered(i).total_cmp(&covered(j))).expect("there are entries");
    let mut result: Vec<B> = (0..entries).map(|i| unit(i, axis)).collect();
    // Twice, since what is left may be short.
    for v in vectors.iter().chain(vectors) {
        let part = dot(&result, v);
        result.iter_mut().zip(v).for_each(|(x, &v)| *x -= part * v);
    }
    let length = length(&result);
    result.iter().map(|&x| x / length).collect()
}

fn length<B: Primitive>(x: &[B]) -> B {
    dot(x, x).sqrt()
}

fn dot<B: Primitive>(x: &[B], y: &[B]) -> B {
    // Four sums, which the processor forms at the same time.
    let mut sums = [B::zero(); 4];
    let (x, y) = (x.chunks_exact(4), y.chunks_exact(4));
    let rest: B = x.remainder().iter().zip(y.remainder()).map(|(&x, &y)| x * y).sum();
    for (x, y) in x.zip(y) {
        for k in 0..4 {
            sums[k] += x[k] * y[k];
        }
    }
    (sums[0] + sums[2]) + (sums[1] + sums[3]) + rest
}

/// An entry of the identity matrix.
fn unit<B: Primitive>(i: usize, j: usize) -> B {
    if i == j { B::one() } else { B::zero() }
}

/// A decomposition need not end on a matrix that is not finite.
fn is_finite<B: Primitive>(a: &DMatrix<B>) -> bool {
    a.iter().all(|x| x.is_finite())
}
