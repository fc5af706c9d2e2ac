//! Linear algebra with derivatives of whole matrices: solve, inverse, determinant, eigenvalues and singular values.
//!
//! nalgebra's own decompositions run on our numbers, since these are ordinary scalars. Then every operation inside is differentiated. (In
//! code that is generic over [`Float`] they run on [`Real<T>`](crate::Real).) The methods of [`LinearAlgebra`] know the derivative of the
//! *result* instead. The decomposition itself runs once, on the inner type, and each entry of the result is one operation on the tape.
//! That is cheaper. It also holds where an algorithm branches on zeros, as for exactly diagonal matrices, or iterates until a rounded
//! number stops changing.
//!
//! # How it is done
//! Each rule is written once for every number type, as an operation with partials of the inner type. The method of the inner type gives
//! the values, and in nested types their derivatives. The solution of `A x = b`, for example, is `x = x₀ + A₀⁻¹ (b - A x₀)`, where `x₀`
//! and `A₀⁻¹` are values of the inner type. The bracket has the value 0 and the right derivative, so `n²` records replace the `n³ / 3`
//! records of elimination.
//!
//! # Cost
//! For a matrix `n x n`: operations on the inner type, besides those of records, and records on a tape when every entry is a variable.
//! `tests/linalg.rs` counts the records. On dual numbers a record stands for two products in every direction.
//!
//! | method | operations | records |
//! |---|---|---|
//! | [`solve`](LinearAlgebra::solve) | 8/3 n³ | n² + n/2 |
//! | [`inverse`](LinearAlgebra::inverse) | 2 n³ | n³ |
//! | [`determinant`](LinearAlgebra::determinant) | 8/3 n³ | n² / 2 |
//! | [`log_determinant`](LinearAlgebra::log_determinant) | 8/3 n³ | n² / 2 |
//! | [`symmetric_eigenvalues`](LinearAlgebra::symmetric_eigenvalues) | about 9 n³ | n³ / 4 |
//! | [`symmetric_eigen`](LinearAlgebra::symmetric_eigen) | about 9 n³ | 5/4 n³ |
//! | [`singular_values`](LinearAlgebra::singular_values) | about 70 n³ | n³ / 2 |
//! | [`svd`](LinearAlgebra::svd) | about 70 n³ | 3 n³ |
//!
//! Recorded in a `graph::Graph`, each entry of a result is an operation on all entries of the matrix, which runs the method again where the
//! graph is evaluated, once for all entries. So an inverse takes `n⁴` operands, which suits small matrices.
//!
//! Source: M. B. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", Advances in
//! Automatic Differentiation (Springer, 2008).

mod determinant;
#[cfg(feature = "graph")]
mod recorded;
mod spectra;
mod systems;

use crate::float::{Float, Number};
use nalgebra::{DMatrix, DVector};

/// Decompositions of matrices of any number type, with their derivatives.
///
/// Every [`Float`] has them, so that generic code calls them with no further bound. Methods panic if the shapes do not fit, with a
/// message that names them, and return `None` where the result does not exist.
///
/// # Examples
/// The gradient of `log det A` is `A⁻ᵀ`: for A = [[2, 1], [1, 3]] it is [[0.6, -0.2], [-0.2, 0.4]].
/// ```
/// use dualtape::{Float, LinearAlgebra, gradient};
/// use nalgebra::DMatrix;
///
/// fn log_det<T: Float>(a: &[T]) -> T {
///     T::log_determinant(&DMatrix::from_column_slice(2, 2, a)).unwrap()
/// }
/// let gradient = gradient(log_det, &[2.0, 1.0, 1.0, 3.0]);
/// for (found, expected) in gradient.iter().zip([0.6_f64, -0.2, -0.2, 0.4]) {
///     assert!((found - expected).abs() < 1e-15);
/// }
/// ```
pub trait LinearAlgebra: Float {
    /// The solution of `a x = b`, or `None` if `a` is singular.
    ///
    /// `dx = A⁻¹ (db - dA x)`.
    ///
    /// # Cost
    /// One factorisation and inverse on the inner type, and `n² + n / 2` records on a tape.
    ///
    /// # Panics
    /// If `a` is not square, or `b` has not as many entries as `a` has rows.
    ///
    /// # Examples
    /// The solution of 2 x = 6 is 3, and changes by -3/2 with the factor 2.
    /// ```
    /// use dualtape::{Dual, LinearAlgebra};
    /// use nalgebra::{dmatrix, dvector};
    ///
    /// let x = LinearAlgebra::solve(
    ///     &dmatrix![Dual::variable(2.0)],
    ///     &dvector![Dual::constant(6.0)],
    /// )
    /// .unwrap()[0];
    /// assert_eq!((x.primal(), x.tangent()), (3.0, -1.5));
    /// ```
    #[track_caller]
    fn solve(a: &DMatrix<Self>, b: &DVector<Self>) -> Option<DVector<Self>> {
        check_square("solve", a);
        let (n, entries) = (a.nrows(), b.len());
        assert!(n == entries, "dualtape: solve: the matrix is {n} x {n} and the right side has {entries} entries");
        Self::run::<systems::Solve>((a, b))
    }

