//! The determinant, its logarithm, and the cofactors, which are its derivatives.
//!
//! # Cofactors of singular matrices
//! Inverse times determinant has no digits where the matrix is nearly singular. Elimination with complete pivoting writes the matrix,
//! with rows and columns in another order, as `A = L B U` with unit triangles `L` and `U` and `B = diag(p₁, …, pᵣ, S)`: pivots, then
//! a block of `b` rows that is not eliminated. Therefore
//! `adj A = U⁻¹ adj(B) L⁻¹`, and `adj B` holds products of pivots and the cofactors of `S`, none of which divides.
//!
//! On numbers with derivatives, an entry of `S` has derivatives of order `k` of the size `1 / pᵣᵏ⁻¹`, since elimination divides by
//! pivots. With `b = 1 + levels` rows, each of these `k - 1` divisors meets another entry of `S` or a pivot in the product, neither of
//! which is larger, so that nothing larger than the result arises and is rounded. Pivots that are 0 before the block is reached mean
//! that a cofactor has more vanishing factors than the type has derivatives: all are 0.

#[cfg(feature = "graph")]
use super::recorded::{Call, Method};
use super::{coefficients, entries, inner};
use crate::LinearAlgebra;
#[cfg(feature = "graph")]
use crate::float::Primitive;
use crate::float::algorithm::{Algorithm, Scalar};
use crate::float::{Float, Number};
#[cfg(feature = "graph")]
use crate::graph::Traced;
use nalgebra::DMatrix;
use num_traits::{Float as _, Zero as _};

pub(super) struct Determinant;

impl Algorithm for Determinant {
    type Args<'a, T: Float> = &'a DMatrix<T>;
    type Output<T: Float> = T;

    fn on_primitive<B: Scalar>(a: &DMatrix<B>) -> B {
        a.determinant()
    }

    #[cfg(feature = "graph")]
    fn on_traced<B: Primitive>(a: &DMatrix<Traced<B>>) -> Traced<B> {
        Call::of(Method::Determinant, a).record_result(a)[0]
    }

    fn on_number<N: Number>(a: &DMatrix<N>) -> N {
        let value = inner(a);
        let cofactors = cofactors(&value);
        N::join_all(LinearAlgebra::determinant(&value), entries(a).map(|(i, j, a)| (a, cofactors[(i, j)])))
    }

    fn on_series<N: Number>(a: &DMatrix<N>) -> N {
        match coefficients(a) {
            Some(a) => N::from_leading(LinearAlgebra::determinant(&a)),
            None => Self::on_number(a),
        }
    }
}

pub(super) struct LogDeterminant;

impl Algorithm for LogDeterminant {
    type Args<'a, T: Float> = &'a DMatrix<T>;
    type Output<T: Float> = Option<T>;

    fn on_primitive<B: Scalar>(a: &DMatrix<B>) -> Option<B> {
        let logarithm = |pivot: &B| num_traits::Float::ln(num_traits::Float::abs(*pivot));
        let sum: B = a.clone().lu().u().diagonal().iter().map(logarithm).sum();
        (sum != B::neg_infinity()).then_some(sum)
    }

    #[cfg(feature = "graph")]
    fn on_traced<B: Primitive>(a: &DMatrix<Traced<B>>) -> Option<Traced<B>> {
        Call::of(Method::LogDeterminant, a).record(a.as_slice()).map(|log| log[0])
    }

    fn on_number<N: Number>(a: &DMatrix<N>) -> Option<N> {
        let value = inner(a);
        let log = LinearAlgebra::log_determinant(&value)?;
        let inverse = LinearAlgebra::inverse(&value)?;
        Some(N::join_all(log, entries(a).map(|(i, j, a)| (a, inverse[(j, i)]))))
    }

    fn on_series<N: Number>(a: &DMatrix<N>) -> Option<N> {
        match coefficients(a) {
            Some(a) => LinearAlgebra::log_determinant(&a).map(N::from_leading),
            None => Self::on_number(a),
        }
    }
}

