//! The problems of Moré, Garbow & Hillstrom: that they are what was published, and that Newton's method solves them.

#![cfg(all(feature = "std", feature = "nalgebra"))]

#[path = "common/mgh.rs"]
mod mgh;

use dualtape::{ScalarFunction, VectorFunction, optimize, value_and_gradient};
use mgh::Mgh;

/// A problem by its number in the paper and its number of variables.
#[track_caller]
fn problem(number: usize, n: usize) -> Mgh {
    mgh::all().into_iter().find(|p| (p.number, p.start.len()) == (number, n)).expect("in the list")
}

fn value(problem: &Mgh, x: &[f64]) -> f64 {
    ScalarFunction::eval(problem, x)
}

#[test]
fn all_are_there_with_as_many_residuals_as_they_say() {
    let problems = mgh::all();
    assert_eq!(problems.len(), 41);
    assert!((1..=35).all(|number| problems.iter().any(|p| p.number == number)));
    for problem in &problems {
        assert_eq!(VectorFunction::eval(problem, &problem.start).len(), problem.m, "{}", problem.name);
    }
}

/// The lengths of the residuals at the starts that the test programs of MINPACK print, and sums of squares that one can
/// find by hand.
#[test]
fn values_at_the_starts() {
    for (number, n, norm) in [
        (1, 2, 4.919350),
        (2, 2, 20.01250),
        (7, 3, 50.0),
        (8, 3, 6.456136),
        (10, 3, 41153.47),
        (12, 3, 32.11158),
        (13, 4, 14.66288),
        (15, 4, 0.07289151),
        (16, 4, 2815.438),
        (17, 5, 0.9375640),
        (19, 11, 1.446865),
        (20, 6, 5.477226),
        (20, 9, 5.477226),
        (20, 12, 5.477226),
        (27, 10, 16.53022),
        (35, 8, 0.1965139),
        (35, 9, 0.1699499),
        (35, 10, 0.1837478),
    ] {
        let problem = problem(number, n);
        let found = value(&problem, &problem.start).sqrt();
        assert!((found / norm - 1.0).abs() < 3e-7, "{}: {found}", problem.name);
    }
    for (number, n, expected) in [
        (4, 2, 999999.0f64.powi(2) + (1.0 - 2e-6f64).powi(2) + 1.0),
        (5, 2, 14.203125),
        (14, 4, 19192.0),
        (21, 10, 5.0 * 24.2),
        (22, 8, 2.0 * 215.0),
        (23, 4, 1e-5 * 14.0 + 29.75f64.powi(2)),
        (25, 10, 3.85 + 38.5f64.powi(2) + 38.5f64.powi(4)),
        (30, 10, 21.0),
        (31, 10, 10.0 * 36.0),
        (32, 10, 10.0 * 2f64.powi(2) + 10.0),
    ] {
        let problem = problem(number, n);
        let found = value(&problem, &problem.start);
        assert!((found / expected - 1.0).abs() < 1e-14, "{}: {found}, expected {expected}", problem.name);
    }
}

/// The published minimisers that have a closed form.
#[test]
fn minima_with_value_zero() {
    let minimisers: &[(usize, &[f64])] = &[
        (1, &[1.0, 1.0]),
        (2, &[5.0, 4.0]),
        (4, &[1e6, 2e-6]),
        (5, &[3.0, 0.5]),
        (7, &[1.0, 0.0, 0.0]),
        (11, &[50.0, 25.0, 1.5]),
        (12, &[1.0, 10.0, 1.0]),
        (12, &[10.0, 1.0, -1.0]),
        (12, &[3.0, 3.0, 0.0]),
        (13, &[0.0; 4]),
        (14, &[1.0; 4]),
        (18, &[1.0, 10.0, 1.0, 5.0, 4.0, 3.0]),
        (21, &[1.0; 10]),
        (22, &[0.0; 8]),
        (25, &[1.0; 10]),
        (26, &[0.0; 10]),
        (27, &[1.0; 10]),
    ];
    for &(number, x) in minimisers {
        let problem = problem(number, x.len());
        assert!(problem.minima.contains(&0.0));
        let (value, gradient) = value_and_gradient(|x| ScalarFunction::eval(&problem, x), x);
        assert!(value <= 1e-29, "{}: {value:e}", problem.name);
        // A rounding error of the residuals, times the greatest slope, that of problem 4.
        assert!(gradient.iter().all(|g| g.abs() < 1e-9), "{}: {gradient:?}", problem.name);
    }
    let expected = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 11.0];
    assert_eq!(value(&problem(27, 10), &expected), 1.0);
}

/// Newton's method reaches a published minimum from every standard start but that of problem 18, from where a valley
/// leads to infinity.
#[test]
fn published_minima_are_found() {
    let mut missed = Vec::new();
    for problem in mgh::all().iter().filter(|p| p.number != 18) {
        let report = optimize::newton(problem, &problem.start);
        let known = |&minimum: &f64| (report.value - minimum).abs() <= 5e-6 * minimum + 1e-12;
        if !(report.converged() && problem.minima.iter().any(known)) {
            let n = problem.start.len();
            missed.push(format!("{} {}, n = {n}, {:?}:\n{report}", problem.number, problem.name, problem.minima));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}
