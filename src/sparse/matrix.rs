//! [`SparseMatrix`], a pattern with values.

use super::pattern::SparsePattern;
use std::sync::Arc;

/// A sparse matrix by compressed columns (CSC): a [`SparsePattern`] and a value for each of its entries.
///
/// Other libraries take its arrays as they are:
/// ```text
/// let (m, values) = (matrix.pattern(), matrix.values().to_vec());
/// let (rows, columns) = (m.rows(), m.columns());
/// let (starts, indices) = (m.column_starts().to_vec(), m.row_indices().to_vec());
///
/// nalgebra_sparse::CscMatrix::try_from_csc_data(rows, columns, starts, indices, values)?
/// sprs::CsMat::new_csc((rows, columns), starts, indices, values)
/// let symbolic = faer::sparse::SymbolicSparseColMat::new_checked(rows, columns, starts, None, indices);
/// faer::sparse::SparseColMat::new(symbolic, values)
/// ```
/// Solvers that want coordinates take [`SparseMatrix::triplets`].
///
/// # Examples
/// ```
/// use dualtape::sparse::{SparseMatrix, SparsePattern};
///
/// let lower = SparseMatrix::new(SparsePattern::banded(2, 1, 0), vec![4.0, 3.0, 5.0]);
/// assert_eq!((lower.get(1, 0), lower.get(0, 1)), (3.0, 0.0));
/// assert!(lower.triplets().eq([(0, 0, 4.0), (1, 0, 3.0), (1, 1, 5.0)]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SparseMatrix<T = f64> {
    pattern: Arc<SparsePattern>,
    values: Vec<T>,
}

impl<T: Copy> SparseMatrix<T> {
    /// The matrix with these entries, in the order of the pattern: column by column.
    ///
    /// # Panics
    /// If there is not one value for each entry of the pattern.
    #[must_use]
    #[track_caller]
    pub fn new(pattern: impl Into<Arc<SparsePattern>>, values: Vec<T>) -> Self {
        let pattern = pattern.into();
        let (entries, found) = (pattern.nnz(), values.len());
        assert!(
            found == entries,
            "dualtape: SparseMatrix::new: there are {found} values for {entries} entries of the pattern; give one for each"
        );
        SparseMatrix { pattern, values }
    }

    /// Where the entries are.
    #[must_use]
    pub fn pattern(&self) -> &SparsePattern {
        &self.pattern
    }

    /// The entries, column by column.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The entries, without where they are.
    #[must_use]
    pub fn into_values(self) -> Vec<T> {
        self.values
    }

    /// All entries as `(row, column, value)`, column by column. For a symmetric matrix by its lower triangle, filter by
    /// `row >= column`.
    pub fn triplets(&self) -> impl Iterator<Item = (usize, usize, T)> + '_ {
        self.pattern.triplets().zip(&self.values).map(|((row, column), &value)| (row, column, value))
    }
}

impl<T: Copy + num_traits::Zero> SparseMatrix<T> {
    /// The entry in a place, zero if the pattern has none there.
    ///
    /// # Panics
    /// If the matrix has no such row or column.
    #[must_use]
    #[track_caller]
    pub fn get(&self, row: usize, column: usize) -> T {
        let (rows, columns) = (self.pattern.rows(), self.pattern.columns());
        assert!(
            row < rows && column < columns,
            "dualtape: SparseMatrix::get: a matrix of {rows} x {columns} has no entry ({row}, {column})"
        );
        self.pattern.position(row, column).map_or_else(T::zero, |place| self.values[place])
    }
}

#[cfg(feature = "nalgebra")]
impl<T: nalgebra::Scalar + num_traits::Zero + Copy> SparseMatrix<T> {
    /// The same matrix with all its zeros.
    ///
    /// # Examples
    /// ```
    /// use dualtape::sparse::{SparseMatrix, SparsePattern};
    /// let lower = SparseMatrix::new(SparsePattern::banded(2, 1, 0), vec![4.0, 3.0, 5.0]);
    /// assert_eq!(lower.to_dense(), nalgebra::dmatrix![4.0, 0.0; 3.0, 5.0]);
    /// ```
    #[must_use]
    pub fn to_dense(&self) -> nalgebra::DMatrix<T> {
        let mut dense = nalgebra::DMatrix::zeros(self.pattern.rows(), self.pattern.columns());
        self.triplets().for_each(|(row, column, value)| dense[(row, column)] = value);
        dense
    }
}
