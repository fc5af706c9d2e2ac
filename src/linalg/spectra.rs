//! Eigenvalues of symmetric matrices, and singular values.

#[cfg(feature = "graph")]
use super::recorded::{Call, Method};
use super::{coefficients, entries, form, inner};
use crate::LinearAlgebra;
use crate::float::algorithm::{Algorithm, Scalar};
use crate::float::{Float, Number, Primitive};
#[cfg(feature = "graph")]
use crate::graph::Traced;
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

    fn on_series<N: Number>(a: &DMatrix<N>) -> (DVector<N>, DMatrix<N>) {
        let Some(a) = coefficients(a) else { return Self::on_number(a) };
        let (values, vectors) = LinearAlgebra::symmetric_eigen(&a);
        (values.map(N::from_leading), vectors.map(N::from_leading))
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

    fn on_series<N: Number>(a: &DMatrix<N>) -> DVector<N> {
        match coefficients(a) {
            Some(a) => LinearAlgebra::symmetric_eigenvalues(&a).map(N::from_leading),
            None => Self::on_number(a),
        }
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
    let (_, sigma, v) = jacobi(shifted, Vectors::Both)?;
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
        decomposition(a, Vectors::Both)
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

    fn on_series<N: Number>(a: &DMatrix<N>) -> (DMatrix<N>, DVector<N>, DMatrix<N>) {
        let Some(a) = coefficients(a) else { return Self::on_number(a) };
        let (u, sigma, v) = LinearAlgebra::svd(&a);
        (u.map(N::from_leading), sigma.map(N::from_leading), v.map(N::from_leading))
    }
}

pub(super) struct SingularValues;

impl Algorithm for SingularValues {
    type Args<'a, T: Float> = &'a DMatrix<T>;
    type Output<T: Float> = DVector<T>;

    fn on_primitive<B: Scalar>(a: &DMatrix<B>) -> DVector<B> {
        decomposition(a, Vectors::None).1
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

    fn on_series<N: Number>(a: &DMatrix<N>) -> DVector<N> {
        match coefficients(a) {
            Some(a) => LinearAlgebra::singular_values(&a).map(N::from_leading),
            None => Self::on_number(a),
        }
    }
}

// ---- The singular value decomposition of primitive numbers --------------------------------------------------------------------

/// `U`, `σ` and `V` of any matrix, NaN if it has an entry that is not finite.
fn decomposition<B: Primitive>(a: &DMatrix<B>, asked: Vectors) -> (DMatrix<B>, DVector<B>, DMatrix<B>) {
    let (m, n) = a.shape();
    let wide = m < n;
    let found = if is_finite(a) { jacobi(if wide { a.transpose() } else { a.clone() }, asked) } else { None };
    let (u, sigma, v) = found.unwrap_or_else(|| {
        let (r, nan) = (m.min(n), B::nan());
        (DMatrix::from_element(m.max(n), r, nan), DVector::from_element(r, nan), DMatrix::from_element(r, r, nan))
    });
    if wide { (v, sigma, u) } else { (u, sigma, v) }
}

/// What is asked for beside the singular values.
#[derive(Clone, Copy, PartialEq)]
enum Vectors {
    None,
    Both,
}

/// `U`, `σ` and `V` of a matrix with at least as many rows as columns, by one-sided Jacobi rotations: columns are turned towards each other
/// until all are orthogonal, to rounding relative to their own lengths. Then the lengths are the singular values and the directions are
/// vectors of one side, which are orthonormal also where values are small; the product of the rotations has those of the other side.
/// The matrices of vectors are empty if none are asked for.
///
/// The columns are those of `Rᵀ` in `A P = Q R`, with the columns of `A` permuted so that the diagonal of `R` decreases: they are
/// nearly orthogonal from the start, which saves one or two sweeps of eight, and short. `P` and `Q` take no digits from small
/// values that come from short columns of `A`.
///
/// nalgebra's decomposition is faster, and its vectors have lost half of the digits where singular values are small.
///
/// `None` if it does not come to an end.
///
/// Sources: Hestenes, "Inversion of matrices by biorthogonalization and related results", J. SIAM 6 (1958); Drmač & Veselić, "New fast and
/// accurate Jacobi SVD algorithm I", SIAM J. Matrix Anal. Appl. 29 (2008).
fn jacobi<B: Primitive>(a: DMatrix<B>, asked: Vectors) -> Option<(DMatrix<B>, DVector<B>, DMatrix<B>)> {
    let (m, n) = a.shape();
    let largest = largest(&a);
    if largest == B::zero() {
        return Some((DMatrix::from_fn(m, n, unit), DVector::from_element(n, largest), DMatrix::from_fn(n, n, unit)));
    }
    // A power of two, so that nothing is rounded.
    let scale = B::lit(2.0).powf(largest.log2().floor());
    let columns = a.column_iter().map(|column| column.iter().map(|&x| x / scale).collect()).collect();
    let Triangle { reflections, order, mut rows } = triangle(columns);
    let mut turns: Vec<Vec<B>> = match asked {
        Vectors::None => vec![Vec::new(); n],
        Vectors::Both => (0..n).map(|j| (0..n).map(|i| unit(i, j)).collect()).collect(),
    };
    let mut squares: Vec<B>;
    let mut sweeps = 0;
    loop {
        squares = rows.iter_mut().map(|row| shortest_is_zero(row)).collect();
        // Columns by decreasing length converge sooner.
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| squares[j].total_cmp(&squares[i]));
        squares = order.iter().map(|&j| squares[j]).collect();
        rows = order.iter().map(|&j| std::mem::take(&mut rows[j])).collect();
        turns = order.iter().map(|&j| std::mem::take(&mut turns[j])).collect();
        let mut is_orthogonal = true;
        for (p, q) in pairs(n) {
            is_orthogonal &= !make_orthogonal(&mut rows, &mut turns, &mut squares, p, q);
        }
        if is_orthogonal {
            break;
        }
        sweeps += 1;
        if sweeps == SWEEPS {
            return None;
        }
    }
    let lengths: Vec<B> = squares.iter().map(|square| square.sqrt()).collect();
    let sigma = DVector::from_fn(n, |j, _| lengths[j] * scale);
    if asked == Vectors::None {
        return Some((DMatrix::zeros(0, 0), sigma, DMatrix::zeros(0, 0)));
    }
    for j in 0..n {
        if lengths[j] > B::zero() {
            rows[j].iter_mut().for_each(|x| *x /= lengths[j]);
        } else {
            rows[j] = orthogonal_to(&rows[..j], n);
        }
        turns[j].resize(m, B::zero());
        for (k, reflection) in reflections.iter().enumerate().rev() {
            reflect(reflection, &mut turns[j][k..]);
        }
    }
    let mut v = DMatrix::zeros(n, n);
    for (i, &place) in order.iter().enumerate() {
        (0..n).for_each(|j| v[(place, j)] = rows[j][i]);
    }
    Some((DMatrix::from_fn(m, n, |i, j| turns[j][i]), sigma, v))
}

/// `Q R` of a matrix with permuted columns.
struct Triangle<B> {
    /// Vectors `h` of length √2, or 0, of the reflections `1 - h hᵀ` that make up `Q`; that of number `k` leaves out the first `k` axes.
    reflections: Vec<Vec<B>>,
    /// Which column of the matrix each column of `R` comes from.
    order: Vec<usize>,
    /// The rows of `R`.
    rows: Vec<Vec<B>>,
}

/// By Householder's reflections, of which each takes the column that has most left.
fn triangle<B: Primitive>(mut columns: Vec<Vec<B>>) -> Triangle<B> {
    let n = columns.len();
    let mut order: Vec<usize> = (0..n).collect();
    let mut rows = vec![vec![B::zero(); n]; n];
    let mut reflections = Vec::with_capacity(n);
    // Squares of what is left of each column, and of what was left when they were last added up: the rest of a difference has few digits.
    let mut left: Vec<B> = columns.iter().map(|x| dot(x, x)).collect();
    let mut known = left.clone();
    for k in 0..n {
        let longest = (k + 1..n).fold(k, |longest, j| if left[j] > left[longest] { j } else { longest });
        columns.swap(k, longest);
        order.swap(k, longest);
        left.swap(k, longest);
        known.swap(k, longest);
        rows[..k].iter_mut().for_each(|row| row.swap(k, longest));
        let mut reflection = columns[k].split_off(k);
        let length = length(&reflection);
        let diagonal = if reflection[0] > B::zero() { -length } else { length };
        reflection[0] -= diagonal;
        // The square of its length is 2 |diagonal| |first entry|.
        let norm = (diagonal.abs() * reflection[0].abs()).sqrt();
        let inverse = if norm > B::zero() { norm.recip() } else { B::zero() };
        reflection.iter_mut().for_each(|x| *x *= inverse);
        rows[k][k] = diagonal;
        for j in k + 1..n {
            let rest = &mut columns[j][k..];
            reflect(&reflection, rest);
            rows[k][j] = rest[0];
            left[j] -= rest[0] * rest[0];
            if left[j] <= known[j] * B::epsilon().sqrt() {
                left[j] = dot(&rest[1..], &rest[1..]);
                known[j] = left[j];
            }
        }
        reflections.push(reflection);
    }
    Triangle { reflections, order, rows }
}

/// `x - h (h x)`.
fn reflect<B: Primitive>(h: &[B], x: &mut [B]) {
    let along = dot(h, x);
    x.iter_mut().zip(h).for_each(|(x, &h)| *x -= along * h);
}

/// Ten are enough for hundreds of columns.
const SWEEPS: usize = 60;

/// All pairs `p < q` below `n`, row by row in effect, but those of one sum together: they have nothing in common, and the processor works
/// on several at the same time.
fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (1..(2 * n).saturating_sub(2)).flat_map(move |sum| {
        let first = (sum + 1).saturating_sub(n);
        (first..sum.div_ceil(2)).map(move |p| (p, sum - p))
    })
}

