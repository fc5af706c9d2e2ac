//! "Dive into Deep Learning": vectors and matrices.

use dualtape::{Float, Reverse, Tape, jacobian, matrix, slices, value_and_gradient_into, vjp};
use nalgebra::{DMatrix, DVector, dmatrix, dvector};

const X: [f64; 4] = [0.0, 1.0, 3.0, 5.0];

#[test]
fn the_memory_of_a_gradient_is_there_before() {
    let mut gradient = [f64::NAN; 4];
    assert_eq!(value_and_gradient_into(|x| 2.0 * slices::dot(x, x), &X, &mut gradient), 70.0);
    assert_eq!(gradient, [0.0, 4.0, 12.0, 20.0]);
    assert_eq!(value_and_gradient_into(slices::sum, &X, &mut gradient), 9.0);
    assert_eq!(gradient, [1.0; 4], "what was there does not count");
}

#[test]
fn several_results_are_weighted_by_ones() {
    let squares = |x: &[Reverse<f64>]| x.iter().map(|&x| x * x).collect::<Vec<_>>();
    assert_eq!(vjp(squares, &X, &[1.0; 4]), (vec![0.0, 1.0, 9.0, 25.0], vec![0.0, 2.0, 6.0, 10.0]));
}

#[test]
fn the_value_before_detaching_keeps_its_derivatives() {
    let tape = Tape::new();
    let x = tape.variables(&X);
    let y: Vec<Reverse<f64>> = x.iter().map(|&x| x * x).collect();
    let z: Reverse<f64> = y.iter().zip(&x).map(|(&y, &x)| y.detach() * x).sum();
    let slopes = |result| x.iter().map(|&x| tape.adjoints(result).wrt(x)).collect::<Vec<_>>();
    assert_eq!(slopes(z), [0.0, 1.0, 9.0, 25.0]);
    assert_eq!(slopes(y.iter().copied().sum()), [0.0, 2.0, 6.0, 10.0]);
}

/// `c = b a` and `d = c + 1` of ten numbers each.
#[test]
fn ten_numbers_at_once() {
    let d = |x: &[Reverse<f64>]| {
        let (a, b) = x.split_at(10);
        a.iter().zip(b).map(|(&a, &b)| b * a + 1.0).collect::<Vec<_>>()
    };
    let point = [[1.0; 10], [2.0; 10]].concat();
    let (value, by_all) = vjp(d, &point, &[1.0; 10]);
    assert_eq!(value, [3.0; 10]);
    assert_eq!(by_all, [[2.0; 10], [1.0; 10]].concat());
}

fn a() -> DMatrix<f64> {
    dmatrix![1.0, 2.0; 3.0, 4.0]
}

/// The text calls `Aᵀ` the gradient of `A x`, with one column for each result; the Jacobian has one row for each.
#[test]
fn linear_maps() {
    let x = dvector![5.0, 6.0];
    assert_eq!(matrix::jacobian(|x: &DVector<_>| a().cast() * x, &x), a());
    assert_eq!(matrix::jacobian(|x: &DVector<_>| (x.transpose() * a().cast()).transpose(), &x), a().transpose());
    let product = |x: &[Reverse<f64>]| vec![x[0] + 2.0 * x[1], 3.0 * x[0] + 4.0 * x[1]];
    assert_eq!(jacobian(product, x.as_slice()), a());
}

#[test]
fn quadratic_forms_and_norms() {
    let x = dvector![5.0, 6.0];
    assert_eq!(matrix::gradient(|x: &DVector<_>| x.dot(&(a().cast() * x)), &x), dvector![40.0, 73.0]);
    assert_eq!((a() + a().transpose()) * &x, dvector![40.0, 73.0]);
    assert_eq!(matrix::gradient(|x: &DVector<_>| x.norm_squared(), &x), dvector![10.0, 12.0]);
    assert_eq!(matrix::gradient(|x: &DMatrix<_>| x.norm_squared(), &a()), dmatrix![2.0, 4.0; 6.0, 8.0]);
}
