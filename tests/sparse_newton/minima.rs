//! What it finds, beside what the dense method does.

use crate::surface::Surface;
use crate::{assert_minimum, mgh, minimise, plan};
use dualtape::optimize::{self, Newton, SparseNewton, Status, TrustRegion};
use dualtape::sparse::{HessianPlan, SparsePattern};
use dualtape::{Float, ScalarFunction, scalar_function};

fn rosenbrock<T: Float>(x: &[T]) -> T {
    x.windows(2).map(|x| T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2) + (T::lit(1.0) - x[0]).powi(2)).sum()
}
scalar_function!(Rosenbrock = rosenbrock);

/// On the collection of Moré, Garbow & Hillstrom, whose Hessians are small and mostly full, the steps are those of the dense method.
#[test]
fn the_minima_of_the_dense_method() {
    let (mut both, mut steps) = (0, [0, 0]);
    for problem in mgh::all() {
        let n = problem.start.len();
        let full = HessianPlan::from_pattern(SparsePattern::dense(n, n)).unwrap();
        let dense = optimize::newton(&problem, &problem.start);
        let sparse = optimize::sparse_newton(&problem, &full, &problem.start);
        let name = (problem.number, problem.name, n);
        assert_eq!(sparse.converged(), dense.converged(), "{name:?}: {dense}\n{sparse}");
        let close = (sparse.value - dense.value).abs() <= 1e-9 * dense.value.abs() + 1e-13;
        assert!(close, "{name:?}: {dense}\n{sparse}");
        both += usize::from(dense.converged());
        steps[0] += dense.iterations;
        steps[1] += sparse.iterations;
    }
    assert_eq!(both, 41);
    assert!(steps[1] as f64 <= 1.1 * steps[0] as f64, "{steps:?}");
}

#[test]
fn chains_take_as_many_steps_as_the_dense_method() {
    for n in [2, 3, 20, 60] {
        for start in [0.0, -1.2] {
            let x0 = vec![start; n];
            let dense = optimize::newton(&Rosenbrock, &x0);
            let sparse = minimise(&Rosenbrock, &x0);
            assert_eq!(sparse.status, dense.status);
            assert!(sparse.value <= dense.value + 1e-14, "{sparse}");
            assert!(sparse.iterations.abs_diff(dense.iterations) <= 3 + n / 10, "{dense}\n{sparse}");
            assert!(sparse.trace.windows(2).all(|pair| pair[1].value <= pair[0].value * (1.0 + 1e-8)));
            assert_eq!(sparse.trace.last().unwrap().gradient_norm, sparse.gradient_norm);
        }
    }
}

/// Half the width of the cells leaves a quarter of the error.
#[test]
fn minimal_surfaces() {
    let mut errors = Vec::new();
    for side in [7, 15] {
        let surface = Surface { side };
        let x0 = vec![0.0; side * side];
        let report = minimise(&surface, &x0);
        let dense = optimize::newton(&surface, &x0);
        assert_minimum(&report, &dense.x, 1e-9);
        assert!(report.iterations <= 20 && report.gradient_norm < 1e-12, "{report}");
        let difference = report.hessian.to_dense() - &dense.hessian;
        assert!(difference.amax() < 1e-8 * dense.hessian.amax());
        let error = |(k, x): (usize, &f64)| (x - surface.exact(k / side + 1, k % side + 1)).abs();
        errors.push(report.x.iter().enumerate().map(error).fold(0.0, f64::max));
    }
    assert!(errors[1] < 1e-3 && (3.0..5.0).contains(&(errors[0] / errors[1])), "{errors:?}");
}

#[test]
fn saddle_points_are_left() {
    /// Gradient 0 and Hessian diag(2, -2) at the origin; minima -1/4 at (0, ±√½).
    fn diagonal<T: Float>(x: &[T]) -> T {
        x[0] * x[0] - x[1] * x[1] + x[1].powi(4)
    }
    /// Gradient 0 and Hessian [[0, 1], [1, 0]] at the origin; minima -1/8 at ±(½, -½).
    fn product<T: Float>(x: &[T]) -> T {
        x[0] * x[1] + x[0].powi(4) + x[1].powi(4)
    }
    scalar_function!(Diagonal = diagonal);
    scalar_function!(Product = product);
    let low = 0.5f64.sqrt();
    for x0 in [[0.0, 0.0], [3.0, 0.0], [3.0, 1e-200], [1e-8, -1e-9]] {
        let report = minimise(&Diagonal, &x0);
        assert_minimum(&report, &[0.0, low.copysign(report.x[1])], 1e-14);
    }
    let report = minimise(&Product, &[0.0, 0.0]);
    assert_minimum(&report, &[0.5f64.copysign(report.x[0]), -(0.5f64.copysign(report.x[0]))], 1e-14);
}

