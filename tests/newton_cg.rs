//! Newton's method without matrices: against the dense method, and every way it can end.

#![cfg(all(feature = "std", feature = "nalgebra"))]

#[path = "common/regression.rs"]
#[allow(dead_code, reason = "other files use the rest")]
mod regression;

use dualtape::optimize::{self, NewtonCg, Status};
use dualtape::{Float, hvp_of, scalar_function};
use regression::{Chain, Logistic};
use std::ops::ControlFlow;

/// The minimum of the dense method, in few steps and products.
#[test]
fn logistic_regression() {
    let problem = Logistic::new(600, 30);
    let dense = optimize::newton(&problem, &[0.0; 30]);
    let report = optimize::newton_cg(&problem, &[0.0; 30]);
    assert!(dense.converged() && report.converged(), "{report}");
    for (found, expected) in report.x.iter().zip(&dense.x) {
        assert!((found - expected).abs() < 1e-11, "found {found}, expected {expected}");
    }
    assert!((report.value - dense.value).abs() <= 1e-13 * dense.value);
    assert!(report.iterations <= 12 && report.evaluations.product <= 80, "{report}");
    assert_eq!((report.evaluations.hessian, report.evaluations.value), (0, report.iterations));
}

/// n variables of a quadratic: conjugate gradients end after as many iterations as there are distinct eigenvalues, and the second
/// step, preconditioned by the first one's pairs, takes fewer.
#[test]
fn quadratics_by_hand() {
    fn bowl<T: Float>(x: &[T]) -> T {
        x.iter().enumerate().map(|(i, &x)| T::lit(f64::from(1 + i as u32 % 3)) * (x - T::one()).powi(2)).sum()
    }
    scalar_function!(Bowl = bowl);
    let report = optimize::newton_cg(&Bowl, &[0.0; 500]);
    assert!(report.converged(), "{report}");
    assert!(report.x.iter().all(|x| (x - 1.0).abs() < 1e-12) && report.value < 1e-20, "{report}");
    assert!(report.evaluations.product <= 12, "{report}");
    let start = optimize::newton_cg(&Bowl, &[1.0; 500]);
    assert_eq!((start.status, start.iterations), (Status::Converged, 0));
}

#[test]
fn valleys() {
    for n in [2, 10, 100] {
        let report = NewtonCg::new().trace(true).minimize(&Chain(n), &vec![0.0; n]);
        assert!(report.converged() && report.x.iter().all(|x| (x - 1.0).abs() < 1e-9), "{report}");
        assert!(report.iterations <= 4 * n + 40, "{report}");
        assert!(report.trace.windows(2).all(|pair| pair[1].value <= pair[0].value * (1.0 + 1e-8)));
        assert_eq!(report.trace.last().unwrap().gradient_norm, report.gradient_norm);
    }
}

/// From a point that is no saddle, negative curvature leads down, and the end is a minimum: the Hessian along random directions
/// is positive.
#[test]
fn negative_curvature_is_followed() {
    fn wells<T: Float>(x: &[T]) -> T {
        let own: T = x.iter().map(|&x| x.powi(4) - T::lit(2.0) * x * x).sum();
        own + T::lit(0.05) * x.windows(2).map(|x| x[0] * x[1]).sum::<T>()
    }
    scalar_function!(Wells = wells);
    let x0: Vec<f64> = (0..40).map(|i| 1e-3 * f64::from(i % 5 - 2)).collect();
    let report = optimize::newton_cg(&Wells, &x0);
    assert!(report.converged() && report.value < -39.0, "{report}");
    for seed in 0..20 {
        let v: Vec<f64> = (0..40).map(|i| (f64::from(seed * 40 + i) * 1.7).sin()).collect();
        let product = hvp_of(&Wells, &report.x, &v);
        assert!(v.iter().zip(&product).map(|(v, h)| v * h).sum::<f64>() > 0.0);
    }
}

#[test]
fn ways_to_end() {
    fn root<T: Float>(x: &[T]) -> T {
        x[0].sqrt() + x[0] * x[0]
    }
    fn line<T: Float>(x: &[T]) -> T {
        x[0] + x[1]
    }
    fn log<T: Float>(x: &[T]) -> T {
        x[0] - x[0].ln() + x[1] * x[1]
    }
    scalar_function!(Root = root);
    scalar_function!(Line = line);
    scalar_function!(Log = log);
    for (x0, text) in [
        (f64::NAN, "expected finite numbers as the start, found x[0] = NaN"),
        (-1.0, "expected a finite value, found NaN; start inside the domain"),
        (0.0, "expected a finite gradient, found inf for x[0]; start inside the domain"),
    ] {
        let report = optimize::newton_cg(&Root, &[x0]);
        assert_eq!(report.status, Status::NonFinite);
        assert_eq!(report.fault.as_ref().unwrap().to_string(), text);
        assert!(report.to_string().contains(text));
        assert!(optimize::newton_cg(&Chain(2), &[0.0, 0.0]).converged());
    }
    assert_eq!(NewtonCg::new().minimize(&Line, &[0.0, 0.0]).status, Status::Unbounded);
    for start in [3.0, 1e4, 1e-4] {
        let report = optimize::newton_cg(&Log, &[start, 1.0]);
        assert!(report.converged() && (report.x[0] - 1.0).abs() < 1e-8, "from {start}: {report}");
    }
    assert_eq!(optimize::newton_cg(&Line0, &[]).status, Status::Converged);
    let limited = NewtonCg::new().max_iterations(2).minimize(&Chain(2), &[-1.2, 1.0]);
    assert_eq!((limited.status, limited.iterations), (Status::MaxIterations, 2));
    let mut count = 0;
    let stopped = NewtonCg::new().minimize_with(&Chain(2), &[-1.2, 1.0], |progress| {
        count += 1;
        assert_eq!(progress.iteration, count);
        if count == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((stopped.status, stopped.x), (Status::Stopped, limited.x));
}

fn zero<T: Float>(_: &[T]) -> T {
    T::zero()
}
scalar_function!(Line0 = zero);

#[test]
#[should_panic(expected = "dualtape: NewtonCg::step_tolerance: expected a number that is not negative, found -1.0")]
fn tolerances_are_checked() {
    let _ = NewtonCg::new().step_tolerance(-1.0);
}