    /// The inverse, or `None` if `a` is singular.
    ///
    /// `d(A⁻¹) = -A⁻¹ dA A⁻¹`.
    ///
    /// # Cost
    /// One factorisation and inverse on the inner type, and `n³` records on a tape. To solve a system, [`LinearAlgebra::solve`] is
    /// cheaper.
    ///
    /// # Panics
    /// If `a` is not square.
    ///
    /// # Examples
    /// 1 / x at 2 has the derivative -1/4.
    /// ```
    /// use dualtape::{Dual, LinearAlgebra};
    ///
    /// let x = LinearAlgebra::inverse(&nalgebra::dmatrix![Dual::variable(2.0)]).unwrap()[0];
    /// assert_eq!((x.primal(), x.tangent()), (0.5, -0.25));
    /// ```
    #[track_caller]
    fn inverse(a: &DMatrix<Self>) -> Option<DMatrix<Self>> {
        check_square("inverse", a);
        Self::run::<systems::Inverse>(a)
    }

    /// The determinant. Its partial by `a[(i, j)]` is the cofactor.
    ///
    /// Derivatives are those of the polynomial in the entries, of every order, also where `a` is singular, of any rank, or nearly so.
    /// Their errors are as if each entry had been changed by a few roundings of the largest one.
    ///
    /// The determinant of the empty matrix is 1. An entry that is NaN makes it NaN.
    ///
    /// # Cost
    /// One elimination with complete pivoting on the inner type and `n² / 2` records on a tape.
    ///
    /// # Panics
    /// If `a` is not square.
    ///
    /// # Examples
    /// `a d - b c` at a singular matrix: by `a` it is `d`, by `b` it is `-c`.
    /// ```
    /// use dualtape::{Float, LinearAlgebra, gradient};
    /// use nalgebra::DMatrix;
    ///
    /// fn det<T: Float>(a: &[T]) -> T {
    ///     T::determinant(&DMatrix::from_row_slice(2, 2, a))
    /// }
    /// assert_eq!(gradient(det, &[1.0, 2.0, 2.0, 4.0]), [4.0, -2.0, -2.0, 1.0]);
    /// ```
    #[track_caller]
    fn determinant(a: &DMatrix<Self>) -> Self {
        check_square("determinant", a);
        Self::run::<determinant::Determinant>(a)
    }

    /// The logarithm of the absolute value of the determinant, or `None` if `a` is singular. Does not overflow where the determinant
    /// does.
    ///
    /// `d log|det A| = tr(A⁻¹ dA)`.
    ///
    /// # Cost
    /// Two factorisations and an inverse on the inner type, and `n² / 2` records on a tape.
    ///
    /// # Panics
    /// If `a` is not square.
    #[track_caller]
    fn log_determinant(a: &DMatrix<Self>) -> Option<Self> {
        check_square("log_determinant", a);
        Self::run::<determinant::LogDeterminant>(a)
    }

    /// Eigenvalues in increasing order of a symmetric `a`: those of [`LinearAlgebra::symmetric_eigen`] at a fraction of the cost.
    ///
    /// `dλᵢ = vᵢᵀ dA vᵢ`.
    ///
    /// # Cost
    /// One decomposition on the inner type, with eigenvectors, and `n³ / 4` records on a tape.
    ///
    /// # Panics
    /// If `a` is not square.
    ///
    /// # Examples
    /// [[2, 1], [1, 2]] has the eigenvalues 1 and 3, whose vectors share each diagonal entry evenly.
    /// ```
    /// use dualtape::{Dual, LinearAlgebra};
    /// use nalgebra::dmatrix;
    ///
    /// let (two, one) = (Dual::constant(2.0), Dual::constant(1.0));
    /// let a = dmatrix![Dual::variable(2.0), one; one, two];
    /// let values = LinearAlgebra::symmetric_eigenvalues(&a);
    /// assert!(
    ///     (values[0].primal() - 1.0_f64).abs() < 1e-15
    ///         && (values[0].tangent() - 0.5).abs() < 1e-15
    /// );
    /// assert!(
    ///     (values[1].primal() - 3.0_f64).abs() < 1e-15
    ///         && (values[1].tangent() - 0.5).abs() < 1e-15
    /// );
    /// ```
    #[track_caller]
    fn symmetric_eigenvalues(a: &DMatrix<Self>) -> DVector<Self> {
        check_square("symmetric_eigenvalues", a);
        Self::run::<spectra::SymmetricEigenvalues>(a)
    }

