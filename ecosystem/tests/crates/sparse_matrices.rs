//! Our sparse matrices in the types of other crates, by their arrays.

use dualtape::sparse::{HessianPlan, JacobianPlan, SparseMatrix};
use dualtape::{Float, scalar_function, vector_function};

fn chain<T: Float>(x: &[T]) -> T {
    x.windows(2).map(|x| (x[1] - x[0] * x[0]).powi(2) + x[0].powi(2)).sum()
}
scalar_function!(Chain = chain);

fn differences<T: Float>(x: &[T]) -> Vec<T> {
    x.windows(3).map(|x| x[0] * x[2] - x[1]).collect()
}
vector_function!(Differences = differences);

/// A square matrix, and one that is not.
fn matrices() -> [SparseMatrix; 2] {
    let x = [0.5, 1.5, -1.0, 2.0, 0.25];
    let hessian = HessianPlan::detect(&Chain, &x).unwrap().hessian(&Chain, &x);
    let jacobian = JacobianPlan::detect(&Differences, &x).unwrap().jacobian(&Differences, &x);
    [hessian, jacobian]
}

#[test]
fn matrices_of_nalgebra_sparse() {
    for matrix in matrices() {
        let m = matrix.pattern();
        let (starts, rows, values) = (m.column_starts().to_vec(), m.row_indices().to_vec(), matrix.values().to_vec());
        let other = nalgebra_sparse::CscMatrix::try_from_csc_data(m.rows(), m.columns(), starts, rows, values).unwrap();
        assert_eq!(nalgebra::DMatrix::from(&other), matrix.to_dense());
    }
}

#[test]
fn matrices_of_sprs() {
    for matrix in matrices() {
        let m = matrix.pattern();
        let (starts, rows, values) = (m.column_starts().to_vec(), m.row_indices().to_vec(), matrix.values().to_vec());
        let other = sprs::CsMat::new_csc((m.rows(), m.columns()), starts, rows, values);
        assert!(other.is_csc() && other.nnz() == m.nnz());
        for (row, column, value) in matrix.triplets() {
            assert_eq!(other.get(row, column), Some(&value));
        }
    }
}
