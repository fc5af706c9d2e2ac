//! Sparse matrices.

use dualtape::sparse::{SparseMatrix, SparsePattern};

#[test]
fn a_matrix_has_a_value_for_each_entry() {
    let matrix = SparseMatrix::new(SparsePattern::banded(3, 1, 0), vec![1.0, 2.0, 3.0, 4.0, 5.0]);
    assert!(matrix.triplets().eq([(0, 0, 1.0), (1, 0, 2.0), (1, 1, 3.0), (2, 1, 4.0), (2, 2, 5.0)]));
    for row in 0..3 {
        for column in 0..3 {
            let entry = matrix.triplets().find(|&(i, j, _)| (i, j) == (row, column)).map_or(0.0, |(_, _, value)| value);
            assert_eq!(matrix.get(row, column), entry);
            #[cfg(feature = "nalgebra")]
            assert_eq!(matrix.to_dense()[(row, column)], entry);
        }
    }
    assert_eq!(matrix.values(), [1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(matrix.pattern().nnz(), 5);
    assert_eq!(matrix.into_values(), [1.0, 2.0, 3.0, 4.0, 5.0]);
}