    /// Eigenvalues in increasing order, and the eigenvectors in the columns of a matrix, of a symmetric `a`.
    ///
    /// Only the lower triangle is looked at, for values and derivatives: an entry off the diagonal stands for both of its places.
    /// `dλᵢ = vᵢᵀ dA vᵢ` and `dvᵢ = Σ vⱼ (vⱼᵀ dA vᵢ) / (λᵢ - λⱼ)` over `j ≠ i`.
    ///
    /// Where eigenvalues coincide, they have no derivative in general. What is returned belongs to the basis that the decomposition
    /// chose, and the sum over the repeated ones is right. Eigenvectors are then NaN or infinite, unless `dA` does not couple them. If an
    /// entry of the triangle is NaN or infinite, every result is NaN.
    ///
    /// # Cost
    /// One decomposition on the inner type, and `5/4 n³` records on a tape.
    ///
    /// # Panics
    /// If `a` is not square.
    #[track_caller]
    fn symmetric_eigen(a: &DMatrix<Self>) -> (DVector<Self>, DMatrix<Self>) {
        check_square("symmetric_eigen", a);
        Self::run::<spectra::SymmetricEigen>(a)
    }

    /// Singular values in decreasing order, as many as the shorter side of `a` is long: `dσᵢ = uᵢᵀ dA vᵢ`.
    ///
    /// The error of the gradient of `σᵢ` is a few roundings times `σ₁` over the distance to the next singular value. (Both vectors come
    /// from one decomposition.) Higher derivatives divide by that distance once more for each order, and if `a` is not square also by
    /// `σᵢ`.
    ///
    /// Where singular values coincide or are 0, they have no derivative in general. What is returned belongs to the vectors that the
    /// decomposition chose, and the sum over repeated values that are not 0 is right. If an entry is NaN or infinite, every result is
    /// NaN.
    ///
    /// # Cost
    /// One decomposition on the inner type, with both sets of vectors, and `n³ / 2` records on a tape. For a matrix `m x n` with `m > n`
    /// these are `m n² / 2`.
    ///
    /// # Examples
    /// ```
    /// use dualtape::{Dual, LinearAlgebra};
    /// use nalgebra::dmatrix;
    ///
    /// let zero = Dual::constant(0.0);
    /// let values = LinearAlgebra::singular_values(
    ///     &dmatrix![Dual::variable(-3.0_f64), zero; zero, Dual::constant(2.0)],
    /// );
    /// assert_eq!(values[0].primal(), 3.0);
    /// assert!((values[0].tangent() + 1.0).abs() < 1e-15);
    /// ```
    fn singular_values(a: &DMatrix<Self>) -> DVector<Self> {
        Self::run::<spectra::SingularValues>(a)
    }

    /// The singular value decomposition `A = U diag(σ) Vᵀ` as `(U, σ, V)`, with the values in decreasing order and as many columns in
    /// `U` and `V` as there are values.
    ///
    /// With `P = Uᵀ dA V`: `dσᵢ = Pᵢᵢ`, and the vectors turn by `uⱼᵀ duᵢ = (Pⱼᵢ σᵢ + Pᵢⱼ σⱼ) / (σᵢ² - σⱼ²)` and
    /// `vⱼᵀ dvᵢ = (Pᵢⱼ σᵢ + Pⱼᵢ σⱼ) / (σᵢ² - σⱼ²)`. On the longer side of `A` they leave the space of the columns by
    /// `(I - U Uᵀ) dA V diag(σ)⁻¹`, or the same for the transpose. The sign of a pair `uᵢ, vᵢ` is not determined.
    ///
    /// Vectors have no derivative where singular values coincide, or, if `A` is not square, where one is 0. What is returned there is NaN
    /// or infinite, unless `dA` does not couple the vectors. If an entry is NaN or infinite, every result is NaN.
    ///
    /// # Cost
    /// One decomposition on the inner type, and `3 n³` records on a tape.
    ///
    /// Source: K. A. O'Neil, "Critical points of the singular value decomposition", SIAM J. Matrix Anal. Appl. 27 (2005), section 2.
    fn svd(a: &DMatrix<Self>) -> (DMatrix<Self>, DVector<Self>, DMatrix<Self>) {
        Self::run::<spectra::Svd>(a)
    }
}

impl<T: Float> LinearAlgebra for T {}

#[track_caller]
fn check_square<T>(method: &str, a: &DMatrix<T>) {
    assert!(a.is_square(), "dualtape: {method}: the matrix is {} x {}; it must be square", a.nrows(), a.ncols());
}

/// The values of a matrix, one level down.
fn inner<N: Number>(a: &DMatrix<N>) -> DMatrix<N::Inner> {
    a.map(Float::primal)
}

/// The first coefficients of a matrix of power series that has no others: there the way down, one order at a time, comes to its end.
fn coefficients<N: Number>(a: &DMatrix<N>) -> Option<DMatrix<N::Coefficient>> {
    a.iter().all(|a| a.orders_left() == 0).then(|| a.map(N::leading))
}

/// All entries of a matrix with their places.
fn entries<N: Number>(a: &DMatrix<N>) -> impl Iterator<Item = (usize, usize, N)> {
    (0..a.nrows()).flat_map(move |i| (0..a.ncols()).map(move |j| (i, j, a[(i, j)])))
}

/// The linear form `Σ xᵢ cᵢ` in derivatives, with the value 0: what an entry of `dA V` is to a rule.
fn form<N: Number>(parts: impl Iterator<Item = (N, N::Inner)>) -> N {
    N::join_all(num_traits::Zero::zero(), parts)
}
