//! Three methods on Rosenbrock's function, and the points they pass.

use super::Fail;
use argmin::core::observers::{Observe, ObserverMode};
use argmin::core::{CostFunction, Error, Executor, Gradient, IterState, KV, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use dualtape::optimize::Newton;
use dualtape::{Float, ScalarFunction, scalar_function};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

/// (1 - x)² + 100 (y - x²)², with the minimum 0 at (1, 1).
pub fn rosenbrock<T: Float>(x: &[T]) -> T {
    (T::one() - x[0]).powi(2) + T::lit(100.0) * (x[1] - x[0] * x[0]).powi(2)
}
scalar_function!(Rosenbrock = rosenbrock);

/// Where all three begin.
pub const START: [f64; 2] = [-1.2, 1.0];

/// The points of a method, the first of them the start.
pub type Points = Vec<Vec<f64>>;

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

type Steps = IterState<Vec<f64>, Vec<f64>, (), (), (), f64>;

/// Keeps the point of each iteration.
struct Recorder(Arc<Mutex<Points>>);

impl Observe<Steps> for Recorder {
    fn observe_iter(&mut self, state: &Steps, _: &KV) -> Result<(), Error> {
        let mut points = self.0.lock().map_err(|_| Error::msg("the list of points is broken"))?;
        points.extend(state.get_param().cloned());
        Ok(())
    }
}

/// Gradient descent as textbooks begin: each step is the gradient times this rate. With twice the rate the points leave the valley.
pub const RATE: f64 = 0.001;

/// Gradient descent at a fixed rate.
pub fn gradient_descent(iterations: usize) -> Points {
    let step = |x: &Vec<f64>| {
        let gradient = dualtape::gradient(rosenbrock, x);
        Some(x.iter().zip(gradient).map(|(x, g)| x - RATE * g).collect())
    };
    std::iter::successors(Some(START.to_vec()), step).take(iterations + 1).collect()
}

/// L-BFGS with the line search of Moré and Thuente and a memory of seven steps, by `argmin`.
pub fn lbfgs(iterations: u64) -> Result<Points, Fail> {
    let points = Arc::new(Mutex::new(vec![START.to_vec()]));
    let executor = Executor::new(Rosenbrock, LBFGS::new(MoreThuenteLineSearch::new(), 7))
        .add_observer(Recorder(points.clone()), ObserverMode::Always);
    executor.configure(|state| state.param(START.to_vec()).max_iters(iterations)).run()?;
    let points = points.lock().map_err(|_| "the list of points is broken")?.clone();
    Ok(points)
}

/// Newton's method in a trust region, with exact Hessians: ours.
pub fn newton() -> Points {
    let mut points = vec![START.to_vec()];
    let report = Newton::new().minimize_with(&Rosenbrock, &START, |progress| {
        points.push(progress.x.to_vec());
        ControlFlow::Continue(())
    });
    assert!(report.converged(), "{report}");
    points
}