/// Turns the columns `p` and `q`, whose lengths have these squares, in their plane so that they are orthogonal, and those of `turns`
/// likewise. `false` if they were.
fn make_orthogonal<B: Primitive>(
    w: &mut [Vec<B>],
    turns: &mut [Vec<B>],
    squares: &mut [B],
    p: usize,
    q: usize,
) -> bool {
    let (alpha, beta, gamma) = (squares[p], squares[q], dot(&w[p], &w[q]));
    let tolerance = B::epsilon() * B::epsilon() * B::lit(w[p].len() as f64);
    if gamma == B::zero() || (gamma / alpha) * (gamma / beta) <= tolerance {
        return false;
    }
    let zeta = (beta - alpha) / (gamma + gamma);
    // The square of a large one would overflow.
    let root = if zeta.abs() * B::epsilon() < B::one() { (B::one() + zeta * zeta).sqrt() } else { zeta.abs() };
    let tangent = zeta.signum() / (zeta.abs() + root);
    let cosine = (B::one() + tangent * tangent).sqrt().recip();
    let sine = cosine * tangent;
    turn(w, p, q, cosine, sine);
    turn(turns, p, q, cosine, sine);
    // The squares of the lengths change by this much; where little of one is left, it is added up again.
    let change = tangent * gamma;
    for (k, former, square) in [(p, alpha, alpha - change), (q, beta, beta + change)] {
        squares[k] = if square > B::lit(0.125) * former { square } else { shortest_is_zero(&mut w[k]) };
    }
    true
}

fn turn<B: Primitive>(columns: &mut [Vec<B>], p: usize, q: usize, cosine: B, sine: B) {
    let (left, right) = columns.split_at_mut(q);
    for (x, y) in left[p].iter_mut().zip(&mut right[0]) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

/// The square of the length of a column, which becomes zero if that has no digits: it is nothing beside the largest entry, which is at
/// least 1.
fn shortest_is_zero<B: Primitive>(column: &mut [B]) -> B {
    let square = dot(column, column);
    if square < B::min_positive_value() / B::epsilon() {
        column.fill(B::zero());
        return B::zero();
    }
    square
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
