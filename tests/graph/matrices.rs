//! Matrices in a graph: the bits of plain numbers whatever the pivots, derivatives by the rules of whole matrices.

use dualtape::graph::{Graph, Traced};
use dualtape::nalgebra::{DMatrix, DVector};
use dualtape::{Dual, Float, LinearAlgebra, gradient, jvp};

fn square<T: Float>(x: &[T]) -> DMatrix<T> {
    DMatrix::from_row_slice(3, 3, &x[..9])
}
fn determinant<T: Float>(x: &[T]) -> T {
    T::determinant(&square(x)) * x[0]
}
fn log_determinant<T: Float>(x: &[T]) -> T {
    T::log_determinant(&square(x)).unwrap_or_else(T::neg_infinity)
}
fn inverse<T: Float>(x: &[T]) -> T {
    T::inverse(&square(x)).map_or_else(T::nan, |a| a[(0, 1)] * a[(2, 2)] + a[(1, 1)])
}
fn solve<T: Float>(x: &[T]) -> T {
    let b = DVector::from_vec(vec![x[0], T::one(), x[4] * x[1]]);
    T::solve(&square(x), &b).map_or_else(T::nan, |x| x[0] * x[1] + x[2])
}
fn eigenvalues<T: Float>(x: &[T]) -> T {
    let values = T::symmetric_eigenvalues(&square(x));
    values[0] * values[2] + values[1]
}
fn eigenvectors<T: Float>(x: &[T]) -> T {
    let (values, vectors) = T::symmetric_eigen(&square(x));
    (vectors[(0, 0)] * vectors[(1, 0)] + vectors[(1, 2)].powi(2)) * values[0]
}
fn singular_values<T: Float>(x: &[T]) -> T {
    let values = T::singular_values(&DMatrix::from_row_slice(2, 4, &x[..8]));
    values[0] / values[1] + x[8]
}
fn svd<T: Float>(x: &[T]) -> T {
    let (u, sigma, v) = T::svd(&DMatrix::from_row_slice(4, 2, &x[..8]));
    u[(0, 0)] * v[(1, 0)] * sigma[1] + u[(3, 1)] * v[(0, 1)] + x[8]
}

/// Their pivots and the order of their values differ.
const POINTS: [[f64; 9]; 4] = [
    [4.0, 1.0, 2.0, 0.5, 3.0, -1.0, 1.5, 0.25, 2.0],
    [0.1, 1.0, 2.0, 5.0, 0.3, -1.0, 1.5, 0.25, -7.0],
    [1.0, 0.0, 2.0, 0.0, -3.0, 1.0, 8.0, 0.5, 1.0],
    [0.0, 1.0, 0.0, 2.0, 0.0, 0.25, 0.0, 4.0, 1.0],
];

fn close(found: &[f64], right: &[f64], what: &str) {
    let scale = right.iter().filter(|y| y.is_finite()).fold(0.0_f64, |scale, y| scale.max(y.abs()));
    let is_close =
        |(a, b): (&f64, &f64)| a == b || (!a.is_finite() && !b.is_finite()) || (a - b).abs() <= 1e-11 * scale;
    let is_close = found.iter().zip(right).all(is_close);
    assert!(is_close, "{what}: {found:?}, right is {right:?}");
}

#[test]
fn methods_are_operations() {
    macro_rules! methods {
        ($($f:ident: $guards:expr;)*) => {$(
            let graph = Graph::record_fn(|x: &[Traced]| $f(x), &POINTS[0]);
            let (first, second) = (graph.gradient(), graph.hvp());
            assert_eq!(graph.guards(), $guards, "{graph}");
            for x in POINTS {
                let what = format!("{} at {x:?}", stringify!($f));
                assert_eq!(graph.eval(&x).unwrap()[0].to_bits(), $f(&x).to_bits(), "{what}");
                close(&first.eval(&x).unwrap(), &gradient($f, &x), &what);
                let v = [1.0, -0.5, 0.25, 2.0, 0.0, 1.0, -1.0, 0.5, 0.125];
                let right = jvp(|x: &[Dual<f64>]| gradient($f, x), &x, &v).1;
                close(&second.eval(&[&x[..], &v[..]].concat()).unwrap(), &right, &what);
            }
        )*};
    }
    methods! {
        determinant: 0;
        log_determinant: 1;
        inverse: 1;
        solve: 1;
        eigenvalues: 0;
        eigenvectors: 0;
        singular_values: 0;
        svd: 0;
    }
}

#[test]
fn a_result_that_ceases_to_exist_is_another_branch() {
    let graph = Graph::record_fn(|x: &[Traced]| inverse(x), &POINTS[0]);
    let changed = graph.eval(&[0.0; 9]).unwrap_err();
    assert_eq!((changed.question(), changed.is()), ("v0 == 1", "false"));
    let none = Graph::record_fn(|x: &[Traced]| log_determinant(x), &[0.0; 9]);
    assert_eq!(none.eval(&[0.0; 9]), Ok(vec![f64::NEG_INFINITY]));
    assert!(none.eval(&POINTS[0]).is_err());
}

#[test]
fn determinants_of_singular_matrices_have_all_derivatives() {
    let graph = Graph::record_fn(|x: &[Traced]| T2::determinant(x), &[0.0; 4]);
    let (gradient, hessian) = (graph.gradient(), graph.hessian());
    assert_eq!(gradient.eval(&[1.0, 2.0, 2.0, 4.0]).unwrap(), [4.0, -2.0, -2.0, 1.0]);
    let of_zero = hessian.eval(&[0.0; 4]).unwrap();
    assert_eq!((of_zero[3], of_zero[6], of_zero[0]), (1.0, -1.0, 0.0));
}

struct T2;

impl T2 {
    fn determinant<T: Float>(x: &[T]) -> T {
        T::determinant(&DMatrix::from_row_slice(2, 2, x))
    }
}

#[test]
fn the_listing_names_the_method_and_the_entry() {
    let graph = Graph::record_fn(|x: &[Traced]| T2::determinant(x), &[1.0, 2.0, 3.0, 4.0]);
    assert_eq!(graph.to_string().lines().nth(1), Some("  v0 = determinant[0] x[0] x[2] x[1] x[3]"));
}