/// The matrix of cofactors, the partials of the determinant by the entries; see the top of the file.
fn cofactors<T: Float>(a: &DMatrix<T>) -> DMatrix<T> {
    let n = a.nrows();
    if T::TRACED {
        return minors(a);
    }
    let block = (1 + T::LEVELS).min(n);
    let pivots = n - block;
    // Eliminated in place: factors of L below the pivots, U with rows times the pivots from them on, and S in the corner.
    let mut a = a.clone();
    let (mut rows, mut columns): (Vec<usize>, Vec<usize>) = ((0..n).collect(), (0..n).collect());
    let mut is_odd = false;
    for k in 0..pivots {
        let Some((i, j)) = place_of_largest(&a, k) else { return DMatrix::from_element(n, n, T::nan()) };
        if a[(i, j)].is_zero() {
            return DMatrix::from_element(n, n, T::zero());
        }
        is_odd ^= (i != k) ^ (j != k);
        a.swap_rows(i, k);
        rows.swap(i, k);
        a.swap_columns(j, k);
        columns.swap(j, k);
        let factors: Vec<T> = (k + 1..n).map(|i| a[(i, k)] / a[(k, k)]).collect();
        below(&mut a, k, k).copy_from_slice(&factors);
        for j in k + 1..n {
            let top = a[(k, j)];
            below(&mut a, k, j).iter_mut().zip(&factors).for_each(|(x, &factor)| *x -= factor * top);
        }
    }
    // adj B: the products of all pivots with the cofactors of S, and for each pivot that of all others with det S.
    let corner = |i: usize, j: usize| a[(pivots + i, pivots + j)];
    let all: Vec<usize> = (0..block).collect();
    let mut product = T::one();
    let mut before = Vec::with_capacity(pivots);
    for k in 0..pivots {
        before.push(product);
        product *= a[(k, k)];
    }
    let mut adjugate = DMatrix::from_element(n, n, T::zero());
    for i in 0..block {
        for j in 0..block {
            let cofactor = product * expanded(&corner, &without(&all, i), &without(&all, j));
            adjugate[(pivots + j, pivots + i)] = if (i + j) % 2 == 0 { cofactor } else { -cofactor };
        }
    }
    let mut product = expanded(&corner, &all, &all);
    for k in (0..pivots).rev() {
        adjugate[(k, k)] = before[k] * product;
        product *= a[(k, k)];
    }
    // X L = adj B and U Y = X; the columns of L and the rows of U after the pivots are those of the identity. X has a triangle of
    // zeros above the corner.
    for j in (0..pivots).rev() {
        for l in j + 1..n {
            let (left, right) = adjugate.as_mut_slice().split_at_mut(l * n);
            let rows = l.min(pivots)..n;
            let (to, from) = (&mut left[j * n..(j + 1) * n], &right[rows.clone()]);
            to[rows].iter_mut().zip(from).for_each(|(x, &y)| *x -= a[(l, j)] * y);
        }
    }
    let upper: Vec<Vec<T>> = (0..n).map(|l| (0..l.min(pivots)).map(|i| a[(i, l)] / a[(i, i)]).collect()).collect();
    for mut column in adjugate.column_iter_mut() {
        for (l, upper) in upper.iter().enumerate().rev() {
            let bottom = column[l];
            column.iter_mut().zip(upper).for_each(|(x, &factor)| *x -= factor * bottom);
        }
    }
    let mut cofactors = DMatrix::from_element(n, n, T::zero());
    for i in 0..n {
        for j in 0..n {
            let cofactor = adjugate[(j, i)];
            cofactors[(rows[i], columns[j])] = if is_odd { -cofactor } else { cofactor };
        }
    }
    cofactors
}

/// The cofactors as determinants, which no choice of a pivot goes into: what a recording takes.
fn minors<T: Float>(a: &DMatrix<T>) -> DMatrix<T> {
    DMatrix::from_fn(a.nrows(), a.ncols(), |i, j| {
        let minor = LinearAlgebra::determinant(&a.clone().remove_row(i).remove_column(j));
        if (i + j) % 2 == 0 { minor } else { -minor }
    })
}

/// The entries of column `j` below row `k`.
fn below<T: Float>(a: &mut DMatrix<T>, k: usize, j: usize) -> &mut [T] {
    let n = a.nrows();
    &mut a.as_mut_slice()[j * n + k + 1..(j + 1) * n]
}

/// Where the entry of largest value is in the corner of `a` from row and column `k` on; `None` if one is NaN.
fn place_of_largest<T: Float>(a: &DMatrix<T>, k: usize) -> Option<(usize, usize)> {
    // In two passes, since the compiler vectorises a maximum and no search.
    let mut best = (T::Base::zero(), k);
    for j in k..a.ncols() {
        let sizes = corner_of_column(a, k, j).iter().map(|x| x.base().abs());
        let (most, is_nan) =
            sizes.fold((best.0, false), |(most, is_nan), x| (if x > most { x } else { most }, is_nan | x.is_nan()));
        if is_nan {
            return None;
        }
        if most > best.0 {
            best = (most, j);
        }
    }
    let row = corner_of_column(a, k, best.1).iter().position(|x| x.base().abs() == best.0);
    Some((k + row.unwrap_or(0), best.1))
}

/// The entries of column `j` from row `k` on.
fn corner_of_column<T: Float>(a: &DMatrix<T>, k: usize, j: usize) -> &[T] {
    &a.as_slice()[j * a.nrows() + k..(j + 1) * a.nrows()]
}

/// The determinant of the given rows and columns, as many of each, by expansion along the first row: `rows.len()!` products.
fn expanded<T: Float>(entry: &impl Fn(usize, usize) -> T, rows: &[usize], columns: &[usize]) -> T {
    let Some((&first, rest)) = rows.split_first() else { return T::one() };
    let mut sum = T::zero();
    for (k, &column) in columns.iter().enumerate() {
        let product = entry(first, column) * expanded(entry, rest, &without(columns, k));
        if k % 2 == 0 { sum += product } else { sum -= product }
    }
    sum
}

/// The list without its entry at `place`.
fn without(list: &[usize], place: usize) -> Vec<usize> {
    [&list[..place], &list[place + 1..]].concat()
}
