//! Linear algebra on whole matrices: closed forms of matrix calculus, in every mode and to second order.

#![cfg(all(feature = "std", feature = "nalgebra"))]

use dualtape::{Dual, Float, LinearAlgebra, Reverse, Tape, forward, gradient, hessian, jacobian};
use nalgebra::{DMatrix, DVector, dmatrix};

/// A well-conditioned matrix without special structure.
fn matrix(n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(n, n, |i, j| ((3 * i + 5 * j) as f64 + 0.5).sin() + if i == j { 3.0 } else { 0.0 })
}

fn symmetric(n: usize) -> DMatrix<f64> {
    let a = matrix(n);
    &a + a.transpose()
}

fn square<T: Float>(entries: &[T]) -> DMatrix<T> {
    let n = (entries.len() as f64).sqrt() as usize;
    DMatrix::from_column_slice(n, n, entries)
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().fold(1.0, |scale: f64, e| scale.max(e.abs()));
    for (i, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= tolerance * scale, "entry {i} is {f}, not {e}");
    }
}

/// Roundings of matrices of condition about ten.
const ROUNDING: f64 = 2e-14;

#[test]
fn the_gradient_of_the_log_determinant_is_the_inverse_transposed() {
    fn f<T: LinearAlgebra>(a: &[T]) -> T {
        T::log_determinant(&square(a)).unwrap()
    }
    for n in [1, 2, 5, 10] {
        let a = matrix(n);
        let inverse = a.clone().try_inverse().unwrap();
        let expected = inverse.transpose();
        assert_close(&gradient(f, a.as_slice()), expected.as_slice(), ROUNDING);
        assert_close(&forward::gradient(f, a.as_slice()), expected.as_slice(), ROUNDING);
        // ∂² / ∂a_ij ∂a_kl = -(A⁻¹)_li (A⁻¹)_jk, with places counted down the columns.
        let expected = DMatrix::from_fn(n * n, n * n, |p, q| {
            let ((i, j), (k, l)) = ((p % n, p / n), (q % n, q / n));
            -inverse[(l, i)] * inverse[(j, k)]
        });
        assert_close(hessian(f, a.as_slice()).as_slice(), expected.as_slice(), ROUNDING);
        assert_close(forward::hessian(f, a.as_slice()).as_slice(), expected.as_slice(), ROUNDING);
    }
}

#[test]
fn the_gradient_of_the_determinant_is_the_cofactor_matrix() {
    fn f<T: LinearAlgebra>(a: &[T]) -> T {
        T::determinant(&square(a))
    }
    let a = matrix(4);
    let expected = a.clone().try_inverse().unwrap().transpose() * a.determinant();
    assert_close(&gradient(f, a.as_slice()), expected.as_slice(), ROUNDING);
    // Exact zeros that are variables: a branch on them loses derivatives.
    let a = dmatrix![1.0, 0.0, 0.0; 0.0, 2.0, 0.0; 0.0, std::f64::consts::PI, 3.0];
    let expected = dmatrix![6.0, 0.0, 0.0; 0.0, 3.0, -std::f64::consts::PI; 0.0, 0.0, 2.0];
    assert_close(&gradient(f, a.as_slice()), expected.as_slice(), 1e-15);
    // Singular: rank 1 has no cofactors, rank n - 1 has.
    assert_eq!(gradient(f, dmatrix![1.0, 2.0; 2.0, 4.0].as_slice()), [4.0, -2.0, -2.0, 1.0]);
    assert_eq!(gradient(f, &[0.0; 9]), [0.0; 9]);
    let h = hessian(f, &[0.0; 4]); // ad - bc
    assert_eq!((h[(0, 3)], h[(1, 2)], h[(0, 0)]), (1.0, -1.0, 0.0));
}

#[test]
fn the_solution_differentiates_by_matrix_and_right_side() {
    fn f<T: LinearAlgebra>(entries: &[T]) -> Vec<T> {
        let n = ((4.0 * entries.len() as f64 + 1.0).sqrt() as usize - 1) / 2;
        let (a, b) = entries.split_at(n * n);
        T::solve(&square(a), &DVector::from_column_slice(b)).unwrap().as_slice().to_vec()
    }
    for n in [1, 3, 6] {
        let (a, b) = (matrix(n), DVector::from_fn(n, |i, _| (i as f64).cos()));
        let point: Vec<f64> = a.iter().chain(b.iter()).copied().collect();
        let inverse = a.clone().try_inverse().unwrap();
        let x = &inverse * &b;
        let expected = DMatrix::from_fn(n, n * n + n, |i, p| {
            if p < n * n { -inverse[(i, p % n)] * x[p / n] } else { inverse[(i, p - n * n)] }
        });
        assert_close(jacobian(f, &point).as_slice(), expected.as_slice(), ROUNDING);
        assert_close(forward::jacobian(f, &point).as_slice(), expected.as_slice(), ROUNDING);
    }
}

