//! Linear algebra with derivatives of whole matrices: solve, inverse, determinant, eigenvalues and singular values.
//!
//! nalgebra's own decompositions run on our numbers, since these are ordinary scalars; then every operation inside is
//! differentiated. The methods of [`LinearAlgebra`] know the derivative of the *result* instead: the decomposition itself runs on the
//! inner type, once, and each entry of the result is one operation on the tape. That is cheaper, and it holds where an algorithm
//! branches on zeros or iterates until a rounded number stops changing: for exactly diagonal matrices, for instance.
//!
//! # How it is done
//! Each rule is written once, for every number type, as a join of inner-level partials; the inner type's own method gives the values
//! and, in nested types, carries their derivatives. The solution of `A x = b`, for example, is
//! `x = x₀ + A₀⁻¹ (b - A x₀)`, where `x₀` and `A₀⁻¹` are values of the inner type: the residual has the value 0 and the right
//! derivative, so `n²` records do what elimination takes `n³ / 3` for.
//!
//! Source: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", Advances in
//! Automatic Differentiation (Springer, 2008).

use crate::float::Float;
use crate::numbers::{Number, for_each_number};
use nalgebra::{DMatrix, DVector};

/// Decompositions of matrices of any number type, with their derivatives.
///
/// Methods panic if the shapes do not fit, with a message that names them, and return `None` where the result does not exist.
///
/// # Examples
/// The gradient of `log det A` is `A⁻ᵀ`: for A = [[2, 1], [1, 3]] it is [[0.6, -0.2], [-0.2, 0.4]].
/// ```
/// use dualtape::{LinearAlgebra, gradient};
/// use nalgebra::DMatrix;
///
/// let log_det = |a: &[_]| LinearAlgebra::log_determinant(&DMatrix::from_column_slice(2, 2, a)).unwrap();
/// let gradient = gradient(log_det, &[2.0, 1.0, 1.0, 3.0]);
/// for (found, expected) in gradient.iter().zip([0.6_f64, -0.2, -0.2, 0.4]) {
///     assert!((found - expected).abs() < 1e-15);
/// }
/// ```
pub trait LinearAlgebra: Float {
    /// The solution of `a x = b`; `None` if `a` is singular.
    ///
    /// # Cost
    /// One factorisation and inverse on the inner type; `n²` records on a tape.
    fn solve(a: &DMatrix<Self>, b: &DVector<Self>) -> Option<DVector<Self>>;

    /// The inverse; `None` if `a` is singular.
    ///
    /// `d(A⁻¹) = -A⁻¹ dA A⁻¹`.
    fn inverse(a: &DMatrix<Self>) -> Option<DMatrix<Self>>;

    /// The determinant; its partial by `a[(i, j)]` is the cofactor, also where `a` is singular.
    ///
    /// # Cost
    /// One factorisation on the inner type and `n² / 2` records; for a singular matrix `n²` determinants of minors.
    fn determinant(a: &DMatrix<Self>) -> Self;

    /// The logarithm of the absolute value of the determinant; `None` if `a` is singular. Does not overflow where the determinant does.
    ///
    /// `d log|det A| = tr(A⁻¹ dA)`.
    fn log_determinant(a: &DMatrix<Self>) -> Option<Self>;

    /// Eigenvalues in increasing order, and the eigenvectors in the columns of a matrix, of a symmetric `a`.
    ///
    /// Only the lower triangle is looked at, for values and derivatives: an entry off the diagonal stands for both of its places.
    /// `dλᵢ = vᵢᵀ dA vᵢ` and `dvᵢ = Σ vⱼ (vⱼᵀ dA vᵢ) / (λᵢ - λⱼ)` over `j ≠ i`.
    ///
    /// Where eigenvalues coincide, they have no derivative in general; what is returned belongs to the basis that the
    /// decomposition chose, and their sum over the repeated ones is right. Eigenvectors are then NaN or infinite, unless `dA` does not
    /// couple them.
    fn symmetric_eigen(a: &DMatrix<Self>) -> (DVector<Self>, DMatrix<Self>);

