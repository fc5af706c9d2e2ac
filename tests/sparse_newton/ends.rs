//! Every way it can end, and misuse.

use crate::{minimise, plan};
use dualtape::optimize::{self, Fault, SparseNewton, Status};
use dualtape::sparse::{HessianPlan, SparsePattern};
use dualtape::{Float, ScalarFunction, scalar_function};
use std::ops::ControlFlow;

fn rosenbrock<T: Float>(x: &[T]) -> T {
    x.windows(2).map(|x| T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2) + (T::lit(1.0) - x[0]).powi(2)).sum()
}
scalar_function!(Rosenbrock = rosenbrock);

#[test]
fn no_finite_start() {
    fn root<T: Float>(x: &[T]) -> T {
        x[0] * x[0] + x[1].sqrt()
    }
    /// Value 0 and slope 0 at 0, where the second derivative is infinite.
    fn power<T: Float>(x: &[T]) -> T {
        x[0] * x[0] + x[1].powf(T::lit(1.5))
    }
    scalar_function!(Root = root);
    scalar_function!(Power = power);
    for (x1, text) in [
        (f64::NAN, "expected finite numbers as the start, found x[1] = NaN"),
        (-1.0, "expected a finite value, found NaN; start inside the domain"),
        (0.0, "expected a finite gradient, found inf for x[1]; start inside the domain"),
    ] {
        let report = minimise(&Root, &[2.0, x1]);
        assert_eq!((report.status, report.iterations, report.factorisations), (Status::NonFinite, 0, 0));
        assert_eq!(report.fault.as_ref().unwrap().to_string(), text);
        assert!(report.to_string().contains(text));
    }
    let report = minimise(&Power, &[2.0, 0.0]);
    assert_eq!(report.status, Status::NonFinite);
    assert!(matches!(report.fault, Some(Fault::Hessian { row: 1, column: 1, .. })), "{report}");
}

/// Steps to where something is not finite are shortened.
#[test]
fn overflow_on_the_way_shortens_the_step() {
    fn log<T: Float>(x: &[T]) -> T {
        x.iter().map(|&x| x - x.ln()).sum()
    }
    scalar_function!(Log = log);
    for start in [3.0, 1e4, 1e-4] {
        let report = minimise(&Log, &[start, 1.0, 2.0]);
        assert!(report.converged() && report.x.iter().all(|x| (x - 1.0).abs() < 1e-8), "from {start}: {report}");
    }
}

#[test]
fn unbounded_functions() {
    fn linear<T: Float>(x: &[T]) -> T {
        T::lit(3.0) * x[0] - T::lit(2.0) * x[1]
    }
    fn concave<T: Float>(x: &[T]) -> T {
        -x[0] * x[0] + x[1] * x[1]
    }
    scalar_function!(Linear = linear);
    scalar_function!(Concave = concave);
    for start in [[0.0, 0.0], [1.0, 2.0]] {
        assert_eq!(minimise(&Linear, &start).status, Status::Unbounded);
        assert_eq!(minimise(&Concave, &start).status, Status::Unbounded);
    }
}

#[test]
fn kinks_stop_it() {
    fn between_numbers<T: Float>(x: &[T]) -> T {
        (x[0] * x[0] - T::lit(2.0)).abs()
    }
    scalar_function!(BetweenNumbers = between_numbers);
    let report = minimise(&BetweenNumbers, &[2.0]);
    assert_eq!(report.status, Status::NoProgress);
    assert!((report.x[0] - 2f64.sqrt()).abs() < 1e-15, "{report}");
}

#[test]
fn limits_and_watchers() {
    let x0 = [-1.2, 1.0, 0.5];
    let plan = plan(&Rosenbrock, &x0);
    let limited = SparseNewton::new().max_iterations(2).minimize(&Rosenbrock, &plan, &x0);
    assert_eq!((limited.status, limited.iterations), (Status::MaxIterations, 2));
    let mut count = 0;
    let stopped = SparseNewton::new().minimize_with(&Rosenbrock, &plan, &x0, |progress| {
        count += 1;
        assert_eq!((progress.iteration, progress.x.len()), (count, 3));
        if count == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((stopped.status, &stopped.x), (Status::Stopped, &limited.x));
    let nothing = HessianPlan::from_pattern(SparsePattern::dense(0, 0)).unwrap();
    let report = optimize::sparse_newton(&Rosenbrock, &nothing, &[]);
    assert_eq!((report.status, report.value, report.factor_entries), (Status::Converged, 0.0, 0));
}

#[test]
fn report_as_a_table() {
    fn parabola<T: Float>(x: &[T]) -> T {
        T::lit(2.0) * (x[0] - T::lit(1.0)).powi(2)
    }
    scalar_function!(Parabola = parabola);
    let expected = "\
status         converged
iterations     1
evaluations    1 of the value, 2 with derivatives
factorisations 2, of 1 entries
value          0.0
gradient norm  0.0
decrement      0.0
x              [1.0]";
    assert_eq!(minimise(&Parabola, &[3.0]).to_string(), expected);
}

#[test]
#[should_panic(expected = "optimize::SparseNewton: the start has 2 entries, needed 3: one for each row of the pattern")]
fn plans_for_other_sizes() {
    let three = HessianPlan::from_pattern(SparsePattern::banded(3, 1, 1)).unwrap();
    let _ = optimize::sparse_newton(&Rosenbrock, &three, &[0.0, 0.0]);
}

#[test]
#[should_panic(expected = "dualtape: SparseNewton::step_tolerance: expected a number that is not negative, found -1.0")]
fn tolerances_are_checked() {
    let _ = SparseNewton::new().step_tolerance(-1.0);
}

/// No function and no start makes it panic or run without end, and a point it calls a minimum has a finite value.
#[test]
fn nothing_panics() {
    struct Nasty(usize);
    impl ScalarFunction for Nasty {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let (x, y) = (x[0], x[1]);
            match self.0 {
                0 => x.recip() + y,
                1 => x.sqrt() - y.ln(),
                2 => (x * y).exp(),
                3 => (x * T::lit(1e200)).powi(2) + (y * T::lit(1e-200)).powi(2),
                4 => x.abs().sqrt() + (y - x).abs(),
                5 => (x * T::lit(1e8)).sin() + (y * T::lit(1e8)).cos(),
                6 => x.powf(y),
                7 => T::lit(1e308) * (x + y),
                8 => T::lit(5e-324) * (x * x + y * y),
                9 => x.powi(2) * y.powi(2) - x * y,
                _ => (x / y).tanh().powi(5),
            }
        }
    }
    let numbers = [0.0, -0.0, 1.0, -1e-300, 1e160, 3.7, f64::MAX, f64::INFINITY, f64::NAN];
    for function in (0..11).map(Nasty) {
        let plan = HessianPlan::from_pattern(SparsePattern::dense(2, 2)).unwrap();
        for x in numbers {
            for y in numbers {
                let report = SparseNewton::new().max_iterations(100).minimize(&function, &plan, &[x, y]);
                let finite = report.value.is_finite() && report.x.iter().all(|x| x.is_finite());
                assert!(finite || report.status == Status::NonFinite, "{} at {x}, {y}: {report:?}", function.0);
            }
        }
    }
}
