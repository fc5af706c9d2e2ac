//! No function and no start makes a method of `optimize` panic or run without end, and what it calls a solution is finite.

#![cfg(all(feature = "std", feature = "nalgebra"))]

use dualtape::optimize::{self, Equations, LeastSquares, Newton, NewtonCg, Status};
use dualtape::{Dual, Float, ScalarFunction, VectorFunction};

const FUNCTIONS: usize = 13;
const NUMBERS: [f64; 11] = [0.0, -0.0, 1.0, -1.0, 1e-300, -1e300, 1e160, 3.7, f64::MAX, f64::INFINITY, f64::NAN];

fn nasty<T: Float>(which: usize, x: T, y: T) -> T {
    match which {
        0 => x.recip() + y,
        1 => x.sqrt() - y.ln(),
        2 => (x * y).exp(),
        3 => (x * T::lit(1e200)).powi(2) + (y * T::lit(1e-200)).powi(2),
        4 if x > y => x,
        4 => T::lit(f64::NAN),
        5 => x.abs().sqrt() + (y - x).abs(),
        6 => (x * T::lit(1e8)).sin() + (y * T::lit(1e8)).cos(),
        7 => x.powf(y),
        8 => (x.powi(3) + y).atan(),
        9 => T::lit(1e308) * (x + y),
        10 => T::lit(5e-324) * (x * x + y * y),
        11 => x.powi(2) * y.powi(2) - x * y,
        _ => (x / y).tanh().powi(5),
    }
}

struct Nasty(usize);

impl ScalarFunction for Nasty {
    fn eval<T: Float>(&self, x: &[T]) -> T {
        nasty(self.0, x[0], x[1])
    }
}

/// As equations with another function and a plain one.
impl VectorFunction for Nasty {
    fn eval<T: Float>(&self, x: &[T]) -> Vec<T> {
        vec![nasty(self.0, x[0], x[1]), nasty((self.0 + 5) % FUNCTIONS, x[1], x[0]) - T::one()]
    }
}

fn for_all_starts(mut check: impl FnMut(Nasty, [f64; 2])) {
    for function in 0..FUNCTIONS {
        for x in NUMBERS {
            for y in NUMBERS {
                check(Nasty(function), [x, y]);
            }
        }
    }
}

#[track_caller]
fn assert_honest(finite: bool, status: Status, function: Nasty, start: [f64; 2]) {
    assert!(finite || status == Status::NonFinite, "{} at {start:?}: {status}", function.0);
}

#[test]
fn least_squares() {
    let (lower, upper) = ([-2.0, f64::NEG_INFINITY], [5.0, 1e10]);
    let methods =
        [LeastSquares::new().max_iterations(60), LeastSquares::new().max_iterations(60).bounds(&lower, &upper)];
    for_all_starts(|function, start| {
        for method in &methods {
            let fit = method.fit(&function, &start);
            let finite = fit.sum_of_squares.is_finite() && fit.x.iter().all(|x| x.is_finite());
            assert_honest(finite, fit.status, Nasty(function.0), start);
            assert!(fit.iterations <= 60 + 30, "{}: {fit}", function.0);
            assert!(fit.fault.is_some() || fit.status != Status::NonFinite);
        }
    });
}

#[test]
fn equations() {
    for_all_starts(|function, start| {
        let solution = Equations::new().max_iterations(60).solve(&function, &start);
        let finite = solution.residuals.iter().chain(&solution.x).all(|number| number.is_finite());
        assert_honest(finite, solution.status, function, start);
    });
}

#[test]
fn conjugate_gradients() {
    for_all_starts(|function, start| {
        let report = NewtonCg::new().max_iterations(60).minimize(&function, &start);
        let finite = report.value.is_finite() && report.x.iter().all(|x| x.is_finite());
        assert_honest(finite, report.status, function, start);
    });
}

#[test]
fn boxes() {
    for (lower, upper) in [([-2.0, -2.0], [5.0, 5.0]), ([0.0, 1.0], [f64::INFINITY, 1.0])] {
        let method = Newton::new().max_iterations(60).bounds(&lower, &upper);
        for_all_starts(|function, start| {
            let report = method.minimize(&function, &start);
            let finite = report.value.is_finite() && report.x.iter().all(|x| x.is_finite());
            assert_honest(finite, report.status, Nasty(function.0), start);
            let inside = |i: usize| report.x[i].is_nan() || lower[i] <= report.x[i] && report.x[i] <= upper[i];
            assert!((0..2).all(inside), "{}: {report}", function.0);
        });
    }
}

/// Not more evaluations than the halvings of both kinds explain, and the root is between the ends.
#[test]
fn roots() {
    for_all_starts(|function, [a, b]| {
        let mut count = 0;
        let counted = std::cell::RefCell::new(&mut count);
        let root = optimize::root(
            |x: Dual<f64>| {
                **counted.borrow_mut() += 1;
                nasty(function.0, x, x * 0.5 + 0.25) - 0.125
            },
            a,
            b,
        );
        assert_eq!(root.evaluations, count);
        assert!(count <= 300, "{} between {a} and {b}: {root}", function.0);
        if root.converged() {
            assert!(
                a.min(b) <= root.x && root.x <= a.max(b) && root.value.is_finite(),
                "{} {a} {b}: {root}",
                function.0
            );
        }
    });
}
