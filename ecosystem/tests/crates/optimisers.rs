//! `argmin` and `basin`, driven by our gradients, Hessians and products of Hessians.

#[path = "../../examples/adapters/argmin.rs"]
mod argmin_adapter;
#[path = "../../examples/adapters/basin.rs"]
mod basin_adapter;

use crate::assert_near;
use argmin::core::{Executor, State};
use argmin::solver::linesearch::{HagerZhangLineSearch, MoreThuenteLineSearch};
use argmin::solver::quasinewton::LBFGS;
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use dualtape::{Float, scalar_function};

/// Rosenbrock's function of two variables, with the minimum 0 at (1, 1).
fn rosenbrock<T: Float>(x: &[T]) -> T {
    x.windows(2).map(|x| (T::one() - x[0]).powi(2) + T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2)).sum()
}
scalar_function!(Rosenbrock = rosenbrock);

const START: [f64; 2] = [-1.2, 1.0];

macro_rules! minimise {
    ($solver:expr) => {{
        let executor = Executor::new(argmin_adapter::Problem(&Rosenbrock), $solver);
        let result = executor.configure(|state| state.param(START.to_vec()).max_iters(200).target_cost(1e-22)).run();
        for &x in result.unwrap().state().get_best_param().unwrap() {
            assert_near(x, 1.0, 1e-9);
        }
    }};
}

#[test]
fn quasi_newton_methods_by_gradients() {
    minimise!(LBFGS::new(MoreThuenteLineSearch::new(), 7));
    minimise!(LBFGS::new(HagerZhangLineSearch::new(), 7));
}

#[test]
fn a_trust_region_by_hessians() {
    minimise!(TrustRegion::new(Steihaug::new()));
}

/// A run of `basin`, which has converged: the point and how often gradients, Hessians and products were asked for.
macro_rules! minimise_by_basin {
    ($problem:expr, $solver:expr) => {{
        let start = basin::FirstOrderState::new(START.to_vec());
        let result = basin::Executor::new($problem, $solver, start).max_iter(200).run().unwrap();
        assert!(result.report.termination.is_converged(), "{:?}", result.report);
        let counts = &result.counts;
        (result.param().clone(), [counts.gradient_evals, counts.hessian_evals, counts.hessian_product_evals])
    }};
}

#[test]
fn basin_by_hessians_and_by_products() {
    let free = || basin_adapter::Problem::unbounded(&Rosenbrock, 2);
    let exact = basin::TrustRegion::with_subproblem(basin::MoreSorensen::new());
    let (x, [_, hessians, products]) = minimise_by_basin!(free(), exact.with_absolute_gradient_tolerance(1e-10));
    x.iter().for_each(|&x| assert_near(x, 1.0, 1e-10));
    assert!((10..50).contains(&hessians) && products == 0, "{hessians}");
    let free_of_matrices = basin::TrustRegion::matrix_free().with_absolute_gradient_tolerance(1e-10);
    let (x, [_, hessians, products]) = minimise_by_basin!(free(), free_of_matrices);
    x.iter().for_each(|&x| assert_near(x, 1.0, 1e-10));
    assert!(hessians == 0 && (20..200).contains(&products), "{products}");
}

/// Without bounds, and in a box in whose corner the minimum is: 1/4 at (1/2, 1/4), where the first bound holds.
#[test]
fn basin_by_gradients_in_a_box() {
    let free = || basin_adapter::Problem::unbounded(&Rosenbrock, 2);
    let (x, [gradients, ..]) = minimise_by_basin!(free(), basin::Lbfgs::new());
    x.iter().for_each(|&x| assert_near(x, 1.0, 1e-6));
    assert!((20..100).contains(&gradients), "{gradients}");
    let boxed = basin_adapter::Problem { upper: vec![0.5, f64::INFINITY], ..free() };
    let (x, _) = minimise_by_basin!(boxed, basin::Lbfgs::new());
    assert!(x[0] == 0.5);
    assert_near(x[1], 0.25, 1e-8);
    let ours = dualtape::optimize::Newton::new().bounds(&[f64::NEG_INFINITY; 2], &[0.5, f64::INFINITY]);
    assert_eq!(ours.minimize(&Rosenbrock, &START).x, [0.5, 0.25]);
}