/// The same to second order, against elimination on our numbers by nalgebra itself.
#[test]
fn second_derivatives_of_the_solution_are_those_of_elimination() {
    fn by_rule<T: LinearAlgebra>(entries: &[T]) -> T {
        let (a, b) = entries.split_at(9);
        T::solve(&square(a), &DVector::from_column_slice(b)).unwrap().iter().map(|&x| x * x * x).sum()
    }
    fn by_elimination<T: Float>(entries: &[T]) -> T {
        let (a, b) = entries.split_at(9);
        let (mut a, mut b) = (square(a), b.to_vec());
        for k in 0..3 {
            for i in k + 1..3 {
                let factor = a[(i, k)] / a[(k, k)];
                for j in k..3 {
                    let (entry, pivot) = (a[(i, j)], a[(k, j)]);
                    a[(i, j)] = entry - factor * pivot;
                }
                let pivot = b[k];
                b[i] -= factor * pivot;
            }
        }
        for i in (0..3).rev() {
            for j in i + 1..3 {
                let known = b[j];
                b[i] -= a[(i, j)] * known;
            }
            b[i] /= a[(i, i)];
        }
        b.iter().map(|&x| x * x * x).sum()
    }
    let point: Vec<f64> = matrix(3).iter().copied().chain([1.0, -2.0, 0.5]).collect();
    let expected = hessian(by_elimination, &point);
    assert_close(hessian(by_rule, &point).as_slice(), expected.as_slice(), ROUNDING);
    assert_close(forward::hessian(by_rule, &point).as_slice(), expected.as_slice(), ROUNDING);
}

#[test]
fn the_inverse_differentiates_as_minus_inverse_change_inverse() {
    fn f<T: LinearAlgebra>(a: &[T]) -> Vec<T> {
        T::inverse(&square(a)).unwrap().as_slice().to_vec()
    }
    let n = 4;
    let inverse = matrix(n).try_inverse().unwrap();
    let expected = DMatrix::from_fn(n * n, n * n, |p, q| -inverse[(p % n, q % n)] * inverse[(q / n, p / n)]);
    assert_close(jacobian(f, matrix(n).as_slice()).as_slice(), expected.as_slice(), ROUNDING);
    assert_close(forward::jacobian(f, matrix(n).as_slice()).as_slice(), expected.as_slice(), ROUNDING);
}

#[test]
fn eigenvalues_and_vectors_of_a_symmetric_matrix() {
    fn values<T: LinearAlgebra>(a: &[T]) -> Vec<T> {
        T::symmetric_eigen(&square(a)).0.as_slice().to_vec()
    }
    // f(A) = Σ exp(λᵢ) has the gradient exp(A): an entry off the diagonal counts for both of its places.
    fn trace_of_exponential<T: LinearAlgebra>(a: &[T]) -> T {
        T::symmetric_eigen(&square(a)).0.iter().map(|x| x.exp()).sum()
    }
    for a in [symmetric(4), DMatrix::from_diagonal(&DVector::from_vec(vec![1.0, 2.0, 4.0])), DMatrix::identity(3, 3)] {
        let n = a.nrows();
        let a = a.map(|x| x * 0.25);
        let exponential = a.exp();
        let expected = DMatrix::from_fn(n, n, |i, j| {
            if i == j {
                exponential[(i, j)]
            } else if i > j {
                2.0 * exponential[(i, j)]
            } else {
                0.0
            }
        });
        assert_close(&gradient(trace_of_exponential, a.as_slice()), expected.as_slice(), ROUNDING);
        assert_close(&forward::gradient(trace_of_exponential, a.as_slice()), expected.as_slice(), ROUNDING);
    }
    // The eigenvalues of [[a, b], [b, c]] are the roots of a quadratic; first and second derivatives by both.
    fn larger<T: LinearAlgebra>(x: &[T]) -> T {
        T::symmetric_eigen(&DMatrix::from_column_slice(2, 2, &[x[0], x[1], x[1], x[2]])).0[1]
    }
    fn root<T: Float>(x: &[T]) -> T {
        let half = T::lit(0.5);
        (x[0] + x[2]) * half + ((x[0] - x[2]) * half).hypot(x[1])
    }
    let point = [2.0, 0.7, -1.0];
    assert_close(&gradient(larger, &point), &gradient(root, &point), 1e-15);
    assert_close(hessian(larger, &point).as_slice(), hessian(root, &point).as_slice(), ROUNDING);
    // Exactly diagonal: the vectors turn towards each other by 1 / (λ₁ - λ₂).
    let vectors = |x: &[Reverse<f64>]| {
        let off_diagonal = x[0];
        let a = dmatrix![Reverse::constant(1.0), off_diagonal; off_diagonal, Reverse::constant(3.0)];
        LinearAlgebra::symmetric_eigen(&a).1.as_slice().to_vec()
    };
    let turn = jacobian(vectors, &[0.0]);
    assert_close(turn.map(f64::abs).as_slice(), &[0.0, 0.5, 0.5, 0.0], 1e-15);
    assert!(jacobian(values, symmetric(3).as_slice()).iter().all(|x| x.is_finite()));
}