    /// Singular values in decreasing order: `dσᵢ = uᵢᵀ dA vᵢ`. First order where they are distinct and not 0.
    ///
    /// Higher derivatives come from the eigenvalues of `AᵀA`.
    fn singular_values(a: &DMatrix<Self>) -> DVector<Self>;
}

#[track_caller]
fn check_square<T>(driver: &str, a: &DMatrix<T>) {
    assert!(a.is_square(), "{driver}: the matrix is {} x {}; it must be square", a.nrows(), a.ncols());
}

macro_rules! primitive {
    ($($t:ident),*) => {$(
        impl LinearAlgebra for $t {
            #[track_caller]
            fn solve(a: &DMatrix<$t>, b: &DVector<$t>) -> Option<DVector<$t>> {
                check_square("solve", a);
                assert!(a.nrows() == b.len(), "solve: the matrix is {0} x {0} and the right side has {1} entries", a.nrows(), b.len());
                a.clone().lu().solve(b)
            }
            #[track_caller]
            fn inverse(a: &DMatrix<$t>) -> Option<DMatrix<$t>> {
                check_square("inverse", a);
                a.clone().lu().try_inverse()
            }
            #[track_caller]
            fn determinant(a: &DMatrix<$t>) -> $t {
                check_square("determinant", a);
                a.clone().lu().determinant()
            }
            #[track_caller]
            fn log_determinant(a: &DMatrix<$t>) -> Option<$t> {
                check_square("log_determinant", a);
                let u = a.clone().lu().u();
                let sum: $t = u.diagonal().iter().map(|pivot| pivot.abs().ln()).sum();
                (sum != $t::NEG_INFINITY).then_some(sum)
            }
            #[track_caller]
            fn symmetric_eigen(a: &DMatrix<$t>) -> (DVector<$t>, DMatrix<$t>) {
                check_square("symmetric_eigen", a);
                let n = a.nrows();
                if n == 0 {
                    return (DVector::zeros(0), DMatrix::zeros(0, 0));
                }
                let symmetric = DMatrix::from_fn(n, n, |i, j| a[(i.max(j), i.min(j))]);
                let eigen = symmetric.symmetric_eigen();
                let mut order: Vec<usize> = (0..n).collect();
                order.sort_by(|&i, &j| eigen.eigenvalues[i].total_cmp(&eigen.eigenvalues[j]));
                let values = DVector::from_fn(n, |i, _| eigen.eigenvalues[order[i]]);
                (values, DMatrix::from_fn(n, n, |i, j| eigen.eigenvectors[(i, order[j])]))
            }
            fn singular_values(a: &DMatrix<$t>) -> DVector<$t> {
                if a.is_empty() { DVector::zeros(0) } else { a.clone().singular_values() }
            }
        }
    )*};
}
primitive!(f32, f64);

