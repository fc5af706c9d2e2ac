//! Drivers for functions of matrices, and the identities of matrix calculus: the derivative has the shape of the point.
#![cfg(all(feature = "std", feature = "nalgebra"))]

use dualtape::{Dual, Reverse, forward, gradient, hessian, jacobian, matrix};
use nalgebra::{
    DMatrix, DVector, Matrix2x3, Matrix3, RowVector3, SMatrix, SVector, Vector2, Vector3, dmatrix, dvector,
    matrix as fixed, vector,
};

const A: Matrix3<f64> = fixed![2.0, -1.0, 0.5; 0.75, 1.5, -0.5; 0.25, 1.0, -1.75];
const X: Vector3<f64> = vector![1.0, -2.0, 3.0];

/// A few roundings of sums of products of numbers up to 10.
#[track_caller]
fn assert_close<const R: usize, const C: usize>(found: SMatrix<f64, R, C>, expected: SMatrix<f64, R, C>) {
    assert!((found - expected).amax() < 1e-13, "{found} is not {expected}");
}

#[test]
fn gradients_of_forms_in_a_vector() {
    assert_eq!(matrix::gradient(|x| x.dot(x), &X), X * 2.0);
    assert_eq!(matrix::gradient(|x| x.norm_squared(), &X), X * 2.0);
    assert_close(matrix::gradient(|x| x.dot(&(A.cast() * x)), &X), (A + A.transpose()) * X);
    assert_close(matrix::gradient(|x| (A.cast() * x).norm(), &X), A.transpose() * A * X / (A * X).norm());
    assert_close(matrix::gradient(|x| (x * x.transpose() * A.cast()).trace(), &X), (A + A.transpose()) * X);
}

#[test]
fn jacobians_of_linear_maps_are_their_matrices() {
    assert_eq!(matrix::jacobian(|x| A.cast() * x, &X), A);
    assert_eq!(matrix::jacobian(|x| (x.transpose() * A.cast()).transpose(), &X), A.transpose());
    let tall = fixed![1.0, 2.0; 3.0, 4.0; 5.0, 6.0];
    let (y, j) = matrix::value_and_jacobian(|x| tall.cast() * x, &Vector2::new(7.0, 8.0));
    assert_eq!((y, j), (tall * Vector2::new(7.0, 8.0), tall));
}

#[test]
fn gradients_of_functions_of_a_matrix() {
    assert_eq!(matrix::gradient(|x| x.norm_squared(), &A), A * 2.0);
    let b = A.map(|a| a * a - 1.0);
    assert_close(matrix::gradient(|x| (b.cast() * x).trace(), &A), b.transpose());
    assert_close(matrix::gradient(|x| (b.map(Reverse::constant) * x.transpose()).trace(), &A), b);
    assert_close(matrix::gradient(|x| (x.transpose() * b.cast() * x).trace(), &A), (b + b.transpose()) * A);
    let inverse = A.try_inverse().unwrap();
    assert_close(matrix::gradient(|x| x.determinant().abs().ln(), &A), inverse.transpose());
    assert_close(matrix::gradient(|x| x.try_inverse().unwrap().trace(), &A), -(inverse * inverse).transpose());
    assert_close(matrix::gradient(|x| (x * x * x).trace(), &A), (A * A).transpose() * 3.0);
    assert_close(matrix::gradient(|x| x.exp().trace(), &A), A.exp().transpose());
}

/// With columns stacked, the Jacobian of X B is Bᵀ ⊗ 1, and that of A X is 1 ⊗ A.
#[test]
fn jacobians_of_products_of_matrices_are_kronecker_products() {
    let b = fixed![1.0, -2.0; 0.5, 4.0; 3.0, 0.25];
    let x: DVector<f64> = DVector::from_column_slice(A.as_slice());
    let square = |x: &DVector<Reverse<f64>>| Matrix3::from_column_slice(x.as_slice());
    let product = matrix::jacobian(|x| DVector::from_column_slice((square(x) * b.cast()).as_slice()), &x);
    assert_eq!(product, DMatrix::from_column_slice(6, 9, b.transpose().kronecker(&Matrix3::identity()).as_slice()));
    let product =
        matrix::jacobian(|x| DVector::from_column_slice((A.map(Reverse::constant) * square(x)).as_slice()), &x);
    assert_eq!(product, DMatrix::from_column_slice(9, 9, Matrix3::identity().kronecker(&A).as_slice()));
}