#[test]
fn singular_values_of_rectangular_matrices() {
    // Σ σᵢ² = ‖A‖²_F has the gradient 2 A.
    let a = DMatrix::from_fn(3, 2, |i, j| (i + 2 * j) as f64 + 0.3 * (i as f64).sin());
    fn f<T: LinearAlgebra>(a: &[T]) -> T {
        T::singular_values(&DMatrix::from_column_slice(3, 2, a)).iter().map(|&s| s * s).sum()
    }
    assert_close(&gradient(f, a.as_slice()), (&a * 2.0).as_slice(), ROUNDING);
    assert_close(&forward::gradient(f, a.as_slice()), (&a * 2.0).as_slice(), ROUNDING);
    assert_close(hessian(f, a.as_slice()).as_slice(), (DMatrix::identity(6, 6) * 2.0).as_slice(), 1e-13);
    // The nuclear norm of a diagonal matrix with a negative entry: the gradient is the sign.
    fn nuclear<T: LinearAlgebra>(a: &[T]) -> T {
        T::singular_values(&square(a)).iter().copied().sum()
    }
    assert_close(&gradient(nuclear, &[2.0, 0.0, 0.0, -3.0]), &[1.0, 0.0, 0.0, -1.0], 1e-15);
}

#[test]
fn singular_and_empty_matrices_are_answered() {
    let singular = DMatrix::from_element(2, 2, Dual::<f64>::variable(1.0));
    assert!(LinearAlgebra::inverse(&singular).is_none());
    assert!(LinearAlgebra::log_determinant(&singular).is_none());
    assert!(LinearAlgebra::solve(&singular, &DVector::from_element(2, Dual::constant(1.0))).is_none());
    let empty = DMatrix::<Dual<f64>>::from_vec(0, 0, vec![]);
    assert_eq!(LinearAlgebra::determinant(&empty), 1.0);
    assert_eq!(LinearAlgebra::symmetric_eigen(&empty).0.len(), 0);
}

#[test]
#[should_panic(expected = "solve: the matrix is 2 x 2 and the right side has 3 entries")]
fn a_right_side_of_another_length_panics() {
    let _ = LinearAlgebra::solve(&DMatrix::<f64>::identity(2, 2), &DVector::zeros(3));
}

/// n² records where elimination takes n³ / 3.
#[test]
fn the_tape_holds_the_solution_in_n_squared_records() {
    let n = 20;
    let tape = Tape::new();
    let a = matrix(n).map(|x| tape.variable(x));
    let b = DVector::from_fn(n, |i, _| tape.variable(i as f64));
    let before = tape.len();
    let x = LinearAlgebra::solve(&a, &b).unwrap();
    let records = tape.len() - before;
    assert!(records <= n * n + n, "{records} records");
    let adjoints = tape.adjoints(x[0]);
    let inverse = matrix(n).try_inverse().unwrap();
    assert!((adjoints.wrt(b[3]) - inverse[(0, 3)]).abs() < ROUNDING);
}