/// Chains of double wells, loosely coupled, from where all have their top.
#[test]
fn tops_of_many_wells_are_left() {
    struct Wells(f64);
    impl ScalarFunction for Wells {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let own: T = x.iter().map(|&x| x.powi(4) - T::lit(2.0) * x * x).sum();
            own + T::lit(self.0) * x.windows(2).map(|x| x[0] * x[1]).sum::<T>()
        }
    }
    for n in [1, 2, 7, 40] {
        for coupling in [0.0, 0.05, -0.05] {
            for radius in [0.1, 1.0, 7.0, 100.0] {
                let f = Wells(coupling);
                let method = SparseNewton::new().trust_region(TrustRegion::new().initial_radius(radius));
                let report = method.minimize(&f, &plan(&f, &vec![0.0; n]), &vec![0.0; n]);
                assert!(report.converged() && report.iterations <= 60, "n = {n}, {coupling}, {radius}: {report}");
                assert!(report.value <= -0.9 * n as f64, "n = {n}, {coupling}, {radius}: {report}");
                assert!(report.x.iter().all(|x| x.abs() > 0.5), "{report}");
            }
        }
    }
}

#[test]
fn singular_hessians() {
    fn fourth_powers<T: Float>(x: &[T]) -> T {
        x.iter().map(|x| x.powi(4)).sum()
    }
    /// Only the difference counts, and x[2] does not: a line of minima in a plane of them.
    fn difference<T: Float>(x: &[T]) -> T {
        (x[0] - x[1] - T::lit(1.0)).powi(2) + T::lit(0.0) * x[2]
    }
    fn constant<T: Float>(_: &[T]) -> T {
        T::lit(7.0)
    }
    scalar_function!(FourthPowers = fourth_powers);
    scalar_function!(Difference = difference);
    scalar_function!(Constant = constant);
    assert_minimum(&minimise(&FourthPowers, &[1.0, -2.0, 3.0]), &[0.0; 3], 1e-7);
    let still = minimise(&FourthPowers, &[0.0, 0.0]);
    assert_eq!((still.status, still.iterations), (Status::Converged, 0));
    // The shortest step: both variables move by half of what is missing, and the third stays.
    let report = minimise(&Difference, &[3.0, 4.0, 5.0]);
    assert_minimum(&report, &[4.0, 3.0, 5.0], 1e-7);
    assert!(report.value < 1e-20 && report.iterations <= 4, "{report}");
    let report = minimise(&Constant, &[1.0, 2.0]);
    assert_eq!((report.status, report.value, report.iterations), (Status::Converged, 7.0, 0));
    assert_eq!((report.x, report.hessian.pattern().nnz()), (vec![1.0, 2.0], 0));
}

/// A variable in other units makes the same steps.
#[test]
fn iterates_do_not_depend_on_units() {
    struct Scaled(Vec<f64>);
    impl ScalarFunction for Scaled {
        fn eval<T: Float>(&self, x: &[T]) -> T {
            let x: Vec<T> = x.iter().zip(&self.0).map(|(&x, &unit)| x * T::lit(unit)).collect();
            rosenbrock(&x)
        }
    }
    let plain = minimise(&Rosenbrock, &[-1.2, 1.0, -0.7, 0.4]);
    let units = vec![1024.0, 2f64.powi(-30), 1.0, 2f64.powi(40)];
    let x0: Vec<f64> = [-1.2, 1.0, -0.7, 0.4].iter().zip(&units).map(|(x, unit)| x / unit).collect();
    let scaled = minimise(&Scaled(units), &x0);
    assert_eq!(scaled.iterations, plain.iterations);
    for (a, b) in plain.trace.iter().zip(&scaled.trace) {
        assert!((a.value - b.value).abs() <= 1e-6 * a.value + 1e-20, "{} beside {}", a.value, b.value);
    }
}

/// The same options mean the same.
#[test]
fn options_are_those_of_the_dense_method() {
    let x0 = [-1.2, 1.0];
    let region = TrustRegion::new().initial_radius(0.01).acceptance(0.2);
    let dense = Newton::new().trust_region(region.clone()).max_iterations(5).trace(true).minimize(&Rosenbrock, &x0);
    let method = SparseNewton::new().trust_region(region).max_iterations(5).trace(true);
    let sparse = method.minimize(&Rosenbrock, &plan(&Rosenbrock, &x0), &x0);
    assert_eq!((sparse.status, sparse.iterations), (Status::MaxIterations, 5));
    assert_eq!(sparse.trace.len(), dense.trace.len());
    for (a, b) in sparse.trace.iter().zip(&dense.trace) {
        assert!((a.value - b.value).abs() <= 1e-4 * b.value, "{} beside {}", a.value, b.value);
    }
    let loose = SparseNewton::new().value_tolerance(1.0).step_tolerance(1e-3);
    let report = loose.minimize(&Rosenbrock, &plan(&Rosenbrock, &x0), &x0);
    assert!(report.converged() && report.iterations < minimise(&Rosenbrock, &x0).iterations, "{report}");
}
