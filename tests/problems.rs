//! The reference problems F1 to F6: the published values, and derivatives as a careful person would program them, at the published
//! points and at badly scaled ones.
#![cfg(feature = "std")]

#[path = "common/problems.rs"]
#[allow(dead_code)] // benchmarks use the rest
mod problems;

use dualtape::{forward, gradient_and_hvp, value_and_gradient};
use problems::{Adjoint, Problem, Visitor};

/// Forward mode takes one evaluation for every eight inputs.
const MOST_FORWARD_INPUTS: usize = if cfg!(debug_assertions) { 100 } else { 1000 };

/// Sums of thousands of terms, relative to the largest entry.
const ROUNDINGS: f64 = 1e-12;

#[track_caller]
fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    assert!(largest > 0.0 && largest.is_finite(), "{what}: the reference is {largest}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs() / largest;
        assert!(error <= tolerance, "{what}, entry {i}: {found:e}, not {expected:e}, an error of {error:e}");
    }
}

/// The published point; the same with entries from their size to a ten-thousandth of it, next to each other; and by halves and doubles.
fn points(x0: &[f64]) -> [Vec<f64>; 3] {
    let scaled = |scale: fn(i32) -> f64| x0.iter().zip(0..).map(|(&x, i)| x * scale(i)).collect();
    [x0.to_vec(), scaled(|i| 10_f64.powi(-(i % 5))), scaled(|i| 2_f64.powi(i % 3 - 1))]
}

struct Gradients;

impl Visitor for Gradients {
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        let Problem { name, function, x0, value } = problem;
        let published = function.eval(x0);
        assert!((published - value).abs() <= 1e-13 * value.abs(), "{name}: {published}, published is {value}");
        for (k, x) in points(x0).into_iter().enumerate() {
            let mut expected = vec![0.0; x.len()];
            let value = function.adjoint(&x, &mut expected);
            let (found, by_reverse) = value_and_gradient(|x| function.eval(x), &x);
            assert_close(&format!("{name}, point {k}, value"), &[found], &[value], ROUNDINGS);
            assert_close(&format!("{name}, point {k}, reverse mode"), &by_reverse, &expected, ROUNDINGS);
            if x.len() <= MOST_FORWARD_INPUTS {
                let by_forward = forward::gradient(|x| function.eval(x), &x);
                assert_close(&format!("{name}, point {k}, forward mode"), &by_forward, &expected, ROUNDINGS);
            }
        }
    }
}

struct Hessians;

impl Visitor for Hessians {
    /// Along a direction, against differences of the gradient by hand; the whole matrix against such products.
    fn visit<F: Adjoint>(&mut self, problem: &Problem<F>) {
        let Problem { name, function, x0, .. } = problem;
        for (k, x) in points(x0).into_iter().enumerate() {
            let v: Vec<f64> = (0..x.len()).map(|i| f64::from(i as u32 % 7) - 3.0).collect();
            let (_, product) = gradient_and_hvp(|x| function.eval(x), &x, &v);
            let beside = |step: f64| {
                let moved: Vec<f64> = x.iter().zip(&v).map(|(x, v)| x + step * v).collect();
                let mut gradient = vec![0.0; x.len()];
                function.adjoint(&moved, &mut gradient);
                gradient
            };
            let step = 1e-5;
            let differences: Vec<f64> =
                beside(step).iter().zip(beside(-step)).map(|(after, before)| (after - before) / (2.0 * step)).collect();
            // Rounding 1e-16 / step, truncation step².
            assert_close(&format!("{name}, point {k}, product"), &product, &differences, 1e-7);
            #[cfg(feature = "nalgebra")]
            {
                let hessian = dualtape::hessian(|x| function.eval(x), &x);
                assert_eq!(hessian, hessian.transpose(), "{name}");
                let by_matrix = hessian * nalgebra::DVector::from_vec(v);
                assert_close(&format!("{name}, point {k}, matrix"), by_matrix.as_slice(), &product, ROUNDINGS);
            }
        }
    }
}

#[test]
fn gradients_are_those_written_by_hand() {
    problems::gradient_set(&mut Gradients);
}

#[test]
fn gradients_of_fused_operations_are_those_written_by_hand() {
    problems::fused_set(&mut Gradients);
}

#[test]
fn hessians_are_the_slopes_of_gradients_written_by_hand() {
    problems::hessian_set(&mut Hessians);
}
