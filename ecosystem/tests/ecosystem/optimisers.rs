//! `argmin`, driven by our gradients and Hessians.

use crate::assert_near;
use argmin::core::{CostFunction, Error, Executor, Gradient, Hessian, State};

use argmin::solver::linesearch::{HagerZhangLineSearch, MoreThuenteLineSearch};
use argmin::solver::quasinewton::LBFGS;
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use dualtape::{Float, ScalarFunction, scalar_function};

/// Rosenbrock's function of two variables, with the minimum 0 at (1, 1).
fn rosenbrock<T: Float>(x: &[T]) -> T {
    x.windows(2).map(|x| (T::one() - x[0]).powi(2) + T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2)).sum()
}
scalar_function!(Rosenbrock = rosenbrock);

impl CostFunction for Rosenbrock {
    type Param = Vec<f64>;
    type Output = f64;
    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        Ok(self.eval(x))
    }
}

impl Gradient for Rosenbrock {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;
    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(dualtape::gradient(rosenbrock, x))
    }
}

impl Hessian for Rosenbrock {
    type Param = Vec<f64>;
    type Hessian = Vec<Vec<f64>>;
    fn hessian(&self, x: &Vec<f64>) -> Result<Vec<Vec<f64>>, Error> {
        Ok(dualtape::hessian(rosenbrock, x).column_iter().map(|column| column.as_slice().to_vec()).collect())
    }
}

const START: [f64; 2] = [-1.2, 1.0];

macro_rules! minimise {
    ($solver:expr) => {{
        let executor = Executor::new(Rosenbrock, $solver);
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