#[test]
fn the_gradient_has_the_shape_of_the_point() {
    let row: RowVector3<f64> = matrix::gradient(|x| x.sum(), &RowVector3::new(1.0, 2.0, 3.0));
    assert_eq!(row, RowVector3::repeat(1.0));
    let wide: Matrix2x3<f64> = matrix::gradient(|x| x[(1, 2)] * x[(0, 1)], &fixed![1.0, 2.0, 3.0; 4.0, 5.0, 6.0]);
    assert_eq!(wide, fixed![0.0, 6.0, 0.0; 0.0, 0.0, 2.0]);
    let (value, dynamic) = matrix::value_and_gradient(|x| x.sum().powi(2), &dmatrix![1.0, 2.0, 3.0]);
    assert_eq!((value, dynamic), (36.0, dmatrix![12.0, 12.0, 12.0]));
    assert_eq!(matrix::gradient(|x| x.sum(), &DVector::<f64>::zeros(0)), DVector::zeros(0));
}

#[test]
fn hessians_of_quadratic_forms() {
    assert_eq!(matrix::hessian(|x| x.dot(&(A.cast() * x)), &X), A + A.transpose());
    let x: DVector<f64> = dvector![1.0, 2.0];
    assert_eq!(matrix::hessian(|x| x[0] * x[0] * x[1], &x), dmatrix![4.0, 2.0; 2.0, 0.0]);
}

/// All members of a family, against the same expectation.
#[test]
fn twins_agree_with_the_closed_form() {
    // f(X) = tr(B X X): gradient (X B + B X)ᵀ, its derivative along V (V B + B V)ᵀ.
    let (b, v) = (A.map(|a| a * 4.0), Matrix3::from_fn(|i, j| (2 * i) as f64 - j as f64));
    let value = (b * A * A).trace();
    let (gradient, product) = ((A * b + b * A).transpose(), (v * b + b * v).transpose());
    let mut g = Matrix3::repeat(f64::NAN);
    assert_eq!(matrix::value_and_gradient_into(|x| (b.cast() * x * x).trace(), &A, &mut g), value);
    assert_eq!(g, gradient);
    assert_eq!(matrix::hvp(|x| (b.cast() * x * x).trace(), &A, &v), product);
    assert_eq!(matrix::gradient_and_hvp(|x| (b.cast() * x * x).trace(), &A, &v), (gradient, product));
    assert_eq!(matrix::value_gradient_and_hvp(|x| (b.cast() * x * x).trace(), &A, &v), (value, gradient, product));
    let (mut g, mut p) = (Matrix3::repeat(f64::NAN), Matrix3::repeat(f64::NAN));
    let y = matrix::value_gradient_and_hvp_into(|x| (b.cast() * x * x).trace(), &A, &v, &mut g, &mut p);
    assert_eq!((y, g, p), (value, gradient, product));

    // F(X) = B X: derivative B V, transposed Bᵀ W.
    let expected = (b * A, b * v);
    assert_eq!(matrix::jvp(|x| b.cast() * x, &A, &v), expected);
    let (mut y, mut p) = (Matrix3::repeat(f64::NAN), Matrix3::repeat(f64::NAN));
    matrix::jvp_into(|x| b.cast() * x, &A, &v, &mut y, &mut p);
    assert_eq!((y, p), expected);
    let expected = (b * A, b.transpose() * v);
    assert_eq!(matrix::vjp(|x| b.cast() * x, &A, &v), expected);
    let (mut y, mut p) = (Matrix3::repeat(f64::NAN), Matrix3::repeat(f64::NAN));
    matrix::vjp_into(|x| b.cast() * x, &A, &v, &mut y, &mut p);
    assert_eq!((y, p), expected);

    // f(x) = xᵀ A x.
    let (value, gradient, hessian) = (X.dot(&(A * X)), (A + A.transpose()) * X, A + A.transpose());
    assert_eq!(matrix::value_gradient_and_hessian(|x| x.dot(&(A.cast() * x)), &X), (value, gradient, hessian));
    let (mut g, mut h) = (Vector3::repeat(f64::NAN), Matrix3::repeat(f64::NAN));
    let y = matrix::value_gradient_and_hessian_into(|x| x.dot(&(A.cast() * x)), &X, &mut g, &mut h);
    assert_eq!((y, g, h), (value, gradient, hessian));
    let (mut y, mut j) = (Vector3::repeat(f64::NAN), Matrix3::repeat(f64::NAN));
    matrix::value_and_jacobian_into(|x| A.cast() * x, &X, &mut y, &mut j);
    assert_eq!((y, j), (A * X, A));
}

