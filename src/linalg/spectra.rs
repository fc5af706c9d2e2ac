//! Eigenvalues of symmetric matrices, and singular values.

use super::{entries, form, inner, real};
use crate::LinearAlgebra;
use crate::float::algorithm::Algorithm;
use crate::float::{Float, Primitive};
use crate::numbers::{Number, Real};
use nalgebra::{DMatrix, DVector, SVD, SymmetricEigen as Decomposition};
use num_traits::{Float as _, One};

pub(super) struct SymmetricEigen;

impl Algorithm for SymmetricEigen {
    type Args<'a, T: Float> = &'a DMatrix<T>;
    type Output<T: Float> = (DVector<T>, DMatrix<T>);

    fn on_primitive<B: Primitive>(a: &DMatrix<B>) -> (DVector<B>, DMatrix<B>) {
        let n = a.nrows();
        if n == 0 {
            return (DVector::zeros(0), DMatrix::zeros(0, 0));
        }
        let symmetric = DMatrix::from_fn(n, n, |i, j| lower(a, i, j));
        let eigen = if is_finite(&symmetric) {
            Decomposition::try_new(real(&symmetric), Real::constant(B::epsilon()), iterations(n))
        } else {
            None
        };
        let Some(eigen) = eigen else {
            return (DVector::from_element(n, B::nan()), DMatrix::from_element(n, n, B::nan()));
        };
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&i, &j| eigen.eigenvalues[i].base().total_cmp(&eigen.eigenvalues[j].base()));
        let values = DVector::from_fn(n, |i, _| eigen.eigenvalues[order[i]].primal());
        (values, DMatrix::from_fn(n, n, |i, j| eigen.eigenvectors[(i, order[j])].primal()))
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
        let lambda = DVector::from_fn(n, |i, _| N::join_all(values[i], [(coupling[(i, i)], N::Inner::one())].into_iter()));
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

    fn on_primitive<B: Primitive>(a: &DMatrix<B>) -> DVector<B> {
        SymmetricEigen::on_primitive(a).0
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

/// The entry of the symmetric matrix whose lower triangle is that of `a`.
fn lower<T: Float>(a: &DMatrix<T>, i: usize, j: usize) -> T {
    a[(i.max(j), i.min(j))]
}

pub(super) struct Svd;

impl Algorithm for Svd {
    type Args<'a, T: Float> = &'a DMatrix<T>;
    type Output<T: Float> = (DMatrix<T>, DVector<T>, DMatrix<T>);

    fn on_primitive<B: Primitive>(a: &DMatrix<B>) -> (DMatrix<B>, DVector<B>, DMatrix<B>) {
        let (m, n) = a.shape();
        let r = m.min(n);
        if r == 0 {
            return (DMatrix::zeros(m, 0), DVector::zeros(0), DMatrix::zeros(n, 0));
        }
        let epsilon = B::epsilon() * B::lit(5.0);
        let svd = if is_finite(a) { SVD::try_new(real(a), true, true, Real::constant(epsilon), iterations(r)) } else { None };
        match svd {
            Some(SVD { u: Some(u), v_t: Some(v_t), singular_values }) => {
                (u.map(Real::primal), singular_values.map(Real::primal), v_t.transpose().map(Real::primal))
            }
            _ => {
                let nan = |rows| DMatrix::from_element(rows, r, B::nan());
                (nan(m), DVector::from_element(r, B::nan()), nan(n))
            }
        }
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

    fn on_primitive<B: Primitive>(a: &DMatrix<B>) -> DVector<B> {
        Svd::on_primitive(a).1
    }

    fn on_number<N: Number>(a: &DMatrix<N>) -> DVector<N> {
        let (u, sigma, v) = LinearAlgebra::svd(&inner(a));
        DVector::from_fn(sigma.len(), |i, _| {
            N::join_all(sigma[i], entries(a).map(|(k, l, a)| (a, u[(k, i)] * v[(l, i)])))
        })
    }
}

/// The decompositions of nalgebra need not end on a matrix that is not finite.
fn is_finite<B: Primitive>(a: &DMatrix<B>) -> bool {
    a.iter().all(|x| x.is_finite())
}

/// How many steps a decomposition of size `n` may take; it needs two or three for each value.
fn iterations(n: usize) -> usize {
    100 * n.max(10)
}