macro_rules! number {
    ($Number:ty, $($param:tt)*) => {
        impl<T: LinearAlgebra, $($param)*> LinearAlgebra for $Number {
            #[track_caller]
            fn solve(a: &DMatrix<Self>, b: &DVector<Self>) -> Option<DVector<Self>> {
                let inner = a.map(|a| a.inner());
                let x = T::solve(&inner, &b.map(|b| b.inner()))?;
                let inverse = T::inverse(&inner)?;
                Some(correct(a, b.as_slice(), x.as_slice(), &inverse))
            }
            #[track_caller]
            fn inverse(a: &DMatrix<Self>) -> Option<DMatrix<Self>> {
                let inverse = T::inverse(&a.map(|a| a.inner()))?;
                let columns: Vec<DVector<Self>> = (0..a.ncols())
                    .map(|j| {
                        let unit: Vec<Self> = (0..a.nrows()).map(|i| if i == j { Self::lift(T::one()) } else { Self::lift(T::zero()) }).collect();
                        correct(a, &unit, inverse.column(j).as_slice(), &inverse)
                    })
                    .collect();
                Some(DMatrix::from_fn(a.nrows(), a.ncols(), |i, j| columns[j][i]))
            }
            #[track_caller]
            fn determinant(a: &DMatrix<Self>) -> Self {
                let inner = a.map(|a| a.inner());
                let det = T::determinant(&inner);
                let inverse = if det.is_normal() { T::inverse(&inner) } else { None };
                let cofactor = |i: usize, j: usize| match &inverse {
                    Some(inverse) => inverse[(j, i)] * det,
                    None => {
                        let minor = T::determinant(&inner.clone().remove_row(i).remove_column(j));
                        if (i + j) % 2 == 0 { minor } else { -minor }
                    }
                };
                Self::join_all(det, entries(a).map(|(i, j, a)| (a, cofactor(i, j))))
            }
            #[track_caller]
            fn log_determinant(a: &DMatrix<Self>) -> Option<Self> {
                let inner = a.map(|a| a.inner());
                let value = T::log_determinant(&inner)?;
                let inverse = T::inverse(&inner)?;
                Some(Self::join_all(value, entries(a).map(|(i, j, a)| (a, inverse[(j, i)]))))
            }
            #[track_caller]
            fn symmetric_eigen(a: &DMatrix<Self>) -> (DVector<Self>, DMatrix<Self>) {
                let (values, vectors) = T::symmetric_eigen(&a.map(|a| a.inner()));
                let n = a.nrows();
                // v_iᵀ A v_j with the given value, as a function of the lower triangle of A.
                let coupling = |value: T, i: usize, j: usize| {
                    let product = |k: usize, l: usize| vectors[(k, i)] * vectors[(l, j)];
                    let triangle = entries(a).filter(|&(k, l, _)| k >= l);
                    Self::join_all(
                        value,
                        triangle.map(|(k, l, a)| (a, if k == l { product(k, k) } else { product(k, l) + product(l, k) })),
                    )
                };
                let lambda = DVector::from_fn(n, |i, _| coupling(values[i], i, i));
                let mut columns = Vec::with_capacity(n);
                for i in 0..n {
                    let others: Vec<(usize, Self)> = (0..n).filter(|&j| j != i).map(|j| (j, coupling(T::zero(), i, j))).collect();
                    columns.push(DVector::from_fn(n, |row, _| {
                        let part = |&(j, coupling): &(usize, Self)| (coupling, vectors[(row, j)] / (values[i] - values[j]));
                        Self::join_all(vectors[(row, i)], others.iter().map(part))
                    }));
                }
                (lambda, DMatrix::from_fn(n, n, |i, j| columns[j][i]))
            }
            fn singular_values(a: &DMatrix<Self>) -> DVector<Self> {
                let inner = a.map(|a| a.inner());
                let sigma = T::singular_values(&inner);
                // The vectors from the eigenvectors of AᵀA, by decreasing eigenvalue, so that nested types carry their derivatives.
                let (_, v) = T::symmetric_eigen(&(inner.transpose() * &inner));
                DVector::from_fn(sigma.len(), |i, _| {
                    let v = v.column(v.ncols() - 1 - i);
                    let u = (&inner * v) / sigma[i];
                    Self::join_all(sigma[i], entries(a).map(|(k, l, a)| (a, u[k] * v[l])))
                })
            }
        }
    };
}
for_each_number!(number);

/// All entries of a matrix with their places.
fn entries<N: Number>(a: &DMatrix<N>) -> impl Iterator<Item = (usize, usize, N)> {
    (0..a.nrows()).flat_map(move |i| (0..a.ncols()).map(move |j| (i, j, a[(i, j)])))
}

/// `x + A₀⁻¹ (b - A x)`, for a solution `x` on the inner type: its value is `x` and its derivative that of the solution.
fn correct<N: Number>(a: &DMatrix<N>, b: &[N], x: &[N::Inner], inverse: &DMatrix<N::Inner>) -> DVector<N> {
    let one = <N::Inner as num_traits::One>::one();
    let zero = <N::Inner as num_traits::Zero>::zero();
    let residual = |i: usize| {
        let products = (0..x.len()).map(|k| (a[(i, k)], -x[k]));
        N::join_all(zero, products.chain(std::iter::once((b[i], one))))
    };
    let residuals: Vec<N> = (0..b.len()).map(residual).collect();
    DVector::from_fn(x.len(), |i, _| {
        N::join_all(x[i], residuals.iter().enumerate().map(|(j, &residual)| (residual, inverse[(i, j)])))
    })
}