/// The number of entries would be right.
#[test]
#[should_panic(expected = "dualtape: matrix::hvp: the direction is 3 x 2, needed 2 x 3: the shape of the point")]
fn a_direction_of_another_shape_is_refused() {
    let _ = matrix::hvp(|x| x.norm_squared(), &DMatrix::<f64>::zeros(2, 3), &DMatrix::zeros(3, 2));
}

/// The drivers for slices take vectors, too.
#[test]
fn vectors_go_in_and_out_of_the_slice_drivers() {
    let g = gradient(|x| SVector::<_, 3>::from_column_slice(x).norm_squared(), X.as_slice());
    assert_eq!(Vector3::from_vec(g), X * 2.0);
    let apply = |x: &[Reverse<f64>]| <[_; 3]>::from(A.cast() * SVector::<_, 3>::from_column_slice(x));
    assert_eq!(jacobian(apply, X.as_slice()), A);
    let apply = |x: &[Dual<f64, 8>]| <[_; 3]>::from(A.cast() * SVector::<_, 3>::from_column_slice(x));
    assert_eq!(forward::jacobian(apply, X.as_slice()), A);
    let h = hessian(|x| SVector::<_, 3>::from_column_slice(x).norm_squared(), X.as_slice());
    assert_eq!(h, Matrix3::identity() * 2.0);
}

/// Matrices of plain numbers, and of numbers one level down, are lifted by `cast`.
#[test]
fn casts_lift_constants() {
    let x: Vector3<Dual<f64>> = X.map(Dual::variable);
    let sum = A.cast() * x;
    assert_eq!(sum.map(Dual::tangent), A * Vector3::repeat(1.0));
    assert_eq!(A.cast::<Dual<f64>>(), A.map(Dual::constant));
    let lifted: Vector3<Dual<Dual<f64>>> = x.cast();
    assert_eq!(lifted.map(|x| (x.primal().tangent(), x.tangent().primal())), Vector3::repeat((1.0, 0.0)));
    let mixed: Vector3<Reverse<Dual<f64>>> = x.cast();
    assert_eq!(mixed.map(|x| x.primal().tangent()), Vector3::repeat(1.0));
    assert_eq!(x.try_cast::<f64>(), Some(X));
    assert_eq!(fixed![1, 2; 3, 4].cast::<Dual<f64>>(), fixed![1.0, 2.0; 3.0, 4.0].cast());
}

#[test]
fn a_number_is_a_factor_on_either_side() {
    let (x, a): (Dual<f64>, Matrix3<Dual<f64>>) = (Dual::variable(2.0), A.cast());
    let by_reference = &a;
    for product in [x * a, x * by_reference, a * x, by_reference * x] {
        assert_eq!((product.map(Dual::primal), product.map(Dual::tangent)), (A * 2.0, A));
    }
    assert_eq!((a * Dual::from(2.0)).map(Dual::primal), A * 2.0);
}

#[test]
#[should_panic(expected = "a value of another recording was given")]
fn a_gradient_of_something_else_is_refused() {
    let other = dualtape::Tape::new().variable(1.0);
    let _ = matrix::gradient(|_| other, &X);
}
